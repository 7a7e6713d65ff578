"""Writes the table of a benchmark, of one or more runs, into the guide `performance`, under its heading Figures."""

from __future__ import annotations

import json
import statistics
import sys
from pathlib import Path
from typing import Any

BEGIN, END = "## Figures\n", "\n## "

# What is done, its load in the benchmark, and the share of the limit server that it ought to reach.
ROWS = (
    ("REST, one record", "W1", 0.5, 0.6),
    ("REST, list of 50, filtered and sorted", "W2", 0.6, 0.75),
    ("REST, list of 50 with client and owner", "W3", 0.65, 0.75),
    ("GraphQL, one record with client and owner", "W4", 0.35, 0.5),
    ("GraphQL, 50 customers with client and owner", "W5", 0.6, 0.7),
    ("GraphQL, 20 clients each with 10 customers", "W6", 0.6, 0.7),
    ("Deep page by cursor (row 9,000)", "W9k", 0.7, 0.8),
    ("Create, GraphQL", "W7", 0.35, 0.35),
    ("Create, REST", "W8", 0.35, 0.35),
)


# Who else may have been measured in the same run.
PEERS = (
    ("postgraphile", "PostGraphile 5"),
    ("directus-pg", "Directus"),
    ("fastapi-pg", "FastAPI, SQLAlchemy, Strawberry"),
)


def together(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """The rounds of all runs as those of one: the first, whose settings they share."""
    whole = runs[0]
    for run in runs[1:]:
        whole["meta"]["rounds"] += run["meta"]["rounds"]
        for system, found in run["systems"].items():
            for load, rounds in found.get("rounds", {}).items():
                whole["systems"][system]["rounds"].setdefault(load, []).extend(rounds)
    return whole


def rate(run: dict[str, Any], system: str, load: str) -> float | None:
    """The median of requests a second over the rounds."""
    rounds = run["systems"].get(system, {}).get("rounds", {}).get(load) or []
    return statistics.median(one["rps"] for one in rounds) if rounds else None


def cells(run: dict[str, Any], kind: str, load: str, aim: float) -> list[str]:
    cube, limit = rate(run, f"cube-{kind}", load), rate(run, f"limit-{kind}", load)
    if cube is None or limit is None:
        return ["–", "–"]
    return [f"{cube:,.0f}", f"{cube / limit:.2f} (aim {aim:.2f})"]


def table(run: dict[str, Any]) -> str:
    head = ("Work", "SQLite, a second", "share of the limit", "PostgreSQL, a second", "share of the limit")
    rows = [[name, *cells(run, "sqlite", load, lite), *cells(run, "pg", load, pg)] for name, load, lite, pg in ROWS]
    lines = [f"| {' | '.join(row)} |" for row in (head, ("---",) * len(head), *rows)]
    meta = run["meta"]
    software = f"Python {meta['python']}, SQLite {meta['sqlite']}, {meta['postgresql']}"
    machine = f"{meta['cores']} cores ({meta['cpu']}), {software}"
    how = (
        f"{machine}. {meta['customers']:,} customers, {meta['concurrency']} connections, one server process, "
        f"the median of {meta['rounds']} round(s) of {meta['seconds']} s; {meta['date']}."
    )
    return "\n".join([how, "", *lines])


def beside(run: dict[str, Any]) -> str:
    """Requests a second on PostgreSQL beside those of others, where they were measured; what one can't do is a dash."""
    peers = [(system, name) for system, name in PEERS if system in run["systems"]]
    if not peers:
        return ""
    systems = [("cube-pg", "Cube"), *peers]
    rows = [["Work, requests a second on PostgreSQL", *(name for _, name in systems)], ["---"] * (1 + len(systems))]
    for work, load, *_ in ROWS:
        rates = [rate(run, system, load) for system, _ in systems]
        rows.append([work, *("–" if one is None else f"{one:,.0f}" for one in rates)])
    return "\n".join(["", *(f"| {' | '.join(row)} |" for row in rows), ""])


def main() -> None:
    guide, run = Path(sys.argv[1]), together([json.loads(Path(file).read_text()) for file in sys.argv[2:]])
    text = guide.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    after = rest.partition(END)[2]
    guide.write_text(f"{before}{BEGIN}\n{table(run)}\n{beside(run)}{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
