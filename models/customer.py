"""The table of customers: the people who are served."""

from models.columns import Reference, Text
from models.served import Served


class Customer(Served):
    name = Text()
    name_folded = Text()
    given_name = Text(null=True)
    given_name_folded = Text(null=True)
    family_name = Text(null=True)
    family_name_folded = Text(null=True)
    additional_emails = Text(db_default="[]")
    additional_phones = Text(db_default="[]")
    title = Text(null=True)
    title_folded = Text(null=True)
    locale = Text(null=True)
    locale_folded = Text(null=True)
    time_zone = Text(null=True)
    time_zone_folded = Text(null=True)
    email_consent = Text()
    client_id = Reference("clients", null=True)

    class Meta:
        table = "customers"
