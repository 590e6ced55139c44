"""Documents pulled from other systems, and the runs that pull them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_PLAIN = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "sync_account",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", _PLAIN, nullable=False),
        sa.Column("signs", sa.Text(), nullable=False),
        sa.Column("shape", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_account")),
        sa.UniqueConstraint("name", name=op.f("uq_sync_account_name")),
    )
    _documents()
    op.create_table(
        "sync_event",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("flow", sa.String(length=20), nullable=False),
        sa.Column("their_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("say", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
    )
    op.create_index("ix_sync_event_document", "sync_event", ["account_id", "flow", "their_id", "at"], unique=False)
    op.create_table(
        "sync_run",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("staged", sa.Integer(), nullable=False),
        sa.Column("imported", sa.Integer(), nullable=False),
        sa.Column("marked", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("say", sa.Text(), nullable=False),
        _belongs("sync_run", "account_id", "sync_account.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_run")),
    )
    op.create_index("ix_sync_run_account", "sync_run", ["account_id", "started_at"], unique=False)
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER sync_event_no_{verb.lower()} BEFORE {verb} ON sync_event "
                "BEGIN SELECT RAISE(ABORT, 'sync_event is append-only'); END"
            )
        return
    op.execute(
        "CREATE TRIGGER sync_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON sync_event "
        "FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
    )


def _belongs(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [target], name=name, initially="DEFERRED", deferrable=True)


def _documents() -> None:
    op.create_table(
        "sync_document",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("flow", sa.String(length=20), nullable=False),
        sa.Column("their_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("raw", sa.Text(), nullable=True),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("waits_for", sa.Integer(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("say", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("first_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("imported_at", sa.BigInteger(), nullable=True),
        sa.Column("marked_at", sa.BigInteger(), nullable=True),
        _belongs("sync_document", "account_id", "sync_account.id"),
        _belongs("sync_document", "document_id", "document.id"),
        sa.PrimaryKeyConstraint("account_id", "flow", "their_id", name=op.f("pk_sync_document")),
    )
    for name, columns, where in (
        (
            "ix_sync_document_open",
            ["account_id", "flow", "state", "their_id"],
            "state <> 'marked' AND state <> 'closed'",
        ),
        ("ix_sync_document_filed", ["document_id"], "document_id IS NOT NULL"),
        ("ix_sync_document_waits", ["account_id", "waits_for"], "waits_for IS NOT NULL"),
    ):
        op.create_index(
            name,
            "sync_document",
            columns,
            unique=False,
            sqlite_where=sa.text(where),
            postgresql_where=sa.text(where),
        )
