"""The migrations lead to what the program needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from counterfoil.store import Store, migrating
from counterfoil.store.schema import APPEND_ONLY, metadata


def test_the_program_needs_the_newest_revision(store: Store) -> None:
    assert migrating.NEEDED == migrating.newest() == migrating.revision(store.engine)


def test_migrating_twice_changes_nothing(store: Store) -> None:
    migrating.migrate(store.engine)
    assert migrating.revision(store.engine) == migrating.NEEDED


def test_what_is_not_there_has_no_revision(tmp_path: Path) -> None:
    from counterfoil.store import open_store

    assert migrating.revision(open_store(f"sqlite:///{tmp_path / 'none.db'}").engine) is None
    assert not (tmp_path / "none.db").exists()


def test_an_empty_book_has_exactly_the_tables_that_the_program_knows(store: Store) -> None:
    """Columns, types, indexes and constraints; the sequences of ids have no counterpart in the metadata."""

    def ours(_: object, name: str | None, kind: str, *rest: object) -> bool:
        return not (kind == "table" and name == "alembic_version")

    with store.engine.core().connect() as connection:
        options: dict[str, Any] = {
            "compare_type": True,
            "include_object": ours,
            "version_table_schema": store.engine.schema,
        }
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


def test_every_append_only_table_is_guarded(store: Store) -> None:
    with store.engine.reading() as connection:
        if store.engine.dialect == "sqlite":
            rows = connection.raw.execute("SELECT tbl_name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
            guarded = [table for table, text in rows if "append-only" in text]
            assert sorted(guarded) == sorted([table.name for table in APPEND_ONLY] * 2)
        else:
            rows = connection.raw.execute(
                "SELECT DISTINCT event_object_table FROM information_schema.triggers"
                " WHERE trigger_schema = current_schema() AND action_statement LIKE '%append_only%'"
            ).fetchall()
            assert sorted(name for (name,) in rows) == sorted(table.name for table in APPEND_ONLY)
