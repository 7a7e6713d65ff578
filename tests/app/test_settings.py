"""Settings: defaults, both sources, every form of value, every fault at once, and no password shown."""

from pathlib import Path

import pytest

from app.setting_rates import Rates
from app.settings import VARIABLES, Settings, SettingsError

SECRET = "pa55-w0rd"


def load(**environ: str) -> Settings:
    return Settings.load(environ, dotenv=None)


def faults(**environ: str) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        load(**environ)
    return caught.value.faults


def test_defaults() -> None:
    settings = load()
    assert settings == Settings(
        database_url=f"sqlite://{Path('var').resolve()}/cube.db",
        data_dir=Path("var").resolve(),
        host="127.0.0.1",
        port=8000,
        workers=1,
        sample=True,
        admin_email="admin@cube.example",
        cors_origins=("*",),
        base_url=None,
        trace_trust="continue",
        log_level="info",
        drain_seconds=0,
        rate_limit=Rates((2_000_000, 3600), (100_000_000, 3600), (600, 60)),
        idempotency_hours=24,
        redis_url=None,
        forwarded_allow_ips="127.0.0.1",
    )
    assert settings.dialect == "sqlite"
    assert settings.sqlite_path == Path("var/cube.db").resolve()


def test_an_empty_value_is_the_default() -> None:
    assert load(CUBE_PORT="", CUBE_BASE_URL=" ", CUBE_DATABASE_URL="") == load()


def test_the_database_lies_in_the_data_folder(tmp_path: Path) -> None:
    folder = tmp_path / "a folder, 100%"
    settings = load(CUBE_DATA_DIR=str(folder))
    assert settings.sqlite_path == folder / "cube.db"
    assert " " not in settings.database_url


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("CUBE_DATABASE_URL", "sqlite:///srv/cube.db", "sqlite:///srv/cube.db"),
        ("CUBE_DATABASE_URL", "sqlite:////srv/cube.db", "sqlite:///srv/cube.db"),
        ("CUBE_DATABASE_URL", "postgresql://cube@db:5432/cube", "postgresql://cube@db:5432/cube"),
        (
            "CUBE_DATABASE_URL",
            "postgres://cube:p%40ss@db/cube?ssl=require",
            "postgresql://cube:p%40ss@db/cube?ssl=require",
        ),
        ("CUBE_DATABASE_URL", "postgresql:///cube?host=/run/postgresql", "postgresql:///cube?host=/run/postgresql"),
        ("CUBE_HOST", "0.0.0.0", "0.0.0.0"),
        ("CUBE_HOST", "[::1]", "::1"),
        ("CUBE_HOST", "localhost", "localhost"),
        ("CUBE_PORT", "0", 0),
        ("CUBE_WORKERS", " 4 ", 4),
        ("CUBE_SAMPLE", "OFF", False),
        ("CUBE_ADMIN_EMAIL", "zoë@example.org", "zoë@example.org"),
        (
            "CUBE_CORS_ORIGINS",
            "https://App.example.com:443, http://localhost:3000",
            ("https://app.example.com", "http://localhost:3000"),
        ),
        ("CUBE_BASE_URL", "https://api.example.com/", "https://api.example.com"),
        ("CUBE_BASE_URL", "http://[::1]:8000/cube/", "http://[::1]:8000/cube"),
        ("CUBE_TRACE_TRUST", "restart", "restart"),
        ("CUBE_LOG_LEVEL", "Debug", "debug"),
        ("CUBE_DRAIN_SECONDS", "30", 30),
        ("CUBE_IDEMPOTENCY_HOURS", "720", 720),
        ("CUBE_RATE_LIMIT", "OFF", None),
        ("CUBE_RATE_LIMIT", "requests=100/s", Rates((100, 1), (100_000_000, 3600), (600, 60))),
        (
            "CUBE_RATE_LIMIT",
            "address=10/30s, cost = 6000/10m,requests=9/2h",
            Rates((9, 7200), (6000, 600), (10, 30)),
        ),
        ("CUBE_REDIS_URL", "redis://:p%40ss@cache:6380/2", "redis://:p%40ss@cache:6380/2"),
        ("CUBE_REDIS_URL", "rediss://cache", "rediss://cache"),
        ("CUBE_REDIS_URL", "unix:///run/redis.sock?db=1", "unix:///run/redis.sock?db=1"),
        ("CUBE_FORWARDED_ALLOW_IPS", "10.0.0.0/8, ::1", "10.0.0.0/8,::1"),
        ("CUBE_FORWARDED_ALLOW_IPS", "*", "*"),
    ],
)
def test_a_good_value(name: str, text: str, value: object) -> None:
    field = name.removeprefix("CUBE_").lower()
    assert getattr(load(**{name: text}), field) == value


BAD = [
    ("CUBE_DATABASE_URL", "cube.db"),
    ("CUBE_DATABASE_URL", "sqlite://cube.db"),
    ("CUBE_DATABASE_URL", "sqlite:///:memory:"),
    ("CUBE_DATABASE_URL", "sqlite:///srv/cube.db?mode=ro"),
    ("CUBE_DATABASE_URL", "sqlite:///"),
    ("CUBE_DATABASE_URL", "sqlite:///tmp"),
    ("CUBE_DATABASE_URL", "mysql://u@h/cube"),
    ("CUBE_DATABASE_URL", "postgresql+asyncpg://u@h/cube"),
    ("CUBE_DATABASE_URL", "postgresql://u@h"),
    ("CUBE_DATABASE_URL", "postgresql://u@h/a/b"),
    ("CUBE_DATABASE_URL", "postgresql:///cube"),
    ("CUBE_DATABASE_URL", "postgresql://u@h:port/cube"),
    ("CUBE_DATABASE_URL", "postgresql://u@h/cube#x"),
    ("CUBE_DATA_DIR", __file__),
    ("CUBE_HOST", "http://localhost"),
    ("CUBE_HOST", "1.2.3"),
    ("CUBE_HOST", "-x"),
    ("CUBE_PORT", "65536"),
    ("CUBE_PORT", "-1"),
    ("CUBE_PORT", "8e3"),
    ("CUBE_PORT", "٨٠"),
    ("CUBE_PORT", "9" * 5000),
    ("CUBE_WORKERS", "0"),
    ("CUBE_SAMPLE", "yes"),
    ("CUBE_ADMIN_EMAIL", "admin"),
    ("CUBE_ADMIN_EMAIL", "a b@example.com"),
    ("CUBE_CORS_ORIGINS", "app.example.com"),
    ("CUBE_CORS_ORIGINS", "https://app.example.com/"),
    ("CUBE_CORS_ORIGINS", "*,https://app.example.com"),
    ("CUBE_CORS_ORIGINS", "https://a.example,,https://b.example"),
    ("CUBE_CORS_ORIGINS", "https://a.example https://b.example"),
    ("CUBE_BASE_URL", "/cube"),
    ("CUBE_BASE_URL", "ftp://api.example.com"),
    ("CUBE_BASE_URL", "https://api.example.com?x=1"),
    ("CUBE_BASE_URL", "https://me:secret@api.example.com"),
    ("CUBE_TRACE_TRUST", "always"),
    ("CUBE_LOG_LEVEL", "warn"),
    ("CUBE_DRAIN_SECONDS", "1.5"),
    ("CUBE_IDEMPOTENCY_HOURS", "0"),
    ("CUBE_RATE_LIMIT", "on"),
    ("CUBE_RATE_LIMIT", "requests"),
    ("CUBE_RATE_LIMIT", "requests=100"),
    ("CUBE_RATE_LIMIT", "requests=0/s"),
    ("CUBE_RATE_LIMIT", "requests=9/0s"),
    ("CUBE_RATE_LIMIT", "requests=9/d"),
    ("CUBE_RATE_LIMIT", "requests=1.5/s"),
    ("CUBE_RATE_LIMIT", "requests=1/s,requests=2/s"),
    ("CUBE_RATE_LIMIT", "requests=1/s,"),
    ("CUBE_RATE_LIMIT", "keys=1/s"),
    ("CUBE_REDIS_URL", "cache:6379"),
    ("CUBE_REDIS_URL", "redis://"),
    ("CUBE_REDIS_URL", "redis://cache:port"),
    ("CUBE_REDIS_URL", "redis://cache/name"),
    ("CUBE_REDIS_URL", "unix://"),
    ("CUBE_FORWARDED_ALLOW_IPS", "proxy.example"),
    ("CUBE_FORWARDED_ALLOW_IPS", "10.0.0.1/8"),
]


@pytest.mark.parametrize(("name", "text"), BAD)
def test_a_bad_value_names_its_variable_and_what_is_right(name: str, text: str) -> None:
    (fault,) = faults(**{name: text})
    (variable,) = [each for each in VARIABLES if each.name == name]
    assert fault.startswith(f"{name}: ")
    assert fault.endswith(f"; right is {variable.form.right}.")
    assert len(fault) < 250


def test_all_bad_values_are_told_at_once() -> None:
    told = faults(CUBE_PORT="high", CUBE_WORKERS="many", CUBE_SAMPLE="maybe")
    assert [fault.partition(":")[0] for fault in told] == ["CUBE_PORT", "CUBE_WORKERS", "CUBE_SAMPLE"]
    assert told[0] == "CUBE_PORT: 'high' is not a whole number; right is a whole number from 0 to 65535."


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://cube:{SECRET}@db:wrong/cube",
        f"postgresql://cube:{SECRET}/slash@db/cube",
        f"postgresql://cube:{SECRET}#hash@db/cube",
        f"postgresql://cube:[{SECRET}@db/cube",
        f"postgresql://cube:{SECRET}@db",
        f"mysql://cube:{SECRET}@db/cube",
        f"{SECRET}@db://cube",
        SECRET,
    ],
)
def test_a_fault_of_the_database_url_shows_no_password(url: str) -> None:
    assert SECRET not in " ".join(faults(CUBE_DATABASE_URL=url))


@pytest.mark.parametrize("url", [f"redis://:{SECRET}@[cache", f"http://:{SECRET}@cache", f"redis://:{SECRET}/x@cache"])
def test_a_fault_of_the_redis_url_shows_no_password(url: str) -> None:
    assert SECRET not in " ".join(faults(CUBE_REDIS_URL=url))


def test_repr_shows_no_password_of_redis() -> None:
    assert SECRET not in repr(load(CUBE_REDIS_URL=f"redis://:{SECRET}@cache/0?password={SECRET}"))


def test_repr_shows_no_password() -> None:
    settings = load(CUBE_DATABASE_URL=f"postgresql://cube:{SECRET}@db:5433/cube?password={SECRET}&ssl=require")
    assert settings.dialect == "postgresql"
    assert SECRET in settings.database_url
    assert SECRET not in repr(settings) + str(settings)
    assert settings.shown_database_url == "postgresql://cube:***@db:5433/cube?password=***&ssl=require"
    assert "port=8000" in repr(settings)


def test_an_unknown_name_is_a_warning_with_the_nearest() -> None:
    settings = load(CUBE_PROT="1", CUBE_DATABSE_URL="x", PORT="2", cube_port="3")
    assert settings.warnings == (
        "CUBE_DATABSE_URL is not a setting of Cube and is ignored; the nearest is CUBE_DATABASE_URL.",
        "CUBE_PROT is not a setting of Cube and is ignored; the nearest is CUBE_PORT.",
    )


def test_names_of_the_bindings_and_the_tests_are_no_warnings() -> None:
    assert load(CUBE_URL="x", CUBE_KEY="x", CUBE_SHARED="x", CUBE_TEST_REQUIRE="x").warnings == ()


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(
        '# mine\nexport CUBE_PORT=9000\nCUBE_HOST="0.0.0.0" # all\nCUBE_SAMPEL=off\nCUBE_WORKERS\n', "utf-8"
    )
    settings = Settings.load({"CUBE_PORT": "9001"}, dotenv=file)
    assert (settings.port, settings.host, settings.workers) == (9001, "0.0.0.0", 1)
    assert len(settings.warnings) == 1
    assert "CUBE_SAMPLE" in settings.warnings[0]


def test_a_file_that_is_not_text_is_a_fault(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes(b"CUBE_HOST=\xff\n")
    with pytest.raises(SettingsError, match="not UTF-8"):
        Settings.load({}, dotenv=file)


def test_no_file_is_no_fault(tmp_path: Path) -> None:
    assert Settings.load({}, dotenv=tmp_path / ".env") == load()


def test_the_real_environment_is_read_when_none_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUBE_PORT", "8123")
    assert Settings.load(dotenv=None).port == 8123


def test_every_variable_has_its_field() -> None:
    names = [variable.field for variable in VARIABLES]
    assert sorted([*names, "warnings"]) == sorted(Settings.__dataclass_fields__)
