"""Adding lines and money to an order that is still open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from counterfoil.core.document import INVOICES, ORDERS, Asserted, Document, Line, Sale, SaleLine
from counterfoil.core.errors import Conflict, Problem, Refused
from counterfoil.core.exporting import ExportState, Topic
from counterfoil.core.money import Money, split, total
from counterfoil.core.posting import for_deposit
from counterfoil.core.tax import TaxPart
from counterfoil.core.terms import book_month
from counterfoil.services import exporting, receipts, stock
from counterfoil.services.drawing import draw_up
from counterfoil.services.office import Filed, Work
from counterfoil.services.ordering import held_order
from counterfoil.services.periods import require_open
from counterfoil.store.changes import ORDER

#: tax code, rate -> what it takes of, and what it takes.
Taxed = Mapping[tuple[int | None, object], tuple[Money, Money]]


def extend(work: Work, order_id: int, more: Sale) -> Filed:
    """Add lines and tenders to an order: priced and taxed together with what stands in it, as if it had come whole.

    more: only its lines, its tenders and the sender's figures count; those are figures of the whole order
    """
    order = held_order(work, order_id, ORDERS)
    if not more.lines:
        # The figures of the whole could change, and there would be no line for the difference.
        raise Refused(Problem("lines_required", "lines", f"no line to add to {order.number} was sent"))
    if any(kind in INVOICES for kind in work.unit.documents.following(order.id).values()):
        raise Conflict(Problem("wrong_state", "number", f"{order.number} has been invoiced in part"))
    drawn = draw_up(work, _whole(order, more))
    priced, warnings = drawn.document, drawn.warnings
    taxes = _added_tax(order, priced)
    lines = _numbered(order, priced, taxes)
    extended = replace(
        order,
        lines=(*order.lines, *lines),
        tenders=(*order.tenders, *priced.tenders),
        subtotal=priced.subtotal,
        discount_total=priced.discount_total,
        tax_total=priced.tax_total,
        total=priced.total,
        asserted=_asserted(order.asserted, priced.asserted),
    )
    work.unit.documents.extend(extended, lines, taxes, priced.tenders)
    work.came_of_it.append((order.kind.value, "extended"))
    work.unit.changes.note(ORDER, [order.id], work.now)
    as_sent = tuple(replace(line, line_no=number) for number, line in enumerate(lines, start=1))
    stock.reserve(work, replace(extended, lines=as_sent), 1, warnings)
    _deposit(work, order, replace(extended, tenders=priced.tenders))
    _offer_again(work, order)
    return Filed(extended, tuple(warnings))


def _whole(order: Document, more: Sale) -> Sale:
    """The order as it would have been asked for with everything in it."""
    return Sale(
        kind=order.kind,
        customer=order.customer_id,
        ship_to_id=order.ship_to_id,
        billing=order.billing,
        shipping=order.shipping,
        on=order.on,
        currency=order.total.currency.code,
        type_code=order.type_code,
        department_id=order.department_id,
        lines=(*(_again(line) for line in order.lines), *more.lines),
        tenders=more.tenders,
        tax_rounding=order.tax_rounding,
        asserted_subtotal=more.asserted_subtotal,
        asserted_tax=more.asserted_tax,
        asserted_total=more.asserted_total,
    )


def _again(line: Line) -> SaleLine:
    return SaleLine(
        kind=line.kind,
        item_id=line.item_id,
        sku=line.sku,
        description=line.description,
        quantity=line.quantity,
        unit_price=line.unit_price,
        discount=line.discount.amount,
        tax={code: part.amount for code, part in line.tax_parts.items()},
    )


def _sums(parts: Sequence[TaxPart]) -> Taxed:
    return {(part.tax_code_id, part.rate): (part.base, part.tax) for part in parts}


def _added_tax(order: Document, priced: Document) -> list[TaxPart]:
    """What the order's taxes come to more than before, each shared over the lines that are added."""
    nothing = Money(0, order.total.currency)
    before, after = _sums(order.taxes), _sums(priced.taxes)
    shares = {(part.tax_code_id, part.rate): part.shares[len(order.lines) :] for part in priced.taxes}
    added = []
    for part in (*priced.taxes, *(gone for gone in order.taxes if (gone.tax_code_id, gone.rate) not in after)):
        key = (part.tax_code_id, part.rate)
        old, new = before.get(key, (nothing, nothing)), after.get(key, (nothing, nothing))
        base, tax = new[0] - old[0], new[1] - old[1]
        if not base and not tax:
            continue
        own = shares.get(key, (nothing,) * (len(priced.lines) - len(order.lines)))
        rest = split(tax - total(own, tax.currency), [abs(share.minor) for share in own])
        spread = tuple(share + odd for share, odd in zip(own, rest, strict=True))
        added.append(TaxPart(part.tax_code_id, part.rate, base, tax, spread))
    return added


def _numbered(order: Document, priced: Document, taxes: Sequence[TaxPart]) -> tuple[Line, ...]:
    """The lines that are added, with their tax, numbered on from the order's own."""
    last = max((line.line_no for line in order.lines), default=0)
    lines = []
    for index, line in enumerate(priced.lines[len(order.lines) :]):
        parts: dict[int | None, Money] = {}
        for part in taxes:
            if part.shares[index]:
                parts[part.tax_code_id] = parts.get(part.tax_code_id, line.tax - line.tax) + part.shares[index]
        tax = total(parts.values(), line.net.currency)
        lines.append(replace(line, line_no=last + index + 1, tax=tax, tax_parts=parts))
    return tuple(lines)


def _asserted(before: Asserted, now: Asserted) -> Asserted:
    """The sender's latest figures, where it gave any."""
    return now if now != Asserted() else before


def _deposit(work: Work, order: Document, added: Document) -> None:
    """Post the money that came with the added lines, where the book posts deposits.

    An order whose earlier money was not posted keeps all of it unposted: it becomes one receipt in the end.
    """
    posted = bool(work.unit.journal.entries_of(order.id))
    if not added.tenders or not (posted if order.tenders else work.reference.policy.post_work_order_deposits):
        return
    on = max(work.today, order.on)
    dated = replace(added, on=on, book_month=book_month(on))
    require_open(work, dated.book_month)
    work.post(for_deposit(dated, receipts.books(work, dated)))


def _offer_again(work: Work, order: Document) -> None:
    """Systems that have taken the order are given it once more."""
    for system in work.unit.exports.holders(Topic.ORDER, order.id):
        exporting.record(work, system, Topic.ORDER, {order.id: "lines were added"}, ExportState.REOPENED)
