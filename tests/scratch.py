"""Where the tests keep their files: in memory where there is room, for nothing of theirs has to outlive a run."""

import os
import shutil
import tempfile
from pathlib import Path

_MEMORY = Path("/dev/shm")
_ROOM = 4 * 1024**3


def scratch(memory: Path = _MEMORY, room: int = _ROOM) -> Path:
    """The folder in which to make others. One in memory must let programs run, and have room for servers' files."""
    if memory.is_dir() and os.access(memory, os.W_OK | os.X_OK):
        runs = not os.statvfs(memory).f_flag & os.ST_NOEXEC
        if runs and shutil.disk_usage(memory).free >= room:
            return memory
    return Path("/tmp" if os.geteuid() == 0 else tempfile.gettempdir())  # what root sets aside, others may not reach
