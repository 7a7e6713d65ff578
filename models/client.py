"""The table of clients: the organisations that are served."""

from models.columns import Reference, Text, integer
from models.served import Served


class Client(Served):
    name = Text()
    name_folded = Text()
    legal_name = Text(null=True)
    legal_name_folded = Text(null=True)
    domain = Text(null=True)
    domain_folded = Text(null=True)
    website = Text(null=True)
    website_folded = Text(null=True)
    industry = Text(null=True)
    industry_folded = Text(null=True)
    employees = integer(null=True)
    tax_id = Text(null=True)
    tax_id_folded = Text(null=True)
    parent_id = Reference("clients", null=True)

    class Meta:
        table = "clients"
