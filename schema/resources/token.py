"""What a short-lived token is asked for with: it is no record, and is stored nowhere."""

from schema.resource import Field, Kind, Resource
from schema.resources.api_key import API_KEY

LONGEST = 86_400
USUAL = 900

_OF_KEY = {field.name: field for field in API_KEY.fields}

TOKEN = Resource(
    name="token",
    plural="tokens",
    type="Token",
    prefix="",
    doc="A token for a browser: at most the rights of the key that asks, for a short time.",
    fields=(
        Field(
            "expiresIn",
            Kind.INTEGER,
            f"Seconds that it works: at most {LONGEST}, {USUAL} where nothing is said, and no longer than its key.",
            example=USUAL,
            minimum=1,
            maximum=LONGEST,
        ),
        Field("scopes", Kind.SCOPES, "What it may do; all that the key may where nothing is said.", example=["*"]),
        _OF_KEY["filters"],
        _OF_KEY["hiddenFields"],
    ),
    example={"expiresIn": USUAL, "scopes": ["customers:read"]},
)
