"""One scenario, played by every binding against a live server on both databases: all come out the same."""

from __future__ import annotations

import pytest

from tests.bindings.conftest import Serve
from tests.bindings.players import PLAYERS
from tests.bindings.scenario import Json, comparable, filled, save, steps, unlike

STEPS = steps()


@pytest.mark.usefixtures("node", "jq")
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_it_comes_out_as_it_should_and_equal(serve: Serve, kind: str) -> None:
    """Equal to the last member: what a step's expectation does not speak of is the same, too."""
    found = {name: play(serve(kind), STEPS) for name, play in PLAYERS.items()}
    wrong = [text for name, outcomes in found.items() for text in faults(name, outcomes)]
    assert not wrong, "\n".join(wrong)
    for name, outcomes in found.items():
        for step, outcome, other in zip(STEPS, comparable(outcomes), comparable(found["python"]), strict=True):
            assert outcome == other, f"{name}: {step['name']}"


def faults(name: str, outcomes: list[Json]) -> list[str]:
    """Where what came of a step is not what should."""
    assert len(outcomes) == len(STEPS)
    saved: Json = {}
    found = []
    for step, outcome in zip(STEPS, outcomes, strict=True):
        save(step, outcome, saved)
        found += [f"{name}, {step['name']}: {text}" for text in unlike(filled(step["expect"], saved), outcome)]
        if not str(outcome.get("error", {"traceId": "00-"})["traceId"]).startswith("00-"):
            found.append(f"{name}, {step['name']}: the error has no trace")
    return found
