"""Where a server's time goes under one kind of work, by py-spy: functions and modules, alone and in all."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import time
from argparse import Namespace
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from scripts.measures import loads
from scripts.measures.asking import Connection, connected
from scripts.measures.loads import LOADS, Known, Load
from scripts.measures.server import ROOT, Server, serving
from scripts.measures.stock import Filled, Stock
from scripts.measures.verdict import Report

_SIZE = 10_000
_CONNECTIONS, _WARM, _RATE, _SHOWN = 16, 2.0, 500, 25
Stack = tuple[str, ...]


def measure(stock: Stock, asked: Namespace) -> int:
    for name in [asked.load] if asked.load else LOADS:
        with stock.copied(_SIZE) as filled:
            asyncio.run(_profile(filled, stock.kind, name, asked.seconds, native=asked.native))
    return 0


async def _profile(filled: Filled, kind: str, name: str, seconds: int, *, native: bool) -> None:
    with serving(filled.url, filled.key) as server:
        async with connected(server, _CONNECTIONS) as connections:
            known = await loads.known(connections[0], filled)
            end = time.monotonic() + _WARM + seconds + 1
            asking = [asyncio.create_task(_ask(one, LOADS[name], known, end)) for one in connections]
            await asyncio.sleep(_WARM)
            stacks = await asyncio.to_thread(_record, server, seconds, native=native)
            done = sum(await asyncio.gather(*asking))
            cpu = server.seconds() / done * 1e6
    rate = done / (_WARM + seconds + 1)
    title = f"{name} on {kind}: {rate:,.0f} a second, {cpu:,.0f} µs of the server's processor each"
    report = Report(title, ("by", "share", "what"))
    _tell(report, "function, alone", stacks, lambda stack: {stack[-1]})
    _tell(report, "module, alone", stacks, lambda stack: {_module(stack[-1])})
    _tell(report, "function, in all", stacks, set)
    _tell(report, "module, in all", stacks, lambda stack: set(map(_module, stack)))


async def _ask(connection: Connection, load: Load, known: Known, end: float) -> int:
    number = 0
    while time.monotonic() < end:
        (await connection.ask(load(known, number))).good()
        number += 1
    return number


def _record(server: Server, seconds: int, *, native: bool) -> Counter[Stack]:
    """The stacks that were seen, each function under its file, and how often."""
    spy = str(Path(sys.executable).with_name("py-spy"))
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "stacks")
        options = ["--format", "raw", "--rate", str(_RATE), "--duration", str(seconds), "--output", str(out)]
        command = [spy, "record", "--pid", str(server.workers()[0]), "--nonblocking", *options]
        subprocess.run([*command, *(["--native"] if native else [])], check=True, capture_output=True)
        lines = out.read_text().splitlines()
    stacks: Counter[Stack] = Counter()
    for line in lines:
        frames, _, times = line.rpartition(" ")
        stacks[_of_requests(tuple(_shown(one) for one in frames.split(";")))] += int(times)
    return stacks


def _of_requests(stack: Stack) -> Stack:
    """The frames from the event loop on: those before it are in every stack."""
    begins = [i for i, frame in enumerate(stack) if frame.startswith("Runner.run ")]
    return stack[begins[-1] :] if begins else stack


def _shown(frame: str) -> str:
    """`fetch (app/services/read.py:30)` without the line."""
    return frame.replace(f"{ROOT}/", "").rpartition(":")[0] + ")" if frame.endswith(")") and ":" in frame else frame


def _module(frame: str) -> str:
    return frame.rpartition("(")[2].removesuffix(")")


def _tell(report: Report, by: str, stacks: Counter[Stack], of: Callable[[Stack], Iterable[str]]) -> None:
    total, found = sum(stacks.values()), Counter[str]()
    for stack, times in stacks.items():
        found.update(dict.fromkeys(of(stack), times))
    for name, times in found.most_common(_SHOWN):
        report.line(by, f"{times / total:.1%}", name)
