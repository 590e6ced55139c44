"""The book: evidence, documents, the double-entry journal, and the projections beside them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _tables()
    _guard()


def _tables() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", sa.String(length=9), nullable=False),
        sa.Column("control", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("code", name=op.f("uq_account_code")),
    )
    op.create_table(
        "book",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("fiscal_month", sa.SmallInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_book_one_book")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_book")),
    )
    op.create_table(
        "customer_tally",
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("shelf", sa.SmallInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("contact", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "shelf", "currency", "contact", name=op.f("pk_customer_tally")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "department",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_department")),
    )
    op.create_table(
        "exchange_rate",
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("from_on", sa.String(length=10), nullable=False),
        sa.Column("rate", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("currency", "from_on", name=op.f("pk_exchange_rate")),
    )
    op.create_table(
        "external_ref",
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("their_id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("our_id", sa.Integer(), nullable=False),
        sa.Column("their_number", sa.Integer(), nullable=True),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("system", "kind", "their_id", name=op.f("pk_external_ref")),
    )
    op.create_index(
        "ix_external_ref_number",
        "external_ref",
        ["kind", "their_number"],
        unique=False,
        sqlite_where=sa.text("their_number IS NOT NULL"),
        postgresql_where=sa.text("their_number IS NOT NULL"),
    )
    op.create_index("ix_external_ref_ours", "external_ref", ["kind", "our_id", "system"], unique=False)
    op.create_index(
        "uq_external_ref_primary",
        "external_ref",
        ["system", "kind", "our_id"],
        unique=True,
        sqlite_where=sa.text("is_primary"),
        postgresql_where=sa.text("is_primary"),
    )
    op.create_table(
        "idempotency",
        sa.Column("principal_id", sa.Integer(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("key", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("principal_id", "contract", "key", name=op.f("pk_idempotency")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "invoice_type",
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sub_types", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_invoice_type")),
    )
    op.create_table(
        "item",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sku", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("uom", sa.Text(), nullable=False),
        sa.Column("stocked", sa.Boolean(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=True),
        sa.Column("ledger_class", sa.Text(), nullable=False),
        sa.Column("exempt_from", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item")),
        sa.UniqueConstraint("sku", name=op.f("uq_item_sku")),
    )
    op.create_table(
        "jurisdiction",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("postal_prefix", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jurisdiction")),
        sa.UniqueConstraint(
            "country", "state", "postal_prefix", name=op.f("uq_jurisdiction_country_state_postal_prefix")
        ),
    )
    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )
    op.create_index(op.f("ix_message_request_id"), "message", ["request_id"], unique=False)
    op.create_table(
        "message_body",
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_message_body")),
    )
    op.create_table(
        "number_series",
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("next", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_number_series")),
    )
    op.create_table(
        "period_event",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("closed_through", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period_event")),
    )
    op.create_table(
        "principal",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_principal")),
        sa.UniqueConstraint("name", name=op.f("uq_principal_name")),
    )
    op.create_table(
        "salesperson",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_salesperson")),
    )
    op.create_table(
        "setting",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setting")),
    )
    op.create_table(
        "stock_level",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("on_hand", sa.BigInteger(), nullable=False),
        sa.Column("reserved", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("item_id", "department_id", name=op.f("pk_stock_level")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "stock_value",
        sa.Column("item_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("on_hand", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("average", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_stock_value")),
    )
    op.create_table(
        "tax_code",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tax_code")),
        sa.UniqueConstraint("code", name=op.f("uq_tax_code_code")),
    )
    op.create_table(
        "terms",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("end_of_month", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terms")),
        sa.UniqueConstraint("code", name=op.f("uq_terms_code")),
    )
    op.create_table(
        "credential",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("principal_id", sa.Integer(), nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["principal_id"],
            ["principal.id"],
            name=op.f("fk_credential_principal_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential")),
        sa.UniqueConstraint("secret", name=op.f("uq_credential_secret")),
    )
    op.create_table(
        "jurisdiction_tax",
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("tax_code_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"],
            ["jurisdiction.id"],
            name=op.f("fk_jurisdiction_tax_jurisdiction_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["tax_code_id"],
            ["tax_code.id"],
            name=op.f("fk_jurisdiction_tax_tax_code_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("jurisdiction_id", "position", name=op.f("pk_jurisdiction_tax")),
    )
    op.create_table(
        "party",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("code", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("terms_id", sa.Integer(), nullable=True),
        sa.Column("credit_limit", sa.Text(), nullable=True),
        sa.Column("exempt_from", sa.Text(), nullable=False),
        sa.Column("billing", sa.Text(), nullable=False),
        sa.Column("shipping", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["terms_id"], ["terms.id"], name=op.f("fk_party_terms_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party")),
        sa.UniqueConstraint("code", name=op.f("uq_party_code")),
    )
    op.create_table(
        "tax_rate",
        sa.Column("tax_code_id", sa.Integer(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("from_on", sa.String(length=10), nullable=False),
        sa.Column("rate", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tax_code_id"],
            ["tax_code.id"],
            name=op.f("fk_tax_rate_tax_code_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("tax_code_id", "country", "from_on", name=op.f("pk_tax_rate")),
    )
    op.create_table(
        "tender_type",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("gives_change", sa.Boolean(), nullable=False),
        sa.Column("invoice_types", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_tender_type_account_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tender_type")),
        sa.UniqueConstraint("code", name=op.f("uq_tender_type_code")),
    )
    op.create_table(
        "contact",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["party.id"], name=op.f("fk_contact_customer_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sa.UniqueConstraint("customer_id", "reference", name=op.f("uq_contact_customer_id_reference")),
    )
    op.create_index(op.f("ix_contact_customer_id"), "contact", ["customer_id"], unique=False)
    op.create_table(
        "document",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("number", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("number_key", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("is_ours", sa.Boolean(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("ship_to_id", sa.Integer(), nullable=True),
        sa.Column("billing", sa.Text(), nullable=False),
        sa.Column("shipping", sa.Text(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("dated_on", sa.String(length=10), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=True),
        sa.Column("sort_at", sa.BigInteger(), nullable=False),
        sa.Column("ordered_on", sa.String(length=10), nullable=True),
        sa.Column("due_on", sa.String(length=10), nullable=True),
        sa.Column("ship_on", sa.String(length=10), nullable=True),
        sa.Column("book_month", sa.Integer(), nullable=False),
        sa.Column("type_code", sa.String(length=8), nullable=False),
        sa.Column("sub_type", sa.String(length=8), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("salesperson_id", sa.Integer(), nullable=True),
        sa.Column("terminal", sa.Integer(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("customer_po", sa.Text(), nullable=False),
        sa.Column("customer_po_key", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("third_party_number", sa.Text(), nullable=False),
        sa.Column("third_party_key", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("order_number", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("original_id", sa.Integer(), nullable=True),
        sa.Column("contact", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("ordered_by", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("reserves", sa.Boolean(), nullable=False),
        sa.Column("subtotal", sa.BigInteger(), nullable=False),
        sa.Column("discount_total", sa.BigInteger(), nullable=False),
        sa.Column("tax_total", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("asserted_subtotal", sa.BigInteger(), nullable=True),
        sa.Column("asserted_tax", sa.BigInteger(), nullable=True),
        sa.Column("asserted_total", sa.BigInteger(), nullable=True),
        sa.Column("variance", sa.BigInteger(), nullable=True),
        sa.Column("tax_rounding", sa.String(length=9), nullable=False),
        sa.Column("shelf", sa.SmallInteger(), nullable=False),
        sa.Column("extras", sa.Text(), nullable=True),
        sa.Column("entered_at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("total = subtotal + tax_total", name=op.f("ck_document_total")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["party.id"], name=op.f("fk_document_customer_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["document.id"], name=op.f("fk_document_order_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["original_id"],
            ["document.id"],
            name=op.f("fk_document_original_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["ship_to_id"], ["party.id"], name=op.f("fk_document_ship_to_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    op.create_index(
        "ix_document_contact",
        "document",
        ["customer_id", "shelf", "currency", "contact", "sort_at", "number"],
        unique=False,
        sqlite_where=sa.text("shelf <> 0 AND contact IS NOT NULL"),
        postgresql_where=sa.text("shelf <> 0 AND contact IS NOT NULL"),
    )
    op.create_index("ix_document_number_key", "document", ["number_key", "customer_id"], unique=False)
    op.create_index(
        "ix_document_order",
        "document",
        ["order_id"],
        unique=False,
        sqlite_where=sa.text("order_id IS NOT NULL"),
        postgresql_where=sa.text("order_id IS NOT NULL"),
    )
    op.create_index(
        "ix_document_ordered",
        "document",
        ["customer_id", "currency", "sort_at"],
        unique=False,
        sqlite_where=sa.text("shelf = 1 AND kind <> 'quote'"),
        postgresql_where=sa.text("shelf = 1 AND kind <> 'quote'"),
    )
    op.create_index(
        "ix_document_original",
        "document",
        ["original_id"],
        unique=False,
        sqlite_where=sa.text("original_id IS NOT NULL"),
        postgresql_where=sa.text("original_id IS NOT NULL"),
    )
    op.create_index(
        "ix_document_po",
        "document",
        ["customer_id", "customer_po_key"],
        unique=False,
        sqlite_where=sa.text("customer_po_key IS NOT NULL"),
        postgresql_where=sa.text("customer_po_key IS NOT NULL"),
    )
    op.create_index(
        "ix_document_receipt",
        "document",
        ["customer_id", "sort_at"],
        unique=False,
        sqlite_where=sa.text("kind = 'receipt'"),
        postgresql_where=sa.text("kind = 'receipt'"),
    )
    op.create_index(
        "ix_document_shelf",
        "document",
        ["customer_id", "shelf", "currency", "sort_at", "number"],
        unique=False,
        sqlite_where=sa.text("shelf <> 0"),
        postgresql_where=sa.text("shelf <> 0"),
    )
    op.create_index(
        "ix_document_third_party",
        "document",
        ["customer_id", "third_party_key"],
        unique=False,
        sqlite_where=sa.text("third_party_key IS NOT NULL"),
        postgresql_where=sa.text("third_party_key IS NOT NULL"),
    )
    op.create_index(
        "uq_document_imported",
        "document",
        ["kind", "number", "customer_id"],
        unique=True,
        sqlite_where=sa.text("NOT is_ours"),
        postgresql_where=sa.text("NOT is_ours"),
    )
    op.create_index(
        "uq_document_number",
        "document",
        ["kind", "number"],
        unique=True,
        sqlite_where=sa.text("is_ours"),
        postgresql_where=sa.text("is_ours"),
    )
    op.create_table(
        "document_line",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=6), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("uom", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("ordered", sa.BigInteger(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("discount", sa.BigInteger(), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.Column("tax_parts", sa.Text(), nullable=False),
        sa.Column("ledger_class", sa.Text(), nullable=False),
        sa.Column("stocked", sa.Boolean(), nullable=False),
        sa.Column("unit_cost", sa.BigInteger(), nullable=True),
        sa.Column("order_line_id", sa.Integer(), nullable=True),
        sa.Column("returns_line_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["document.id"],
            name=op.f("fk_document_line_document_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_document_line_item_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["order_line_id"],
            ["document_line.id"],
            name=op.f("fk_document_line_order_line_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["returns_line_id"],
            ["document_line.id"],
            name=op.f("fk_document_line_returns_line_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_line")),
        sa.UniqueConstraint("document_id", "line_no", name=op.f("uq_document_line_document_id_line_no")),
    )
    op.create_index(
        "ix_document_line_order_line_id",
        "document_line",
        ["order_line_id"],
        unique=False,
        sqlite_where=sa.text("order_line_id IS NOT NULL"),
        postgresql_where=sa.text("order_line_id IS NOT NULL"),
    )
    op.create_index(
        "ix_document_line_returns_line_id",
        "document_line",
        ["returns_line_id"],
        unique=False,
        sqlite_where=sa.text("returns_line_id IS NOT NULL"),
        postgresql_where=sa.text("returns_line_id IS NOT NULL"),
    )
    op.create_table(
        "document_tax",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("tax_code_id", sa.Integer(), nullable=True),
        sa.Column("rate", sa.BigInteger(), nullable=True),
        sa.Column("base", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["document.id"],
            name=op.f("fk_document_tax_document_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["tax_code_id"],
            ["tax_code.id"],
            name=op.f("fk_document_tax_tax_code_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("document_id", "position", name=op.f("pk_document_tax")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "document_tender",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("tender_type_id", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("change", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["document.id"],
            name=op.f("fk_document_tender_document_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["tender_type_id"],
            ["tender_type.id"],
            name=op.f("fk_document_tender_tender_type_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("document_id", "position", name=op.f("pk_document_tender")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "entry",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("dated_on", sa.String(length=10), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reverses_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_entry_document_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["entry.id"], name=op.f("fk_entry_reverses_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
        sa.UniqueConstraint("seq", name=op.f("uq_entry_seq")),
    )
    op.create_index(op.f("ix_entry_dated_on"), "entry", ["dated_on"], unique=False)
    op.create_index(op.f("ix_entry_document_id"), "entry", ["document_id"], unique=False)
    op.create_index(
        "uq_entry_reverses",
        "entry",
        ["reverses_id"],
        unique=True,
        sqlite_where=sa.text("reverses_id IS NOT NULL"),
        postgresql_where=sa.text("reverses_id IS NOT NULL"),
    )
    op.create_table(
        "tracking",
        sa.Column("shipment_id", sa.Integer(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("tracking_number", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_at", sa.BigInteger(), nullable=True),
        sa.Column("shipped_on", sa.String(length=10), nullable=True),
        sa.Column("delivered_on", sa.String(length=10), nullable=True),
        sa.Column("delivery_charge", sa.Text(), nullable=False),
        sa.Column("weight", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["shipment_id"],
            ["document.id"],
            name=op.f("fk_tracking_shipment_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("shipment_id", name=op.f("pk_tracking")),
    )
    op.create_table(
        "open_item",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("base", sa.BigInteger(), nullable=False),
        sa.Column("dated_on", sa.String(length=10), nullable=False),
        sa.Column("due_on", sa.String(length=10), nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_open_item_not_zero")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_open_item_account_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["document.id"],
            name=op.f("fk_open_item_document_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("fk_open_item_entry_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["party.id"], name=op.f("fk_open_item_party_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_open_item")),
        sa.UniqueConstraint("entry_id", "position", name=op.f("uq_open_item_entry_id_position")),
    )
    op.create_index(op.f("ix_open_item_document_id"), "open_item", ["document_id"], unique=False)
    op.create_table(
        "posting",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("base", sa.BigInteger(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=True),
        sa.Column("line_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("amount <> 0 OR base <> 0", name=op.f("ck_posting_not_zero")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_posting_account_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("fk_posting_entry_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("entry_id", "position", name=op.f("pk_posting")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "stock_move",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("variance", sa.BigInteger(), nullable=False),
        sa.Column("dated_on", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_stock_move_department_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_stock_move_item_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["document_line.id"], name=op.f("fk_stock_move_line_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_move")),
    )
    op.create_index(op.f("ix_stock_move_item_id"), "stock_move", ["item_id"], unique=False)
    op.create_index(op.f("ix_stock_move_line_id"), "stock_move", ["line_id"], unique=False)
    op.create_table(
        "application",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("debit_id", sa.Integer(), nullable=False),
        sa.Column("credit_id", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("dated_on", sa.String(length=10), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_application_not_zero")),
        sa.ForeignKeyConstraint(
            ["credit_id"],
            ["open_item.id"],
            name=op.f("fk_application_credit_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["debit_id"], ["open_item.id"], name=op.f("fk_application_debit_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("fk_application_entry_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
    )
    op.create_index(op.f("ix_application_credit_id"), "application", ["credit_id"], unique=False)
    op.create_index(op.f("ix_application_dated_on"), "application", ["dated_on"], unique=False)
    op.create_index(op.f("ix_application_debit_id"), "application", ["debit_id"], unique=False)
    op.create_table(
        "open_item_state",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("remaining", sa.BigInteger(), nullable=False),
        sa.Column("dated_on", sa.String(length=10), nullable=False),
        sa.Column("due_on", sa.String(length=10), nullable=False),
        sa.CheckConstraint(
            "(amount > 0 AND remaining BETWEEN 0 AND amount) OR (amount < 0 AND remaining BETWEEN amount AND 0)",
            name=op.f("ck_open_item_state_within"),
        ),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["open_item.id"],
            name=op.f("fk_open_item_state_item_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_open_item_state")),
    )
    op.create_index(
        "ix_open_item_state_open",
        "open_item_state",
        ["party_id", "currency", "due_on", "dated_on", "remaining"],
        unique=False,
        sqlite_where=sa.text("remaining != 0"),
        postgresql_where=sa.text("remaining != 0"),
    )


_APPEND_ONLY = (
    "setting",
    "period_event",
    "message",
    "document_line",
    "document_tax",
    "document_tender",
    "entry",
    "posting",
    "open_item",
    "application",
    "stock_move",
)
#: Ids come from sequences on PostgreSQL (a block at a time where nobody sees them); SQLite, with one writer, counts on.
_SEQUENCES = {
    "party": 1,
    "contact": 1,
    "item": 1,
    "document": 1,
    "document_line": 32,
    "entry": 32,
    "open_item": 32,
    "application": 32,
    "stock_move": 32,
    "message": 32,
}

_SQLITE = (
    # A posted document never changes; a draft or order may until then. No document is ever deleted.
    """CREATE TRIGGER document_keep BEFORE UPDATE ON document WHEN OLD.state IN ('posted', 'void')
    BEGIN SELECT RAISE(ABORT, 'document is final'); END""",
    "CREATE TRIGGER document_stay BEFORE DELETE ON document BEGIN SELECT RAISE(ABORT, 'document is kept'); END",
    """CREATE TRIGGER document_tally AFTER INSERT ON document WHEN NEW.shelf <> 0 AND NEW.customer_id IS NOT NULL
    BEGIN
      INSERT INTO customer_tally VALUES (NEW.customer_id, NEW.shelf, NEW.currency, '', 1)
        ON CONFLICT DO UPDATE SET documents = documents + 1;
      INSERT INTO customer_tally SELECT NEW.customer_id, NEW.shelf, NEW.currency, NEW.contact, 1
        WHERE NEW.contact <> '' ON CONFLICT DO UPDATE SET documents = documents + 1;
    END""",
    """CREATE TRIGGER entry_period BEFORE INSERT ON entry
    WHEN NEW.month <= (SELECT closed_through FROM period_event ORDER BY id DESC LIMIT 1)
    BEGIN SELECT RAISE(ABORT, 'period is closed'); END""",
    """CREATE TRIGGER open_item_opened AFTER INSERT ON open_item
    BEGIN
      INSERT INTO open_item_state
        VALUES (NEW.id, NEW.party_id, NEW.account_id, NEW.currency, NEW.amount, NEW.amount,
          NEW.dated_on, NEW.due_on);
    END""",
    """CREATE TRIGGER application_fits BEFORE INSERT ON application
    WHEN NOT EXISTS (
      SELECT 1 FROM open_item d JOIN open_item c ON c.id = NEW.credit_id
      WHERE d.id = NEW.debit_id AND d.amount > 0 AND c.amount < 0 AND d.party_id = c.party_id
        AND d.account_id = c.account_id AND d.currency = c.currency
        AND NEW.dated_on >= d.dated_on AND NEW.dated_on >= c.dated_on)
    BEGIN SELECT RAISE(ABORT, 'application joins items that do not belong together'); END""",
    """CREATE TRIGGER application_made AFTER INSERT ON application
    BEGIN
      UPDATE open_item_state SET remaining = remaining - NEW.amount WHERE item_id = NEW.debit_id;
      UPDATE open_item_state SET remaining = remaining + NEW.amount WHERE item_id = NEW.credit_id;
    END""",
)

_POSTGRESQL = (
    """CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$""",
    """CREATE FUNCTION document_keep() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'document is kept'; END IF;
      IF OLD.state IN ('posted', 'void') THEN RAISE EXCEPTION 'document is final'; END IF;
      RETURN NEW;
    END $$""",
    "CREATE TRIGGER document_keep BEFORE UPDATE OR DELETE ON document FOR EACH ROW EXECUTE FUNCTION document_keep()",
    """CREATE FUNCTION document_tally() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO customer_tally AS t VALUES (NEW.customer_id, NEW.shelf, NEW.currency, '', 1)
        ON CONFLICT (customer_id, shelf, currency, contact) DO UPDATE SET documents = t.documents + 1;
      IF NEW.contact <> '' THEN
        INSERT INTO customer_tally AS t VALUES (NEW.customer_id, NEW.shelf, NEW.currency, NEW.contact, 1)
          ON CONFLICT (customer_id, shelf, currency, contact) DO UPDATE SET documents = t.documents + 1;
      END IF;
      RETURN NULL;
    END $$""",
    """CREATE TRIGGER document_tally AFTER INSERT ON document FOR EACH ROW
    WHEN (NEW.shelf <> 0 AND NEW.customer_id IS NOT NULL) EXECUTE FUNCTION document_tally()""",
    """CREATE FUNCTION entry_period() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.month <= (SELECT closed_through FROM period_event ORDER BY id DESC LIMIT 1) THEN
        RAISE EXCEPTION 'period is closed' USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_period';
      END IF;
      RETURN NEW;
    END $$""",
    "CREATE TRIGGER entry_period BEFORE INSERT ON entry FOR EACH ROW EXECUTE FUNCTION entry_period()",
    """CREATE FUNCTION open_item_opened() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO open_item_state
        VALUES (NEW.id, NEW.party_id, NEW.account_id, NEW.currency, NEW.amount, NEW.amount,
          NEW.dated_on, NEW.due_on);
      RETURN NULL;
    END $$""",
    "CREATE TRIGGER open_item_opened AFTER INSERT ON open_item FOR EACH ROW EXECUTE FUNCTION open_item_opened()",
    """CREATE FUNCTION application_made() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NOT EXISTS (
        SELECT 1 FROM open_item d JOIN open_item c ON c.id = NEW.credit_id
        WHERE d.id = NEW.debit_id AND d.amount > 0 AND c.amount < 0 AND d.party_id = c.party_id
          AND d.account_id = c.account_id AND d.currency = c.currency
          AND NEW.dated_on >= d.dated_on AND NEW.dated_on >= c.dated_on) THEN
        RAISE EXCEPTION 'application joins items that do not belong together' USING ERRCODE = 'check_violation';
      END IF;
      UPDATE open_item_state SET remaining = remaining - NEW.amount WHERE item_id = NEW.debit_id;
      UPDATE open_item_state SET remaining = remaining + NEW.amount WHERE item_id = NEW.credit_id;
      RETURN NULL;
    END $$""",
    "CREATE TRIGGER application_made AFTER INSERT ON application FOR EACH ROW EXECUTE FUNCTION application_made()",
)


def _guard() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in _APPEND_ONLY:
            for verb in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
        for statement in _SQLITE:
            op.execute(statement)
        return
    for statement in _POSTGRESQL:
        op.execute(statement)
    for table in _APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
        )
    for table, step in _SEQUENCES.items():
        op.execute(f"CREATE SEQUENCE id_{table} AS integer INCREMENT BY {step}")
