"""How soon a server answers after its start, what it imports for that, and how much memory it takes when idle."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from argparse import Namespace
from pathlib import Path

from scripts.measures.server import ROOT, descendants, free_port, memory, seconds_of, serving, start, until_answered
from scripts.measures.stock import Filled, Stock
from scripts.measures.verdict import Report, median

_SIZE = 10_000
_SECONDS, _MEGABYTES = 1.5, 120.0
_TIMES, _TOLD = 7, 15
_IMPORTED = "import app.cli, app.server, app.main, app.services.pending"


def measure(stock: Stock, asked: Namespace) -> int:
    filled = stock.filled(_SIZE)
    report = Report(f"Start on {stock.kind}: answers within {_SECONDS:g} s", ("what", "median", "least", "most"))
    live, record, processor = zip(*(_start(filled) for _ in range(_TIMES)), strict=True)
    aims = {"/health/live": live, "one record": record, "processor time until then": processor}
    for name, times in aims.items():
        cells = (f"{one:.2f} s" for one in (median(times), min(times), max(times)))
        report.line(name, *cells, good=None if times is processor else median(times) < _SECONDS)
    return report.missed + _idle(filled, stock.kind) + _imports()


def _start(filled: Filled) -> tuple[float, float, float]:
    """Seconds from the start of the process to its first answer, and to its first record; what it worked of them."""
    with tempfile.TemporaryDirectory() as folder:
        log, port = Path(folder, "log"), free_port()
        begun = time.perf_counter()
        process = start(filled.url, port, log)
        try:
            until_answered(process, port, "/health/live", log)
            live = time.perf_counter() - begun
            until_answered(process, port, "/customers?limit=1", log, filled.key)
            return live, time.perf_counter() - begun, seconds_of(process.pid)
        finally:
            process.terminate()
            process.wait(60)


def _idle(filled: Filled, kind: str) -> int:
    report = Report(f"Idle on {kind}: at most {_MEGABYTES:g} MB a worker", ("processes", "RSS", "PSS"))
    for workers in (1, 2):
        with serving(filled.url, filled.key, workers) as server:
            time.sleep(2)
            working = server.workers()
            for pid in (server.pid, *descendants(server.pid)):
                used, good = memory(pid, "VmRSS"), None
                if pid in working:
                    good = used < _MEGABYTES
                name = "a worker" if pid in working else "beside it"
                report.line(f"{name}, of {workers}", f"{used:.0f} MB", f"{memory(pid, 'Pss'):.0f} MB", good=good)
    return report.missed


def _imports() -> int:
    """The packages whose modules take longest to import, themselves alone."""
    command = [sys.executable, "-X", "importtime", "-c", _IMPORTED]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    own: dict[str, int] = {}
    for line in done.stderr.splitlines():
        parts = line.removeprefix("import time:").split("|")
        if len(parts) == 3 and parts[0].strip().isdigit():
            name = parts[2].strip().split(".")[0]
            own[name] = own.get(name, 0) + int(parts[0])
    report = Report("What is imported at the start", ("package", "its own modules"))
    report.line("all", f"{sum(own.values()) / 1000:.0f} ms")
    for name, spent in sorted(own.items(), key=lambda one: -one[1])[:_TOLD]:
        report.line(name, f"{spent / 1000:.1f} ms")
    return report.missed
