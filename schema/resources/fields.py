"""Fields that more than one resource has."""

from schema.resource import Field, Kind

ADDRESS = Field(
    "address",
    Kind.ADDRESS,
    "The postal address: null, or all six members.",
    example={
        "line1": "Av. Paulista 1000",
        "line2": None,
        "city": "São Paulo",
        "region": "SP",
        "postalCode": "01310-100",
        "country": "BR",
    },
    members=(
        Field("line1", Kind.TEXT, "Street and number; line breaks are allowed.", column="address_line1"),
        Field("line2", Kind.TEXT, "Flat, floor, building.", column="address_line2"),
        Field("city", Kind.TEXT, "City or town.", column="address_city"),
        Field("region", Kind.TEXT, "State, province, county.", column="address_region"),
        Field("postalCode", Kind.TEXT, "Postal code, as written there.", max_length=32, column="address_postal_code"),
        Field(
            "country",
            Kind.COUNTRY,
            "ISO 3166-1 alpha-2 code; names and alpha-3 codes are understood on the way in.",
            max_length=2,
            column="address_country",
        ),
    ),
)

ID = Field("id", Kind.ID, "The TypeID: prefix and UUIDv7; sorts by creation.", access="read", nullable=False)
VERSION = Field(
    "version",
    Kind.INTEGER,
    "Starts at 1; +1 with each change. It is the ETag.",
    example=1,
    access="read",
    nullable=False,
)
CREATED_AT = Field(
    "createdAt",
    Kind.INSTANT,
    "When the record was made; a past instant may be given for records older than Cube.",
    example="2026-01-31T09:30:00.000Z",
    access="create",
    nullable=False,
)
UPDATED_AT = Field(
    "updatedAt",
    Kind.INSTANT,
    "When the record last changed.",
    example="2026-01-31T09:30:00.000Z",
    access="read",
    nullable=False,
)
DELETED_AT = Field("deletedAt", Kind.INSTANT, "When the record was deleted; null while it lives.", access="read")
EXTERNAL_IDS = Field(
    "externalIds",
    Kind.EXTERNAL_IDS,
    "Ids of this record in other systems: system -> id, each unique within the resource.",
    example={"erp": "10042"},
    nullable=False,
)
TAGS = Field(
    "tags", Kind.TAGS, "Free labels: exact, case kept, order kept.", example=["vip"], nullable=False, searched=True
)
METADATA = Field(
    "metadata",
    Kind.METADATA,
    "Your own facts: at most 50 keys of 40 characters; strings, numbers, booleans.",
    example={"plan": "pro", "seats": 5},
    nullable=False,
)

LIFE = (ID, VERSION, CREATED_AT, UPDATED_AT, DELETED_AT)
OPEN = (EXTERNAL_IDS, TAGS, METADATA)

PHONE = Field("phone", Kind.PHONE, "E.164 where it can be, else as sent.", example="+551123456789", max_length=50)
LOCALE = Field("locale", Kind.LOCALE, "Language tag (BCP 47).", example="pt-BR", max_length=35)
TIME_ZONE = Field("timeZone", Kind.TIME_ZONE, "IANA time zone.", example="America/Sao_Paulo", max_length=64)


def owner_id(what: str) -> Field:
    """The reference to the user who owns the record."""
    return Field("ownerId", Kind.ID, f"The user who owns the {what}.", target="user")
