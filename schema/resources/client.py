"""The client: an organisation that is served."""

from schema.resource import Field, Kind, Relation, Resource
from schema.resources.fields import ADDRESS, LIFE, OPEN, PHONE, owner_id

CLIENT = Resource(
    name="client",
    plural="clients",
    type="Client",
    prefix="cli",
    doc="An organisation that is served.",
    fields=(
        *LIFE,
        Field("name", Kind.TEXT, "The name it goes by.", example="Acme", required=True, nullable=False, searched=True),
        Field("legalName", Kind.TEXT, "The registered name.", example="Acme Ltda.", searched=True),
        Field(
            "domain",
            Kind.DOMAIN,
            "Web domain without scheme, www. and path; unique among live clients.",
            example="acme.io",
            unique=True,
            max_length=253,
            searched=True,
        ),
        Field("website", Kind.WEBSITE, "Web address.", example="https://acme.io/", max_length=2048),
        Field("email", Kind.EMAIL, "General address.", example="hello@acme.io", max_length=254, searched=True),
        PHONE,
        Field("industry", Kind.TEXT, "Line of business.", example="Software"),
        Field("employees", Kind.INTEGER, "Number of people employed.", example=120, maximum=100_000_000),
        Field("taxId", Kind.TEXT, "Tax number, as written there.", example="12.345.678/0001-95", max_length=64),
        Field(
            "status",
            Kind.ENUM,
            "Where the client stands.",
            example="ACTIVE",
            choices=("PROSPECT", "ACTIVE", "INACTIVE"),
            default="PROSPECT",
            nullable=False,
        ),
        ADDRESS,
        owner_id("client"),
        Field("parentId", Kind.ID, "The client that this one belongs to.", target="client"),
        *OPEN,
    ),
    relations=(
        Relation("owner", "user", False, "owner_id", "The user who owns the client."),
        Relation("parent", "client", False, "parent_id", "The client that this one belongs to."),
        Relation("customers", "customer", True, "client_id", "The customers at this client."),
    ),
    references=("domain",),
    example={"name": "Acme", "domain": "acme.io", "industry": "Software", "status": "ACTIVE"},
)
