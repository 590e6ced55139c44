"""The tables. Amounts are whole minor units, quantities, prices and costs whole millionths; dates are ISO text and
instants whole milliseconds UTC, so that SQLite and PostgreSQL add, sort and compare alike (docs/adr/0003)."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: Text that sorts by code point on both engines.
Plain = String().with_variant(String(collation="C"), "postgresql")
Day = String(10)
#: SQLite gives rowid tables their speed only for the exact type INTEGER.
Id = Integer()
Big = BigInteger()


def _id() -> Column[int]:
    return Column("id", Id, primary_key=True, autoincrement=False)


def _ref(name: str, target: str, nullable: bool = False, index: bool = False) -> Column[int]:
    """A reference checked at commit: children are written before the numbered heads they belong to."""
    key = ForeignKey(target, deferrable=True, initially="DEFERRED")
    return Column(name, Id, key, nullable=nullable, index=index)


# --- reference data -------------------------------------------------------------------------------------------------

book = Table(
    "book",
    metadata,
    _id(),
    Column("name", Text, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("country", String(2), nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("fiscal_month", SmallInteger, nullable=False),
    Column("version", Integer, nullable=False),
    CheckConstraint("id = 1", name="one_book"),
)
setting = Table(  # append-only: the newest row of a name holds
    "setting",
    metadata,
    _id(),
    Column("name", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("changed_at", Big, nullable=False),
    Column("actor", Text, nullable=False),
)
period_event = Table(  # append-only: the newest row holds
    "period_event",
    metadata,
    _id(),
    Column("closed_through", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("changed_at", Big, nullable=False),
    Column("actor", Text, nullable=False),
)
account = Table(
    "account",
    metadata,
    _id(),
    Column("code", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("type", String(9), nullable=False),
    Column("control", String(10), nullable=False),
)
tax_code = Table(
    "tax_code",
    metadata,
    _id(),
    Column("code", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
)
tax_rate = Table(
    "tax_rate",
    metadata,
    _ref("tax_code_id", "tax_code.id"),
    Column("country", String(2), nullable=False),
    Column("from_on", Day, nullable=False),
    Column("rate", Big, nullable=False),
    PrimaryKeyConstraint("tax_code_id", "country", "from_on"),
)
jurisdiction = Table(
    "jurisdiction",
    metadata,
    _id(),
    Column("name", Text, nullable=False),
    Column("country", String(2), nullable=False),
    Column("state", Text, nullable=False),
    Column("postal_prefix", Text, nullable=False),
    UniqueConstraint("country", "state", "postal_prefix"),
)
jurisdiction_tax = Table(
    "jurisdiction_tax",
    metadata,
    _ref("jurisdiction_id", "jurisdiction.id"),
    Column("position", SmallInteger, nullable=False),
    _ref("tax_code_id", "tax_code.id"),
    PrimaryKeyConstraint("jurisdiction_id", "position"),
)
tender_type = Table(
    "tender_type",
    metadata,
    _id(),
    Column("code", Plain, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    _ref("account_id", "account.id"),
    Column("gives_change", Boolean, nullable=False),
    Column("invoice_types", Text, nullable=False),
)
invoice_type = Table(
    "invoice_type",
    metadata,
    Column("code", String(8), primary_key=True),
    Column("name", Text, nullable=False),
    Column("sub_types", Text, nullable=False),
)
department = Table("department", metadata, _id(), Column("name", Text, nullable=False))
salesperson = Table("salesperson", metadata, _id(), Column("name", Text, nullable=False))
terms = Table(
    "terms",
    metadata,
    _id(),
    Column("code", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("days", Integer, nullable=False),
    Column("end_of_month", Boolean, nullable=False),
)
exchange_rate = Table(
    "exchange_rate",
    metadata,
    Column("currency", String(3), nullable=False),
    Column("from_on", Day, nullable=False),
    Column("rate", Text, nullable=False),
    PrimaryKeyConstraint("currency", "from_on"),
)

# --- parties and items ----------------------------------------------------------------------------------------------

party = Table(
    "party",
    metadata,
    _id(),
    Column("kind", String(8), nullable=False),
    Column("code", Plain, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("currency", String(3)),
    _ref("terms_id", "terms.id", nullable=True),
    Column("credit_limit", Text),
    Column("exempt_from", Text, nullable=False),
    Column("billing", Text, nullable=False),
    Column("shipping", Text),
    Column("merged_into", Id, ForeignKey("party.id")),  # the customer that goes on for this one
)
Index(
    "ix_party_merged_into",
    party.c.merged_into,
    sqlite_where=party.c.merged_into.is_not(None),
    postgresql_where=party.c.merged_into.is_not(None),
)
contact = Table(
    "contact",
    metadata,
    _id(),
    _ref("customer_id", "party.id", index=True),
    Column("name", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("email", Text, nullable=False),
    UniqueConstraint("customer_id", "reference"),
)
item = Table(
    "item",
    metadata,
    _id(),
    Column("sku", Plain, nullable=False, unique=True),
    Column("description", Text, nullable=False),
    Column("uom", Text, nullable=False),
    Column("stocked", Boolean, nullable=False),
    Column("price", Big),
    Column("ledger_class", Text, nullable=False),
    Column("exempt_from", Text, nullable=False),
    Column("tax_code_id", Id),
)
external_ref = Table(
    "external_ref",
    metadata,
    Column("system", Text, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("their_id", Plain, nullable=False),
    Column("our_id", Id, nullable=False),
    Column("their_number", Integer),
    Column("is_primary", Boolean, nullable=False),
    PrimaryKeyConstraint("system", "kind", "their_id"),
    Index("ix_external_ref_ours", "kind", "our_id", "system"),
    Index(
        "ix_external_ref_number",
        "kind",
        "their_number",
        sqlite_where=text("their_number IS NOT NULL"),
        postgresql_where=text("their_number IS NOT NULL"),
    ),
)
Index(
    "uq_external_ref_primary",
    external_ref.c.system,
    external_ref.c.kind,
    external_ref.c.our_id,
    unique=True,
    sqlite_where=external_ref.c.is_primary,
    postgresql_where=external_ref.c.is_primary,
)

# --- callers and evidence -------------------------------------------------------------------------------------------

principal = Table("principal", metadata, _id(), Column("name", Text, nullable=False, unique=True))
credential = Table(
    "credential",
    metadata,
    _id(),
    _ref("principal_id", "principal.id"),
    Column("door", Text, nullable=False),
    Column("secret", String(64), nullable=False, unique=True),  # SHA-256 of a random secret that we issued
    Column("created_at", Big, nullable=False),
    Column("revoked_at", Big),
    Column("scopes", Text),  # none: everything
    Column("expires_at", Big),
    Column("per_minute", Integer),  # none: as often as it likes
)
message = Table(  # append-only
    "message",
    metadata,
    _id(),
    Column("request_id", Text, nullable=False, index=True),
    Column("part", Integer, nullable=False),
    Column("contract", Text, nullable=False),
    Column("operation", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("headers", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("reply", Text, nullable=False),
    Column("caller", Text, nullable=False),
    Column("received_at", Big, nullable=False),
    Column("document_id", Id),
    Column("refused", Boolean),  # it had no effect; none: filed before this was kept
)
Index(
    "ix_message_document",
    message.c.document_id,
    sqlite_where=message.c.document_id.is_not(None),
    postgresql_where=message.c.document_id.is_not(None),
)
message_body = Table(  # may be purged; the hash stays with the message
    "message_body",
    metadata,
    Column("request_id", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("received_at", Big, nullable=False),
    PrimaryKeyConstraint("request_id", "sha256"),
)
idempotency = Table(
    "idempotency",
    metadata,
    Column("principal_id", Id, nullable=False),
    Column("contract", Text, nullable=False),
    Column("key", Plain, nullable=False),
    Column("content", String(64), nullable=False),
    Column("result", Text),
    PrimaryKeyConstraint("principal_id", "contract", "key"),
    sqlite_with_rowid=False,
)

# --- documents ------------------------------------------------------------------------------------------------------

number_series = Table(
    "number_series",
    metadata,
    Column("kind", String(24), primary_key=True),
    Column("prefix", Text, nullable=False),
    Column("next", Integer, nullable=False),
)
document = Table(
    "document",
    metadata,
    _id(),
    Column("kind", String(24), nullable=False),
    Column("state", String(8), nullable=False),
    Column("number", Plain, nullable=False),
    Column("number_key", Plain, nullable=False),  # folded for case-insensitive search
    Column("is_ours", Boolean, nullable=False),
    _ref("customer_id", "party.id", nullable=True),
    _ref("ship_to_id", "party.id", nullable=True),
    Column("billing", Text, nullable=False),
    Column("shipping", Text, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("dated_on", Day, nullable=False),
    Column("made_at", Big),
    Column("sort_at", Big, nullable=False),
    Column("ordered_on", Day),
    Column("due_on", Day),
    Column("ship_on", Day),
    Column("book_month", Integer, nullable=False),
    Column("type_code", String(8), nullable=False),
    Column("sub_type", String(8), nullable=False),
    Column("department_id", Id),
    Column("salesperson_id", Id),
    Column("terminal", Integer),
    Column("reference", Text, nullable=False),
    Column("customer_po", Text, nullable=False),
    Column("customer_po_key", Plain),
    Column("third_party_number", Text, nullable=False),
    Column("third_party_key", Plain),
    Column("order_number", Text, nullable=False),
    _ref("order_id", "document.id", nullable=True),
    _ref("original_id", "document.id", nullable=True),
    Column("contact", Plain),
    Column("ordered_by", Text, nullable=False),
    Column("comment", Text, nullable=False),
    Column("reserves", Boolean, nullable=False),
    Column("subtotal", Big, nullable=False),
    Column("discount_total", Big, nullable=False),
    Column("tax_total", Big, nullable=False),
    Column("total", Big, nullable=False),
    Column("asserted_subtotal", Big),
    Column("asserted_tax", Big),
    Column("asserted_total", Big),
    Column("variance", Big),
    Column("tax_rounding", String(9), nullable=False),
    Column("shelf", SmallInteger, nullable=False),  # 1 orders, 2 invoices as a customer sees them, 0 neither
    Column("extras", Text),
    Column("entered_at", Big, nullable=False),
    Column("actor", Text, nullable=False),
    Column("message_id", Id),
    CheckConstraint("total = subtotal + tax_total", name="total"),
)
for _name, _columns, _where, _unique in (
    ("uq_document_number", ("kind", "number"), "is_ours", True),
    ("uq_document_imported", ("kind", "number", "customer_id"), "NOT is_ours", True),
    ("ix_document_number_key", ("number_key", "customer_id"), None, False),
    ("ix_document_shelf", ("customer_id", "shelf", "currency", "sort_at", "number"), "shelf <> 0", False),
    (
        "ix_document_contact",
        ("customer_id", "shelf", "currency", "contact", "sort_at", "number"),
        "shelf <> 0 AND contact IS NOT NULL",
        False,
    ),
    ("ix_document_ordered", ("customer_id", "currency", "sort_at"), "shelf = 1 AND kind <> 'quote'", False),
    ("ix_document_po", ("customer_id", "customer_po_key"), "customer_po_key IS NOT NULL", False),
    ("ix_document_third_party", ("customer_id", "third_party_key"), "third_party_key IS NOT NULL", False),
    ("ix_document_order", ("order_id",), "order_id IS NOT NULL", False),
    ("ix_document_original", ("original_id",), "original_id IS NOT NULL", False),
    ("ix_document_receipt", ("customer_id", "sort_at"), "kind = 'receipt'", False),
    ("ix_document_kind", ("kind", "dated_on", "id"), None, False),
    ("ix_document_customer", ("customer_id", "kind", "dated_on", "id"), None, False),
    ("ix_document_entered", ("entered_at",), None, False),
):
    Index(
        _name,
        *(document.c[_column] for _column in _columns),
        unique=_unique,
        sqlite_where=text(_where) if _where else None,
        postgresql_where=text(_where) if _where else None,
    )

document_line = Table(
    "document_line",
    metadata,
    _id(),
    _ref("document_id", "document.id"),
    Column("line_no", Integer, nullable=False),
    Column("kind", String(6), nullable=False),
    _ref("item_id", "item.id", nullable=True),
    Column("sku", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("uom", Text, nullable=False),
    Column("quantity", Big, nullable=False),
    Column("ordered", Big, nullable=False),
    Column("unit_price", Big, nullable=False),
    Column("discount", Big, nullable=False),
    Column("net", Big, nullable=False),
    Column("tax", Big, nullable=False),
    Column("tax_parts", Text, nullable=False),
    Column("ledger_class", Text, nullable=False),
    Column("stocked", Boolean, nullable=False),
    Column("unit_cost", Big),
    _ref("order_line_id", "document_line.id", nullable=True),
    _ref("returns_line_id", "document_line.id", nullable=True),
    UniqueConstraint("document_id", "line_no"),
)
for _column in ("order_line_id", "returns_line_id"):
    Index(
        f"ix_document_line_{_column}",
        document_line.c[_column],
        sqlite_where=document_line.c[_column].is_not(None),
        postgresql_where=document_line.c[_column].is_not(None),
    )
document_tax = Table(
    "document_tax",
    metadata,
    _ref("document_id", "document.id"),
    Column("position", SmallInteger, nullable=False),
    _ref("tax_code_id", "tax_code.id", nullable=True),
    Column("rate", Big),
    Column("base", Big, nullable=False),
    Column("tax", Big, nullable=False),
    PrimaryKeyConstraint("document_id", "position"),
    sqlite_with_rowid=False,
)
document_tender = Table(
    "document_tender",
    metadata,
    _ref("document_id", "document.id"),
    Column("position", SmallInteger, nullable=False),
    _ref("tender_type_id", "tender_type.id"),
    Column("amount", Big, nullable=False),
    Column("change", Big, nullable=False),
    PrimaryKeyConstraint("document_id", "position"),
    sqlite_with_rowid=False,
)
tracking = Table(
    "tracking",
    metadata,
    Column("shipment_id", Id, ForeignKey("document.id", deferrable=True, initially="DEFERRED"), primary_key=True),
    Column("carrier", Text, nullable=False),
    Column("tracking_number", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("status_at", Big),
    Column("shipped_on", Day),
    Column("delivered_on", Day),
    Column("delivery_charge", Text, nullable=False),
    Column("weight", Text, nullable=False),
    Column("note", Text, nullable=False),
)

# --- the book: append-only ------------------------------------------------------------------------------------------

entry = Table(
    "entry",
    metadata,
    _id(),
    Column("seq", Integer, nullable=False, unique=True),
    Column("dated_on", Day, nullable=False, index=True),
    Column("month", Integer, nullable=False),
    _ref("document_id", "document.id", nullable=True, index=True),
    Column("rule", Text, nullable=False),
    Column("text", Text, nullable=False),
    _ref("reverses_id", "entry.id", nullable=True),
    Column("made_at", Big, nullable=False),
    Column("actor", Text, nullable=False),
)
Index(
    "uq_entry_reverses",
    entry.c.reverses_id,
    unique=True,
    sqlite_where=entry.c.reverses_id.is_not(None),
    postgresql_where=entry.c.reverses_id.is_not(None),
)
posting = Table(
    "posting",
    metadata,
    _ref("entry_id", "entry.id"),
    Column("position", SmallInteger, nullable=False),
    _ref("account_id", "account.id"),
    Column("currency", String(3), nullable=False),
    Column("amount", Big, nullable=False),
    Column("base", Big, nullable=False),
    Column("party_id", Id),
    Column("line_id", Id),
    PrimaryKeyConstraint("entry_id", "position"),
    CheckConstraint("amount <> 0 OR base <> 0", name="not_zero"),
    sqlite_with_rowid=False,
)
open_item = Table(
    "open_item",
    metadata,
    _id(),
    _ref("entry_id", "entry.id"),
    Column("position", SmallInteger, nullable=False),
    _ref("party_id", "party.id"),
    _ref("account_id", "account.id"),
    _ref("document_id", "document.id", nullable=True, index=True),
    Column("currency", String(3), nullable=False),
    Column("amount", Big, nullable=False),
    Column("base", Big, nullable=False),
    Column("dated_on", Day, nullable=False),
    Column("due_on", Day, nullable=False),
    CheckConstraint("amount <> 0", name="not_zero"),
    UniqueConstraint("entry_id", "position"),
)
application = Table(
    "application",
    metadata,
    _id(),
    _ref("debit_id", "open_item.id", index=True),
    _ref("credit_id", "open_item.id", index=True),
    Column("amount", Big, nullable=False),
    Column("dated_on", Day, nullable=False, index=True),
    _ref("entry_id", "entry.id", nullable=True),  # the exchange difference that it realised
    Column("made_at", Big, nullable=False),
    Column("actor", Text, nullable=False),
    CheckConstraint("amount <> 0", name="not_zero"),
)
# Without it SQLite would look through all applications whenever an entry's head follows its postings (foreign keys are
# checked at the commit, and a late parent is searched for in every child).
Index(
    "ix_application_entry",
    application.c.entry_id,
    sqlite_where=application.c.entry_id.is_not(None),
    postgresql_where=application.c.entry_id.is_not(None),
)
stock_move = Table(
    "stock_move",
    metadata,
    _id(),
    _ref("item_id", "item.id", index=True),
    _ref("department_id", "department.id"),
    _ref("line_id", "document_line.id", index=True),
    Column("quantity", Big, nullable=False),
    Column("value", Big, nullable=False),
    Column("variance", Big, nullable=False),
    Column("dated_on", Day, nullable=False),
)

# --- projections: rebuilt from the tables above ---------------------------------------------------------------------

open_item_state = Table(  # kept by triggers on open_item and application
    "open_item_state",
    metadata,
    Column("item_id", Id, ForeignKey("open_item.id", deferrable=True, initially="DEFERRED"), primary_key=True),
    Column("party_id", Id, nullable=False),
    Column("account_id", Id, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("amount", Big, nullable=False),
    Column("remaining", Big, nullable=False),
    Column("dated_on", Day, nullable=False),
    Column("due_on", Day, nullable=False),
    CheckConstraint(
        "(amount > 0 AND remaining BETWEEN 0 AND amount) OR (amount < 0 AND remaining BETWEEN amount AND 0)",
        name="within",
    ),
)
Index(
    "ix_open_item_state_open",
    *(
        open_item_state.c[_column]
        for _column in ("party_id", "currency", "due_on", "dated_on", "remaining", "account_id")
    ),
    sqlite_where=open_item_state.c.remaining != 0,
    postgresql_where=open_item_state.c.remaining != 0,
)
customer_tally = Table(  # how many documents stand on a customer's shelf; contact "" = all of them
    "customer_tally",
    metadata,
    Column("customer_id", Id, nullable=False),
    Column("shelf", SmallInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("contact", Plain, nullable=False),
    Column("documents", Integer, nullable=False),
    PrimaryKeyConstraint("customer_id", "shelf", "currency", "contact"),
    sqlite_with_rowid=False,
)
stock_level = Table(
    "stock_level",
    metadata,
    Column("item_id", Id, nullable=False),
    Column("department_id", Id, nullable=False),
    Column("on_hand", Big, nullable=False),
    Column("reserved", Big, nullable=False),
    PrimaryKeyConstraint("item_id", "department_id"),
    sqlite_with_rowid=False,
)
stock_value = Table(
    "stock_value",
    metadata,
    Column("item_id", Id, primary_key=True, autoincrement=False),
    Column("on_hand", Big, nullable=False),
    Column("value", Big, nullable=False),
    Column("average", Big, nullable=False),
)

# --- the supplier's side --------------------------------------------------------------------------------------------

supplier = Table(
    "supplier",
    metadata,
    Column("party_id", Id, ForeignKey("party.id", deferrable=True, initially="DEFERRED"), primary_key=True),
    Column("tolerance", Text, nullable=False),
)
own_unit = Table(
    "own_unit",
    metadata,
    Column("party_id", Id, ForeignKey("party.id", deferrable=True, initially="DEFERRED"), primary_key=True),
    _ref("department_id", "department.id"),
    Column("country", String(2), nullable=False),
)
amount_type = Table(
    "amount_type",
    metadata,
    _id(),
    Column("name", Text, nullable=False),
    Column("name_key", Plain, nullable=False, unique=True),
    Column("description", Text, nullable=False),
    Column("ledger_class", Text, nullable=False),
    Column("goods", Boolean, nullable=False),
    Column("removed", Boolean, nullable=False),
)
dispute_reason = Table(
    "dispute_reason",
    metadata,
    _id(),
    Column("name", Text, nullable=False),
    Column("name_key", Plain, nullable=False, unique=True),
    Column("description", Text, nullable=False),
    Column("ledger_class", Text, nullable=False),
    Column("auto_resolve", Boolean, nullable=False),
    Column("removed", Boolean, nullable=False),
)
hold_status = Table("hold_status", metadata, _id(), Column("name", Text, nullable=False))
shipment = Table(  # when goods of a supplier's shipment came in, and when the last of them did
    "shipment",
    metadata,
    Column("document_id", Id, ForeignKey("document.id", deferrable=True, initially="DEFERRED"), primary_key=True),
    _ref("supplier_id", "party.id"),
    _ref("unit_id", "party.id"),
    Column("reference", Plain, nullable=False, index=True),
    Column("received_at", Big),
    Column("completed_at", Big),
)
shipment_line = Table(  # what has become of a shipment's line: its row is what concurrent matchings wait for
    "shipment_line",
    metadata,
    Column("id", Id, ForeignKey("document_line.id", deferrable=True, initially="DEFERRED"), primary_key=True),
    _ref("shipment_id", "document.id", index=True),
    _ref("order_id", "document.id", index=True),
    _ref("order_line_id", "document_line.id", index=True),
    _ref("supplier_id", "party.id"),
    _ref("unit_id", "party.id"),
    _ref("item_id", "item.id"),
    Column("currency", String(3), nullable=False),
    Column("unit_price", Big, nullable=False),
    Column("tax_code_id", Id),
    Column("tax_rate", Big, nullable=False),
    Column("shipped", Big, nullable=False),
    Column("received", Big, nullable=False),
    Column("matched", Big, nullable=False),
    Column("expected", Big, nullable=False),
    Column("relieved", Big, nullable=False),
    Column("received_cost", Big, nullable=False),
    Column("relieved_cost", Big, nullable=False),
    Column("received_base", Big, nullable=False),
    Column("relieved_base", Big, nullable=False),
    Column("completed", Boolean, nullable=False),
)
for _name, _columns in (("supplier", ("supplier_id", "shipment_id")), ("unit", ("unit_id", "shipment_id"))):
    Index(
        f"ix_shipment_line_open_{_name}",
        *(shipment_line.c[_column] for _column in _columns),
        sqlite_where=text("received > matched"),
        postgresql_where=text("received > matched"),
    )
Index(
    "ix_shipment_line_not_invoiced",
    shipment_line.c.supplier_id,
    sqlite_where=text("received <> relieved"),
    postgresql_where=text("received <> relieved"),
)
supplier_invoice = Table(  # what a head has beyond a document's
    "supplier_invoice",
    metadata,
    Column("document_id", Id, ForeignKey("document.id", deferrable=True, initially="DEFERRED"), primary_key=True),
    _ref("supplier_id", "party.id"),
    _ref("unit_id", "party.id"),
    Column("supplier_number", Text, nullable=False),
    Column("supplier_number_key", Plain, nullable=False),
    Column("starts_on", Day),
    Column("due_on", Day),
    Column("calculation", String(12), nullable=False),
    Column("reverse_charge", Boolean, nullable=False),
    Column("hold_status_id", Id),
    Column("fiscal_id", Text, nullable=False),
    Column("total", Big, nullable=False),  # what it comes to, as it stands
    Column("explained", Boolean, nullable=False),  # nothing is left to dispute, and it comes to what the paper says
    Column("unresolved", Boolean, nullable=False),  # some dispute is not resolved
    Index("ix_supplier_invoice_number", "supplier_id", "supplier_number_key"),
)
invoice_line = Table(
    "invoice_line",
    metadata,
    _id(),
    _ref("invoice_id", "document.id", index=True),
    _ref("shipment_line_id", "document_line.id", nullable=True, index=True),
    _ref("order_line_id", "document_line.id", index=True),
    _ref("order_id", "document.id", index=True),
    _ref("item_id", "item.id", nullable=True),
    Column("quantity", Big, nullable=False),
    Column("expected_quantity", Big),
    Column("expectation_given", Boolean, nullable=False),
    Column("unit_price", Big, nullable=False),
    Column("expected_unit_price", Big, nullable=False),
    Column("tax_code_id", Id),
    Column("tax_rate", Big, nullable=False),
    Column("expected_tax_rate", Big, nullable=False),
    Column("ledger_class", Text, nullable=False),
    Column("relieved", Big),  # what its booking took out of goods received not invoiced
    Column("removed", Boolean, nullable=False),
)
additional_amount = Table(
    "additional_amount",
    metadata,
    _id(),
    _ref("invoice_id", "document.id", index=True),
    _ref("type_id", "amount_type.id", index=True),
    Column("amount", Big, nullable=False),
    Column("original", Big, nullable=False),
    Column("tax_code_id", Id),
    Column("tax_rate", Big, nullable=False),
    Column("removed", Boolean, nullable=False),
)
dispute = Table(
    "dispute",
    metadata,
    _id(),
    _ref("invoice_id", "document.id", index=True),
    Column("kind", String(8), nullable=False),
    Column("amount", Big, nullable=False),
    _ref("reason_id", "dispute_reason.id", index=True),
    Column("description", Text, nullable=False),
    _ref("line_id", "invoice_line.id", nullable=True, index=True),
    _ref("amount_id", "additional_amount.id", nullable=True, index=True),
    Column("raised_by", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("removed", Boolean, nullable=False),
)
resolve_action = Table(
    "resolve_action",
    metadata,
    _id(),
    _ref("dispute_id", "dispute.id", index=True),
    Column("amount", Big, nullable=False),
    Column("description", Text, nullable=False),
    Column("ledger_class", Text, nullable=False),
    Column("removed", Boolean, nullable=False),
)
invoice_file = Table(
    "invoice_file",
    metadata,
    _ref("invoice_id", "document.id"),
    Column("reference", Plain, nullable=False),
    Column("url", Text, nullable=False),
    Column("attached_at", Big, nullable=False),
    PrimaryKeyConstraint("invoice_id", "reference"),
)
supplier_event = Table(  # append-only
    "supplier_event",
    metadata,
    _id(),
    Column("kind", String(10), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("amount", Big, nullable=False),
    Column("tax", Big),
    Column("tax_rate", Big),
    Column("tax_code_id", Id),
    Column("ledger_class", Text, nullable=False),
    Column("unit_id", Id),
    Column("invoice_id", Id, index=True),
    Column("line_id", Id),
    Column("dispute_id", Id),
    Column("action_id", Id),
    Column("order_id", Id, index=True),
    Column("order_line_id", Id),
    Column("shipment_id", Id),
    Column("item_id", Id),
    Column("remark", Text, nullable=False),
    Column("month", Integer, nullable=False),
    Column("made_at", Big, nullable=False),
)
invoice_change = Table(  # append-only: who changed what of a supplier's invoice
    "invoice_change",
    metadata,
    _id(),
    Column("invoice_id", Id, nullable=False, index=True),
    Column("line_id", Id),
    Column("dispute_id", Id),
    Column("kind", String(24), nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("made_at", Big, nullable=False),
    Column("actor", Text, nullable=False),
)
# --- drafts and exports ---------------------------------------------------------------------------------------------

draft = Table(  # an invoice or credit note that is not booked yet; its id becomes the document's
    "draft",
    metadata,
    _id(),
    Column("kind", String(24), nullable=False),
    Column("state", String(9), nullable=False),  # draft, booked, discarded
    _ref("customer_id", "party.id", index=True),
    Column("currency", String(3), nullable=False),
    Column("dated_on", Day, nullable=False),
    Column("content", Text, nullable=False),
    Column("created_at", Big, nullable=False),
    Column("updated_at", Big, nullable=False),
    Column("actor", Text, nullable=False),
)
Index(
    "ix_draft_live",
    draft.c.kind,
    draft.c.id,
    sqlite_where=text("state = 'draft'"),
    postgresql_where=text("state = 'draft'"),
)
export_event = Table(  # append-only
    "export_event",
    metadata,
    _id(),
    Column("system", Plain, nullable=False),
    Column("topic", String(24), nullable=False),
    Column("document_id", Id, nullable=False, index=True),
    Column("state", String(12), nullable=False),
    Column("draft", Boolean, nullable=False),
    Column("note", Text, nullable=False),
    Column("remote_id", Text, nullable=False),
    Column("at", Big, nullable=False),
    Column("actor", Text, nullable=False),
    Column("request_id", Text, nullable=False),
)
export_feed = (
    Table(  # projection, kept by a trigger on document, and by the office for what a document leaves as besides
        "export_feed",
        metadata,
        Column("topic", String(24), nullable=False),
        Column("document_id", Id, nullable=False),
        Column("source", Text, nullable=False),  # who brought the document: it never goes back there
        PrimaryKeyConstraint("topic", "document_id"),
        sqlite_with_rowid=False,
    )
)
export_system = Table(  # systems that have taken something of a topic
    "export_system",
    metadata,
    Column("topic", String(24), nullable=False),
    Column("system", Plain, nullable=False),
    PrimaryKeyConstraint("topic", "system"),
    sqlite_with_rowid=False,
)
export_pending = Table(  # projection: what each of those has still to take; kept by a trigger on export_feed
    "export_pending",
    metadata,
    Column("system", Plain, nullable=False),
    Column("topic", String(24), nullable=False),
    Column("document_id", Id, nullable=False),
    PrimaryKeyConstraint("system", "topic", "document_id"),
    sqlite_with_rowid=False,
)
export_state = Table(  # projection of export_event
    "export_state",
    metadata,
    Column("system", Plain, nullable=False),
    Column("topic", String(24), nullable=False),
    Column("document_id", Id, nullable=False),
    Column("state", String(12), nullable=False),
    Column("draft", Boolean, nullable=False),
    Column("exported_at", Big),  # the latest acknowledgement, NULL = none that counts
    Column("remote_id", Text, nullable=False),
    PrimaryKeyConstraint("system", "topic", "document_id"),
    Index("ix_export_state_exported", "system", "topic", "exported_at"),
    sqlite_with_rowid=False,
)

# --- pulled from other systems --------------------------------------------------------------------------------------

sync_account = Table(  # a system that documents are pulled from, and what has been found out about it
    "sync_account",
    metadata,
    _id(),
    Column("name", Plain, nullable=False, unique=True),
    Column("signs", Text, nullable=False),
    Column("shape", Text, nullable=False),
)
sync_document = Table(
    "sync_document",
    metadata,
    _ref("account_id", "sync_account.id"),
    Column("flow", String(20), nullable=False),
    Column("their_id", Integer, nullable=False),
    Column("state", String(8), nullable=False),
    Column("number", Text, nullable=False),
    Column("content", String(64), nullable=False),
    Column("raw", Text),  # until it is imported; then the evidence has it
    _ref("document_id", "document.id", nullable=True),
    Column("waits_for", Integer),  # their id of the invoice that a credit note is to be set against
    Column("code", Text, nullable=False),
    Column("say", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_try_at", Big),
    Column("note", Text, nullable=False),
    Column("first_seen_at", Big, nullable=False),
    Column("last_seen_at", Big, nullable=False),
    Column("imported_at", Big),
    Column("marked_at", Big),
    PrimaryKeyConstraint("account_id", "flow", "their_id"),
)
for _name, _indexed, _where in (
    ("open", "account_id flow state their_id", "state <> 'marked' AND state <> 'closed'"),
    ("filed", "document_id", "document_id IS NOT NULL"),
    ("waits", "account_id waits_for", "waits_for IS NOT NULL"),
):
    Index(
        f"ix_sync_document_{_name}",
        *(sync_document.c[_column] for _column in _indexed.split()),
        sqlite_where=text(_where),
        postgresql_where=text(_where),
    )
sync_event = Table(  # append-only: what happened to a pulled document beside its plain way into the book
    "sync_event",
    metadata,
    Column("account_id", Id, nullable=False),
    Column("flow", String(20), nullable=False),
    Column("their_id", Integer, nullable=False),
    Column("what", String(16), nullable=False),
    Column("code", Text, nullable=False),
    Column("say", Text, nullable=False),
    Column("at", Big, nullable=False),
    Column("actor", Text, nullable=False),
    Index("ix_sync_event_document", "account_id", "flow", "their_id", "at"),
)
sync_run = Table(
    "sync_run",
    metadata,
    Column("id", Text, primary_key=True),
    _ref("account_id", "sync_account.id"),
    Column("since", Big),
    Column("state", String(8), nullable=False),
    Column("started_at", Big, nullable=False),
    Column("ended_at", Big),
    Column("pages", Integer, nullable=False),
    Column("staged", Integer, nullable=False),
    Column("imported", Integer, nullable=False),
    Column("marked", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("say", Text, nullable=False),
    Index("ix_sync_run_account", "account_id", "started_at"),
)

# --- operations -----------------------------------------------------------------------------------------------------

law_check = Table(  # append-only: when the book was checked, and what was found
    "law_check",
    metadata,
    _id(),
    Column("checked_at", Big, nullable=False),
    Column("laws", Integer, nullable=False),
    Column("broken", Integer, nullable=False),
    Column("actor", Text, nullable=False),
)

# --- change feed ----------------------------------------------------------------------------------------------------

changed = Table(  # when an order or item changed last without a new document that says so
    "changed",
    metadata,
    Column("kind", String(8), nullable=False),
    Column("record_id", Id, nullable=False),
    Column("at", Big, nullable=False),
    PrimaryKeyConstraint("kind", "record_id"),
    Index("ix_changed_at", "kind", "at", "record_id"),
    sqlite_with_rowid=False,
)

#: Rows are only ever added here: triggers refuse UPDATE and DELETE, and the serving role is granted neither.
APPEND_ONLY = (
    setting,
    period_event,
    message,
    document_line,
    document_tax,
    document_tender,
    entry,
    posting,
    open_item,
    application,
    stock_move,
    supplier_event,
    invoice_change,
    export_event,
    sync_event,
    law_check,
)
