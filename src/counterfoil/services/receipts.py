"""Money on account: receiving, applying, taking applications back, refunding."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from counterfoil.core.document import Document, Kind, State
from counterfoil.core.errors import Conflict, Invalid, NotFound, Problem, Refused
from counterfoil.core.money import Money, currency
from counterfoil.core.open_item import Application, OpenItem, exchange_difference, spread
from counterfoil.core.posting import Books, for_exchange, for_receipt, for_refund
from counterfoil.core.tender import NO_DEPOSIT, Deposit, Tender
from counterfoil.core.terms import book_month
from counterfoil.services.office import Filed, Work
from counterfoil.services.periods import require_open
from counterfoil.services.registry import customer_by_code


def receive(
    work: Work,
    customer_code: str,
    amount: Decimal,
    tender_code: str,
    on: date | None = None,
    invoices: Sequence[str] | None = None,
    reference: str = "",
) -> Filed:
    """Take money from a customer and set it against open items; what exceeds them stays an open credit.

    amount:   in the customer's currency
    invoices: numbers to pay, in this order; None = the oldest due first, () = none
    """
    customer = customer_by_code(work, customer_code)
    unit = currency(customer.currency) if customer.currency else work.reference.base
    money = Money.exactly(amount, unit, "amount")
    if money.minor <= 0:
        raise Invalid(Problem("amount_invalid", "amount", f"{amount} is no amount to receive"))
    on = on or work.today
    require_open(work, book_month(on))
    charges = [item for item in work.unit.journal.open_items(customer.id) if item.remaining.minor > 0]
    if invoices is not None:
        charges = [item for number in invoices for item in _numbered(charges, number)]
    if customer.currency is None:
        work.unit.parties.fix_currency(customer.id, unit.code)
    receipt = _document(work, Kind.RECEIPT, customer.id, (tender(work, tender_code, money),), money, on, reference)
    work.file(receipt)
    (credit,) = work.post(for_receipt(receipt, books(work, receipt)))
    matching = [item for item in charges if item.amount.currency == unit]
    apply_credit(work, credit, matching, on, in_order=invoices is not None)
    return Filed(receipt)


def _numbered(items: Iterable[OpenItem], number: str) -> list[OpenItem]:
    found = [item for item in items if item.number == number]
    if not found:
        raise NotFound(Problem("invoice_not_found", "invoices", f"the customer has no open invoice {number!r}"))
    return found


def tender(work: Work, code: str, amount: Money) -> Tender:
    """An amount paid in the way of a tender type."""
    kind = work.reference.tender_types.get(code)
    if kind is None:
        raise NotFound(Problem("tender_type_unknown", "tender", f"there is no tender type {code!r}"))
    return Tender(kind, amount, Money(0, amount.currency))


def _document(
    work: Work,
    kind: Kind,
    customer_id: int | None,
    tenders: tuple[Tender, ...],
    amount: Money,
    on: date,
    reference: str,
) -> Document:
    return Document(
        id=work.unit.mint.take("document"),
        kind=kind,
        state=State.POSTED,
        customer_id=customer_id,
        on=on,
        at=work.now if on == work.today else None,
        book_month=book_month(on),
        reference=reference,
        subtotal=amount,
        discount_total=Money(0, amount.currency),
        tax_total=Money(0, amount.currency),
        total=amount,
        tenders=tenders,
    )


def books(work: Work, document: Document, rate: Decimal | None = None) -> Books:
    """What the recipes need for a document: accounts, base currency and the rate of its day, unless one is given."""
    reference = work.reference
    if rate is None or document.total.currency == reference.base:
        rate = reference.rate(document.total.currency.code, document.on.isoformat())
    return Books(reference.account_map, reference.base, rate)


def settle_with(
    work: Work,
    document: Document,
    tenders: Sequence[Tender],
    amount: Money,
    items: Sequence[OpenItem],
    deposit: Deposit = NO_DEPOSIT,
) -> list[OpenItem]:
    """Turn the tenders of an invoice into a receipt of its day, or of a credit note into a refund, set against it.

    items:   the document's open items
    deposit: the money, where it was taken on the document's order
    returns: the items with what is left of them
    """
    refund = amount.minor < 0
    kind = Kind.REFUND if refund else Kind.RECEIPT
    made = replace(
        _document(work, kind, document.customer_id, tuple(tenders), abs(amount), document.on, document.reference),
        at=document.at,
        book_month=document.book_month,
        order_id=document.order_id,
        original_id=document.id,
        order_number=document.order_number,
    )
    if refund:
        made = replace(made, tenders=tuple(Tender(t.type, -t.amount, -t.change) for t in tenders))
    work.file(made)
    recipe = for_refund if refund else for_receipt
    (money,) = work.post(recipe(made, books(work, made), deposit))
    left = []
    for item in items:
        debit, credit = (money, item) if refund else (item, money)
        part = min(abs(debit.remaining.minor), abs(credit.remaining.minor))
        if part:
            joined = Application(debit.id, credit.id, Money(part, amount.currency), document.on)
            file_application(work, joined, debit, credit)
        sign = 1 if refund else -1
        left.append(replace(item, remaining=Money(item.remaining.minor + sign * part, amount.currency)))
        money = replace(money, remaining=Money(money.remaining.minor - sign * part, amount.currency))
    return left


def apply_credit(
    work: Work,
    credit: OpenItem,
    charges: Sequence[OpenItem],
    on: date,
    upto: Money | None = None,
    in_order: bool = False,
) -> list[Application]:
    """Set a credit against charges, oldest due first, as far as it goes.

    in_order: in the order given, and those that are free only later as of the day on which they are
    """
    known = {item.id: item for item in charges}
    groups = [(max(on, item.free_on), [item]) for item in charges] if in_order else [(on, list(charges))]
    made: list[Application] = []
    for day, group in groups:
        for joined in spread(credit, group, day, upto):
            file_application(work, joined, known[joined.debit_id], credit)
            credit = replace(credit, remaining=credit.remaining + joined.amount)
            upto = None if upto is None else upto - joined.amount
            made.append(joined)
    return made


def file_application(work: Work, joined: Application, debit: OpenItem, credit: OpenItem) -> None:
    """File an application, and the exchange difference that it realises."""
    entry_id = None
    gain = exchange_difference(debit, credit, joined.amount)
    if gain:
        month = book_month(joined.on)
        require_open(work, month)
        accounts = Books(work.reference.account_map, work.reference.base)
        text = f"Exchange difference on {joined.amount}"
        work.post(for_exchange(joined.on, month, (debit.account_id, debit.party_id), gain, text, accounts))
        entry_id = work.unit.journal.last_entry_id()
    work.unit.journal.apply(joined, entry_id, work.now, work.actor)


def apply(
    work: Work,
    credit_number: str,
    invoice_number: str,
    amount: Decimal | None = None,
    on: date | None = None,
    credit_id: int | None = None,
) -> Filed:
    """Set an open credit (a receipt or credit note) against an open invoice of the same customer.

    amount:    None = as much as both allow
    credit_id: the credit's document where it is known: customers may share the numbers of their issuer
    """
    pairs = [
        (credit, charge)
        for credit in _open_items(work, credit_number, -1, credit_id)
        for charge in _open_items(work, invoice_number, 1)
        if credit.party_id == charge.party_id and credit.amount.currency == charge.amount.currency
    ]
    if not pairs:
        say = f"{credit_number} and {invoice_number} are not of one customer and currency"
        raise Refused(Problem("not_together", "invoice", say))
    _require_one([credit for credit, _ in pairs], credit_number)
    credit, charge = pairs[0]
    on = on or max(work.today, credit.free_on, charge.free_on)
    check_date(on, credit, charge)
    upto = None if amount is None else Money.exactly(amount, credit.amount.currency, "amount")
    most = min(-credit.remaining.minor, charge.remaining.minor)
    if upto is not None and not 0 < upto.minor <= most:
        say = f"{amount} to apply, {Money(most, credit.amount.currency).amount} possible"
        raise Refused(Problem("amount_too_large", "amount", say))
    apply_credit(work, credit, [charge], on, upto)
    assert credit.document_id is not None, "what opened a credit is a document"
    document = work.unit.documents.get(credit.document_id)
    assert document is not None, "what opened a credit is on file"
    return Filed(document)


def _open_items(work: Work, number: str, sign: int, only: int | None = None) -> list[OpenItem]:
    """The open items of a number that are charges (sign 1) or credits (sign -1), ours first, at least one.

    only: of this document
    """
    found = [
        item
        for document_id in ([only] if only else work.unit.documents.find(number))
        for item in work.unit.journal.items_of(document_id)
        if item.remaining.minor * sign > 0
    ]
    if not found:
        what = "invoice" if sign > 0 else "credit"
        raise NotFound(Problem(f"{what}_not_found", what, f"there is no open {what} {number!r}"))
    return found


def _require_one(credits: Sequence[OpenItem], number: str) -> None:
    """Refused where several customers have a credit of a number: it is not for us to choose whose money moves."""
    count = len({item.party_id for item in credits})
    if count > 1:
        say = f"{count} customers have an open credit {number!r}"
        raise Conflict(Problem("number_ambiguous", "credit", say))


def check_date(on: date, *items: OpenItem) -> None:
    """Refused when something would be set against items on a day for which they are not free."""
    free_on = max(item.free_on for item in items)
    if on < free_on:
        raise Refused(Problem("date_before", "on", f"{on} is before {free_on}, when both were there and not spent"))


def unapply(
    work: Work, credit_number: str, invoice_number: str, on: date | None = None, credit_id: int | None = None
) -> Filed:
    """Take all applications between a credit and an invoice back; both are open again. credit_id as in `apply`."""
    documents, found = work.unit.documents, []
    for number in [credit_id] if credit_id else documents.find(credit_number):
        for invoice_id in documents.find(invoice_number):
            credits = {item.id: item for item in work.unit.journal.items_of(number) if item.amount.minor < 0}
            charges = {item.id: item for item in work.unit.journal.items_of(invoice_id) if item.amount.minor > 0}
            document = documents.get(number)
            if document is not None and _take_back(work, credits, charges, on):
                found.append(document)
    if len({document.customer_id for document in found}) > 1:
        say = f"{len(found)} customers have {credit_number} applied to {invoice_number}"
        raise Conflict(Problem("number_ambiguous", "credit", say))
    if found:
        return Filed(found[0])
    say = f"{credit_number} is not applied to {invoice_number}"
    raise NotFound(Problem("application_not_found", "invoice", say))


def _credit(work: Work, number: str, customer_code: str | None) -> OpenItem:
    accounts = work.reference.accounts
    found = [item for item in _open_items(work, number, -1) if accounts[item.account_id].control == "receivable"]
    if customer_code is not None:
        customer = work.unit.parties.customer_by_code(customer_code)
        owners = work.unit.parties.group(customer.id) if customer else ()
        found = [item for item in found if item.party_id in owners]
    if not found:
        raise NotFound(Problem("credit_not_found", "credit", f"no customer has an open credit {number!r}"))
    _require_one(found, number)
    return found[0]


def _take_back(work: Work, credits: dict[int, OpenItem], charges: dict[int, OpenItem], on: date | None) -> bool:
    found = False
    for credit in credits.values():
        for debit_id, credit_id, minor, applied_on in work.unit.journal.applications_of(credit.id):
            if credit_id != credit.id or debit_id not in charges:
                continue
            day = on or max(work.today, applied_on)
            if day < applied_on:
                say = f"{day} is before the application of {applied_on}"
                raise Conflict(Problem("date_before", "on", say))
            back = Application(debit_id, credit_id, Money(-minor, credit.amount.currency), day)
            file_application(work, back, charges[debit_id], credit)
            found = True
    return found


def refund(
    work: Work,
    credit_number: str,
    tender_code: str,
    amount: Decimal | None = None,
    on: date | None = None,
    customer: str | None = None,
) -> Filed:
    """Give the money of a customer's open credit back.

    amount:   None = all that is open of it
    customer: whose credit it is, needed where customers share its issuer's number
    """
    credit = _credit(work, credit_number, customer)
    unit = credit.amount.currency
    money = -credit.remaining if amount is None else Money.exactly(amount, unit, "amount")
    if not 0 < money.minor <= -credit.remaining.minor:
        say = f"{amount} to give back, {-credit.remaining.amount} open"
        raise Refused(Problem("amount_too_large", "amount", say))
    on = on or max(work.today, credit.free_on)
    require_open(work, book_month(on))
    check_date(on, credit)
    made = _document(work, Kind.REFUND, credit.party_id, (tender(work, tender_code, money),), money, on, credit_number)
    work.file(made)
    (debit,) = work.post(for_refund(made, books(work, made)))
    file_application(work, Application(debit.id, credit.id, money, on), debit, credit)
    return Filed(made)
