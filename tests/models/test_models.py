"""The models: they hold what the declarations need, and the migrations make them."""

from importlib import import_module
from pathlib import Path

import pytest
from tortoise.context import TortoiseContext
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.models import Model

from app.services.database import Limits
from app.services.database.tortoise_config import tortoise_config
from app.settings import Settings
from models import MODULES
from schema.resource import Field, Kind, Resource
from schema.resources import DIRECTORY, RESOURCES

# What is stored beside the declared fields, and whether it may be null.
ALSO = {
    "users": {"password_hash": True, "password_version": False},
    "api_keys": {
        "secret_hash": False,
        "previous_hash": True,
        "previous_until": True,
        "filters": False,
        "filters_parts": False,
        "hidden_fields": False,
    },
}


def models() -> dict[str, type[Model]]:
    found = [v for name in MODULES for v in vars(import_module(name)).values() if isinstance(v, type)]
    concrete = [v for v in found if issubclass(v, Model) and v._meta.db_table]
    return {model._meta.db_table: model for model in concrete}


def columns_of(field: Field) -> dict[str, bool]:
    if field.kind is Kind.ADDRESS:
        return {name: null for member in field.members for name, null in columns_of(member).items()}
    ends = [""] + ["_folded"] * (field.folded or field.kind is Kind.METADATA) + ["_exact"] * (field.kind is Kind.EMAIL)
    ends += ["_parts"] * (field.kind is Kind.FILTERS)
    return {field.column + end: field.nullable for end in ends}


def needed(resource: Resource) -> dict[str, bool]:
    declared = {name: null for field in resource.fields for name, null in columns_of(field).items()}
    kept = {"members": False} if resource.documented else {}
    return {"seq": False} | kept | declared | ALSO.get(resource.table, {})


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda r: r.name)
def test_a_table_has_a_column_for_whatever_is_declared_and_no_other(resource: Resource) -> None:
    stored = {name: field.null for name, field in models()[resource.table]._meta.fields_map.items() if name != "pk"}
    assert stored == needed(resource)


def test_what_the_directory_has_in_common_is_stored_alike() -> None:
    common = set.intersection(*(set(needed(resource)) for resource in DIRECTORY))
    assert {"id", "version", "created_at", "deleted_at", "external_ids", "tags", "metadata_folded"} <= common


def test_every_module_of_a_table_is_listed() -> None:
    folder = Path(import_module("models").__file__ or "").parent
    modules = {f"models.{path.stem}" for path in folder.glob("*.py")}
    assert set(MODULES) == modules - {"models.__init__", "models.columns", "models.record", "models.served"}


async def test_the_migrations_make_the_models(tmp_path: Path) -> None:
    settings = Settings.load({"CUBE_DATA_DIR": str(tmp_path)}, None)
    config = tortoise_config(settings, Limits(), "models.migrations")
    async with TortoiseContext() as context:
        await context.init(config)
        assert context.apps
        changes = await MigrationAutodetector(context.apps, config["apps"]).changes()
    assert [vars(operation) for writer in changes for operation in writer.operations] == []
