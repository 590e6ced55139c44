"""Opening items: what an earlier system left open with a customer or supplier on the day the book began."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from counterfoil.core.document import SHOWN_AS_INVOICES, Document, Kind, State
from counterfoil.core.errors import Conflict, Invalid, Problem
from counterfoil.core.journal import Role, to_base
from counterfoil.core.money import Currency, Money, currency, within
from counterfoil.core.party import Customer, Supplier
from counterfoil.core.posting import Books, for_opening_item
from counterfoil.core.terms import book_month
from counterfoil.services.office import Filed, Work
from counterfoil.services.periods import require_open


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """An invoice or credit that an earlier system left open.

    number:    its issuer's
    amount:    what is open of it, in major units; a credit is negative
    due_on:    None = by the customer's terms
    posted_on: the day on which it enters the book, None = its own
    rate:      base units for one unit of its currency, None = the book's rate of that day
    """

    number: str
    on: date
    amount: Decimal
    at: datetime | None = None
    due_on: date | None = None
    posted_on: date | None = None
    unit: str | None = None
    rate: Decimal | None = None
    order_number: str = ""
    customer_po: str = ""
    contact: str | None = None
    comment: str = ""


def bring(work: Work, customer: Customer, opening: Opening) -> Filed:
    """Post an open item of an earlier system against opening balances."""
    return Filed(_bring(work, customer, opening, Role.RECEIVABLE))


def bring_payable(work: Work, supplier: Supplier, opening: Opening) -> Filed:
    """Post what an earlier system left open with a supplier: an invoice owed is positive, a credit negative."""
    return Filed(_bring(work, supplier, opening, Role.PAYABLE))


def _bring(work: Work, party: Customer | Supplier, opening: Opening, control: Role) -> Document:
    unit = currency(opening.unit or party.currency or work.reference.base.code)
    posted_on = opening.posted_on or opening.on
    require_open(work, book_month(posted_on))
    amount = Money.exactly(opening.amount, unit, "amount")
    if not amount:
        raise Invalid(Problem("amount_invalid", "amount", "0 is nothing open"))
    if work.unit.documents.has(opening.number, party.id, SHOWN_AS_INVOICES):
        who = "customer" if isinstance(party, Customer) else "supplier"
        say = f"the {who} has an invoice or credit {opening.number} already"
        raise Conflict(Problem("number_taken", "number", say))
    books = _books(work, opening, unit, posted_on)
    within(Money(to_base(amount, books.rate, books.base), books.base))
    document = _document(work, party, opening, amount, posted_on)
    if isinstance(party, Customer):
        if party.currency is None:
            work.unit.parties.fix_currency(party.id, unit.code)
        work.file(document)
    else:
        work.unit.documents.add(document, shown=0)
    work.post(for_opening_item(document, posted_on, books, control), document.due_on)
    return document


def _books(work: Work, opening: Opening, unit: Currency, posted_on: date) -> Books:
    reference = work.reference
    if opening.rate is None or unit == reference.base:
        return Books(reference.account_map, reference.base, reference.rate(unit.code, posted_on.isoformat()))
    if opening.rate <= 0:
        raise Invalid(Problem("rate_invalid", "rate", f"{opening.rate} is no exchange rate"))
    return Books(reference.account_map, reference.base, opening.rate)


def _document(work: Work, party: Customer | Supplier, opening: Opening, amount: Money, posted_on: date) -> Document:
    terms = work.reference.terms.get(party.terms_id) if party.terms_id else None
    address = party.billing if isinstance(party, Customer) else party.address
    shipping = party.shipping if isinstance(party, Customer) else None
    nothing = Money(0, amount.currency)
    return Document(
        id=work.unit.mint.take("document"),
        kind=Kind.OPENING_ITEM,
        state=State.POSTED,
        number=opening.number,
        customer_id=party.id,
        billing=address,
        shipping=shipping or address,
        on=opening.on,
        at=opening.at,
        due_on=opening.due_on or (terms.due(opening.on) if terms else opening.on),
        book_month=book_month(posted_on),
        order_number=opening.order_number,
        customer_po=opening.customer_po,
        contact=opening.contact,
        comment=opening.comment,
        subtotal=amount,
        discount_total=nothing,
        tax_total=nothing,
        total=amount,
    )
