"""The tests of the JavaScript binding that are written in JavaScript."""

from __future__ import annotations

import subprocess
from pathlib import Path


def test_they_pass(node: str) -> None:
    file = Path(__file__).parent / "javascript.test.mjs"
    done = subprocess.run([node, "--test", str(file)], capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout
    assert "# tests 0" not in done.stdout
