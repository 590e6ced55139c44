"""A command imports what it needs: the command line starts without the server, the doors and what calls others."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import typer

from counterfoil import cli

ROOT = Path(__file__).parents[3]
#: The server, the workflow engine, migrations, what calls other systems, the log, the vendors' contracts and doubles.
HEAVY = {
    *("granian", "flask", "werkzeug", "prometheus_client", "dbos", "alembic", "httpx2", "structlog"),
    *("counterfoil.contracts", "counterfoil.doubles", "counterfoil.runs", "counterfoil.web.server"),
}
#: What only other commands need.
OTHERS = {"counterfoil.importing", "counterfoil.cli.sync", "counterfoil.cli.demo"}


@pytest.mark.parametrize(
    "typed", [["--help"], ["check"], ["report", "aging"], ["why", "INV-000001"], ["token", "list"]]
)
def test_a_plain_command_imports_nothing_that_it_does_not_need(tmp_path: Path, typed: list[str]) -> None:
    unneeded = HEAVY if typed == ["--help"] else HEAVY | OTHERS
    program = f"""
import sys
from counterfoil.cli import main
sys.argv = ["counterfoil", *{typed!r}]
try:
    main()
except SystemExit:
    pass
print(*sorted({unneeded!r} & sys.modules.keys()), file=sys.stderr)
"""
    make = "from counterfoil import app; app.create_book('sqlite:///counterfoil.db', 'Us', 'CAD', 'CA', 'UTC', 1)"
    subprocess.run([sys.executable, "-c", make], cwd=tmp_path, check=True)
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stderr.split() == []


def test_every_command_is_looked_for_where_it_is_written() -> None:
    def modules(group: typer.Typer) -> set[str]:
        found = {command.callback.__module__ for command in group.registered_commands if command.callback}
        return found.union(
            *(modules(inner.typer_instance) for inner in group.registered_groups if inner.typer_instance)
        )

    app = cli.commands()
    found = {}
    for command in app.registered_commands:
        assert command.callback is not None
        found[command.name or command.callback.__name__.replace("_", "-")] = {command.callback.__module__}
    for group in app.registered_groups:
        assert isinstance(group.name, str)
        assert group.typer_instance is not None
        found[group.name] = modules(group.typer_instance)
    assert {
        name: {module.removeprefix("counterfoil.cli.").partition(".")[0] for module in found[name]} for name in found
    } == {name: {module} for name, module in cli.MODULES.items()}


@pytest.mark.parametrize("typed", [["--help"], ["--settings", "counterfoil.toml", "check", "--help"]])
def test_the_command_is_known_whatever_is_typed_before_it(typed: list[str]) -> None:
    done = subprocess.run([sys.executable, "-m", "counterfoil", *typed], capture_output=True, text=True, check=True)
    assert "Verify every law" in done.stdout
