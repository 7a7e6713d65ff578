"""Every resource of Cube, one declaration each, and how to find one by its names."""

from collections.abc import Mapping

from schema.resource import Resource
from schema.resources.api_key import API_KEY
from schema.resources.client import CLIENT
from schema.resources.customer import CUSTOMER
from schema.resources.user import USER

RESOURCES: tuple[Resource, ...] = (USER, CLIENT, CUSTOMER, API_KEY)
DIRECTORY: tuple[Resource, ...] = (USER, CLIENT, CUSTOMER)

BY_NAME: Mapping[str, Resource] = {r.name: r for r in RESOURCES}
BY_PATH: Mapping[str, Resource] = {r.path: r for r in RESOURCES}
BY_PREFIX: Mapping[str, Resource] = {r.prefix: r for r in RESOURCES}

__all__ = [
    "API_KEY",
    "BY_NAME",
    "BY_PATH",
    "BY_PREFIX",
    "CLIENT",
    "CUSTOMER",
    "DIRECTORY",
    "RESOURCES",
    "USER",
]
