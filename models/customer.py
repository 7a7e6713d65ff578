"""The table of customers: the people who are served."""

from models.columns import Reference, Text
from models.record import Record


class Customer(Record):
    name = Text()
    name_folded = Text()
    given_name = Text(null=True)
    given_name_folded = Text(null=True)
    family_name = Text(null=True)
    family_name_folded = Text(null=True)
    email = Text(null=True)
    email_folded = Text(null=True)
    email_exact = Text(null=True)
    additional_emails = Text(db_default="[]")
    phone = Text(null=True)
    phone_folded = Text(null=True)
    additional_phones = Text(db_default="[]")
    title = Text(null=True)
    title_folded = Text(null=True)
    locale = Text(null=True)
    locale_folded = Text(null=True)
    time_zone = Text(null=True)
    time_zone_folded = Text(null=True)
    status = Text()
    email_consent = Text()
    address_line1 = Text(null=True)
    address_line1_folded = Text(null=True)
    address_line2 = Text(null=True)
    address_line2_folded = Text(null=True)
    address_city = Text(null=True)
    address_city_folded = Text(null=True)
    address_region = Text(null=True)
    address_region_folded = Text(null=True)
    address_postal_code = Text(null=True)
    address_postal_code_folded = Text(null=True)
    address_country = Text(null=True)
    address_country_folded = Text(null=True)
    client_id = Reference("clients", null=True)
    owner_id = Reference("users", null=True)

    class Meta:
        table = "customers"
