"""A pulled document into the book: customer and items found, postings made, credit set against its invoice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from counterfoil.core.document import LineKind, Sale, SaleLine
from counterfoil.core.errors import Problem, Refused
from counterfoil.core.party import Customer
from counterfoil.core.ports import Buyer, Taken
from counterfoil.services import entering, invoicing, receipts, registry
from counterfoil.services.office import Filed, Work


def ahead(work: Work, source: str, taken: Taken) -> None:
    """Ask at once for what taking a document will look for."""
    if taken.sale is None or taken.buyer is None:
        return
    work.unit.mint.ahead("document")
    numbers = (taken.sale.number, taken.sale.order_number)
    work.unit.refs.ahead(source, "customer", taken.buyer.number)
    work.unit.parties.ahead_codes([taken.buyer.number])
    work.unit.items.ahead_skus(line.sku for line in taken.sale.lines if line.sku)
    work.unit.documents.ahead_numbers(number for number in numbers if number)


def take(work: Work, source: str, taken: Taken, tax_codes: Mapping[str, str], original_id: int | None) -> Filed:
    """File a document as its issuer made it.

    source:      the system's name, by which its own ids for our customers are known
    tax_codes:   percentage as text -> code of a tax in the book
    original_id: the invoice that a credit note gives back, where it is in the book
    """
    if taken.entry is not None:
        return entering.enter(work, taken.entry)
    assert taken.sale is not None, "what is neither a draft nor an entry is a sale"
    assert taken.buyer is not None, "a sale has a buyer"
    codes = _tax_ids(work, tax_codes)
    items = work.unit.items.by_skus(line.sku for line in taken.sale.lines if line.sku)
    lines = taken.sale.lines
    if items or codes:
        lines = tuple(
            replace(line, item_id=items[line.sku].id if line.sku in items else None, tax=_taxed(line, rate, codes))
            for line, rate in zip(lines, taken.rates, strict=True)
        )
    customer = _customer(work, source, taken.buyer, taken.sale)
    sale = replace(taken.sale, customer=customer, lines=lines, original_id=original_id)
    return invoicing.issue(work, sale)


def _tax_ids(work: Work, tax_codes: Mapping[str, str]) -> dict[Decimal, int]:
    """Fraction -> id of the book's tax."""
    known = {code.code: code.id for code in work.reference.tax_codes.values()}
    missing = sorted({code for code in tax_codes.values() if code not in known})
    if missing:
        raise Refused([Problem("tax_code_unknown", "tax_codes", f"the book has no tax {code!r}") for code in missing])
    return {Decimal(percentage) / 100: known[code] for percentage, code in tax_codes.items()}


def _taxed(line: SaleLine, rate: Decimal | None, codes: Mapping[Decimal, int]) -> Mapping[int | None, Decimal]:
    """The line's tax as delivered, under the book's code for its rate where there is one."""
    amount = (line.tax or {}).get(None, Decimal(0))
    code = None if rate is None or line.kind is LineKind.ROUNDING else codes.get(rate)
    return {code: amount} if amount else {}


def _customer(work: Work, source: str, buyer: Buyer, sale: Sale) -> int | Customer:
    """The customer whom the system knows by a number: by an id on file, else by code, else a new one of that code."""
    known = work.unit.refs.ours(source, "customer", buyer.number)
    if known is not None:
        return known
    found = work.unit.parties.customer_by_code(buyer.number)
    if found is not None:
        return found
    billing = buyer.billing if buyer.billing.address1 else sale.billing or buyer.billing
    return registry.add_customer(
        work, buyer.number, buyer.name, billing=billing, shipping=buyer.shipping, unit=sale.currency
    )


def link(
    work: Work, account_id: int, document_id: int, original_id: int | None, waiting: Iterable[tuple[int, int]]
) -> None:
    """Set a credit note against its invoice, whichever of the two came last.

    original_id: the invoice that it gives back, None for another document
    waiting:     the credit notes that wait for it: (their id, our document)
    """
    if original_id is not None:
        _set_against(work, document_id, original_id)
    for waiting_id, note_id in waiting:
        _set_against(work, note_id, document_id)
        work.unit.syncs.linked(account_id, waiting_id)


def _set_against(work: Work, note_id: int, invoice_id: int) -> None:
    """What is open of a credit note lowers what is open of an invoice of the same customer and currency."""
    credits = [item for item in work.unit.journal.items_of(note_id) if item.remaining.minor < 0]
    charges = [item for item in work.unit.journal.items_of(invoice_id) if item.remaining.minor > 0]
    for item in credits:
        fitting = [
            charge
            for charge in charges
            if charge.party_id == item.party_id and charge.amount.currency == item.amount.currency
        ]
        if fitting:
            receipts.apply_credit(work, item, fitting, max(item.on, *(charge.on for charge in fitting)))
