"""How long the tests of this folder go on: the suite's rounds, or as many as a longer run asks for."""

from __future__ import annotations

import os

from tests.cases.conftest import place

__all__ = ["place"]

ROUNDS = int(os.environ.get("CUBE_TEST_ROUNDS", "50"))
KILLS = int(os.environ.get("CUBE_TEST_KILLS", "20"))
