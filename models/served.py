"""What clients and customers have in common: how they are reached, where they are, who owns them."""

from models.columns import Reference, Text
from models.record import Record


class Served(Record):
    email = Text(null=True)
    email_folded = Text(null=True)
    email_exact = Text(null=True)
    phone = Text(null=True)
    phone_folded = Text(null=True)
    status = Text()
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
    owner_id = Reference("users", null=True)

    class Meta:
        abstract = True
