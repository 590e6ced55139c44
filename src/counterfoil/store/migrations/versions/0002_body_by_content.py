"""A call's body is kept by its content, so that a repeated request id loses none; applications are found by entry."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE TABLE message_body_0001 AS SELECT * FROM message_body")
    op.drop_table("message_body")
    op.create_table(
        "message_body",
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("request_id", "sha256", name=op.f("pk_message_body")),
    )
    # Only the first body of a request id had been kept.
    op.execute(
        "INSERT INTO message_body SELECT b.request_id, m.sha256, b.body, b.received_at FROM message_body_0001 b"
        " JOIN message m ON m.id = (SELECT min(id) FROM message f WHERE f.request_id = b.request_id)"
    )
    op.drop_table("message_body_0001")
    op.create_index(
        "ix_application_entry",
        "application",
        ["entry_id"],
        sqlite_where=sa.text("entry_id IS NOT NULL"),
        postgresql_where=sa.text("entry_id IS NOT NULL"),
    )
