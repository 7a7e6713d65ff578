"""A run that must have a part fails without it: a skip becomes a failure, and so does a part that no test used."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def run(*selected: str, **environ: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *selected]
    return subprocess.run(command, cwd=ROOT, env=os.environ | environ, capture_output=True, text=True)


@pytest.mark.parametrize("beside", ["0", "1"])
def test_a_required_part_that_no_test_used_fails_the_run(beside: str) -> None:
    """Whether the tests run in the process that judges them or in one beside it."""
    done = run("tests/app/test_settings.py::test_defaults", "-n", beside, CUBE_TEST_REQUIRE="audits")
    assert "1 passed" in done.stdout
    assert "CUBE_TEST_REQUIRE names audits, but no test used it" in done.stdout
    assert done.returncode == 1


def test_without_requirements_the_same_run_is_good() -> None:
    assert run("tests/app/test_settings.py::test_defaults", CUBE_TEST_REQUIRE="").returncode == 0


def test_a_required_part_that_a_process_beside_used_is_enough(shared_data: Path) -> None:
    asked = "tests/test_required.py::test_shared_data_is_a_folder_of_folders"
    done = run(asked, "-n", "1", CUBE_TEST_REQUIRE="shared", CUBE_SHARED=str(shared_data.parent))
    assert (done.returncode, "1 passed" in done.stdout) == (0, True), done.stdout


def test_a_missing_part_is_skipped_unless_it_is_required(tmp_path: Path) -> None:
    asked = "tests/test_required.py::test_shared_data_is_a_folder_of_folders"
    skipped = run(asked, CUBE_TEST_REQUIRE="", CUBE_SHARED=str(tmp_path))
    assert (skipped.returncode, "1 skipped" in skipped.stdout) == (0, True)
    failed = run(asked, CUBE_TEST_REQUIRE="shared", CUBE_SHARED=str(tmp_path))
    assert failed.returncode == 1
    assert "CUBE_TEST_REQUIRE names shared, but there is no folder" in failed.stdout


def test_shared_data_is_a_folder_of_folders(shared_data: Path) -> None:
    assert any(shared_data.glob("*/*.csv"))
