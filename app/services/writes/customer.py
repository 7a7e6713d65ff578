"""What a write does to a customer: owner and client are found, numbers follow the address, the name is composed."""

from __future__ import annotations

from app.services.rows import Stored, Values
from app.services.unit_of_work import UnitOfWork
from app.services.writes.steps import Faults, merged, phones, refuse, resolve
from schema.inputs import Given
from schema.resources import CUSTOMER
from schema.values.person import full_name

_NAME_LENGTH = 255


async def become(work: UnitOfWork, before: Stored | None, given: Given) -> Values:
    """The customer as it will be; raises when it may not be so."""
    faults: Faults = {}
    after = merged(CUSTOMER, before, given, faults)
    phones(CUSTOMER, given, after)
    if after["name"] is None or (before and "name" not in given and before.values["name"] == composed(before.values)):
        after["name"] = composed(after)
    if after["name"] is None:
        faults["name"] = "is needed, or one of givenName, familyName, email, phone"
    await resolve(work, CUSTOMER, given, after, faults)
    refuse(faults)
    return after


def composed(values: Values) -> str | None:
    """The name that the other fields make: given before family name, else the e-mail, else the phone."""
    name = full_name(values["givenName"], values["familyName"], values["email"], values["phone"])
    return name and name[:_NAME_LENGTH].rstrip()
