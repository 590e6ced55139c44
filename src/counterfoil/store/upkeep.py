"""What keeps a book in order: checks on file, bodies that may go, and what a doctor looks at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from counterfoil.store.engine import Connection, Statement
from counterfoil.store.refs import Mint
from counterfoil.store.rows import from_ms, to_ms
from counterfoil.store.schema import APPEND_ONLY, law_check, message

_last_check = Statement(
    sa.select(law_check.c.checked_at, law_check.c.laws, law_check.c.broken).order_by(law_check.c.id.desc()).limit(1)
)
_purge = Statement(
    sa.text(
        "DELETE FROM message_body WHERE (request_id, sha256) IN"
        " (SELECT request_id, sha256 FROM message_body WHERE received_at < :before LIMIT :most) RETURNING 1"
    )
)
_newest_message = Statement(sa.select(message.c.received_at).order_by(message.c.id.desc()).limit(1))
_server_clock = Statement(sa.text("SELECT cast(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)"))
_may_change = Statement(sa.text("SELECT has_table_privilege(:name, 'UPDATE') OR has_table_privilege(:name, 'DELETE')"))


@dataclass(frozen=True, slots=True)
class LawCheck:
    """A check of the book: how many laws were verified, how many rows broke one."""

    at: datetime
    laws: int
    broken: int


class Upkeep:
    """The book as its operator sees it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def last_check(self) -> LawCheck | None:
        """The last check on file."""
        row = self._connection.row(_last_check)
        return LawCheck(from_ms(row[0]), row[1], row[2]) if row else None

    def file_check(self, found: LawCheck, actor: str, mint: Mint) -> None:
        """Keep what a check found."""
        row = {
            "id": mint.take("law_check"),
            "checked_at": to_ms(found.at),
            "laws": found.laws,
            "broken": found.broken,
            "actor": actor,
        }
        self._connection.insert(law_check, [row])

    def purge_bodies(self, before: datetime, most: int) -> int:
        """Let the bodies of some calls older than an instant go; how many went. Their hashes stay."""
        return len(self._connection.rows(_purge, before=to_ms(before), most=most))

    def newest_message(self) -> datetime | None:
        """When the last call on file came in."""
        found = self._connection.value(_newest_message)
        return None if found is None else from_ms(found)

    def server_clock(self) -> datetime | None:
        """The database server's time; None where the database has no clock of its own."""
        if self._connection.dialect == "sqlite":
            return None
        return from_ms(self._connection.value(_server_clock))

    def changeable(self) -> list[str]:
        """The append-only tables that this PostgreSQL role may change; none on SQLite, which has no roles."""
        if self._connection.dialect == "sqlite":
            return []
        names = (table.name for table in APPEND_ONLY)
        return [name for name in names if self._connection.value(_may_change, name=name)]
