"""Drawing a sale up: what it comes to, for whom, and what forbids it. Shared by orders and invoices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from counterfoil.core.document import INVOICES, Document, Kind, Sale, State
from counterfoil.core.errors import Conflict, Problem, Refused
from counterfoil.core.money import Currency, Money, currency
from counterfoil.core.party import NOWHERE, Address, Customer, NewCustomer
from counterfoil.core.pricing import Priced, Pricing, price
from counterfoil.core.tax import jurisdiction_of
from counterfoil.core.tender import Tender
from counterfoil.core.terms import book_month, month_text
from counterfoil.services.office import Work
from counterfoil.services.registry import new_party

Warnings = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A sale drawn up and not filed yet; its document has no tenders' effect, no cost and no number."""

    document: Document
    customer: Customer | None
    warnings: Warnings


def draw_up(work: Work, sale: Sale) -> Drawn:
    """Price a sale and make its document; Refused with every problem at once."""
    binding = sale.kind in INVOICES
    month = sale.book_month or book_month(sale.on)
    _ask_ahead(work, sale)
    problems = _check_reference(work, sale, month, binding)
    customer = _customer(work, sale, problems)
    ship_to = _ship_to(work, sale, problems)
    unit = _currency(work, sale, customer)
    items = work.unit.items.of(_item_ids(sale))
    billing = sale.billing or (known.billing if (known := customer or _new(sale)) else NOWHERE)
    shipping = _shipping(sale, customer, ship_to, billing)
    policy, reference = work.reference.policy, work.reference
    taxed_at = jurisdiction_of(
        (ship_to.shipping or ship_to.billing if ship_to else None, sale.shipping, billing, policy.own_address),
        reference.jurisdictions,
    )
    using = Pricing(
        items=items,
        unit=unit,
        base=reference.base,
        exempt=customer.exempt_from if customer else frozenset(),
        place=taxed_at,
        binding=binding,
        strict=policy.strict_totals,
        moves=sale.moves_goods,
    )
    priced = price(sale, using, lambda: work.unit.mint.take("document_line"))
    problems += priced.problems
    tenders = _tenders(work, sale, priced.total, problems)
    if problems:
        raise Refused(problems)
    customer = _created(work, sale, customer)
    document = _document(work, sale, priced, customer, month, billing, shipping, tenders)
    check_number(work, document)
    return Drawn(document, customer, list(priced.warnings))


def _item_ids(sale: Sale) -> list[int]:
    return [line.item_id for line in sale.lines if line.item_id is not None]


def _ask_ahead(work: Work, sale: Sale) -> None:
    """Everything that will be read is asked for at once, so that a distant database is waited for once."""
    if sale.draft_id is None:
        work.unit.mint.ahead("document")
    if isinstance(sale.customer, int):
        work.unit.parties.ahead(sale.customer)
    department = sale.department_id or default_department(work)
    if sale.kind is not Kind.QUOTE and sale.moves_goods and department is not None:
        work.unit.stock.ahead(_item_ids(sale), department)
    work.unit.items.ahead(_item_ids(sale))


def _check_reference(work: Work, sale: Sale, month: int, binding: bool) -> list[Problem]:
    reference, problems = work.reference, []
    if sale.department_id is not None and sale.department_id not in reference.departments:
        problems.append(Problem("department_unknown", "department", f"there is no department {sale.department_id}"))
    if sale.salesperson_id is not None and sale.salesperson_id not in reference.salespeople:
        problems.append(Problem("salesperson_unknown", "salesperson", f"there is no salesperson {sale.salesperson_id}"))
    kind = reference.invoice_types.get(sale.type_code)
    if sale.sub_type and (kind is None or sale.sub_type not in kind.sub_types):
        say = f"type {sale.type_code} has no sub-type {sale.sub_type!r}"
        problems.append(Problem("sub_type_unknown", "sub_type", say))
    if binding and month <= reference.closed_through:
        say = f"book month {month_text(month)} is closed, up to {month_text(reference.closed_through)}"
        problems.append(Problem("period_closed", "book_month", say))
    return problems


def _customer(work: Work, sale: Sale, problems: list[Problem]) -> Customer | None:
    if isinstance(sale.customer, Customer):
        return sale.customer
    if isinstance(sale.customer, int):
        found = work.unit.parties.customer(sale.customer)
        if found is None:
            problems.append(Problem("customer_not_found", "customer", f"there is no customer {sale.customer}"))
        return found
    if sale.customer is None and sale.kind in (Kind.SALES_INVOICE, Kind.CREDIT_NOTE):
        problems.append(Problem("customer_required", "customer", "an invoice on account needs a customer"))
    return None


def _new(sale: Sale) -> NewCustomer | None:
    return sale.customer if isinstance(sale.customer, NewCustomer) else None


def _created(work: Work, sale: Sale, known: Customer | None) -> Customer | None:
    """The customer that the document itself brings, filed only when nothing forbids the document."""
    if not isinstance(sale.customer, NewCustomer):
        return known
    number, code = new_party(work)
    billing = sale.customer.billing
    made = Customer(id=number, code=code, name=billing.name, billing=billing)
    work.unit.parties.add_customer(made)
    return made


def _ship_to(work: Work, sale: Sale, problems: list[Problem]) -> Customer | None:
    if sale.ship_to_id is None:
        return None
    found = work.unit.parties.customer(sale.ship_to_id)
    if found is None:
        problems.append(Problem("ship_to_not_found", "ship_to", f"there is no customer {sale.ship_to_id} to ship to"))
    return found


def _currency(work: Work, sale: Sale, customer: Customer | None) -> Currency:
    own = sale.currency or (customer.currency if customer else None)
    return currency(own) if own else work.reference.base


def _shipping(sale: Sale, customer: Customer | None, ship_to: Customer | None, billing: Address) -> Address:
    if sale.shipping is not None:
        return sale.shipping
    if ship_to is not None:
        return ship_to.shipping or ship_to.billing
    return (customer.shipping if customer else None) or billing


def _tenders(work: Work, sale: Sale, due: Money, problems: list[Problem]) -> tuple[Tender, ...]:
    """The tenders of a sale with their types; change is worked out when a cash sale is settled."""
    found = []
    for asked in sale.tenders:
        if sale.kind is Kind.QUOTE:
            say = f"an estimate takes no money, {asked.amount} was sent"
            problems.append(Problem("tender_not_allowed", asked.where, say))
            continue
        kind = work.reference.tender_types.get(asked.code)
        if kind is None:
            problems.append(Problem("tender_type_unknown", asked.where, f"there is no tender type {asked.code!r}"))
            continue
        if kind.invoice_types and sale.type_code and sale.type_code not in kind.invoice_types:
            say = f"tender type {asked.code!r} is not enabled for invoice type {sale.type_code}"
            problems.append(Problem("tender_not_allowed", asked.where, say))
            continue
        amount = Money.of(asked.amount, due.currency)
        if amount.amount != asked.amount:
            say = f"amount {asked.amount} is finer than {due.currency} allows"
            problems.append(Problem("field_invalid", asked.where, say))
        elif amount.minor < 0 <= due.minor:
            say = f"{asked.amount} would be given back on a document over {due.amount}"
            problems.append(Problem("tender_not_allowed", asked.where, say))
        elif amount.minor > 0 > due.minor:
            say = f"{asked.amount} was taken on a document over {due.amount}"
            problems.append(Problem("tender_not_allowed", asked.where, say))
        else:
            found.append(Tender(kind, amount, Money(0, due.currency)))
    return tuple(found)


def _document(
    work: Work,
    sale: Sale,
    priced: Priced,
    customer: Customer | None,
    month: int,
    billing: Address,
    shipping: Address,
    tenders: tuple[Tender, ...],
) -> Document:
    posted = sale.kind in INVOICES
    kind = sale.kind
    if kind is Kind.SALES_INVOICE and priced.total.minor < 0:
        kind = Kind.CREDIT_NOTE
    policy = work.reference.policy
    return Document(
        id=sale.draft_id or work.unit.mint.take("document"),
        kind=kind,
        state=State.POSTED if posted else State.OPEN,
        number=sale.number or "",
        customer_id=customer.id if customer else None,
        ship_to_id=sale.ship_to_id,
        billing=billing,
        shipping=shipping,
        on=sale.on,
        at=sale.at,
        ordered_on=sale.ordered_on,
        due_on=_due(work, sale, customer) if posted else None,
        ship_on=sale.ship_on,
        book_month=month,
        type_code=sale.type_code,
        sub_type=sale.sub_type,
        department_id=sale.department_id or default_department(work),
        salesperson_id=sale.salesperson_id or policy.default_salesperson,
        terminal=sale.terminal,
        reference=sale.reference,
        customer_po=sale.customer_po,
        third_party_number=sale.third_party_number,
        order_number=sale.order_number,
        contact=sale.contact,
        ordered_by=sale.ordered_by,
        comment=sale.comment,
        reserves=policy.work_orders_reserve_stock and kind in (Kind.WORK_ORDER, Kind.SALES_ORDER),
        subtotal=priced.subtotal,
        discount_total=priced.discount_total,
        tax_total=priced.tax_total,
        total=priced.total,
        asserted=priced.asserted,
        tax_rounding=sale.tax_rounding,
        lines=priced.lines,
        taxes=priced.taxes,
        tenders=tenders,
        extras=sale.extras,
    )


def default_department(work: Work) -> int | None:
    """Where stock lies when a sender names no department."""
    known = work.reference.departments
    return work.reference.policy.default_department or min(known, default=None)


def _due(work: Work, sale: Sale, customer: Customer | None) -> date:
    if sale.due_on is not None:
        return sale.due_on
    terms = work.reference.terms.get(customer.terms_id) if customer and customer.terms_id else None
    return terms.due(sale.on) if terms else sale.on


def check_number(work: Work, document: Document) -> None:
    """An imported document keeps its issuer's number, unless it would stand in the way of one of ours."""
    if not document.number:
        return
    prefix = work.reference.prefixes[document.kind]
    rest = document.number.removeprefix(prefix)
    if document.number.startswith(prefix) and rest.isascii() and rest.isdigit():
        say = f"number {document.number} belongs to the book's own series {prefix}…"
        raise Refused(Problem("number_reserved", "number", say))
    if work.unit.documents.has(document.number, document.customer_id, {document.kind}):
        whose = "supplier" if document.kind is Kind.PURCHASE_ORDER else "customer"
        say = f"the {whose} has a {document.kind.value} {document.number} already"
        raise Conflict(Problem("number_taken", "number", say))
