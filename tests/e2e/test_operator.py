"""What an operator mistypes or finds broken: one sentence that says what to mend, and never a traceback."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from counterfoil import company
from tests.e2e.program import environment, free_port, run

COMPANY = Path(company.__file__).parent / "cli" / "demo" / "company.toml"
INIT = ("init", "--currency", "CAD", "--country", "CA", "--time-zone", "America/Vancouver")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book with the demonstration's company."""
    folder = tmp_path_factory.mktemp("made")
    url = f"sqlite:///{folder / 'book.db'}"
    run(folder, url, *INIT)
    run(folder, url, "load", str(COMPANY))
    run(folder, url, "backup", "book.backup")
    return folder / "book.backup"


@pytest.fixture
def file(tmp_path: Path, made: Path) -> str:
    """The URL of a book of one's own."""
    shutil.copy(made, tmp_path / "book.db")
    return f"sqlite:///{tmp_path / 'book.db'}"


def refused(folder: Path, url: str, *typed: str, status: int = 1) -> str:
    """What a command that is refused says: on standard error alone."""
    said = run(folder, url, *typed, status=status)
    assert "Traceback" not in said
    assert "sekrit" not in said
    return said


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("rubbish", "database_url_invalid: "),
        ("postgresql://u:sekrit@localhost:port/x", "database_url_invalid: "),
        ("postgresql://u:sekrit@localhost/x?schema=Foo", "database_url_invalid: 'Foo' is no plain"),
        ("postgresql://u:sekrit@127.0.0.1:1/x", "does not answer: connection failed: "),
        ("postgresql://u:sekrit@127.0.0.1:1/x?nonsense=1", 'invalid connection option "nonsense"'),
        ("sqlite:///words.txt", "does not answer: file is not a database"),
        ("sqlite:///.", "does not answer: unable to open"),
    ],
)
def test_a_database_that_cannot_be_used(tmp_path: Path, url: str, says: str) -> None:
    (tmp_path / "words.txt").write_text("no database, but words\n" * 20)
    assert says in refused(tmp_path, url, "check")
    doctor = refused(tmp_path, url, "doctor")
    assert "mend  database: " in doctor
    assert says.removeprefix("database_url_invalid: ") in doctor


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert "unable to open" in refused(tmp_path, "sqlite:///no/book.db", *INIT)


@pytest.mark.parametrize(
    ("option", "value"),
    [("--currency", "CADX"), ("--country", "Canada"), ("--time-zone", "X/Y"), ("--fiscal-year", "13")],
)
def test_a_book_that_cannot_be_made_leaves_nothing(tmp_path: Path, option: str, value: str) -> None:
    assert "_invalid: " in refused(tmp_path, f"sqlite:///{tmp_path / 'book.db'}", *INIT, option, value)
    assert list(tmp_path.iterdir()) == []


def test_a_role_without_rights_is_told_whose_work_it_is(tmp_path: Path, url: str) -> None:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        pytest.skip("only PostgreSQL has roles")
    run(tmp_path, url, *INIT)
    role = f"serve_{parsed.query['schema']}"
    server = parsed.set(query={key: value for key, value in parsed.query.items() if key != "schema"})
    with psycopg.connect(server.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {role} LOGIN")
    try:
        serving = parsed.set(username=role).render_as_string(hide_password=False)
        assert "counterfoil migrate --serve-role" in refused(tmp_path, serving, "check")
        assert "counterfoil migrate --serve-role" in refused(tmp_path, serving, "doctor")
        assert "as the owner" in refused(tmp_path, serving, "migrate")
        run(tmp_path, url, "migrate", "--serve-role", role)
        assert "laws hold" in run(tmp_path, serving, "check")
        assert "as the owner" in refused(tmp_path, serving, "migrate")
    finally:
        with psycopg.connect(server.render_as_string(hide_password=False), autocommit=True) as connection:
            connection.execute(f"DROP OWNED BY {role}")
            connection.execute(f"DROP ROLE {role}")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[contracts.evax]\nx = 1\n", "contracts.evax: unknown key"),
        ("[contracts.eva]\nfoo = 'sekrit'\n", "contracts.eva.foo: unknown key"),
        ("[contracts.eva]\nmail_port = 'sekrit'\n", "contracts.eva.mail_port: Expected `int`"),
        ("[server]\ntls_certificate = 'no.pem'\ntls_key = 'no.key'\n", "no.pem or no.key cannot be read: No such"),
        ("[server]\ntls_certificate = 'x.pem'\ntls_key = 'x.pem'\n", "hold no certificate with its own"),
        ("[server]\nhost = 'no-such-host.invalid'\n", "cannot be used: "),
    ],
)
def test_serve_says_what_is_wrong_before_a_worker_starts(tmp_path: Path, file: str, text: str, says: str) -> None:
    (tmp_path / "counterfoil.toml").write_text(text)
    (tmp_path / "x.pem").write_text("no certificate")
    command = [sys.executable, "-m", "counterfoil", "serve", "--port", str(free_port())]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment(file), capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("settings: ")
    assert says in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("typed", "status", "says"),
    [
        ("serve --port 80000", 2, "--port"),
        ("double traede --port 80000", 2, "--port"),
        ("token create own erp --days 99999999", 2, "--days"),
        ("purge-bodies --older-than 999999d", 1, "age_invalid"),
        ("report aging --json --csv", 1, "form_ambiguous"),
        ("report aging --xlsx .", 1, ". cannot be written: Is a directory"),
        ("report journal --from 2024-05-02 --as-of 2024-05-01", 1, "2024-05-02 is after 2024-05-01"),
        ("load none.toml", 1, "none.toml cannot be read: No such file or directory\n"),
        ("setting set strict_totals 3", 1, "neither true nor false"),
        ("setting set default_department 99", 1, "not the id of one of the departments"),
        ("setting set default_department true", 1, "not the id of one of the departments"),
        ('setting set own_address {"foo":"x"}', 1, "an address has texts for name, "),
        ('setting set own_address {"city":1}', 1, "an address has texts for name, "),
        ("rate set EUR 1e99", 1, "rate_invalid"),
        ("rate set CAD 2", 1, "rate_invalid"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(tmp_path: Path, file: str, typed: str, status: int, says: str) -> None:
    assert says in refused(tmp_path, file, *typed.split(), status=status)


def test_it_says_which_version_it_is(tmp_path: Path, file: str) -> None:
    assert run(tmp_path, file, "--version") == f"counterfoil {version('counterfoil')}\n"


def test_a_company_file_with_a_mistyped_address(tmp_path: Path, file: str) -> None:
    text = '[[customer]]\ncode = "NEW"\nname = "New"\nbilling = { town = "Victoria" }\n'
    (tmp_path / "company.toml").write_text(text)
    assert "an address has texts for name, " in refused(tmp_path, file, "load", "company.toml")


def test_a_broken_backup_is_refused_and_leaves_nothing(tmp_path: Path, file: str) -> None:
    run(tmp_path, file, "backup", "good.backup")
    whole = (tmp_path / "good.backup").read_bytes()
    (tmp_path / "short.backup").write_bytes(whole[:50_000])
    (tmp_path / "other.backup").write_bytes(whole[:100] + os.urandom(50_000))
    (tmp_path / "words.backup").write_text("words")
    with_nothing = tmp_path / "empty.db"
    subprocess.run(
        [sys.executable, "-c", f"import sqlite3; sqlite3.connect({str(with_nothing)!r}).execute('CREATE TABLE t (a)')"],
        check=True,
    )
    before = set(tmp_path.iterdir())
    there = f"sqlite:///{tmp_path / 'elsewhere.db'}"
    for name, says in (
        ("short.backup", "short.backup could not be copied"),
        ("other.backup", "other.backup could not be copied"),
        ("words.backup", "is no backup of a book on sqlite"),
        ("empty.db", "empty.db holds no book"),
        ("none.backup", "none.backup cannot be read: No such file"),
    ):
        assert says in refused(tmp_path, file, "restore", name, "--database", there)
    assert set(tmp_path.iterdir()) == before


def test_what_is_brought_in_is_never_written_over(tmp_path: Path, file: str) -> None:
    items = tmp_path / "items.csv"
    items.write_text("sku,price\nX1,abc\n")
    assert "same_file" in refused(tmp_path, file, "import", "items.csv", "--kind", "items", "--errors", str(items))
    assert items.read_text() == "sku,price\nX1,abc\n"


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_reader_that_leaves_is_no_error(tmp_path: Path, file: str, form: tuple[str, ...]) -> None:
    lines = "".join(f"X{number},\n" for number in range(3000))
    (tmp_path / "customers.csv").write_text(f"code,name\n{lines}")
    typed = ["import", "customers.csv", "--kind", "customers", "--dry-run", *form]
    with subprocess.Popen(
        [sys.executable, "-m", "counterfoil", *typed],
        cwd=tmp_path,
        env=environment(file),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE if form else subprocess.STDOUT,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        if process.stderr is not None:
            assert process.stderr.read() == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_a_full_disk_is_said(tmp_path: Path, file: str) -> None:
    command = [sys.executable, "-m", "counterfoil", "check"]
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            command, cwd=tmp_path, env=environment(file), stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 1
    assert done.stderr == f"system: {os.strerror(errno.ENOSPC)}\n"


def test_a_port_in_use_is_said_in_one_line(tmp_path: Path, file: str) -> None:
    port = free_port()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        said = refused(tmp_path, file, "serve", "--port", str(port))
    assert said == f"settings: 127.0.0.1:{port} is in use by another program\n"
