"""What is asked for in quotes, orders, invoices, credit notes and cash sales."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from counterfoil.contracts.own.names import Names
from counterfoil.contracts.own.resource import Writing
from counterfoil.contracts.own.shapes import Address, Amount, Asked, Code, CurrencyCode, Id, Line, Month, Prose, place
from counterfoil.core.document import Kind, LineKind, Sale, SaleLine, SaleTender
from counterfoil.core.errors import Invalid
from counterfoil.core.money import Currency, Money, currency
from counterfoil.core.party import Customer
from counterfoil.core.tax import TaxRounding


class LineAsked(Asked):
    """A line.

    sku:        an item's; without one the line needs a price and posts as what its kind says
    unit_price: before tax; the item's list price without it
    discount:   taken off the line, in the document's currency
    """

    kind: LineKind = LineKind.ITEM
    sku: Code | None = None
    description: Prose | None = None
    note: Prose = ""
    uom: Line | None = None
    quantity: Decimal = Decimal(1)
    unit_price: Decimal | None = None
    discount: Amount = Decimal(0)


class TenderAsked(Asked):
    """Money taken; tender is the code of a tender type."""

    tender: Code
    amount: Amount


class AssertedAsked(Asked):
    """The sender's own figures; they are kept beside ours, and a total that differs shows as the variance."""

    subtotal: Amount | None = None
    tax: Amount | None = None
    total: Amount | None = None


class NewSale(Asked, kw_only=True):
    """A sale.

    customer, ship_to: codes; an invoice on account needs a customer
    dated_on:     the business date; the book's today without it
    book_month:   the month it is posted in; that of its date without it
    currency:     the customer's, else the book's base currency, without it
    number:       the issuer's own number of an imported document; ours without it
    type:         an invoice type, whose sub-types and tender types hold
    tax_rounding: where tax is rounded
    """

    customer: Code | None = None
    ship_to: Code | None = None
    billing: Address | None = None
    shipping: Address | None = None
    dated_on: date | None = None
    ordered_on: date | None = None
    due_on: date | None = None
    ship_on: date | None = None
    book_month: Month | None = None
    currency: CurrencyCode | None = None
    number: Code | None = None
    type: Line = ""
    sub_type: Line = ""
    department_id: Id | None = None
    salesperson_id: Id | None = None
    reference: Line = ""
    customer_po: Line = ""
    third_party_number: Line = ""
    order_number: Line = ""
    contact: Line | None = None
    ordered_by: Line = ""
    comment: Prose = ""
    lines: Annotated[list[LineAsked], Meta(max_length=1000)]
    tenders: Annotated[list[TenderAsked], Meta(max_length=50)] = []
    tax_rounding: TaxRounding = TaxRounding.COMPONENT
    asserted: AssertedAsked | None = None


def sale(wanted: Writing[NewSale], kind: Kind, sign: int = 1) -> Sale:
    """What is asked for, with our ids; Refused with every name that is none.

    sign: -1 = quantities, discounts and tenders are those of a credit
    """
    asked, names = wanted.asked, Names(wanted.view)
    customer, ship_to = names.customer(asked.customer), names.customer(asked.ship_to, "ship_to")
    unit = _unit(wanted, customer)
    lines = tuple(_line(line, f"lines.{number}", names, unit, sign) for number, line in enumerate(asked.lines))
    tenders = tenders_of(asked.tenders, names, unit, sign)
    said = asked.asserted or AssertedAsked()
    for name in ("subtotal", "tax", "total"):
        check_fine(names, getattr(said, name), unit, f"asserted.{name}")
    check_month(names, asked.book_month)
    check_known(wanted, names, asked.type)
    names.check()
    today = asked.dated_on is None or asked.dated_on == wanted.work.today
    return Sale(
        kind=kind,
        customer=customer.id if customer else None,
        ship_to_id=ship_to.id if ship_to else None,
        billing=place(asked.billing) if asked.billing else None,
        shipping=place(asked.shipping) if asked.shipping else None,
        on=asked.dated_on or wanted.work.today,
        at=wanted.work.now if today else None,
        ordered_on=asked.ordered_on,
        due_on=asked.due_on,
        ship_on=asked.ship_on,
        book_month=asked.book_month,
        currency=asked.currency,
        number=asked.number,
        type_code=asked.type,
        sub_type=asked.sub_type,
        department_id=asked.department_id,
        salesperson_id=asked.salesperson_id,
        reference=asked.reference,
        customer_po=asked.customer_po,
        third_party_number=asked.third_party_number,
        order_number=asked.order_number,
        contact=asked.contact,
        ordered_by=asked.ordered_by,
        comment=asked.comment,
        lines=lines,
        tenders=tenders,
        tax_rounding=asked.tax_rounding,
        asserted_subtotal=said.subtotal,
        asserted_tax=said.tax,
        asserted_total=said.total,
    )


def _unit(wanted: Writing[NewSale], customer: Customer | None) -> Currency:
    code = wanted.asked.currency or (customer.currency if customer else None)
    return currency(code) if code else wanted.work.reference.base


def _line(line: LineAsked, where: str, names: Names, unit: Currency, sign: int) -> SaleLine:
    item = names.item(line.sku, f"{where}.sku")
    if line.kind is not LineKind.ITEM and line.sku is not None:
        names.wrong("sku_not_allowed", f"{where}.sku", f"a line of kind {line.kind.value} has no item")
    if sign < 0 and line.quantity <= 0:
        names.wrong("out_of_range", f"{where}.quantity", f"{line.quantity} cannot be credited")
    check_fine(names, line.discount, unit, f"{where}.discount")
    price = line.unit_price
    return SaleLine(
        kind=line.kind,
        item_id=item.id if item else None,
        description=line.description,
        note=line.note,
        uom=line.uom,
        quantity=sign * line.quantity,
        unit_price=Decimal(0) if price is None and line.kind is LineKind.TEXT else price,
        discount=sign * line.discount,
        where=where,
    )


def tenders_of(asked: list[TenderAsked], names: Names, unit: Currency, sign: int = 1) -> tuple[SaleTender, ...]:
    """The money that comes with a document."""
    for number, one in enumerate(asked):
        names.tender(one.tender, f"tenders.{number}.tender")
        check_fine(names, one.amount, unit, f"tenders.{number}.amount")
    return tuple(
        SaleTender(one.tender, sign * one.amount, f"tenders.{number}.tender") for number, one in enumerate(asked)
    )


def check_fine(names: Names, raw: Decimal | None, unit: Currency, where: str) -> None:
    """Note an amount that is finer than its currency allows, or larger than the book can hold."""
    try:
        if raw is not None:
            Money.exactly(raw, unit, where)
    except Invalid as error:
        names.problems += error.problems


def check_money(names: Names, amount: Decimal | None) -> None:
    """Note an amount of money that is none to pay or to take."""
    if amount is not None and amount <= 0:
        names.wrong("amount_invalid", "amount", f"{amount} is no amount: give more than 0")


def check_month(names: Names, month: int | None) -> None:
    """Note a book month that is none."""
    if month is not None and not 1 <= month % 100 <= 12:
        names.wrong("month_invalid", "book_month", f"{month} is no book month YYYYMM")


def check_known(wanted: Writing[NewSale], names: Names, kind: str) -> None:
    """Note an invoice type that is none."""
    if kind and kind not in wanted.work.reference.invoice_types:
        names.wrong("invoice_type_not_found", "type", f"there is no invoice type {kind!r}")
