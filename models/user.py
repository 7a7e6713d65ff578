"""The table of users: the people of the organisation that runs Cube."""

from models.columns import Text, integer
from models.record import Record


class User(Record):
    name = Text()
    name_folded = Text()
    email = Text()
    email_folded = Text()
    email_exact = Text()
    role = Text()
    status = Text()
    title = Text(null=True)
    title_folded = Text(null=True)
    phone = Text(null=True)
    phone_folded = Text(null=True)
    locale = Text(null=True)
    locale_folded = Text(null=True)
    time_zone = Text(null=True)
    time_zone_folded = Text(null=True)
    password_hash = Text(null=True)
    password_version = integer(db_default=0)

    class Meta:
        table = "users"
