"""The migration that adds places to search words: records that are there already are found by them too."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import models.migrations
from app.services.database import Database
from app.services.migrate import PLACES_STEP, migrate
from app.services.sql.words import PLACES
from app.settings import Settings
from schema.resources import DIRECTORY
from tests.models.rows import insert


@pytest.fixture
def earlier(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A package of the migrations before that one."""
    name = f"earlier_{abs(hash(str(tmp_path)))}"
    shutil.copytree(Path(models.migrations.__file__ or "").parent, tmp_path / name)
    for step in (tmp_path / name).glob("[0-9]*.py"):
        if step.stem >= PLACES_STEP:
            step.unlink()
    monkeypatch.syspath_prepend(str(tmp_path))
    return name


async def test_words_get_their_places(database_url: str, earlier: str) -> None:
    settings = Settings.load({"CUBE_DATABASE_URL": database_url}, dotenv=None)
    await migrate(settings, earlier)
    db = await Database.open(settings)
    async with db.transaction() as tx:
        ann = {"email": "ann@x.io", "email_folded": "ann@x.io", "email_exact": "ann@x.io", "phone": "+551123456789"}
        await insert(tx, db.dialect, "customers", id="cus_1", tags='["Ann"]', **ann)
    await db.close()
    assert (await migrate(settings))[0] == PLACES_STEP
    db = await Database.open(settings)
    if db.dialect.name == "sqlite":
        ((words, places),) = await db.fetch("SELECT words, places FROM customers_words")
        found = {(token, int(place)) for place, token in (one.split("w") for one in places.split() if "w" in one)}
        assert len(words.split()) > len({token for token, _ in found})
    else:
        text = "SELECT substr(u.lexeme, 2), unnest(u.positions) FROM customers, unnest(words) u WHERE u.lexeme ~ '^w'"
        found = {(token, int(place)) for token, place in await db.fetch(text)}
    hexed = {word: word.encode().hex() for word in ("ann", "ann@x.io", "x.io")}
    assert found == {
        (hexed["ann"], PLACES["name"]),
        (hexed["ann"], PLACES["email"]),
        (hexed["ann"], PLACES["tags"]),
        (hexed["ann@x.io"], PLACES["email"]),
        (hexed["x.io"], PLACES["email"]),
    }
    await db.close()


def test_every_searched_field_has_a_place_of_its_own() -> None:
    searched = {field.name for resource in DIRECTORY for field in resource.fields if field.searched}
    assert searched | {"phone", "externalIds"} == set(PLACES)
    assert len(set(PLACES.values())) == len(PLACES)
