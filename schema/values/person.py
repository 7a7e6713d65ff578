"""A person's name, composed where none is given."""


def full_name(given: str | None, family: str | None, email: str | None, phone: str | None) -> str | None:
    """Given before family name; else the e-mail, else the phone. All parts are cleaned already."""
    return " ".join(filter(None, (given, family))) or email or phone or None
