"""The usual spellings of headers: which field path a column's name means."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from schema.resource import MAP_KINDS, Kind, Resource
from schema.values.text import fold

_PERSON = {
    "email": "email address, mail, e mail, email addr, contact email, primary email",
    "phone": "phone number, telephone, telephone number, tel, phone no, contact phone, primary phone",
    "title": "job title, position, contact title",
    "timeZone": "tz",
    "tags": "tag, labels",
}
_ADDRESS = {
    "address.line1": "address, street, street address, address 1, line 1, street 1",
    "address.line2": "address 2, line 2, street 2",
    "address.city": "town, locality",
    "address.region": "state, province, county, state province, state region",
    "address.postalCode": "zip, zip code, postcode, post code, plz, zip postal code",
    "address.country": "country region, country name",
}
_COMPANY = (
    "company, company name, organization, organization name, organisation, organisation name, account name, client name"
)

# `givenName` and `familyName` of a user are no fields: they are put together as its name.
_SPELLINGS: Mapping[str, Mapping[str, str]] = {
    "user": _PERSON
    | {
        "name": "full name, display name, employee name, user name",
        "givenName": "given name, first name, forename, fname",
        "familyName": "family name, last name, surname, lname",
    },
    "client": _ADDRESS
    | {
        "name": f"{_COMPANY}, customer name",
        "legalName": "registered name",
        "domain": "web domain, company domain, company domain name",
        "website": "url, web site, homepage, home page, web page, company website",
        "email": _PERSON["email"],
        "phone": _PERSON["phone"],
        "industry": "sector, line of business",
        "employees": "number of employees, employee count, headcount",
        "taxId": "tax number, vat, vat id, vat number",
        "tags": _PERSON["tags"],
    },
    "customer": _PERSON
    | _ADDRESS
    | {
        "name": "full name, display name, contact name, customer name",
        "givenName": "first name, forename, fname",
        "familyName": "last name, surname, lname",
        "additionalEmails": "additional email, secondary email, other email, alternate email, email 2",
        "additionalPhones": "additional phone, secondary phone, other phone, alternate phone, phone 2",
        "client.name": f"{_COMPANY}, client",
    },
}
# Numbers that are the phone where there is no better one.
_SECOND_PHONES = "mobile, mobile phone, mobile number, mobile no, cell, cell phone, cell number"


def path_of(resource: Resource, header: str) -> str | None:
    """The path that a header means without being told, or None."""
    return _paths(resource).get(squashed(header))


def is_second(header: str) -> bool:
    """Whether the header names a value that gives way to another column of the same path."""
    return squashed(header) in {squashed(word) for word in _SECOND_PHONES.split(",")}


def squashed(header: str) -> str:
    """What counts in a header: folded, letters and digits alone."""
    return "".join(character for character in fold(header) if character.isalnum())


@cache
def _paths(resource: Resource) -> Mapping[str, str]:
    found = {squashed(word): "phone" for word in _SECOND_PHONES.split(",")}
    for path, words in _SPELLINGS[resource.name].items():
        found |= {squashed(word): path for word in words.split(",")}
    for owner in resource.writable:
        if owner.kind is Kind.ADDRESS:
            for member in owner.members:
                path = f"{owner.name}.{member.name}"
                found |= {squashed(path): path, squashed(member.name): path}
        elif owner.kind not in MAP_KINDS:
            found[squashed(owner.name)] = owner.name
    return found
