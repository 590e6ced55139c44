"""Measures a scenario: both sides in turns, so that a slow minute of the machine hurts them alike."""

from __future__ import annotations

from contextlib import ExitStack

from bench.figures import figure
from bench.scenario import Bench, Result, Scenario


def measure(scenario: Scenario, bench: Bench) -> Result:
    """One scenario on one engine."""
    with ExitStack() as stack:
        ours = stack.enter_context(scenario.ours(bench))
        floor = stack.enter_context(scenario.floor(bench)) if scenario.floor else None
        taken: tuple[list[float], list[float]] = ([], [])
        for turn in range(min(bench.repetitions, scenario.repetitions or bench.repetitions)):
            sides = [(ours, taken[0])] + ([(floor, taken[1])] if floor else [])
            for trial, into in sides if turn % 2 == 0 else reversed(sides):
                into.append(trial())
    return Result(scenario, bench.place.engine, figure(taken[0]), figure(taken[1]) if floor else None)
