"""The folder for the files of tests: in memory only where that has room and lets programs run."""

from pathlib import Path

from tests.scratch import scratch


def test_it_is_in_memory_where_there_is_room(tmp_path: Path) -> None:
    assert scratch(tmp_path, room=1) == tmp_path


def test_it_is_elsewhere_where_memory_has_no_room_or_is_not_there(tmp_path: Path) -> None:
    for memory, room in ((tmp_path, 1 << 62), (tmp_path / "none", 1)):
        found = scratch(memory, room)
        assert found != memory
        assert found.is_dir()
