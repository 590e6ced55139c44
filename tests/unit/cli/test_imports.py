"""A command imports what it needs: the command line starts without the server, the doors and what calls others."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
#: The server, the workflow engine, migrations, what calls other systems, the log, the vendors' contracts and doubles.
HEAVY = {
    *("granian", "flask", "werkzeug", "prometheus_client", "dbos", "alembic", "httpx2", "structlog"),
    *("counterfoil.contracts", "counterfoil.doubles", "counterfoil.runs", "counterfoil.web.server"),
}


@pytest.mark.parametrize(
    "typed", [["--help"], ["check"], ["report", "aging"], ["why", "INV-000001"], ["token", "list"]]
)
def test_a_plain_command_imports_nothing_that_it_does_not_need(tmp_path: Path, typed: list[str]) -> None:
    program = f"""
import sys
from counterfoil.cli import main
sys.argv = ["counterfoil", *{typed!r}]
try:
    main()
except SystemExit:
    pass
print(*sorted({HEAVY!r} & sys.modules.keys()), file=sys.stderr)
"""
    make = "from counterfoil import app; app.create_book('sqlite:///counterfoil.db', 'Us', 'CAD', 'CA', 'UTC', 1)"
    subprocess.run([sys.executable, "-c", make], cwd=tmp_path, check=True)
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stderr.split() == []
