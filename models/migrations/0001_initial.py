"""The first tables, their unique rules, their indexes and their search words."""

from typing import Any

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from models.columns import Reference, Text, integer, sequence

Columns = list[tuple[str, Any]]


def required(*names: str) -> Columns:
    return [(name, Text()) for name in names]


def optional(*names: str) -> Columns:
    return [(name, Text(null=True)) for name in names]


def folded(*names: str) -> Columns:
    return optional(*(column for name in names for column in (name, f"{name}_folded")))


LISTS: Columns = [("external_ids", Text(db_default="{}")), ("tags", Text(db_default="[]"))]
MAPS: Columns = [(name, Text(db_default="{}")) for name in ("metadata", "metadata_folded")]
RECORD: Columns = [
    ("seq", sequence()),
    ("id", Text(unique=True)),
    *required("members"),
    ("version", integer()),
    *required("created_at", "updated_at"),
    *optional("deleted_at"),
    *LISTS,
    *MAPS,
    *required("name", "name_folded"),
]
ADDRESS = [f"address_{part}" for part in ("line1", "line2", "city", "region", "postal_code", "country")]

TABLES: dict[str, tuple[str, Columns]] = {
    "User": (
        "users",
        [
            *RECORD,
            *required("email", "email_folded", "email_exact", "role", "status"),
            *folded("title", "phone", "locale", "time_zone"),
            *optional("password_hash"),
        ],
    ),
    "Client": (
        "clients",
        [
            *RECORD,
            *folded("legal_name", "domain", "website"),
            *optional("email", "email_folded", "email_exact"),
            *folded("phone", "industry"),
            ("employees", integer(null=True)),
            *folded("tax_id"),
            *required("status"),
            *folded(*ADDRESS),
            ("owner_id", Reference("users", null=True)),
            ("parent_id", Reference("clients", null=True)),
        ],
    ),
    "Customer": (
        "customers",
        [
            *RECORD,
            *folded("given_name", "family_name"),
            *optional("email", "email_folded", "email_exact"),
            ("additional_emails", Text(db_default="[]")),
            *folded("phone"),
            ("additional_phones", Text(db_default="[]")),
            *folded("title", "locale", "time_zone"),
            *required("status", "email_consent"),
            *folded(*ADDRESS),
            ("client_id", Reference("clients", null=True)),
            ("owner_id", Reference("users", null=True)),
        ],
    ),
    "ApiKey": (
        "api_keys",
        [
            ("seq", sequence()),
            ("id", Text(unique=True)),
            ("version", integer()),
            *required("name", "name_folded", "prefix", "prefix_folded"),
            ("scopes", Text(db_default="[]")),
            ("owner_id", Reference("users")),
            *required("secret_hash"),
            *optional("previous_hash", "previous_until"),
            *required("created_at", "updated_at"),
            *optional("expires_at", "last_used_at", "revoked_at"),
        ],
    ),
    "ExternalId": ("external_ids", [("seq", sequence()), *required("resource", "system", "value", "record")]),
    "Change": (
        "changes",
        [
            ("seq", sequence()),
            *required("at", "resource", "record", "action"),
            ("version", integer()),
            *required("changes"),
            *optional("key_id", "user_id"),
            *required("source", "trace_id"),
        ],
    ),
    "Maintenance": (
        "maintenance",
        [
            ("id", integer(primary_key=True, generated=False)),
            ("on", fields.BooleanField(db_default=False)),
            *optional("message"),
            ("retry_after", integer(null=True)),
            *optional("since"),
        ],
    ),
}

# Each pair (value, id) serves its sort in both directions: nulls are read apart from the rest.
SORTS_OF_ALL = ("version", "created_at", "updated_at", "deleted_at", "name_folded", "email_folded", "phone_folded")
SORTS_OF_ADDRESS = [f"{column}_folded" for column in ADDRESS]
SORTS = {
    "users": [*SORTS_OF_ALL, "role", "status", "title_folded", "locale_folded", "time_zone_folded"],
    "clients": [
        *SORTS_OF_ALL,
        *("legal_name_folded", "domain_folded", "website_folded", "industry_folded", "employees", "tax_id_folded"),
        *("status", "owner_id", "parent_id"),
        *SORTS_OF_ADDRESS,
    ],
    "customers": [
        *SORTS_OF_ALL,
        *("given_name_folded", "family_name_folded", "title_folded", "locale_folded", "time_zone_folded"),
        *("status", "email_consent", "client_id", "owner_id"),
        *SORTS_OF_ADDRESS,
    ],
    "api_keys": [
        *("version", "name_folded", "prefix_folded", "owner_id"),
        *("created_at", "updated_at", "expires_at", "last_used_at", "revoked_at"),
    ],
}

# What is mostly read newest first.
NEWEST: dict[str, tuple[str, ...]] = {
    "users": ("status",),
    "clients": ("status", "owner_id", "parent_id"),
    "customers": ("status", "client_id", "owner_id"),
    "api_keys": ("owner_id",),
}

# No two live records hold the same; deleted ones keep nothing. The plain index finds the deleted ones too.
LIVE = {"users": ("email", "email_exact"), "clients": ("domain", "domain"), "customers": ("email", "email_exact")}
EXACT = {"users": "email_exact", "clients": "email_exact", "customers": "email_exact"}

OTHERS = (
    "CREATE UNIQUE INDEX external_ids_value ON external_ids (resource, system, value)",
    "CREATE INDEX external_ids_record ON external_ids (record)",
    "CREATE UNIQUE INDEX api_keys_secret_hash ON api_keys (secret_hash)",
    "CREATE INDEX api_keys_previous_hash ON api_keys (previous_hash)",
    "CREATE INDEX changes_record ON changes (record, seq)",
    'INSERT INTO maintenance (id, "on") VALUES (1, false)',
)

ON_POSTGRESQL = (
    # xid8 is never reused, and comes from the transaction that writes the row.
    "ALTER TABLE changes ADD COLUMN tx xid8 NOT NULL DEFAULT pg_current_xact_id()",
    "CREATE INDEX changes_tx ON changes (tx, seq)",
)


def statements(dialect: str) -> list[str]:
    """What the models cannot say, in the words of one database."""
    found = []
    for table, columns in SORTS.items():
        found += [
            f"CREATE INDEX {table}_{column.removesuffix('_folded')} ON {table} ({column}, id)" for column in columns
        ]
    for table, keys in NEWEST.items():
        found += [f"CREATE INDEX {table}_{key}_created_at ON {table} ({key}, created_at, id)" for key in keys]
    for table, (name, column) in LIVE.items():
        found.append(f"CREATE UNIQUE INDEX {table}_{name}_live ON {table} ({column}) WHERE deleted_at IS NULL")
    found += [f"CREATE INDEX {table}_{column} ON {table} ({column}, id)" for table, column in EXACT.items()]
    found += OTHERS
    for table in ("users", "clients", "customers"):
        found += words_on_sqlite(table) if dialect == "sqlite" else words_on_postgresql(table)
    return found if dialect == "sqlite" else [*found, *ON_POSTGRESQL]


def words_on_sqlite(table: str) -> list[str]:
    return [f"CREATE VIRTUAL TABLE {table}_words USING fts5(words, detail=none, columnsize=0, tokenize='ascii')"]


def words_on_postgresql(table: str) -> list[str]:
    return [
        f"ALTER TABLE {table} ADD COLUMN words tsvector NOT NULL DEFAULT ''",
        # Without a list of pending words to walk, a search takes as long after many writes as before.
        f"CREATE INDEX {table}_words ON {table} USING gin (words) WITH (fastupdate = off)",
    ]


async def run_statements(apps: Any, editor: Any) -> None:
    for statement in statements(editor.DIALECT):
        await editor.client.execute_query(statement)


class Migration(migrations.Migration):
    initial = True

    operations = [  # noqa: RUF012 - Tortoise's own form
        *(ops.CreateModel(name, columns, {"table": table}) for name, (table, columns) in TABLES.items()),
        ops.RunPython(run_statements),
    ]
