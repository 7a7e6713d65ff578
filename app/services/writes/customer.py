"""What a write does to a customer: owner and client are found, numbers follow the address, the name is composed."""

from __future__ import annotations

from app.services.rows import Stored, Values
from app.services.unit_of_work import UnitOfWork
from app.services.writes.steps import Faults, merged, phones, refuse, resolve
from schema.inputs import Given
from schema.narrowing import NOTHING, hidden_fields
from schema.resources import CUSTOMER
from schema.values.person import full_name

_NAME_LENGTH = 255
_PARTS = ("givenName", "familyName", "email", "phone")


async def become(work: UnitOfWork, before: Stored | None, given: Given) -> Values:
    """The customer as it will be; raises when it may not be so."""
    faults: Faults = {}
    after = merged(CUSTOMER, before, given, faults)
    phones(work, CUSTOMER, given, after)
    hidden = hidden_fields(CUSTOMER, work.call.actor.hidden)
    was = before and composed(before.values, hidden)
    if after["name"] is None or (before and "name" not in given and before.values["name"] == was):
        after["name"] = composed(after, hidden)
    if after["name"] is None:
        others = ", ".join(name for name in _PARTS if name not in hidden)
        if "name" not in hidden:
            faults["name"] = f"is needed, or one of {others}" if others else "is needed"
        else:
            faults[""] = f"one of {others} is needed" if others else "this key can't make a customer"
    await resolve(work, CUSTOMER, given, after, faults)
    refuse(faults)
    return after


def composed(values: Values, hidden: frozenset[str] = NOTHING) -> str | None:
    """The name that the other fields make: given before family name, else the e-mail, else the phone.

    What is hidden from whoever writes must not come to light in it.
    """
    name = full_name(*[None if part in hidden else values[part] for part in _PARTS])
    return name and name[:_NAME_LENGTH].rstrip()
