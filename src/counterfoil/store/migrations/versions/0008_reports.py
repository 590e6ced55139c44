"""Open items are aged by control account, so their index holds it; calls are found by the document they led to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0006"
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
