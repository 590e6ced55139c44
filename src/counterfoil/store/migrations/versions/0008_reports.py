"""Items are aged by account, so their index holds it; calls are found by their document; checks are kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_open_item_state_open", "open_item_state")
    op.create_index(
        "ix_open_item_state_open",
        "open_item_state",
        ["party_id", "currency", "due_on", "dated_on", "remaining", "account_id"],
        sqlite_where=sa.text("remaining != 0"),
        postgresql_where=sa.text("remaining != 0"),
    )
    op.create_index(
        "ix_message_document",
        "message",
        ["document_id"],
        sqlite_where=sa.text("document_id IS NOT NULL"),
        postgresql_where=sa.text("document_id IS NOT NULL"),
    )
    op.create_table(
        "law_check",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("checked_at", sa.BigInteger(), nullable=False),
        sa.Column("laws", sa.Integer(), nullable=False),
        sa.Column("broken", sa.Integer(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_law_check")),
    )
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER law_check_no_{verb.lower()} BEFORE {verb} ON law_check "
                "BEGIN SELECT RAISE(ABORT, 'law_check is append-only'); END"
            )
    else:
        op.execute(
            "CREATE TRIGGER law_check_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON law_check "
            "FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
        )
