"""What a credential may do, until when, and how often; which calls were refused; lists by kind and by customer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("credential", sa.Column("scopes", sa.Text(), nullable=True))
    op.add_column("credential", sa.Column("expires_at", sa.BigInteger(), nullable=True))
    op.add_column("credential", sa.Column("per_minute", sa.Integer(), nullable=True))
    op.add_column("message", sa.Column("refused", sa.Boolean(), nullable=True))
    op.create_index("ix_document_kind", "document", ["kind", "dated_on", "id"])
    op.create_index("ix_document_customer", "document", ["customer_id", "kind", "dated_on", "id"])
