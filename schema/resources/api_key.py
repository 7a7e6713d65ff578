"""The API key: what a program signs in with."""

from schema.resource import Field, Kind, Relation, Resource
from schema.resources.fields import CREATED_AT, ID, UPDATED_AT, VERSION

# What `me` tells beside the record, null elsewhere: of the request, and not of the key.
BESIDE = (
    Field("tokenExpiresAt", Kind.INSTANT, "When the token that asks ends; null for a key.", access="read"),
    Field(
        "limits",
        Kind.QUOTAS,
        "The quotas of the key that asks, each in so many seconds, and what remains; null where nothing is limited.",
        example={"requests": {"quota": 2000000, "window": 3600, "remaining": 1999999}},
        access="read",
    ),
)

API_KEY = Resource(
    name="apiKey",
    plural="apiKeys",
    type="ApiKey",
    prefix="key",
    path="api-keys",
    scope="keys",
    deletable=False,
    doc="What a program signs in with. Its secret is shown once, when the key is made or rotated.",
    fields=(
        ID,
        VERSION,
        Field("name", Kind.TEXT, "What the key is for.", example="Nightly sync", required=True, nullable=False),
        Field(
            "prefix",
            Kind.TEXT,
            "The first 12 characters of the secret.",
            example="cube_4f9Kq2x",
            access="read",
            nullable=False,
        ),
        Field(
            "scopes",
            Kind.SCOPES,
            "What the key may do; `x:write` includes `x:read`, `*` is all.",
            example=["customers:read"],
            required=True,
            nullable=False,
        ),
        Field(
            "ownerId", Kind.ID, "The user in whose name the key acts.", access="create", nullable=False, target="user"
        ),
        Field(
            "filters",
            Kind.FILTERS,
            "The rows that the key sees, by resource and in the filter grammar; of a resource without a filter, all.",
            example={"customers": {"client": {"domain": {"eq": "acme.io"}}}},
            nullable=False,
        ),
        Field(
            "hiddenFields",
            Kind.NAMES,
            "The fields and relations that do not exist for the key.",
            example=["customer.phone"],
            nullable=False,
        ),
        Field(
            "createdAt",
            Kind.INSTANT,
            CREATED_AT.doc.split(";")[0] + ".",
            example=CREATED_AT.example,
            access="read",
            nullable=False,
        ),
        UPDATED_AT,
        Field("expiresAt", Kind.INSTANT, "When the key ends; null: never.", example="2027-01-31T00:00:00.000Z"),
        Field("lastUsedAt", Kind.INSTANT, "When the key was last used, within a minute.", access="read"),
        Field("revokedAt", Kind.INSTANT, "When the key was revoked; null while it works.", access="read"),
    ),
    relations=(Relation("owner", "user", False, "owner_id", "The user in whose name the key acts."),),
    example={"name": "Nightly sync", "scopes": ["customers:read"]},
)
