"""The composed name, and what importing the values costs."""

import subprocess
import sys
from pathlib import Path

import pytest

from schema.values.person import full_name

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (("Jane", "Doe", "j@x.io", "+49"), "Jane Doe"),
        (("Jane", None, "j@x.io", None), "Jane"),
        ((None, "Doe", None, None), "Doe"),
        ((None, None, "j@x.io", "+49"), "j@x.io"),
        ((None, None, None, "+49"), "+49"),
        ((None, None, None, None), None),
    ],
)
def test_full_name(parts, name):
    assert full_name(*parts) == name


def test_the_large_tables_wait_until_they_are_needed():
    modules = ("country", "domain", "email", "instant", "locale", "maps", "person", "phone", "tags", "text")
    heavy = {"babel", "email_validator", "idna", "phonenumbers", "pycountry", "zoneinfo"}
    imports = "; ".join(f"import schema.values.{module}" for module in modules)
    code = f"import sys; {imports}; print(sorted({heavy} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert run.stdout.strip() == "[]"
