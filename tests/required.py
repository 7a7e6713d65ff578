"""What a run of the tests may go without, and what it may not: the parts that CUBE_TEST_REQUIRE names."""

import os
from typing import NoReturn

import pytest

# The parts that fixtures gave to a test in this run.
used: set[str] = set()


def required() -> set[str]:
    """The parts without which this run has failed: any of postgres, redis, audits, chromium, node, jq, shared."""
    return {name.strip() for name in os.environ.get("CUBE_TEST_REQUIRE", "").split(",")} - {""}


def require(name: str, reason: str) -> NoReturn:
    """The part `name` is missing: skip the test, or fail it where the run must have that part."""
    if name in required():
        pytest.fail(f"CUBE_TEST_REQUIRE names {name}, but {reason}", pytrace=False)
    pytest.skip(reason)
