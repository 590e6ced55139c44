"""What the documentation says of settings, figures and commands is what the program has."""

from __future__ import annotations

import configparser
import json
import re
from pathlib import Path

import typer

from counterfoil.cli import app
from counterfoil.cli.settings_reference import reference
from counterfoil.services.reports import REPORTS
from counterfoil.services.why.troubles import CHECKS
from counterfoil.web import metrics

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"


def commands() -> set[str]:
    """Every command as it is typed."""
    group = typer.main.get_command(app)
    found = set()
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        found.add(name)
        found |= {f"{name} {inner}" for inner in getattr(command, "commands", {})}
    return found


def test_the_reference_of_settings_is_current() -> None:
    text = (DOCS / "settings.md").read_text("utf-8")
    written = text.partition("<!-- counterfoil settings -->\n")[2].partition("\n<!-- end -->")[0]
    assert written == "\n".join(reference()), "print it anew: counterfoil settings"


def test_every_report_is_documented() -> None:
    text = (DOCS / "reports.md").read_text("utf-8")
    for name in REPORTS:
        assert f"`{name}" in text, name
    assert len(re.findall(r"^\| `[a-z_]+` \| [a-z]", text, re.MULTILINE)) >= len(CHECKS)


def test_the_dashboard_asks_for_figures_that_there_are() -> None:
    board = json.loads((DOCS / "operations" / "dashboard.json").read_text("utf-8"))
    asked = {name for panel in board["panels"] for target in panel["targets"] for name in figures(target["expr"])}
    given = {"counterfoil_requests_total", "counterfoil_request_seconds_bucket", "counterfoil_documents_total"}
    assert asked == given | set(metrics.STANDING)
    page = (DOCS / "operations.md").read_text("utf-8")
    for name in asked:
        assert f"`{name.removesuffix('_bucket')}`" in page


def figures(expression: str) -> list[str]:
    return re.findall(r"counterfoil_[a-z_]+", expression)


def test_units_and_pages_name_commands_that_there_are() -> None:
    known = commands()
    pages = [*DOCS.glob("operations/*"), DOCS / "operations.md", DOCS / "reports.md"]
    for page in pages:
        for line in page.read_text("utf-8").splitlines():
            for typed in re.findall(r"(?:^|[`'] ?|bin/)counterfoil ([a-z-]+(?: [a-z-]+)?)", line):
                first = typed.split()[0]
                assert typed in known or first in known, (page.name, typed)


def test_the_units_can_be_read() -> None:
    for unit in DOCS.glob("operations/*.service"):
        read = configparser.RawConfigParser(strict=False)
        read.optionxform = str  # type: ignore[assignment,method-assign]
        read.read_string(unit.read_text("utf-8"))
        assert read["Service"]["ExecStart"]
        assert read["Unit"]["Description"]
