"""Systems may ask what has changed: documents by when they were entered, orders and items by when they changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_document_entered", "document", ["entered_at"])
    op.create_table(
        "changed",
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "record_id", name=op.f("pk_changed")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_changed_at", "changed", ["kind", "at", "record_id"])
