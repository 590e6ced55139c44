"""Bringing a book's tables to the current revision. Forward only."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import sqlalchemy as sa

from counterfoil.core.errors import Refused
from counterfoil.store.engine import Engine, Statement
from counterfoil.store.schema import APPEND_ONLY, metadata

if TYPE_CHECKING:
    from alembic.config import Config

#: The revision that this program needs: the newest of the migrations beside this file.
NEEDED = "0009"

_at = Statement(sa.text("SELECT version_num FROM alembic_version"))
_closed = Statement(
    sa.text("SELECT 1 FROM pg_namespace WHERE nspname = :schema AND NOT has_schema_privilege(oid, 'USAGE')")
)


def revision(engine: Engine) -> str | None:
    """The revision that a book is at, None where there is no book.

    raises: Unavailable when the database does not answer, Refused when its role may not look
    """
    if not engine.exists():
        return None
    try:
        with engine.reading() as connection:
            found: str | None = connection.value(_at)
            return found
    except sqlite3.OperationalError:
        return None
    except (psycopg.errors.UndefinedTable, psycopg.errors.InsufficientPrivilege) as error:
        with engine.reading() as connection:
            closed = connection.value(_closed, schema=engine.schema)
        if closed or isinstance(error, psycopg.errors.InsufficientPrivilege):
            say = (
                f"this role has no right to the schema {engine.schema}: counterfoil migrate --serve-role, as its owner"
            )
            raise Refused.of("not_allowed", say) from error
        return None


def migrate(engine: Engine, to: str = "head") -> None:
    """Create or upgrade the tables, all revisions or none."""
    # Imported late: a serving process never migrates, and should start in less time than this import takes.
    from alembic import command

    config = _config()
    with engine.maintaining() as connection:
        if engine.schema:
            connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {engine.schema}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if engine.dialect == "sqlite" else "BEGIN")
        config.attributes["connection"] = connection
        config.attributes["schema"] = engine.schema
        try:
            command.upgrade(config, to)
            connection.exec_driver_sql("COMMIT")
        except BaseException:
            connection.exec_driver_sql("ROLLBACK")
            raise


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def newest() -> str:
    """The newest of the migrations."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def grant(engine: Engine, role: str) -> None:
    """Let a PostgreSQL role serve the book: everything but changing what is append-only."""
    if engine.dialect != "postgresql" or not engine.schema:
        raise Refused.of("no_roles", "only PostgreSQL has roles")
    with engine.maintaining() as connection:
        known = connection.execute(sa.text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}).first()
        if not known:
            raise Refused.of("role_missing", f"the server has no role {role!r}: create it first")
        name = connection.dialect.identifier_preparer.quote(role)
        kept = {table.name for table in APPEND_ONLY}
        connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA {engine.schema} TO {name}")
        connection.exec_driver_sql(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {engine.schema} TO {name}")
        connection.exec_driver_sql(f"GRANT SELECT ON {engine.schema}.alembic_version TO {name}")
        for table in metadata.sorted_tables:
            rights = "SELECT, INSERT" if table.name in kept else "SELECT, INSERT, UPDATE, DELETE"
            connection.exec_driver_sql(f"REVOKE ALL ON {engine.schema}.{table.name} FROM {name}")
            connection.exec_driver_sql(f"GRANT {rights} ON {engine.schema}.{table.name} TO {name}")
