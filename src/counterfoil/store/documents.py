"""Documents: rows <-> core values."""

from __future__ import annotations

import json
from collections import namedtuple
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam as p

from counterfoil.core.document import (
    ORDERS,
    SHOWN_AS_INVOICES,
    Asserted,
    Document,
    Kind,
    Line,
    LineKind,
    State,
    Tracking,
)
from counterfoil.core.money import Currency, Money, currency, from_millionths, millionths
from counterfoil.core.reference import Reference
from counterfoil.core.tax import TaxPart, TaxRounding
from counterfoil.core.tender import Tender
from counterfoil.store.engine import Ahead, Answer, Connection, Keyed, Row, Statement, one_of
from counterfoil.store.parties import survivor_of
from counterfoil.store.rows import (
    address_of,
    address_text,
    fold,
    from_day,
    from_ms,
    midnight_ms,
    to_day,
    to_json,
    to_ms,
)
from counterfoil.store.schema import (
    document,
    document_line,
    document_tax,
    document_tender,
    entry,
    tracking,
)

#: Which of a customer's lists a document stands in.
SHELF_ORDERS, SHELF_INVOICES = 1, 2


def _is_of(kinds: Collection[Kind]) -> sa.ColumnElement[bool]:
    """document.kind is one of some kinds, written out."""
    return sa.or_(*(document.c.kind == sa.literal_column(f"'{kind.value}'") for kind in sorted(kinds)))


def _row_of(table: sa.Table) -> Any:
    """Rows of a table by the names of their columns."""
    return namedtuple(f"_{table.name}", table.columns.keys())


_Head, _Line = _row_of(document), _row_of(document_line)

_head = Statement(
    sa.select(
        *(survivor_of(column) if column.name in ("customer_id", "ship_to_id") else column for column in document.c)
    ).where(document.c.id == p("id"))
)
_hold = Statement(sa.select(document.c.state).where(document.c.id == p("id")).with_for_update())
_by_number = Keyed(
    sa.select(
        document.c.number_key, document.c.number, document.c.id, document.c.kind, survivor_of(document.c.customer_id)
    ).order_by(document.c.is_ours.desc(), document.c.id),
    document.c.number_key,
)
#: Above every character of a folded number.
_LAST = "\U0010ffff"
_imported_like = Statement(
    sa.select(document.c.number).where(
        document.c.number_key >= p("first"),
        document.c.number_key < p("last"),
        document.c.kind == p("kind"),
        ~document.c.is_ours,
    )
)
_lines = Statement(
    sa.select(document_line).where(document_line.c.document_id == p("id")).order_by(document_line.c.line_no)
)
_taxes = Statement(
    sa.select(document_tax).where(document_tax.c.document_id == p("id")).order_by(document_tax.c.position)
)
_heads = Statement(sa.select(document).where(one_of(document.c.id, "ids")))
_lines_in = Statement(
    sa.select(document_line).where(one_of(document_line.c.document_id, "ids")).order_by(document_line.c.line_no)
)
_taxes_in = Statement(
    sa.select(document_tax).where(one_of(document_tax.c.document_id, "ids")).order_by(document_tax.c.position)
)
_tenders = Statement(
    sa.select(document_tender).where(document_tender.c.document_id == p("id")).order_by(document_tender.c.position)
)
_set_state = Statement(sa.text("UPDATE document SET state = :state WHERE id = :id"))
#: What an order's head says of its amounts.
_TOTALS = (
    *("subtotal", "discount_total", "tax_total", "total"),
    *("asserted_subtotal", "asserted_tax", "asserted_total", "variance"),
)
_set_totals = Statement(sa.update(document).where(document.c.id == p("id")).values({name: p(name) for name in _TOTALS}))
_ends = Statement(
    sa.select(
        *(
            sa.select(sa.func.coalesce(sa.func.max(part.c.position), -1) + 1)
            .where(part.c.document_id == p("id"))
            .scalar_subquery()
            for part in (document_tax, document_tender)
        )
    )
)
_take = Statement(
    sa.text('UPDATE number_series SET "next" = "next" + :count WHERE kind = :kind RETURNING prefix, "next" - :count')
)
_served = Statement(
    sa.select(document_line.c.order_line_id, document.c.kind, sa.func.sum(document_line.c.quantity))
    .join(document, document.c.id == document_line.c.document_id)
    .where(one_of(document_line.c.order_line_id, "ids"), document.c.state != "void")
    .group_by(document_line.c.order_line_id, document.c.kind)
)
_back = entry.alias("back")
_is_reversed = sa.exists().where(entry.c.document_id == document_line.c.document_id, _back.c.reverses_id == entry.c.id)
_returned = Statement(
    sa.select(
        document_line.c.returns_line_id, document_line.c.quantity, document_line.c.net, document_line.c.tax_parts
    ).where(one_of(document_line.c.returns_line_id, "ids"), ~_is_reversed)
)
_unit_costs = Statement(
    sa.select(document_line.c.id, document_line.c.unit_cost).where(
        one_of(document_line.c.id, "ids"), document_line.c.unit_cost.is_not(None)
    )
)
_owner = Statement(sa.select(document_line.c.document_id).where(document_line.c.id == p("id")))
_following = Statement(
    sa.select(document.c.id, document.c.kind).where(document.c.order_id == p("id")).order_by(document.c.id)
)
_page = Statement(
    sa.select(document.c.id)
    .where(_is_of(ORDERS | SHOWN_AS_INVOICES))
    .order_by(document.c.id)
    .limit(p("limit"))
    .offset(p("offset"))
)
_money_with = Statement(
    sa.select(document.c.currency, document.c.kind, document_tender)
    .join(document, document.c.id == document_tender.c.document_id)
    .where(document.c.original_id == p("id"), _is_of({Kind.RECEIPT, Kind.REFUND}))
    .order_by(document_tender.c.document_id, document_tender.c.position)
)
_travels = Statement(
    sa.select(tracking)
    .select_from(tracking.join(document, document.c.id == tracking.c.shipment_id))
    .where(document.c.order_id == p("id"))
    .order_by(tracking.c.shipment_id)
)


@dataclass(frozen=True, slots=True)
class Creditable:
    """What is left to credit of an invoice line."""

    quantity: Decimal
    net: Money
    tax: Mapping[int | None, Money]


class Documents:
    """Documents inside one unit of work. Heads are written at the end, when their numbers are known."""

    def __init__(self, connection: Connection, reference: Callable[[], Reference]) -> None:
        self._connection, self._reference = connection, reference
        self._heads: list[tuple[Document, int]] = []
        self._numbers = Ahead(connection, _by_number)

    def add(self, filed: Document, shown: int | None = None) -> None:
        """File a new document; its parts now, its head when the unit of work ends.

        shown: SHELF_ORDERS or SHELF_INVOICES to override where its kind puts it
        """
        self._heads.append((filed, shelf(filed.kind) if shown is None else shown))
        self._connection.insert(document_line, [_line_row(filed.id, line) for line in filed.lines])
        self._connection.insert(document_tax, [_tax_row(filed.id, n, part) for n, part in enumerate(filed.taxes)])
        self._connection.insert(document_tender, [_tender_row(filed.id, n, one) for n, one in enumerate(filed.tenders)])

    def ask_numbers(self) -> Callable[[], dict[int, str]]:
        """Draw the numbers of all documents that take ours: id -> number. Holds their series until the end."""
        wanting = [filed for filed, _ in self._heads if not filed.number]
        asked = []
        for kind in sorted({filed.kind for filed in wanting}):
            same = [filed for filed in wanting if filed.kind is kind]
            asked.append((same, self._connection.ask(_take, kind=kind.value, count=len(same))))

        def read() -> dict[int, str]:
            drawn: dict[int, str] = {}
            for same, answer in asked:
                row = answer.row()
                assert row is not None, f"there is no number series for {same[0].kind}"
                prefix, first = row
                drawn |= {filed.id: f"{prefix}{first + n:06d}" for n, filed in enumerate(same)}
            return drawn

        return read

    def write_heads(self, numbers: Mapping[int, str], now: datetime, actor: str, message_id: int | None) -> None:
        """Write the heads of what was filed."""
        known = {filed.id: filed.number or numbers[filed.id] for filed, _ in self._heads}
        rows = []
        for filed, shown in self._heads:
            row = _head_row(filed, known[filed.id], shown)
            if filed.order_id in known:
                row["order_number"] = known[filed.order_id]
            row |= {"is_ours": not filed.number, "entered_at": to_ms(now), "actor": actor, "message_id": message_id}
            rows.append(row)
        self._connection.insert(document, rows)
        self._heads.clear()

    def get(self, document_id: int, hold: bool = False) -> Document | None:
        """A document whole; hold keeps others from changing it until the unit of work ends."""
        if hold:
            self._connection.ask(_hold, id=document_id)
        head, lines = self._ask(document_id)
        taxes, tenders = (self._connection.ask(part, id=document_id) for part in (_taxes, _tenders))
        row = head.row()
        if row is None:
            return None
        unit = currency(_Head._make(row).currency)
        return replace(
            to_document(row, lines.rows()),
            taxes=_to_taxes(taxes.rows(), unit),
            tenders=tuple(self._to_tender(one, unit) for one in tenders.rows()),
        )

    def many(self, ids: Collection[int]) -> dict[int, Document]:
        """Several documents by id, without how they were paid; unknown ones are missing."""
        wanted = list(ids)
        heads, lines, taxes = (self._connection.ask(part, ids=wanted) for part in (_heads, _lines_in, _taxes_in))
        lines_of, taxes_of = _by_document(lines.rows(), 1), _by_document(taxes.rows(), 0)
        found = [to_document(row, lines_of.get(row[0], [])) for row in heads.rows()]
        return {one.id: replace(one, taxes=_to_taxes(taxes_of.get(one.id, []), one.total.currency)) for one in found}

    def _ask(self, document_id: int) -> tuple[Answer, Answer]:
        return self._connection.ask(_head, id=document_id), self._connection.ask(_lines, id=document_id)

    def find(self, number: str, kinds: Collection[Kind] | None = None, customer_id: int | None = None) -> list[int]:
        """Ids of the documents with a number, ours first; all kinds and everybody's unless told."""
        return [
            document_id
            for document_id, kind, owner in self._of(number)
            if (kinds is None or kind in kinds) and customer_id in (None, owner)
        ]

    def imported_like(self, kind: Kind, prefix: str) -> list[str]:
        """Numbers of other issuers' documents of a kind that begin with a text."""
        first = fold(prefix)
        rows = self._connection.rows(_imported_like, first=first, last=first + _LAST, kind=kind.value)
        return [number for (number,) in rows if number.startswith(prefix)]

    def ahead_numbers(self, numbers: Iterable[str]) -> None:
        """Ask for the documents of some numbers, which will each be needed soon."""
        self._numbers.ask(fold(number) for number in numbers)

    def has(self, number: str, customer_id: int | None, kinds: Collection[Kind]) -> bool:
        """Whether a customer has a document of a number and of one of some kinds."""
        return any(kind in kinds and owner == customer_id for _, kind, owner in self._of(number))

    def _of(self, number: str) -> list[tuple[int, Kind, int | None]]:
        """(id, kind, customer) of the documents with a number, ours first."""
        found = self._numbers.take(fold(number))
        return [(of, Kind(kind), owner) for _, written, of, kind, owner in found if written == number]

    def set_state(self, document_id: int, state: State) -> None:
        """Move an order on."""
        self._connection.run(_set_state, id=document_id, state=state.value)

    def extend(
        self, whole: Document, lines: Sequence[Line], taxes: Sequence[TaxPart], tenders: Sequence[Tender]
    ) -> None:
        """Add to an order, and bring its totals to what it comes to now.

        whole:                 the order with what is added
        lines, taxes, tenders: what is added
        """
        at = self._connection.row(_ends, id=whole.id)
        assert at is not None, "an order that is added to is on file"
        first_tax, first_tender = at
        self._connection.insert(document_line, [_line_row(whole.id, line) for line in lines])
        self._connection.insert(document_tax, [_tax_row(whole.id, first_tax + n, one) for n, one in enumerate(taxes)])
        rows = [_tender_row(whole.id, first_tender + n, one) for n, one in enumerate(tenders)]
        self._connection.insert(document_tender, rows)
        head = _head_row(whole, whole.number, 0)
        self._connection.run(_set_totals, **{name: head[name] for name in ("id", *_TOTALS)})

    def served(self, line_ids: Collection[int]) -> dict[int, dict[Kind, int]]:
        """What became of order lines: line -> kind of document -> quantity in millionths."""
        result: dict[int, dict[Kind, int]] = {}
        for line_id, kind, quantity in self._connection.rows(_served, ids=list(line_ids)) if line_ids else ():
            result.setdefault(line_id, {})[Kind(kind)] = int(quantity)
        return result

    def creditable(self, invoice: Document) -> dict[int, Creditable]:
        """What of an invoice's lines has not been credited yet; a credit note that was reversed does not count."""
        left = {line.id: Creditable(line.quantity, line.net, dict(line.tax_parts)) for line in invoice.lines}
        unit = invoice.total.currency
        for line_id, quantity, net, tax_parts in self._connection.rows(_returned, ids=list(left)):
            before = left[line_id]
            tax = {
                code: before.tax.get(code, Money(0, unit)) + part for code, part in _tax_parts(tax_parts, unit).items()
            }
            left[line_id] = Creditable(
                before.quantity + from_millionths(quantity), before.net + Money(net, unit), {**before.tax, **tax}
            )
        return left

    def unit_costs(self, line_ids: Collection[int]) -> dict[int | None, int]:
        """What a unit of some lines left or entered stock at, in millionths; lines that moved nothing are missing."""
        return {row[0]: row[1] for row in self._connection.rows(_unit_costs, ids=list(line_ids))}

    def owner_of(self, line_id: int) -> int | None:
        """The id of the document that a line stands in."""
        found: int | None = self._connection.value(_owner, id=line_id)
        return found

    def following(self, order_id: int) -> dict[int, Kind]:
        """The documents made from an order: shipments, invoices, receipts."""
        return {row[0]: Kind(row[1]) for row in self._connection.rows(_following, id=order_id)}

    def page(self, limit: int, offset: int) -> list[int]:
        """Ids of some orders and invoices, oldest first."""
        return [row[0] for row in self._connection.rows(_page, limit=limit, offset=offset)]

    def money_with(self, document_id: int) -> tuple[Tender, ...]:
        """The tenders of the receipts that were made with an invoice on account; a refund's are negative."""
        found = []
        for unit, kind, *row in self._connection.rows(_money_with, id=document_id):
            tender = self._to_tender(tuple(row), currency(unit))
            back = kind == Kind.REFUND.value
            found.append(Tender(tender.type, -tender.amount, -tender.change) if back else tender)
        return tuple(found)

    def track(self, shipment_id: int, travel: Tracking) -> None:
        """File how a shipment travels."""
        row = {
            "shipment_id": shipment_id,
            "carrier": travel.carrier,
            "tracking_number": travel.tracking_number,
            "url": travel.url,
            "status": travel.status,
            "status_at": to_ms(travel.status_at) if travel.status_at else None,
            "shipped_on": to_day(travel.shipped_on),
            "delivered_on": to_day(travel.delivered_on),
            "delivery_charge": travel.delivery_charge,
            "weight": travel.weight,
            "note": travel.note,
        }
        self._connection.insert(tracking, [row])

    def travels(self, order_id: int) -> tuple[Tracking, ...]:
        """How an order's shipments travel, in the order in which they left."""
        return tuple(to_tracking(row) for row in self._connection.rows(_travels, id=order_id))

    def _to_tender(self, row: Row, unit: Currency) -> Tender:
        _, _, type_id, amount, change = row
        kind = next(kind for kind in self._reference().tender_types.values() if kind.id == type_id)
        return Tender(kind, Money(amount, unit), Money(change, unit))


def to_document(row: Sequence[Any], lines: Sequence[Row]) -> Document:
    """A document from its head's row and its lines'; without what makes up its taxes and how it was paid."""
    f = _Head._make(row)
    unit = currency(f.currency)
    return Document(
        id=f.id,
        kind=Kind(f.kind),
        state=State(f.state),
        number=f.number,
        customer_id=f.customer_id,
        ship_to_id=f.ship_to_id,
        billing=address_of(f.billing),
        shipping=address_of(f.shipping),
        on=from_day(f.dated_on) or _never(),
        at=from_ms(f.made_at) if f.made_at is not None else None,
        ordered_on=from_day(f.ordered_on),
        due_on=from_day(f.due_on),
        ship_on=from_day(f.ship_on),
        book_month=f.book_month,
        type_code=f.type_code,
        sub_type=f.sub_type,
        department_id=f.department_id,
        salesperson_id=f.salesperson_id,
        terminal=f.terminal,
        reference=f.reference,
        customer_po=f.customer_po,
        third_party_number=f.third_party_number,
        order_number=f.order_number,
        order_id=f.order_id,
        original_id=f.original_id,
        contact=f.contact,
        ordered_by=f.ordered_by,
        comment=f.comment,
        reserves=bool(f.reserves),
        subtotal=Money(f.subtotal, unit),
        discount_total=Money(f.discount_total, unit),
        tax_total=Money(f.tax_total, unit),
        total=Money(f.total, unit),
        asserted=Asserted(*(_money(minor, unit) for minor in (f.asserted_subtotal, f.asserted_tax, f.asserted_total))),
        tax_rounding=TaxRounding(f.tax_rounding),
        lines=tuple(to_line(line, unit) for line in lines),
        extras=json.loads(f.extras) if f.extras else {},
    )


def _by_document(rows: Sequence[Row], column: int) -> dict[int, list[Row]]:
    result: dict[int, list[Row]] = {}
    for row in rows:
        result.setdefault(row[column], []).append(row)
    return result


def to_tracking(row: Row) -> Tracking:
    """How a shipment travels, from its row."""
    f = dict(zip(tracking.columns.keys(), row, strict=True))
    return Tracking(
        carrier=f["carrier"],
        tracking_number=f["tracking_number"],
        url=f["url"],
        status=f["status"],
        status_at=None if f["status_at"] is None else from_ms(f["status_at"]),
        shipped_on=from_day(f["shipped_on"]),
        delivered_on=from_day(f["delivered_on"]),
        delivery_charge=f["delivery_charge"],
        weight=f["weight"],
        note=f["note"],
    )


def _never() -> Any:
    raise AssertionError("a document has a date")


def shelf(kind: Kind) -> int:
    """Which list of a customer's a kind of document stands in, 0 = none."""
    if kind in ORDERS:
        return SHELF_ORDERS
    return SHELF_INVOICES if kind in SHOWN_AS_INVOICES else 0


def _head_row(filed: Document, number: str, shown: int) -> dict[str, Any]:
    asserted = filed.asserted
    variance = filed.variance
    return {
        "id": filed.id,
        "kind": filed.kind.value,
        "state": filed.state.value,
        "number": number,
        "number_key": fold(number),
        "customer_id": filed.customer_id,
        "ship_to_id": filed.ship_to_id,
        "billing": address_text(filed.billing),
        "shipping": address_text(filed.shipping),
        "currency": filed.total.currency.code,
        "dated_on": to_day(filed.on),
        "made_at": to_ms(filed.at) if filed.at else None,
        "sort_at": to_ms(filed.at) if filed.at else midnight_ms(filed.on),
        "ordered_on": to_day(filed.ordered_on),
        "due_on": to_day(filed.due_on),
        "ship_on": to_day(filed.ship_on),
        "book_month": filed.book_month,
        "type_code": filed.type_code,
        "sub_type": filed.sub_type,
        "department_id": filed.department_id,
        "salesperson_id": filed.salesperson_id,
        "terminal": filed.terminal,
        "reference": filed.reference,
        "customer_po": filed.customer_po,
        "customer_po_key": fold(filed.customer_po) or None,
        "third_party_number": filed.third_party_number,
        "third_party_key": fold(filed.third_party_number) or None,
        "order_number": filed.order_number,
        "order_id": filed.order_id,
        "original_id": filed.original_id,
        "contact": filed.contact,
        "ordered_by": filed.ordered_by,
        "comment": filed.comment,
        "reserves": filed.reserves,
        "subtotal": filed.subtotal.minor,
        "discount_total": filed.discount_total.minor,
        "tax_total": filed.tax_total.minor,
        "total": filed.total.minor,
        "asserted_subtotal": _minor(asserted.subtotal),
        "asserted_tax": _minor(asserted.tax),
        "asserted_total": _minor(asserted.total),
        "variance": _minor(variance),
        "tax_rounding": filed.tax_rounding.value,
        "shelf": shown if filed.customer_id is not None else 0,
        "extras": to_json(dict(filed.extras)) if filed.extras else None,
    }


def _money(minor: int | None, unit: Currency) -> Money | None:
    return None if minor is None else Money(minor, unit)


def _minor(money: Money | None) -> int | None:
    return None if money is None else money.minor


def _line_row(document_id: int, line: Line) -> dict[str, Any]:
    return {
        "id": line.id,
        "document_id": document_id,
        "line_no": line.line_no,
        "kind": line.kind.value,
        "item_id": line.item_id,
        "sku": line.sku,
        "description": line.description,
        "note": line.note,
        "uom": line.uom,
        "quantity": millionths(line.quantity),
        "ordered": millionths(line.ordered),
        "unit_price": millionths(line.unit_price, what="unit price"),
        "discount": line.discount.minor,
        "net": line.net.minor,
        "tax": line.tax.minor,
        "tax_parts": to_json({str(code or 0): part.minor for code, part in line.tax_parts.items()}),
        "ledger_class": line.ledger_class,
        "stocked": line.stocked,
        "unit_cost": line.unit_cost,
        "order_line_id": line.order_line_id,
        "returns_line_id": line.returns_line_id,
    }


def draft_content(made: Document) -> dict[str, Any]:
    """A draft as the rows that its document would have; draft_of is the inverse."""
    head = _head_row(made, "", 0) | {"is_ours": True, "entered_at": 0, "actor": "", "message_id": None}
    lines = [_line_row(made.id, line) for line in made.lines]
    taxes = [_tax_row(made.id, number, part) for number, part in enumerate(made.taxes)]
    return {"head": head, "lines": lines, "taxes": taxes}


def draft_of(content: dict[str, Any]) -> Document:
    """A draft from its content."""
    head = [content["head"][name] for name in _Head._fields]
    lines = [tuple(line[name] for name in _Line._fields) for line in content["lines"]]
    made = to_document(head, lines)
    names = document_tax.columns.keys()
    taxes = tuple(_to_tax(tuple(part[name] for name in names), made.total.currency) for part in content["taxes"])
    return replace(made, taxes=taxes)


def to_line(row: Row, unit: Currency) -> Line:
    """A line from its row."""
    f = _Line._make(row)
    return Line(
        id=f.id,
        line_no=f.line_no,
        kind=LineKind(f.kind),
        item_id=f.item_id,
        sku=f.sku,
        description=f.description,
        note=f.note,
        uom=f.uom,
        quantity=from_millionths(f.quantity),
        ordered=from_millionths(f.ordered),
        unit_price=from_millionths(f.unit_price),
        discount=Money(f.discount, unit),
        net=Money(f.net, unit),
        tax=Money(f.tax, unit),
        tax_parts=_tax_parts(f.tax_parts, unit),
        ledger_class=f.ledger_class,
        stocked=bool(f.stocked),
        unit_cost=f.unit_cost,
        order_line_id=f.order_line_id,
        returns_line_id=f.returns_line_id,
    )


def _tax_parts(text: str, unit: Currency) -> dict[int | None, Money]:
    return {int(code) or None: Money(minor, unit) for code, minor in json.loads(text).items()} if text != "{}" else {}


def _tax_row(document_id: int, position: int, part: TaxPart) -> dict[str, Any]:
    return {
        "document_id": document_id,
        "position": position,
        "tax_code_id": part.tax_code_id,
        "rate": None if part.rate is None else millionths(part.rate, what="rate"),
        "base": part.base.minor,
        "tax": part.tax.minor,
    }


def _to_taxes(rows: Sequence[Row], unit: Currency) -> tuple[TaxPart, ...]:
    """A document's taxes; what was added to an order later is one with what it adds to."""
    parts: dict[tuple[int | None, Decimal | None], TaxPart] = {}
    for row in rows:
        part = _to_tax(row, unit)
        known = parts.get((part.tax_code_id, part.rate))
        if known is not None:
            part = replace(part, base=known.base + part.base, tax=known.tax + part.tax)
        parts[part.tax_code_id, part.rate] = part
    return tuple(parts.values())


def _to_tax(row: Row, unit: Currency) -> TaxPart:
    _, _, code_id, rate, base, tax = row
    return TaxPart(code_id, None if rate is None else from_millionths(rate), Money(base, unit), Money(tax, unit), ())


def _tender_row(document_id: int, position: int, tender: Tender) -> dict[str, Any]:
    return {
        "document_id": document_id,
        "position": position,
        "tender_type_id": tender.type.id,
        "amount": tender.amount.minor,
        "change": tender.change.minor,
    }
