"""The network of an address: what one caller has at least, and so what callers are counted by."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

# Whoever holds an IPv6 address holds at least so much of its network.
_IPV6_PREFIX = 64
_LONGEST = 64


@lru_cache(maxsize=4096)
def network_of(address: str) -> str:
    """An IPv4 address by itself, the network around an IPv6 address; what is neither stands for itself."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:_LONGEST]
    if not isinstance(found, IPv6Address):
        return str(found)
    return str(found.ipv4_mapped or ip_network((int(found), _IPV6_PREFIX), strict=False))
