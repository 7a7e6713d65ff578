"""The user: a person of the organisation that runs Cube."""

from schema.resource import Field, Kind, Relation, Resource
from schema.resources.fields import LIFE, LOCALE, OPEN, PHONE, TIME_ZONE

USER = Resource(
    name="user",
    plural="users",
    type="User",
    prefix="usr",
    doc="A person of the organisation that runs Cube: signs in, owns customers and clients, issues keys.",
    fields=(
        *LIFE,
        Field("name", Kind.TEXT, "Full name.", example="Jane Peacock", required=True, nullable=False, searched=True),
        Field(
            "email",
            Kind.EMAIL,
            "Address to sign in with; unique among live users, without case.",
            example="jane@cube.example",
            required=True,
            nullable=False,
            unique=True,
            max_length=254,
            searched=True,
        ),
        Field(
            "role",
            Kind.ENUM,
            "What the user's keys may do at most.",
            example="EDITOR",
            choices=("ADMIN", "EDITOR", "VIEWER"),
            default="VIEWER",
            nullable=False,
        ),
        Field(
            "status",
            Kind.ENUM,
            "A disabled user's keys are refused.",
            example="ACTIVE",
            choices=("ACTIVE", "DISABLED"),
            default="ACTIVE",
            nullable=False,
        ),
        Field("title", Kind.TEXT, "Job title.", example="Sales Support Agent", searched=True),
        PHONE,
        LOCALE,
        TIME_ZONE,
        *OPEN,
    ),
    relations=(
        Relation("clients", "client", True, "owner_id", "The clients that this user owns."),
        Relation("customers", "customer", True, "owner_id", "The customers that this user owns."),
    ),
    references=("email",),
    example={"name": "Jane Peacock", "email": "jane@cube.example", "role": "EDITOR"},
)
