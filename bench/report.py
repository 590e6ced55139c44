"""What a run prints and leaves behind."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.table import Table

from bench.figures import Figure
from bench.scenario import Result


def table(results: Sequence[Result], title: str) -> Table:
    """The results for a reader."""
    shown = Table(title=title, title_justify="left")
    for heading in ("Scenario", "Engine"):
        shown.add_column(heading)
    for heading in ("Counterfoil", "Floor", "Ratio"):
        shown.add_column(heading, justify="right")
    for heading in ("Unit", "Target", "Met"):
        shown.add_column(heading)
    for result in results:
        ratio = "" if result.ratio is None else f"{result.ratio:.2f}"
        shown.add_row(
            result.scenario.name,
            result.engine,
            _shown(result.ours),
            _shown(result.floor),
            ratio,
            result.scenario.unit,
            result.scenario.target.say(result.scenario.unit),
            "[green]yes[/green]" if result.met else "[red]no[/red]",
        )
    return shown


def line(result: Result) -> str:
    """A result as soon as it is known."""
    ratio = "" if result.ratio is None else f", ratio {result.ratio:.2f}"
    floor = "" if result.floor is None else f", floor {_shown(result.floor)}"
    return f"  {result.engine} {result.scenario.name}: {_shown(result.ours)} {result.scenario.unit}{floor}{ratio}"


def _shown(figure: Figure | None) -> str:
    if figure is None:
        return ""
    digits = 0 if figure.median >= 100 else 1 if figure.median >= 10 else 2
    return f"{figure.median:,.{digits}f} ±{figure.spread:.0%}"


def row(result: Result) -> dict[str, Any]:
    """A result for a program."""
    return {
        "scenario": result.scenario.name,
        "engine": result.engine,
        "ours": round(result.ours.median, 3),
        "floor": None if result.floor is None else round(result.floor.median, 3),
        "ratio": None if result.ratio is None else round(result.ratio, 3),
        "unit": result.scenario.unit,
        "target": result.scenario.target.say(result.scenario.unit),
        "met": result.met,
        "ours_spread": round(result.ours.spread, 3),
        "floor_spread": None if result.floor is None else round(result.floor.spread, 3),
    }


def write(path: Path, results: Sequence[Result]) -> None:
    """Leave the results for programs."""
    path.write_text(json.dumps([row(result) for result in results], indent=1) + "\n", "utf-8")
