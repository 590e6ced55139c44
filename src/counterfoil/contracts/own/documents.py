"""Documents as they are shown, listed and reversed, whatever their kind."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from counterfoil.contracts.own.names import Names
from counterfoil.contracts.own.resource import Operation, Place, Reading, Writing, listing, making, showing
from counterfoil.contracts.own.shapes import Address, Amount, Code, Dated, Paged, Shown, Warned, address
from counterfoil.core.access import Verb
from counterfoil.core.document import Document as CoreDocument
from counterfoil.core.document import Kind, State
from counterfoil.core.document import Line as CoreLine
from counterfoil.services import invoicing
from counterfoil.services import showing as office
from counterfoil.services.office import Filed, Work
from counterfoil.services.showing import DocumentShown, View


class TaxShown(Shown):
    """What a tax code takes; rate is a fraction, null where the tax came as delivered."""

    tax_code: str | None
    rate: Decimal | None
    base: Amount
    tax: Amount


class TenderShown(Shown):
    """Money taken, or given back where it is negative; change is part of it."""

    tender: str
    amount: Amount
    change: Amount


class LineShown(Shown):
    """A line; tax is part of no net, unit_cost in the book's base currency."""

    id: int
    line_no: int
    kind: str
    sku: str
    description: str
    note: str
    uom: str
    quantity: Decimal
    ordered: Decimal
    unit_price: Decimal
    discount: Amount
    net: Amount
    tax: Amount
    unit_cost: Decimal | None
    order_line_id: int | None
    returns_line_id: int | None


class AssertedShown(Shown):
    """What the sender's own figures were."""

    subtotal: Amount | None
    tax: Amount | None
    total: Amount | None


class Head(Shown, kw_only=True):
    """A document in a list.

    open:     what is open of it, a charge positive, a credit negative
    variance: what the sender's total says more than ours
    """

    id: int
    kind: str
    state: str
    number: str
    customer: str | None
    customer_id: int | None
    dated_on: date
    made_at: datetime | None
    due_on: date | None
    ship_on: date | None
    book_month: int
    currency: str
    subtotal: Amount
    discount: Amount
    tax: Amount
    total: Amount
    open: Amount
    variance: Amount | None
    reversed: bool
    type: str
    sub_type: str
    department_id: int | None
    salesperson_id: int | None
    reference: str
    customer_po: str
    third_party_number: str
    order_number: str
    order_id: int | None
    original_id: int | None
    contact: str | None
    ordered_by: str
    comment: str
    entered_at: datetime
    actor: str
    message_id: int | None


class Document(Head, kw_only=True):
    """A document whole.

    extras:   what a door was sent and the book does not model
    warnings: what its sender should know; told once, when it is filed
    """

    billing: Address
    shipping: Address
    lines: list[LineShown]
    taxes: list[TaxShown]
    tenders: list[TenderShown]
    asserted: AssertedShown
    extras: dict[str, Any]
    warnings: list[Warned] = []


class DocumentsAsked(Paged):
    """Which documents: of a customer's or supplier's code, of a number, of some days."""

    customer: Code | None = None
    number: Code | None = None
    state: State | None = None
    from_on: date | None = None
    to_on: date | None = None
    order_id: int | None = None
    original_id: int | None = None


def head(found: DocumentShown) -> Head:
    """A document in a list."""
    return Head(**_head(found))


def whole(view: View, found: DocumentShown, warnings: tuple[tuple[str, str], ...] = ()) -> Document:
    """A document whole."""
    made = found.document
    codes = {code.id: code.code for code in view.reference.tax_codes.values()}
    said = made.asserted
    return Document(
        **_head(found),
        billing=address(made.billing),
        shipping=address(made.shipping),
        lines=[_line(line) for line in made.lines],
        taxes=[
            TaxShown(
                tax_code=codes.get(part.tax_code_id) if part.tax_code_id else None,
                rate=part.rate,
                base=part.base.amount,
                tax=part.tax.amount,
            )
            for part in made.taxes
        ],
        tenders=[
            TenderShown(tender=one.type.code, amount=one.amount.amount, change=one.change.amount)
            for one in made.tenders
        ],
        asserted=AssertedShown(
            subtotal=None if said.subtotal is None else said.subtotal.amount,
            tax=None if said.tax is None else said.tax.amount,
            total=None if said.total is None else said.total.amount,
        ),
        extras=dict(made.extras),
        warnings=[Warned(code=code, message=say) for code, say in warnings],
    )


def _head(found: DocumentShown) -> dict[str, Any]:
    made: CoreDocument = found.document
    return {
        "id": made.id,
        "kind": made.kind.value,
        "state": made.state.value,
        "number": made.number,
        "customer": found.customer or None,
        "customer_id": found.customer_id,
        "dated_on": made.on,
        "made_at": made.at,
        "due_on": made.due_on,
        "ship_on": made.ship_on,
        "book_month": made.book_month,
        "currency": made.total.currency.code,
        "subtotal": made.subtotal.amount,
        "discount": made.discount_total.amount,
        "tax": made.tax_total.amount,
        "total": made.total.amount,
        "open": found.open.amount,
        "variance": made.variance.amount if made.variance else None,
        "reversed": found.reversed,
        "type": made.type_code,
        "sub_type": made.sub_type,
        "department_id": made.department_id,
        "salesperson_id": made.salesperson_id,
        "reference": made.reference,
        "customer_po": made.customer_po,
        "third_party_number": made.third_party_number,
        "order_number": made.order_number,
        "order_id": made.order_id,
        "original_id": made.original_id,
        "contact": made.contact,
        "ordered_by": made.ordered_by,
        "comment": made.comment,
        "entered_at": found.entered_at,
        "actor": found.actor,
        "message_id": found.message_id,
    }


def _line(line: CoreLine) -> LineShown:
    return LineShown(
        id=line.id,
        line_no=line.line_no,
        kind=line.kind.value,
        sku=line.sku,
        description=line.description,
        note=line.note,
        uom=line.uom,
        quantity=line.quantity,
        ordered=line.ordered,
        unit_price=line.unit_price,
        discount=line.discount.amount,
        net=line.net.amount,
        tax=line.tax.amount,
        unit_cost=None if line.unit_cost is None else Decimal(line.unit_cost).scaleb(-6),
        order_line_id=line.order_line_id,
        returns_line_id=line.returns_line_id,
    )


def listed(asked: Reading[Any], kinds: frozenset[Kind]) -> list[DocumentShown] | None:
    """The page of documents that is asked for; None where the customer or supplier that it names is none."""
    wanted = asked.asked
    narrowed = {
        name: getattr(wanted, name)
        for name in ("number", "order_id", "original_id")
        if getattr(wanted, name) is not None
    }
    narrowed |= {name: day.isoformat() for name in ("from_on", "to_on") if (day := getattr(wanted, name)) is not None}
    if wanted.state is not None:
        narrowed["state"] = wanted.state.value
    if wanted.customer is not None:
        parties = asked.view.parties
        party = parties.customer_by_code(wanted.customer) or parties.supplier_by_code(wanted.customer)
        if party is None:
            return None
        narrowed["customer_ids"] = parties.group(party.id)
    return asked.view.lists.documents(kinds, narrowed, asked.place, wanted.limit + 1)


def place(found: DocumentShown) -> Place:
    """Where a document stands in its list."""
    return (found.document.on.isoformat(), found.document.id)


def reading(path: str, one: str, many: str, kinds: frozenset[Kind]) -> tuple[Operation, ...]:
    """Listing documents of some kinds, and showing one.

    one, many: the names of the operations, such as getInvoice, listInvoices
    """

    def list_(asked: Reading[DocumentsAsked]) -> list[tuple[Place, Head]]:
        return [(place(found), head(found)) for found in listed(asked, kinds) or ()]

    def show(asked: Reading[Any]) -> Document:
        return whole(asked.view, office.document(asked.view, asked.id, kinds))

    words = path.strip("/").replace("-", " ").capitalize()
    return (
        listing(path, many, f"{words}, latest date first", Head, list_, (date, int), DocumentsAsked),
        showing(f"{path}/{{id}}", one, f"{words}: one of them", Document, show),
    )


def told(work: Work, filed: Filed, kinds: frozenset[Kind] = frozenset(Kind)) -> Document:
    """A document that was just filed; the last thing that is done in its unit of work."""
    outcome = work.perform_and_write(lambda: filed)
    return whole(work.unit, office.document(work.unit, outcome.document_id, kinds), filed.warnings)


class Reversal(Dated):
    """When a document is negated."""


def reversing(path: str, name: str, kinds: frozenset[Kind]) -> Operation:
    """Negating a document of some kinds."""

    def reverse(wanted: Writing[Reversal]) -> Document:
        office.document(wanted.view, wanted.id, kinds)
        return told(wanted.work, invoicing.reverse(wanted.work, wanted.id, wanted.asked.dated_on))

    summary = "Negate it exactly, once: its entries, its open items and its stock moves"
    return making(f"{path}/{{id}}/reverse", name, summary, Reversal, Document, reverse, Verb.MANAGE)


def known_customer(names: Names, code: str | None, where: str = "customer") -> int | None:
    """The id of a customer's code."""
    found = names.customer(code, where)
    return found.id if found else None
