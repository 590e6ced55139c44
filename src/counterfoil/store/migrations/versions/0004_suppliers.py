"""The supplier's side: shipments and what is matched of them, invoices, disputes, and what a book needs for them."""

from __future__ import annotations

import json
import time

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

PLAIN = sa.String().with_variant(sa.String(collation="C"), "postgresql")
_APPEND_ONLY = ("supplier_event", "invoice_change")
_SEQUENCES = ("invoice_line", "additional_amount", "dispute", "resolve_action", "supplier_event", "invoice_change")
_SERIES = (
    ("purchase_order", "PO-"),
    ("supplier_shipment", "SS-"),
    ("goods_receipt", "GR-"),
    ("supplier_invoice", "SI-"),
    ("settlement", "ST-"),
    ("remittance", "RM-"),
)
_ACCOUNTS = (
    ("1300", "Recoverable tax", "asset", "", ("input_tax",)),
    ("1400", "Disputed with suppliers", "asset", "", ("disputed",)),
    ("2000", "Accounts payable", "liability", "payable", ("payable", "Credit.resolution")),
    ("2100", "Goods received not invoiced", "liability", "", ("goods_received",)),
    ("5300", "Purchase price variance", "expense", "", ("price_variance", "resolution")),
    ("6000", "Purchases and expenses", "expense", "", ("purchases",)),
)
_AMOUNT_TYPES = (
    ("Administration costs", "Admin", False),
    ("Other", "Other", False),
    ("Cost of Goods", "Goods", True),
)
_REASONS = ("Quantity difference", "Price difference")
_HOLD = ("On hold", "Under review")


def upgrade() -> None:
    _tables()
    _guard()
    if op.get_bind().execute(sa.text("SELECT 1 FROM book")).first():
        _furnish()


def _furnish() -> None:
    """Give a book that is there already what a new one starts with; an account of the same code is taken as it is."""
    bind, now = op.get_bind(), int(time.time() * 1000)

    def add(statement: str, **values: object) -> None:
        bind.execute(sa.text(statement), values)

    for kind, prefix in _SERIES:
        add('INSERT INTO number_series (kind, prefix, "next") VALUES (:kind, :prefix, 1)', kind=kind, prefix=prefix)
    account = bind.execute(sa.text("SELECT coalesce(max(id), 0) FROM account")).scalar_one()
    setting = bind.execute(sa.text("SELECT coalesce(max(id), 0) FROM setting")).scalar_one()
    for code, name, kind, control, roles in _ACCOUNTS:
        if not bind.execute(sa.text("SELECT 1 FROM account WHERE code = :code"), {"code": code}).first():
            account += 1
            add(
                "INSERT INTO account (id, code, name, type, control) VALUES (:id, :code, :name, :type, :control)",
                id=account,
                code=code,
                name=name,
                type=kind,
                control=control,
            )
        for role in roles:
            setting += 1
            add(
                "INSERT INTO setting (id, name, value, changed_at, actor) VALUES (:id, :name, :value, :at, 'migrate')",
                id=setting,
                name=f"account.{role}",
                value=json.dumps(code),
                at=now,
            )
    for number, (name, ledger_class, goods) in enumerate(_AMOUNT_TYPES, start=1):
        add(
            "INSERT INTO amount_type (id, name, name_key, description, ledger_class, goods, removed)"
            " VALUES (:id, :name, :key, '', :ledger_class, :goods, :removed)",
            id=number,
            name=name,
            key=name.casefold(),
            ledger_class=ledger_class,
            goods=goods,
            removed=False,
        )
    for number, name in enumerate(_REASONS, start=1):
        add(
            "INSERT INTO dispute_reason (id, name, name_key, description, ledger_class, auto_resolve, removed)"
            " VALUES (:id, :name, :key, '', '', :no, :no)",
            id=number,
            name=name,
            key=name.casefold(),
            no=False,
        )
    for number, name in enumerate(_HOLD, start=1):
        add("INSERT INTO hold_status (id, name) VALUES (:id, :name)", id=number, name=name)
    bind.execute(sa.text("UPDATE book SET version = version + 1"))


def _tables() -> None:
    op.create_table(
        "amount_type",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", PLAIN, nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("ledger_class", sa.Text(), nullable=False),
        sa.Column("goods", sa.Boolean(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_amount_type")),
        sa.UniqueConstraint("name_key", name=op.f("uq_amount_type_name_key")),
    )
    op.create_table(
        "dispute_reason",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", PLAIN, nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("ledger_class", sa.Text(), nullable=False),
        sa.Column("auto_resolve", sa.Boolean(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_reason")),
        sa.UniqueConstraint("name_key", name=op.f("uq_dispute_reason_name_key")),
    )
    op.create_table(
        "hold_status",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold_status")),
    )
    op.create_table(
        "invoice_change",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=True),
        sa.Column("dispute_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_change")),
    )
    op.create_index(op.f("ix_invoice_change_invoice_id"), "invoice_change", ["invoice_id"], unique=False)
    op.create_table(
        "supplier_event",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=True),
        sa.Column("tax_rate", sa.BigInteger(), nullable=True),
        sa.Column("tax_code_id", sa.Integer(), nullable=True),
        sa.Column("ledger_class", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("invoice_id", sa.Integer(), nullable=True),
        sa.Column("line_id", sa.Integer(), nullable=True),
        sa.Column("dispute_id", sa.Integer(), nullable=True),
        sa.Column("action_id", sa.Integer(), nullable=True),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("order_line_id", sa.Integer(), nullable=True),
        sa.Column("shipment_id", sa.Integer(), nullable=True),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_event")),
    )
    op.create_index(op.f("ix_supplier_event_invoice_id"), "supplier_event", ["invoice_id"], unique=False)
    op.create_index(op.f("ix_supplier_event_order_id"), "supplier_event", ["order_id"], unique=False)
    op.create_table(
        "own_unit",
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_own_unit_department_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["party.id"], name=op.f("fk_own_unit_party_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("party_id", name=op.f("pk_own_unit")),
    )
    op.create_table(
        "supplier",
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("tolerance", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["party_id"], ["party.id"], name=op.f("fk_supplier_party_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("party_id", name=op.f("pk_supplier")),
    )
    op.create_table(
        "additional_amount",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("type_id", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("original", sa.BigInteger(), nullable=False),
        sa.Column("tax_code_id", sa.Integer(), nullable=True),
        sa.Column("tax_rate", sa.BigInteger(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["invoice_id"],
            ["document.id"],
            name=op.f("fk_additional_amount_invoice_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["type_id"],
            ["amount_type.id"],
            name=op.f("fk_additional_amount_type_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_additional_amount")),
    )
    op.create_index(op.f("ix_additional_amount_invoice_id"), "additional_amount", ["invoice_id"], unique=False)
    op.create_index(op.f("ix_additional_amount_type_id"), "additional_amount", ["type_id"], unique=False)
    op.create_table(
        "invoice_file",
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("reference", PLAIN, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("attached_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["invoice_id"],
            ["document.id"],
            name=op.f("fk_invoice_file_invoice_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("invoice_id", "reference", name=op.f("pk_invoice_file")),
    )
    op.create_table(
        "shipment",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("reference", PLAIN, nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=True),
        sa.Column("completed_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["document.id"],
            name=op.f("fk_shipment_document_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["party.id"], name=op.f("fk_shipment_supplier_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["party.id"], name=op.f("fk_shipment_unit_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_shipment")),
    )
    op.create_index(op.f("ix_shipment_reference"), "shipment", ["reference"], unique=False)
    op.create_table(
        "supplier_invoice",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("supplier_number", sa.Text(), nullable=False),
        sa.Column("supplier_number_key", PLAIN, nullable=False),
        sa.Column("starts_on", sa.String(length=10), nullable=True),
        sa.Column("due_on", sa.String(length=10), nullable=True),
        sa.Column("calculation", sa.String(length=12), nullable=False),
        sa.Column("reverse_charge", sa.Boolean(), nullable=False),
        sa.Column("hold_status_id", sa.Integer(), nullable=True),
        sa.Column("fiscal_id", sa.Text(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("explained", sa.Boolean(), nullable=False),
        sa.Column("unresolved", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["document.id"],
            name=op.f("fk_supplier_invoice_document_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"],
            ["party.id"],
            name=op.f("fk_supplier_invoice_supplier_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["party.id"], name=op.f("fk_supplier_invoice_unit_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_supplier_invoice")),
    )
    op.create_index(
        "ix_supplier_invoice_number", "supplier_invoice", ["supplier_id", "supplier_number_key"], unique=False
    )
    op.create_table(
        "invoice_line",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("shipment_line_id", sa.Integer(), nullable=True),
        sa.Column("order_line_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("expected_quantity", sa.BigInteger(), nullable=True),
        sa.Column("expectation_given", sa.Boolean(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("expected_unit_price", sa.BigInteger(), nullable=False),
        sa.Column("tax_code_id", sa.Integer(), nullable=True),
        sa.Column("tax_rate", sa.BigInteger(), nullable=False),
        sa.Column("expected_tax_rate", sa.BigInteger(), nullable=False),
        sa.Column("ledger_class", sa.Text(), nullable=False),
        sa.Column("relieved", sa.BigInteger(), nullable=True),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["invoice_id"],
            ["document.id"],
            name=op.f("fk_invoice_line_invoice_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_invoice_line_item_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["document.id"], name=op.f("fk_invoice_line_order_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["order_line_id"],
            ["document_line.id"],
            name=op.f("fk_invoice_line_order_line_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["shipment_line_id"],
            ["document_line.id"],
            name=op.f("fk_invoice_line_shipment_line_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_line")),
    )
    op.create_index(op.f("ix_invoice_line_invoice_id"), "invoice_line", ["invoice_id"], unique=False)
    op.create_index(op.f("ix_invoice_line_order_id"), "invoice_line", ["order_id"], unique=False)
    op.create_index(op.f("ix_invoice_line_order_line_id"), "invoice_line", ["order_line_id"], unique=False)
    op.create_index(op.f("ix_invoice_line_shipment_line_id"), "invoice_line", ["shipment_line_id"], unique=False)
    op.create_table(
        "shipment_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("shipment_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("order_line_id", sa.Integer(), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("tax_code_id", sa.Integer(), nullable=True),
        sa.Column("tax_rate", sa.BigInteger(), nullable=False),
        sa.Column("shipped", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("matched", sa.BigInteger(), nullable=False),
        sa.Column("expected", sa.BigInteger(), nullable=False),
        sa.Column("relieved", sa.BigInteger(), nullable=False),
        sa.Column("received_cost", sa.BigInteger(), nullable=False),
        sa.Column("relieved_cost", sa.BigInteger(), nullable=False),
        sa.Column("received_base", sa.BigInteger(), nullable=False),
        sa.Column("relieved_base", sa.BigInteger(), nullable=False),
        sa.Column("completed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["id"], ["document_line.id"], name=op.f("fk_shipment_line_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_shipment_line_item_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["document.id"], name=op.f("fk_shipment_line_order_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["order_line_id"],
            ["document_line.id"],
            name=op.f("fk_shipment_line_order_line_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["shipment_id"],
            ["document.id"],
            name=op.f("fk_shipment_line_shipment_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"],
            ["party.id"],
            name=op.f("fk_shipment_line_supplier_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["party.id"], name=op.f("fk_shipment_line_unit_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipment_line")),
    )
    op.create_index(
        "ix_shipment_line_not_invoiced",
        "shipment_line",
        ["supplier_id"],
        unique=False,
        sqlite_where=sa.text("received <> relieved"),
        postgresql_where=sa.text("received <> relieved"),
    )
    op.create_index(
        "ix_shipment_line_open_supplier",
        "shipment_line",
        ["supplier_id", "shipment_id"],
        unique=False,
        sqlite_where=sa.text("received > matched"),
        postgresql_where=sa.text("received > matched"),
    )
    op.create_index(
        "ix_shipment_line_open_unit",
        "shipment_line",
        ["unit_id", "shipment_id"],
        unique=False,
        sqlite_where=sa.text("received > matched"),
        postgresql_where=sa.text("received > matched"),
    )
    op.create_index(op.f("ix_shipment_line_order_id"), "shipment_line", ["order_id"], unique=False)
    op.create_index(op.f("ix_shipment_line_order_line_id"), "shipment_line", ["order_line_id"], unique=False)
    op.create_index(op.f("ix_shipment_line_shipment_id"), "shipment_line", ["shipment_id"], unique=False)
    op.create_table(
        "dispute",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reason_id", sa.Integer(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=True),
        sa.Column("amount_id", sa.Integer(), nullable=True),
        sa.Column("raised_by", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["amount_id"],
            ["additional_amount.id"],
            name=op.f("fk_dispute_amount_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["document.id"], name=op.f("fk_dispute_invoice_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["invoice_line.id"], name=op.f("fk_dispute_line_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["reason_id"],
            ["dispute_reason.id"],
            name=op.f("fk_dispute_reason_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
    )
    op.create_index(op.f("ix_dispute_amount_id"), "dispute", ["amount_id"], unique=False)
    op.create_index(op.f("ix_dispute_invoice_id"), "dispute", ["invoice_id"], unique=False)
    op.create_index(op.f("ix_dispute_line_id"), "dispute", ["line_id"], unique=False)
    op.create_index(op.f("ix_dispute_reason_id"), "dispute", ["reason_id"], unique=False)
    op.create_table(
        "resolve_action",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("dispute_id", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("ledger_class", sa.Text(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dispute_id"],
            ["dispute.id"],
            name=op.f("fk_resolve_action_dispute_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resolve_action")),
    )
    op.create_index(op.f("ix_resolve_action_dispute_id"), "resolve_action", ["dispute_id"], unique=False)
    op.add_column("item", sa.Column("tax_code_id", sa.Integer(), nullable=True))


_FINAL = {
    "invoice_line": "{row}.invoice_id",
    "additional_amount": "{row}.invoice_id",
    "dispute": "{row}.invoice_id",
    "resolve_action": "(SELECT invoice_id FROM dispute WHERE id = {row}.dispute_id)",
}


def _guard() -> None:
    """What is append-only stays so, and nothing of an invoice changes once it is booked or withdrawn."""
    if op.get_bind().dialect.name == "sqlite":
        for table in _APPEND_ONLY:
            for verb in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
        for table, invoice in _FINAL.items():
            for verb, row in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD")):
                owner = invoice.format(row=row)
                op.execute(
                    f"CREATE TRIGGER {table}_final_{verb.lower()} BEFORE {verb} ON {table} "  # noqa: S608 - names of ours
                    f"WHEN EXISTS (SELECT 1 FROM document WHERE id = {owner} AND state IN ('posted', 'void')) "
                    "BEGIN SELECT RAISE(ABORT, 'the invoice is final'); END"
                )
        return
    for table in _APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
        )
    for table, invoice in _FINAL.items():
        old, new = (invoice.format(row=row) for row in ("OLD", "NEW"))
        op.execute(
            f"CREATE FUNCTION {table}_final() RETURNS trigger LANGUAGE plpgsql AS $$"  # noqa: S608 - names of ours
            " DECLARE owner integer; BEGIN"
            f" IF TG_OP = 'INSERT' THEN owner := {new}; ELSE owner := {old}; END IF;"
            " IF EXISTS (SELECT 1 FROM document WHERE id = owner AND state IN ('posted', 'void')) THEN"
            " RAISE EXCEPTION 'the invoice is final'; END IF;"
            " IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_final BEFORE INSERT OR UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_final()"
        )
    for table in _SEQUENCES:
        op.execute(f"CREATE SEQUENCE id_{table} AS integer INCREMENT BY 32")
