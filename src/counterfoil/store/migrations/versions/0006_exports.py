"""Drafts, accounting entries, and what has left the book for which system."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_PLAIN = sa.String().with_variant(sa.String(collation="C"), "postgresql")
# The parts of these statements are all names of ours.
_LEAVING = "'sales_invoice', 'cash_sale', 'credit_note', 'accounting_entry', 'quote', 'work_order', 'sales_order'"
_TOPIC = "CASE WHEN {0}.kind IN ('quote', 'work_order', 'sales_order') THEN 'order' ELSE {0}.kind END"

_SQLITE = (
    "CREATE TRIGGER export_event_no_update BEFORE UPDATE ON export_event"
    " BEGIN SELECT RAISE(ABORT, 'export_event is append-only'); END",
    "CREATE TRIGGER export_event_no_delete BEFORE DELETE ON export_event"
    " BEGIN SELECT RAISE(ABORT, 'export_event is append-only'); END",
    "CREATE TRIGGER draft_stay BEFORE DELETE ON draft BEGIN SELECT RAISE(ABORT, 'draft is kept'); END",
    "CREATE TRIGGER draft_keep BEFORE UPDATE ON draft WHEN OLD.state <> 'draft'"
    " BEGIN SELECT RAISE(ABORT, 'draft is final'); END",
    f"CREATE TRIGGER document_offered AFTER INSERT ON document WHEN NEW.kind IN ({_LEAVING})"  # noqa: S608
    f" BEGIN INSERT INTO export_feed VALUES ({_TOPIC.format('NEW')}, NEW.id, NEW.actor); END",
    "CREATE TRIGGER export_feed_pending AFTER INSERT ON export_feed"
    " BEGIN INSERT INTO export_pending SELECT system, NEW.topic, NEW.document_id FROM export_system"
    " WHERE topic = NEW.topic AND system <> NEW.source; END",
)
_POSTGRESQL = (
    "CREATE TRIGGER export_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON export_event"
    " FOR EACH STATEMENT EXECUTE FUNCTION append_only()",
    """CREATE FUNCTION draft_keep() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'draft is kept'; END IF;
      IF OLD.state <> 'draft' THEN RAISE EXCEPTION 'draft is final'; END IF;
      RETURN NEW;
    END $$""",
    "CREATE TRIGGER draft_keep BEFORE UPDATE OR DELETE ON draft FOR EACH ROW EXECUTE FUNCTION draft_keep()",
    f"""CREATE FUNCTION document_offered() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO export_feed VALUES ({_TOPIC.format("NEW")}, NEW.id, NEW.actor);
      RETURN NULL;
    END $$""",  # noqa: S608
    f"""CREATE TRIGGER document_offered AFTER INSERT ON document FOR EACH ROW
    WHEN (NEW.kind IN ({_LEAVING})) EXECUTE FUNCTION document_offered()""",
    """CREATE FUNCTION export_feed_pending() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO export_pending SELECT system, NEW.topic, NEW.document_id FROM export_system
        WHERE topic = NEW.topic AND system <> NEW.source;
      RETURN NULL;
    END $$""",
    "CREATE TRIGGER export_feed_pending AFTER INSERT ON export_feed FOR EACH ROW"
    " EXECUTE FUNCTION export_feed_pending()",
    "CREATE SEQUENCE id_export_event AS integer INCREMENT BY 32",
)


def upgrade() -> None:
    """Create the tables, offer what is on file, and give books that there are a series of accounting entries."""
    _tables()
    op.execute(
        f"INSERT INTO export_feed SELECT {_TOPIC.format('d')}, d.id, d.actor FROM document d"  # noqa: S608 - names of ours
        f" WHERE d.kind IN ({_LEAVING})"
    )
    op.execute(
        "INSERT INTO export_feed SELECT 'accounting_entry', d.id, d.actor FROM document d"
        " WHERE d.kind IN ('sales_invoice', 'credit_note', 'stock_adjustment') AND EXISTS (SELECT 1 FROM stock_move m"
        " JOIN document_line l ON l.id = m.line_id WHERE l.document_id = d.id AND (m.value <> 0 OR m.variance <> 0))"
    )
    op.execute("INSERT INTO number_series SELECT 'accounting_entry', 'AE-', 1 FROM book")
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(statement)


def _tables() -> None:
    op.create_table(
        "draft",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("dated_on", sa.String(length=10), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["party.id"], name=op.f("fk_draft_customer_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
    )
    op.create_index(op.f("ix_draft_customer_id"), "draft", ["customer_id"], unique=False)
    op.create_index(
        "ix_draft_live",
        "draft",
        ["kind", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'draft'"),
        postgresql_where=sa.text("state = 'draft'"),
    )
    op.create_table(
        "export_event",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("system", _PLAIN, nullable=False),
        sa.Column("topic", sa.String(length=24), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("draft", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("remote_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_event")),
    )
    op.create_index(op.f("ix_export_event_document_id"), "export_event", ["document_id"], unique=False)
    op.create_table(
        "export_feed",
        sa.Column("topic", sa.String(length=24), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("topic", "document_id", name=op.f("pk_export_feed")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "export_system",
        sa.Column("topic", sa.String(length=24), nullable=False),
        sa.Column("system", _PLAIN, nullable=False),
        sa.PrimaryKeyConstraint("topic", "system", name=op.f("pk_export_system")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "export_pending",
        sa.Column("system", _PLAIN, nullable=False),
        sa.Column("topic", sa.String(length=24), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("system", "topic", "document_id", name=op.f("pk_export_pending")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "export_state",
        sa.Column("system", _PLAIN, nullable=False),
        sa.Column("topic", sa.String(length=24), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("draft", sa.Boolean(), nullable=False),
        sa.Column("exported_at", sa.BigInteger(), nullable=True),
        sa.Column("remote_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("system", "topic", "document_id", name=op.f("pk_export_state")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_export_state_exported", "export_state", ["system", "topic", "exported_at"], unique=False)
