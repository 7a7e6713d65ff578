"""The table of clients: the organisations that are served."""

from models.columns import Reference, Text, integer
from models.record import Record


class Client(Record):
    name = Text()
    name_folded = Text()
    legal_name = Text(null=True)
    legal_name_folded = Text(null=True)
    domain = Text(null=True)
    domain_folded = Text(null=True)
    website = Text(null=True)
    website_folded = Text(null=True)
    email = Text(null=True)
    email_folded = Text(null=True)
    email_exact = Text(null=True)
    phone = Text(null=True)
    phone_folded = Text(null=True)
    industry = Text(null=True)
    industry_folded = Text(null=True)
    employees = integer(null=True)
    tax_id = Text(null=True)
    tax_id_folded = Text(null=True)
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
    parent_id = Reference("clients", null=True)

    class Meta:
        table = "clients"
