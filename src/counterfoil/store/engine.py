"""Connections and transactions, and every difference between SQLite and PostgreSQL.

Statements are SQLAlchemy Core, compiled once per engine to the driver's own text and run on the driver's cursor: the
toolkit writes the SQL, and nothing stands between it and the rows (docs/adr/0002).
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from operator import itemgetter
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import psycopg
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import ClauseElement, Executable
from sqlalchemy.types import Boolean

from counterfoil.core.errors import BookError, Conflict, Invalid, Refused, Unavailable

Row = tuple[Any, ...]
Params = Mapping[str, Any]

_DIALECTS = {
    "sqlite": sqlite.dialect(paramstyle="named"),
    "postgresql": postgresql.psycopg.dialect(paramstyle="pyformat"),  # type: ignore[no-untyped-call]
}
#: Names and numbers that come from outside, so that two callers may bring the same one.
_NAMED_BY_OTHERS = frozenset(
    {
        "uq_document_imported",
        "uq_party_code",
        "uq_contact_customer_id_reference",
        "uq_item_sku",
        "pk_external_ref",
        "uq_principal_name",
        "uq_account_code",
        "uq_tax_code_code",
        "uq_tender_type_code",
        "uq_terms_code",
        "uq_jurisdiction_country_state_postal_prefix",
        "pk_invoice_type",
        "pk_exchange_rate",
    }
)
#: How long a writer waits for its turn, in seconds.
BUSY_SECONDS = 30


class one_of(sa.ColumnElement[bool]):
    """column is one of the values in a list parameter, as one compiled statement whatever the list's length.

    kind: PostgreSQL's type of them, bigint or text
    """

    inherit_cache = False
    type = Boolean()

    def __init__(self, column: sa.ColumnElement[Any], name: str, kind: str = "bigint") -> None:
        self.column, self.name, self.kind = column, name, kind

    def self_group(self, against: object = None) -> one_of:
        """Itself: wrapped as `... = 1`, as SQLite's booleans are, it would find no index."""
        return self


@compiles(one_of, "sqlite")
def _one_of_sqlite(element: one_of, compiler: Any, **options: Any) -> str:
    column = compiler.process(element.column, **options)
    return f"{column} IN (SELECT value FROM json_each(:{element.name}))"  # noqa: S608 - names of ours, bound values


@compiles(one_of, "postgresql")
def _one_of_postgresql(element: one_of, compiler: Any, **options: Any) -> str:
    return f"{compiler.process(element.column, **options)} = ANY(%({element.name})s::{element.kind}[])"


class utc_text(sa.ColumnElement[str]):
    """A column of milliseconds since 1970 as YYYY-MM-DD HH:MM:SS in UTC."""

    inherit_cache = False
    type = sa.Text()

    def __init__(self, column: sa.ColumnElement[Any]) -> None:
        self.column = column


@compiles(utc_text, "sqlite")
def _utc_text_sqlite(element: utc_text, compiler: Any, **options: Any) -> str:
    column = compiler.process(element.column, **options)
    return f"strftime('%Y-%m-%d %H:%M:%S', {column} / 1000, 'unixepoch')"


@compiles(utc_text, "postgresql")
def _utc_text_postgresql(element: utc_text, compiler: Any, **options: Any) -> str:
    column = compiler.process(element.column, **options)
    return f"to_char(to_timestamp({column} / 1000) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')"


class Statement:
    """A Core statement with its compiled text for each engine."""

    __slots__ = ("_texts", "core")

    def __init__(self, core: Executable | ClauseElement) -> None:
        self.core = core
        self._texts: dict[str, str] = {}

    def on(self, dialect: str) -> str:
        """The text, its own constants written out.

        A bound constant would hide from both planners that a partial index fits, and SQLite would plan the statement
        anew on every call to look.
        """
        found = self._texts.get(dialect)
        if found is None:
            compiled = self.core.compile(dialect=_DIALECTS[dialect])  # type: ignore[union-attr]
            found = str(compiled)
            for name, value in (compiled.params or {}).items():
                if value is not None:
                    place = rf":{name}\b" if dialect == "sqlite" else rf"%\({name}\)s"
                    # psycopg reads a lone % as the beginning of a placeholder.
                    literal = _literal(value) if dialect == "sqlite" else _literal(value).replace("%", "%%")
                    found = re.sub(place, literal.replace("\\", "\\\\"), found)
            self._texts[dialect] = found
        return found


def _literal(value: int | str) -> str:
    """A constant of ours as SQL; what comes from outside is always bound."""
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


@cache
def _insertion(table: sa.Table, conflict: str) -> tuple[str, Callable[[Params], Row]]:
    """INSERT of one row with every column of a table, for SQLite; and what takes their values from a row.

    By place: by name, SQLite's driver would look every value of every row up anew.
    """
    row = table.insert().values({column.name: sa.bindparam(column.name) for column in table.columns})
    compiled = row.compile(dialect=sqlite.dialect(paramstyle="qmark"))
    return f"{compiled} {conflict}".rstrip(), itemgetter(*compiled.positiontup or ())


@cache
def _insertions(steps: tuple[tuple[str, str], ...]) -> str:
    """One statement that adds rows to several tables, each given as one JSON text, for PostgreSQL.

    steps: (table, ON CONFLICT clause)
    """
    parts = [
        f"INSERT INTO {table} SELECT * FROM json_populate_recordset(NULL::{table}, %({table})s::json) {conflict}"  # noqa: S608 - names of ours
        for table, conflict in steps
    ]
    others = ", ".join(f"step_{number} AS ({part})" for number, part in enumerate(parts[1:]))
    return f"WITH {others} {parts[0]}" if others else parts[0]


class Answer:
    """Rows that were asked for; asking again before reading lets PostgreSQL answer both in one round trip.

    On SQLite they are fetched at once: a statement that stands half read would keep its connection in the past.
    """

    __slots__ = ("_cursor", "_rows")

    def __init__(self, cursor: Any, dialect: str) -> None:
        self._cursor = cursor
        self._rows: list[Row] | None = cursor.fetchall() if dialect == "sqlite" else None

    def rows(self) -> list[Row]:
        """All rows."""
        if self._rows is None:
            self._rows = self._cursor.fetchall()
        return self._rows

    def row(self) -> Row | None:
        """The first row, None without any."""
        rows = self.rows()
        return rows[0] if rows else None


class Connection:
    """One connection inside a transaction, or reading outside of one."""

    def __init__(self, raw: Any, dialect: str) -> None:
        self.raw, self.dialect = raw, dialect
        self._waiting: dict[sa.Table, tuple[str, list[Params]]] = {}

    def ask(self, statement: Statement, **params: Any) -> Answer:
        """Send a statement; its rows are waited for when they are read."""
        return Answer(self._run(statement, params), self.dialect)

    def rows(self, statement: Statement, **params: Any) -> list[Row]:
        """All rows of a statement."""
        return self.ask(statement, **params).rows()

    def row(self, statement: Statement, **params: Any) -> Row | None:
        """The first row, None without any."""
        return self.ask(statement, **params).row()

    def value(self, statement: Statement, **params: Any) -> Any:
        """The first column of the first row, None without any."""
        found = self.row(statement, **params)
        return found[0] if found else None

    def run(self, statement: Statement, **params: Any) -> None:
        """Run a statement for its effect."""
        self._run(statement, params)

    def insert(self, table: sa.Table, rows: Sequence[Params], conflict: str = "") -> None:
        """Add rows; each names every column. They are written before the next statement, or at the commit.

        conflict: what to do about a row that is there already, as an ON CONFLICT clause
        """
        if not rows:
            return
        if table in self._waiting and self._waiting[table][0] != conflict:
            # A conflict is seen only with rows that an earlier statement wrote.
            self.flush()
        self._waiting.setdefault(table, (conflict, []))[1].extend(rows)

    def blob(self, value: bytes) -> bytes | str:
        """Bytes as a row to be inserted holds them: on PostgreSQL rows travel as JSON."""
        return value if self.dialect == "sqlite" else f"\\x{value.hex()}"

    def flush(self) -> None:
        """Write the rows that wait: on PostgreSQL those of all tables in one round trip."""
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, {}
        if self.dialect == "sqlite":
            for table, (conflict, rows) in waiting.items():
                text, values = _insertion(table, conflict)
                self.raw.executemany(text, map(values, rows))
            return
        # A trigger that looks at rows of another table finds them only when an earlier statement wrote them.
        late = {table: rows for table, rows in waiting.items() if table.name == "application"}
        early = {table: rows for table, rows in waiting.items() if table not in late}
        for group in (early, late):
            if group:
                texts = {table.name: msgspec.json.encode(rows).decode() for table, (_, rows) in group.items()}
                steps = tuple((table.name, conflict) for table, (conflict, _) in group.items())
                self.raw.execute(_insertions(steps), texts)

    def stream(self, statement: Statement, **params: Any) -> Iterator[Row]:
        """Rows one after another, without holding them all."""
        text = statement.on(self.dialect)
        if self.dialect == "sqlite":
            yield from self.raw.execute(text, _with_json_lists(params))
            return
        with self.raw.transaction(), self.raw.cursor(name="stream") as cursor:
            cursor.itersize = 5000
            cursor.execute(text, params)
            yield from cursor

    def script(self, text: str) -> None:
        """Run SQL as it stands; for maintenance and tests of the database's own guards."""
        self.raw.execute(text)

    def plan(self, statement: Statement, **params: Any) -> list[str]:
        """The engine's own plan of a statement, a line per step."""
        text = statement.on(self.dialect)
        explain = "EXPLAIN (ANALYZE, COSTS OFF) "
        if self.dialect == "sqlite":
            explain, params = "EXPLAIN QUERY PLAN ", _with_json_lists(params)
        found = self.raw.execute(explain + text, params).fetchall()
        return [str(row[-1]) for row in found]

    def _run(self, statement: Statement, params: dict[str, Any]) -> Any:
        if self._waiting:
            self.flush()
        text = statement.on(self.dialect)
        if self.dialect == "sqlite":
            params = _with_json_lists(params)
        return self.raw.execute(text, params)


class Keyed:
    """A SELECT of rows by a text that stands first in them: of one text, or of several."""

    __slots__ = ("of", "of_each")

    def __init__(self, rows: sa.Select[Any], key: sa.ColumnElement[Any]) -> None:
        self.of = Statement(rows.where(key == sa.bindparam("key")))
        self.of_each = Statement(rows.where(one_of(key, "keys", "text")))


class Ahead:
    """Rows that are asked for together, before each of them is needed; a key's are given out once."""

    __slots__ = ("_asked", "_connection", "_keyed")

    def __init__(self, connection: Connection, keyed: Keyed) -> None:
        self._connection, self._keyed = connection, keyed
        self._asked: dict[str, Callable[[], dict[str, list[Row]]]] = {}

    def ask(self, keys: Iterable[str]) -> None:
        """Ask for the rows of some keys."""
        new = [key for key in dict.fromkeys(keys) if key not in self._asked]
        if new:
            ask, keyed = self._connection.ask, self._keyed
            answer = ask(keyed.of, key=new[0]) if len(new) == 1 else ask(keyed.of_each, keys=new)
            self._asked |= dict.fromkeys(new, cache(lambda: _by_first(answer.rows())))

    def take(self, key: str) -> list[Row]:
        """The rows of a key."""
        self.ask([key])
        return self._asked.pop(key)().get(key, [])


def _by_first(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(row)
    return found


def _with_json_lists(params: dict[str, Any]) -> dict[str, Any]:
    """Lists as json_each reads them: SQLite has no arrays."""
    for value in params.values():
        if isinstance(value, list):
            return {n: msgspec.json.encode(v).decode() if isinstance(v, list) else v for n, v in params.items()}
    return params


class Engine:
    """Where a book is kept: a database URL, and the connections to it.

    url: sqlite:///path, or postgresql://…?schema=name (default schema: counterfoil)
    """

    def __init__(self, url: str) -> None:
        try:
            parsed = make_url(url)
        except (ArgumentError, ValueError) as error:
            raise Invalid.of("database_url_invalid", "the database URL cannot be read") from error
        self.dialect = parsed.get_backend_name()
        if self.dialect not in _DIALECTS:
            raise Invalid.of("database_url_invalid", f"{self.dialect} is not supported: sqlite or postgresql")
        query = dict(parsed.query)
        self.schema = str(query.pop("schema", "counterfoil")) if self.dialect == "postgresql" else None
        if self.schema is not None and not re.fullmatch(r"[a-z_][a-z0-9_]*", self.schema):
            raise Invalid.of("database_url_invalid", f"{self.schema!r} is no plain lower-case schema name")
        self.path = Path(parsed.database) if self.dialect == "sqlite" and parsed.database else None
        if self.dialect == "sqlite" and self.path is None:
            raise Invalid.of("database_url_invalid", "an SQLite book needs a file: sqlite:///path")
        driver = "postgresql+psycopg" if self.dialect == "postgresql" else "sqlite+pysqlite"
        self._pool = sa.create_engine(
            parsed.set(drivername=driver, query=query),
            **({"creator": self._sqlite} if self.dialect == "sqlite" else {"connect_args": self._postgresql_options()}),
            isolation_level="AUTOCOMMIT",
            pool_size=16,
            max_overflow=16,
            pool_reset_on_return=None,
            pool_pre_ping=False,
            hide_parameters=True,
        )

    def exists(self) -> bool:
        """Whether an SQLite file is there; a PostgreSQL server is asked when it is needed."""
        return self.path is None or self.path.exists()

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for reads, each statement on its own; on PostgreSQL in a pipeline."""
        with self._checked_out() as connection, self._pipeline(connection):
            yield connection

    def _pipeline(self, connection: Connection) -> contextlib.AbstractContextManager[Any]:
        pipeline: contextlib.AbstractContextManager[Any]
        pipeline = contextlib.nullcontext() if self.dialect == "sqlite" else connection.raw.pipeline()
        return pipeline

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction: committed at the end, rolled back on any exception.

        On PostgreSQL its statements go out in a pipeline: only those whose rows are asked for wait for the server, and
        an error may surface at a later statement, at the latest at the commit.
        """
        with (
            self._checked_out() as connection,
            self._turn(),
            self._rolled_back_on_error(connection),
            self._pipeline(connection),
        ):
            connection.raw.execute("BEGIN IMMEDIATE" if self.dialect == "sqlite" else "BEGIN")
            yield connection
            connection.flush()
            connection.raw.execute("COMMIT")

    @contextlib.contextmanager
    def _rolled_back_on_error(self, connection: Connection) -> Iterator[None]:
        try:
            yield
        except BaseException as error:
            with contextlib.suppress(sqlite3.Error, psycopg.Error):
                connection.raw.execute("ROLLBACK")
            if isinstance(error, psycopg.IntegrityError) and (lost := _lost_race(error)):
                raise lost from error
            raise

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait for a writer's turn on SQLite, in the kernel's queue.

        SQLite itself would sleep and try again, which lets an unlucky writer starve behind sixteen others for seconds.
        """
        if self.dialect != "sqlite":
            yield
            return
        gate = os.open(f"{self.path}-turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(gate, fcntl.LOCK_EX)
            yield
        finally:
            os.close(gate)

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Many reads of one state of the book."""
        begin = "BEGIN" if self.dialect == "sqlite" else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        with self._checked_out() as connection:
            connection.raw.execute(begin)
            try:
                yield connection
            finally:
                with contextlib.suppress(sqlite3.Error, psycopg.Error):
                    connection.raw.execute("ROLLBACK")

    def dispose(self) -> None:
        """Close all connections."""
        self._pool.dispose()

    @contextlib.contextmanager
    def maintaining(self) -> Iterator[sa.Connection]:
        """The toolkit's own connection, to change tables and rights; each statement on its own.

        raises: Refused when the role may not
        """
        try:
            with self._pool.connect() as connection:
                yield connection
        except sa.exc.DBAPIError as error:
            if isinstance(error.orig, psycopg.errors.InsufficientPrivilege):
                raise Refused.of("not_allowed", "this role may not do that: run it as the owner of the book") from error
            if error.orig is not None and _is_lost(error.orig):
                raise Unavailable.of("database_unavailable", "the database does not answer") from error
            raise

    def core(self) -> sa.Engine:
        """The toolkit's own engine, for migrations."""
        return self._pool

    @contextlib.contextmanager
    def _checked_out(self) -> Iterator[Connection]:
        try:
            proxied = self._pool.raw_connection()
        except (sa.exc.DBAPIError, sa.exc.TimeoutError, sqlite3.Error, psycopg.Error) as error:
            raise Unavailable.of("database_unavailable", "the database does not answer") from error
        raw: Any = proxied.driver_connection
        try:
            yield Connection(raw, self.dialect)
        except BaseException as error:
            if _is_lost(error):
                proxied.invalidate()
                raise Unavailable.of("database_unavailable", "the database does not answer") from error
            raise
        finally:
            proxied.close()

    def _sqlite(self) -> sqlite3.Connection:
        path = quote(str(self.path)) if self.path else ""
        raw = sqlite3.connect(
            f"file:{path}?mode=rw" if self.exists() else f"file:{path}?mode=rwc",
            uri=True,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=512,
        )
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "temp_store=MEMORY",
            "cache_size=-32000",
        ):
            raw.execute(f"PRAGMA {pragma}")
        return raw

    def _postgresql_options(self) -> dict[str, Any]:
        return {"options": f"-csearch_path={self.schema}", "prepare_threshold": 3}


def _lost_race(error: psycopg.IntegrityError) -> BookError | None:
    """What somebody else did between our look and our commit; None for a broken invariant of ours.

    SQLite has one writer, so that what it refuses was our mistake.
    """
    name, table = error.diag.constraint_name or "", error.diag.table_name or ""
    if name == "entry_period":
        return Refused.of("period_closed", "the book month was closed meanwhile", "book_month")
    if isinstance(error, psycopg.errors.UniqueViolation) and name in _NAMED_BY_OTHERS:
        return Conflict.of("taken", f"another {table} of the same name or number was filed at the same moment")
    return None


def _is_lost(error: BaseException) -> bool:
    """Whether the engine itself is busy or gone, so that the same call may succeed later."""
    if isinstance(error, psycopg.OperationalError):
        return True
    return isinstance(error, sqlite3.OperationalError) and any(
        word in str(error) for word in ("locked", "busy", "unable to open", "readonly", "disk", "full")
    )
