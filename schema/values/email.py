"""E-mail addresses: the stored form, and the form in which two of them are compared."""

import re
import unicodedata

from schema.values.domain import host
from schema.values.fault import Fault
from schema.values.text import filled

MAX_LENGTH = 254
_INVALID = "is not a valid address"
_PLAIN_LOCAL_PART = re.compile(r"(?=.{1,64}\Z)[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*")


def email(value: object) -> str:
    """`local@domain`: the local part as given, in NFC, and the domain as a lower-case A-label.

    Special-use domains (.example, .test, .local) are accepted; display names, quoted local parts, address literals and
    the full-width @ are refused. The limit of 254 counts UTF-8 octets of the A-label form, as mail servers do.
    """
    text = filled(value, max_length=4 * MAX_LENGTH)
    local, _, domain = text.rpartition("@")
    address = f"{local}@{_domain(domain)}"
    if len(address.encode()) > MAX_LENGTH:
        raise Fault(f"is longer than {MAX_LENGTH} characters")
    if not _is_local_part(local):
        raise Fault(_INVALID)
    return address


def exact(address: str) -> str:
    """The comparison form: without case, in NFC."""
    if address.isascii():
        return address.lower()
    folded = unicodedata.normalize("NFD", unicodedata.normalize("NFD", address).casefold())
    return unicodedata.normalize("NFC", folded.casefold())


def _domain(domain: str) -> str:
    try:
        return host(domain)
    except Fault:
        raise Fault(_INVALID) from None


def _is_local_part(local: str) -> bool:
    # What almost every address has needs no second opinion, and each takes a while.
    if _PLAIN_LOCAL_PART.fullmatch(local):
        return True
    from email_validator import EmailNotValidError, validate_email

    # The library knows local parts; its rules for domains leave out names that are good enough here (.test, .local).
    try:
        validate_email(f"{local}@a.io", check_deliverability=False, allow_smtputf8=True, allow_quoted_local=False)
    except EmailNotValidError:
        return False
    return True
