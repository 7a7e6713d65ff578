"""The command `scripts/measure NAME`: one measure, on one kind of database."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from scripts.measures import batch, growth, memory, page, profile, secrecy, stalls, start, workers
from scripts.measures.loads import LOADS
from scripts.measures.stock import stock

_CACHE = Path("/var/tmp/cube-measures")  # noqa: S108 - kept between runs, and PostgreSQL's account reaches it
_MEASURES = {
    "growth": growth.measure,
    "page": page.measure,
    "memory": memory.measure,
    "stalls": stalls.measure,
    "workers": workers.measure,
    "batch": batch.measure,
    "start": start.measure,
    "secrecy": secrecy.measure,
    "profile": profile.measure,
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="scripts/measure", description="Measures what Cube promises, one by one.")
    parser.add_argument("name", choices=_MEASURES, help="what is measured")
    parser.add_argument("load", nargs="?", choices=LOADS, help="profile: of which work")
    parser.add_argument("--postgresql", action="store_true", help="on a private PostgreSQL instead of SQLite")
    parser.add_argument("--database", metavar="URL", help="on this PostgreSQL server, where databases are made")
    parser.add_argument("--cache", type=Path, default=_CACHE, help="where filled databases stay")
    parser.add_argument("--size", type=int, default=1_000_000, help="growth, stalls: customers in the large directory")
    parser.add_argument("--documents", type=int, default=200_000, help="memory: how many distinct ones")
    parser.add_argument("--minutes", type=float, default=60, help="memory: how long the mixed load lasts")
    parser.add_argument("--seconds", type=int, default=8, help="profile: how long")
    parser.add_argument("--native", action="store_true", help="profile: with what compiled code does")
    return parser


def main() -> None:
    asked = _parser().parse_args()
    with stock(asked.cache, asked.database, postgresql=asked.postgresql) as of:
        missed = _MEASURES[asked.name](of, asked)
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
