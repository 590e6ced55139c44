"""Drafts of invoices and credit notes: saved and changed freely, in no balance and no list until they are booked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from counterfoil.core.document import Document, Kind, Line, Sale, SaleLine, State
from counterfoil.core.errors import Invalid, NotFound, Problem
from counterfoil.core.money import Money
from counterfoil.core.tax import TaxRounding
from counterfoil.services import invoicing
from counterfoil.services.drawing import draw_up
from counterfoil.services.office import Filed, Work
from counterfoil.store import Store


def save(work: Work, sale: Sale) -> Filed:
    """Save a new draft of an invoice, or of a credit note where its total is negative.

    sale: for a customer on file; without money taken and without a number, both come when it is booked
    """
    return _save(work, sale)


def change(work: Work, draft_id: int, sale: Sale) -> Filed:
    """Put something else in a draft's place; it keeps its id."""
    held(work, draft_id)
    return _save(work, replace(sale, draft_id=draft_id))


def post(work: Work, draft_id: int, on: date | None = None) -> Filed:
    """Book a draft at the prices that it was saved with; it keeps its id and draws its number now.

    on: another business date than the draft's
    """
    draft = held(work, draft_id)
    filed = invoicing.issue(work, _sale(draft, on or draft.on, on is None))
    work.unit.drafts.end(draft_id, "booked", work.now, work.actor)
    return filed


def discard(work: Work, draft_id: int) -> None:
    """Throw a draft away; its id is not used again."""
    held(work, draft_id)
    work.unit.drafts.end(draft_id, "discarded", work.now, work.actor)


def listed(store: Store) -> list[Document]:
    """Every draft that is neither booked nor discarded."""
    with store.reader() as reader:
        return reader.drafts.all()


def held(work: Work, draft_id: int) -> Document:
    """A live draft, kept from others until the unit of work ends."""
    found = work.unit.drafts.get(draft_id)
    if found is None:
        raise NotFound(Problem("draft_not_found", "id", f"there is no draft {draft_id}"))
    return found


def _save(work: Work, sale: Sale) -> Filed:
    problems = []
    if sale.kind is not Kind.SALES_INVOICE:
        problems.append(Problem("kind_invalid", "kind", f"a {sale.kind.value} is no draft of an invoice"))
    if not isinstance(sale.customer, int):
        problems.append(Problem("customer_required", "customer", "a draft is for a customer on file"))
    if sale.tenders:
        problems.append(Problem("tender_not_allowed", "tenders", "a draft takes no money"))
    if sale.number:
        problems.append(Problem("number_not_allowed", "number", "a draft has no number"))
    if problems:
        raise Invalid(problems)
    drawn = draw_up(work, sale)
    lines = tuple(replace(line, id=line.line_no) for line in drawn.document.lines)
    made = replace(drawn.document, state=State.DRAFT, lines=lines)
    work.unit.drafts.save(made, work.now, work.actor)
    return Filed(made, tuple(drawn.warnings))


def _sale(draft: Document, on: date, keeps_dates: bool) -> Sale:
    return Sale(
        kind=Kind.SALES_INVOICE,
        draft_id=draft.id,
        customer=draft.customer_id,
        ship_to_id=draft.ship_to_id,
        billing=draft.billing,
        shipping=draft.shipping,
        on=on,
        at=draft.at if keeps_dates else None,
        due_on=draft.due_on if keeps_dates else None,
        book_month=draft.book_month if keeps_dates else None,
        ordered_on=draft.ordered_on,
        ship_on=draft.ship_on,
        currency=draft.total.currency.code,
        type_code=draft.type_code,
        sub_type=draft.sub_type,
        department_id=draft.department_id,
        salesperson_id=draft.salesperson_id,
        terminal=draft.terminal,
        reference=draft.reference,
        customer_po=draft.customer_po,
        third_party_number=draft.third_party_number,
        order_number=draft.order_number,
        contact=draft.contact,
        ordered_by=draft.ordered_by,
        comment=draft.comment,
        lines=tuple(_sale_line(line, draft.tax_rounding) for line in draft.lines),
        tax_rounding=draft.tax_rounding,
        asserted_subtotal=_amount(draft.asserted.subtotal),
        asserted_tax=_amount(draft.asserted.tax),
        asserted_total=_amount(draft.asserted.total),
        extras=draft.extras,
    )


def _sale_line(line: Line, rounding: TaxRounding) -> SaleLine:
    delivered = rounding is TaxRounding.DELIVERED
    return SaleLine(
        kind=line.kind,
        item_id=line.item_id,
        description=line.description,
        note=line.note,
        uom=line.uom,
        quantity=line.quantity,
        ordered=line.ordered,
        unit_price=line.unit_price,
        discount=line.discount.amount,
        tax={code: part.amount for code, part in line.tax_parts.items()} if delivered else None,
        returns_line_id=line.returns_line_id,
    )


def _amount(money: Money | None) -> Decimal | None:
    return None if money is None else money.amount
