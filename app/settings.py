"""What Cube reads from its environment: one value for each CUBE_* variable, all of them checked at the start."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, Self

from app import setting_rates as rates
from app import setting_values as values
from app.setting_rates import Rates
from app.setting_values import Form

# These belong to the bindings and to the tests.
_OTHERS = frozenset({"CUBE_URL", "CUBE_KEY", "CUBE_SHARED"})
_OTHERS_PREFIX = "CUBE_TEST_"


@dataclass(frozen=True)
class Variable:
    """A variable of the environment: what it takes when nothing is said, what it may take, what it is for."""

    name: str
    default: str
    form: Form
    meaning: str

    @property
    def field(self) -> str:
        return self.name.removeprefix("CUBE_").lower()


# An empty default, or an empty value, is none.
VARIABLES = (
    Variable("CUBE_DATABASE_URL", "", values.DATABASE_URL, "the database; if not given, `cube.db` in `CUBE_DATA_DIR`"),
    Variable("CUBE_DATA_DIR", "var", values.FOLDER, "where Cube keeps its files"),
    Variable("CUBE_HOST", "127.0.0.1", values.HOST, "the address that it listens on"),
    Variable("CUBE_PORT", "8000", values.whole(0, 65535), "the port that it listens on; 0 takes a free one"),
    Variable("CUBE_WORKERS", "1", values.whole(1, 256), "how many processes serve"),
    Variable("CUBE_SAMPLE", "on", values.SWITCH, "whether a first start fills in a sample directory"),
    Variable("CUBE_ADMIN_EMAIL", "admin@cube.example", values.EMAIL, "the first admin, whom a first start makes"),
    Variable("CUBE_CORS_ORIGINS", "*", values.ORIGINS, "the web pages that may call"),
    Variable("CUBE_BASE_URL", "", values.BASE_URL, "the address that callers know Cube by, where a link must be whole"),
    Variable("CUBE_TRACE_TRUST", "continue", values.choice("continue", "restart"), "what becomes of a caller's trace"),
    Variable("CUBE_LOG_LEVEL", "info", values.choice("debug", "info", "warning", "error"), "the least that is logged"),
    Variable("CUBE_DRAIN_SECONDS", "0", values.whole(0, 3600), "how long a stopping process goes on accepting"),
    Variable("CUBE_RATE_LIMIT", rates.DEFAULT, rates.RATES, "what a key, and an address without one, may ask for"),
    Variable("CUBE_IDEMPOTENCY_HOURS", "24", values.whole(1, 720), "how long answers to idempotency keys are kept"),
    Variable("CUBE_REDIS_URL", "", rates.REDIS_URL, "where processes share what they count; else each counts alone"),
    Variable("CUBE_FORWARDED_ALLOW_IPS", "127.0.0.1", values.NETWORKS, "the proxies whose X-Forwarded-* is believed"),
)


class SettingsError(ValueError):
    """The environment holds values that cannot be used: each fault names its variable and what would be right."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


@dataclass(frozen=True, repr=False)
class Settings:
    """One value for each variable, in the form in which it is used."""

    database_url: str
    data_dir: Path
    host: str
    port: int
    workers: int
    sample: bool
    admin_email: str
    cors_origins: tuple[str, ...]
    base_url: str | None
    trace_trust: Literal["continue", "restart"]
    log_level: Literal["debug", "info", "warning", "error"]
    drain_seconds: int
    rate_limit: Rates | None
    idempotency_hours: int
    redis_url: str | None
    forwarded_allow_ips: str
    warnings: tuple[str, ...] = ()

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None, dotenv: Path | None = Path(".env")) -> Self:
        """Read the environment, and the file `dotenv` for what it leaves out; raise SettingsError with every fault."""
        given = _read_file(dotenv) | dict(os.environ if environ is None else environ)
        read: dict[str, Any] = {}
        faults = []
        for variable in VARIABLES:
            text = given.get(variable.name, "").strip() or variable.default
            try:
                read[variable.field] = variable.form.read(text) if text else None
            except ValueError as fault:
                faults.append(f"{variable.name}: {fault}; right is {variable.form.right}.")
        if faults:
            raise SettingsError(faults)
        read["database_url"] = read["database_url"] or values.sqlite_url(read["data_dir"] / "cube.db")
        return cls(**read, warnings=tuple(_unknown(given)))

    @property
    def dialect(self) -> Literal["sqlite", "postgresql"]:
        return "sqlite" if self.database_url.startswith("sqlite:") else "postgresql"

    @property
    def sqlite_path(self) -> Path:
        """The file that an SQLite URL names."""
        return values.sqlite_path(self.database_url)

    @property
    def shown_database_url(self) -> str:
        """The database's URL without its password, for people and logs."""
        return values.redacted(self.database_url)

    def __repr__(self) -> str:
        shown = {field.name: getattr(self, field.name) for field in fields(self)}
        shown["database_url"] = self.shown_database_url
        shown["redis_url"] = self.redis_url and values.redacted(self.redis_url)
        return f"Settings({', '.join(f'{name}={value!r}' for name, value in shown.items())})"


def _read_file(path: Path | None) -> dict[str, str]:
    if path is None or not path.is_file():
        return {}
    from dotenv import dotenv_values

    try:
        return {name: text for name, text in dotenv_values(path).items() if text is not None}
    except (OSError, UnicodeDecodeError) as fault:
        reason = fault.strerror if isinstance(fault, OSError) else "it is not UTF-8 text"
        raise SettingsError([f"{path}: {reason}; right is a readable file of NAME=value lines."]) from None


def _unknown(given: Mapping[str, str]) -> Iterable[str]:
    """A warning for each CUBE_* name that means nothing."""
    known = [variable.name for variable in VARIABLES]
    for name in sorted(given):
        if not name.startswith("CUBE_") or name in known or name in _OTHERS or name.startswith(_OTHERS_PREFIX):
            continue
        nearest = get_close_matches(name, known, n=1, cutoff=0)
        yield f"{name} is not a setting of Cube and is ignored; the nearest is {nearest[0]}."
