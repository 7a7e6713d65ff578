"""Phone numbers: E.164 where it can be, and the digits that search looks through."""

import re
import unicodedata

from schema.values.fault import Fault
from schema.values.text import filled

MAX_LENGTH = 50
# Anything else, such as an extension or a remark, would be lost in E.164.
_NUMBER_ALONE = re.compile(r"[+＋]?[\d\s()./\-‐-―−]+")
# Already in that form: who writes it so means these very digits.
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_NOT_DIGITS = re.compile(r"[^0-9]+")
_SCHEME = re.compile("tel:", re.IGNORECASE)


def phone(value: object, country: str | None = None) -> str:
    """The number in E.164 where its own `+` or `00`, or else the country (alpha-2), allow it; otherwise as sent."""
    if isinstance(value, str) and _E164.fullmatch(value):
        return value
    text = filled(value, max_length=MAX_LENGTH)
    if not digits(text):
        raise Fault("is not a phone number")
    number = _SCHEME.sub("", text, count=1) if _SCHEME.match(text) else text
    if _E164.fullmatch(number):
        return number
    if not _NUMBER_ALONE.fullmatch(number):
        return text
    return _international(number, country) or text


def digits(text: str) -> str:
    """All digits of a text, those of other scripts as ASCII."""
    if text.isascii():
        return _NOT_DIGITS.sub("", text)
    return "".join(str(unicodedata.decimal(character)) for character in text if character.isdecimal())


def _international(number: str, country: str | None) -> str | None:
    if number[0] in "+＋":
        return _e164(number, None)
    found = _e164(number, country) if country else None
    if found is None and digits(number).startswith("00"):
        found = _e164("+" + digits(number)[2:], None, known=True)
    return found


def _e164(number: str, country: str | None, *, known: bool = False) -> str | None:
    """A number with a country code of its own needs the right length, any other (or `known`) an assigned range too."""
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return None
    if country or known:
        good = phonenumbers.is_valid_number(parsed)
    else:
        # "Possible" alone would admit numbers without their area code.
        possible = phonenumbers.is_possible_number_with_reason(parsed)
        good = possible == phonenumbers.ValidationResult.IS_POSSIBLE
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) if good else None
