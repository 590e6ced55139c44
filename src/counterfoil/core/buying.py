"""The recipes of the supplier's side: goods received, invoices booked, disputes resolved, remittances."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from counterfoil.core.document import Document
from counterfoil.core.journal import Entry, Leg, Posting, Role, legs, to_base
from counterfoil.core.matching import Reckoned, counted, dispute_sum, disputed_of_line
from counterfoil.core.money import Money, currency, half_up, total
from counterfoil.core.posting import Books, entry_of, tax_class, till
from counterfoil.core.purchase import DisputeKind, ResolveAction, ShippedLine, SupplierInvoice


@dataclass(frozen=True, slots=True)
class GoodsIn:
    """What a receipt's line brings in.

    cost:     at order price, in the order's currency
    base:     the same in minor units of the base currency
    variance: minor units that explain units sold before they were bought at another cost
    """

    ledger_class: str
    stocked: bool
    cost: Money
    base: int
    variance: int = 0


@dataclass(frozen=True, slots=True)
class Relieved:
    """What a booked line takes out of goods received not invoiced, at order price.

    base: minor units of the base currency, at the rate at which the goods came in
    """

    quantity: Decimal
    cost: Money
    base: int


@dataclass(frozen=True, slots=True)
class Share:
    """What a line or an additional amount of an invoice charges, its own disputes on the expected side taken off.

    id: the line's or the amount's
    """

    id: int
    ledger_class: str
    net: Money
    tax: Money
    tax_code_id: int | None
    tax_rate: Decimal


@dataclass(frozen=True, slots=True)
class Shares:
    """What a supplier's invoice charges, part by part; unattached: disputes on the expected side of no part."""

    lines: tuple[Share, ...]
    amounts: tuple[Share, ...]
    unattached: Money


@dataclass(frozen=True, slots=True)
class TaxSum:
    """The tax of one code on a supplier's invoice."""

    tax_code_id: int | None
    rate: Decimal
    base: Money
    tax: Money


def worth(line: ShippedLine, quantity: Decimal) -> Money:
    """What a quantity of a shipped line costs at order price."""
    return Money.of(quantity * line.unit_price, currency(line.currency))


def received(line: ShippedLine, quantity: Decimal) -> Money:
    """What receiving a further quantity adds, so that all of it together is worth the whole to the cent."""
    return worth(line, line.received + quantity) - Money(line.received_cost, currency(line.currency))


def relieved(line: ShippedLine, quantity: Decimal, rate: Decimal | None, digits: int) -> Relieved:
    """What booking a quantity takes out, so that goods received not invoiced holds what is left to the cent.

    rate, digits: base units for one unit of the order's currency at the booking (None = the same), and the base
                  currency's decimals; they value what is booked before it is received
    """
    cost = worth(line, line.relieved + quantity) - Money(line.relieved_cost, currency(line.currency))
    if rate is None:
        return Relieved(quantity, cost, cost.minor)
    after = line.relieved + quantity
    if line.received and abs(after) <= abs(line.received):
        share = half_up(Decimal(line.received_base) * after / line.received)
        return Relieved(quantity, cost, share - line.relieved_base)
    return Relieved(quantity, cost, half_up(cost.amount * rate, digits))


def relieving_quantity(charged: Money, line: ShippedLine, quantity: Decimal, due_quantity: Decimal) -> Decimal:
    """Which of a line's two quantities its booked amount pays for: what it says, or what was expected of it."""
    off = {candidate: abs((charged - worth(line, candidate)).minor) for candidate in (due_quantity, quantity)}
    return due_quantity if off[due_quantity] <= off[quantity] else quantity


def shares(invoice: SupplierInvoice, sums: Reckoned) -> Shares:
    """What is charged line by line and amount by amount, without what is disputed on the expected side."""
    unit = currency(invoice.currency)
    nothing = Money(0, unit)
    off: dict[int | None, tuple[Money, Money]] = {}
    for dispute in invoice.disputes:
        if dispute.kind is DisputeKind.EXPECTED and dispute.line_id is None:
            part = dispute_sum(dispute, invoice)
            net, tax = off.get(dispute.amount_id, (nothing, nothing))
            off[dispute.amount_id] = (net + part.net, tax + part.tax)
    lines, amounts = [], []
    for line in invoice.lines:
        has, disputed = sums.lines[line.id].charged, disputed_of_line(line, sums.lines[line.id], invoice)
        net, tax = (disputed.net, disputed.tax) if disputed is not None else (nothing, nothing)
        own = (line.id, line.ledger_class, has.net - net, has.tax - tax)
        lines.append(Share(*own, line.tax_code_id, line.tax_rate))
    for one in counted(invoice):
        has, (net, tax) = sums.amounts[one.id].accepted, off.get(one.id, (nothing, nothing))
        own = (one.id, one.ledger_class, has.net - net, has.tax - tax)
        amounts.append(Share(*own, one.tax_code_id, one.tax_rate))
    placed = {one.id for one in counted(invoice)}
    unattached = total((net + tax for amount_id, (net, tax) in off.items() if amount_id not in placed), unit)
    return Shares(tuple(lines), tuple(amounts), unattached)


def tax_sums(parts: Shares) -> list[TaxSum]:
    """The tax of each code, in the order in which the codes appear."""
    sums: dict[tuple[int | None, Decimal], tuple[Money, Money]] = {}
    for part in (*parts.lines, *parts.amounts):
        base, tax = sums.get((part.tax_code_id, part.tax_rate), (Money(0, part.net.currency),) * 2)
        sums[part.tax_code_id, part.tax_rate] = (base + part.net, tax + part.tax)
    return [TaxSum(code, rate, base, tax) for (code, rate), (base, tax) in sums.items()]


def for_goods_received(receipt: Document, goods: Sequence[GoodsIn], books: Books) -> Entry:
    """Goods received: inventory (or expense, for what is not stocked) against goods received not invoiced."""
    of = books.accounts.of
    sides: dict[int, tuple[Money, int]] = {}
    drifted: list[Leg] = []
    for one in goods:
        into = of(Role.INVENTORY if one.stocked else Role.PURCHASES, one.ledger_class)
        for account, sign in ((into, 1), (of(Role.GOODS_RECEIVED, one.ledger_class), -1)):
            amount, base = sides.get(account, (Money(0, one.cost.currency), 0))
            sides[account] = (amount + Money(sign * one.cost.minor, one.cost.currency), base + sign * one.base)
        gap = Money(one.variance, books.base)
        drifted += [(into, -gap, None, None), (of(Role.STOCK_VARIANCE, one.ledger_class), gap, None, None)]
    postings = [Posting(account, amount, base) for account, (amount, base) in sides.items() if amount or base]
    return entry_of(receipt, "goods_receipt/1", [*postings, *legs(drifted, None, books.base)], books)


def for_supplier_invoice(
    document: Document,
    invoice: SupplierInvoice,
    sums: Reckoned,
    taken: Mapping[int, Relieved],
    on: date,
    books: Books,
) -> Entry:
    """A supplier's invoice booked: what it charges against one payable.

    taken: line id -> what it takes out of goods received not invoiced, for lines of a shipment
    on:    the day on which it is posted
    """
    of, parts = books.accounts.of, shares(invoice, sums)
    debits: list[Leg] = []
    goods: list[Posting] = []
    for line in parts.lines:
        ledger_class, out = line.ledger_class, taken.get(line.id)
        if out is None:
            debits.append((of(Role.PURCHASES, ledger_class), line.net, None, None))
            continue
        goods += _out_of_goods(of(Role.GOODS_RECEIVED, ledger_class), out, books)
        debits.append((of(Role.PRICE_VARIANCE, ledger_class), line.net - out.cost, None, None))
    debits += [(of(Role.PURCHASES, one.ledger_class), one.net, None, None) for one in parts.amounts]
    debits.append((of(Role.PRICE_VARIANCE), -parts.unattached, None, None))
    for part in tax_sums(parts):
        debits += _taxed(part, invoice.reverse_charge, books)
    debits.append((of(Role.DISPUTED), sums.disputes, None, None))
    debits.append((of(Role.PAYABLE), -sums.total, invoice.supplier_id, None))
    postings = [*_joined(goods), *legs(_summed(debits), books.rate, books.base)]
    return entry_of(document, "supplier_invoice/1", postings, books, on)


def _out_of_goods(account: int, out: Relieved, books: Books) -> list[Posting]:
    """Out of the account at the rate at which the goods came in; what rates did since is a gain or loss."""
    drift = to_base(out.cost, books.rate, books.base) - out.base
    gap = Posting(books.accounts.of(Role.EXCHANGE), Money(0, books.base), drift)
    return [Posting(account, out.cost, out.base), *([gap] if drift else [])]


def _taxed(part: TaxSum, reverse_charge: bool, books: Books) -> list[Leg]:
    """The tax that we deduct; where the charge is reversed we owe it as well."""
    recoverable = books.accounts.of(Role.INPUT_TAX, tax_class(part.tax_code_id))
    if not reverse_charge:
        return [(recoverable, part.tax, None, None)]
    tax = Money.of(part.base.amount * part.rate, part.base.currency)
    due = books.accounts.of(Role.TAX, tax_class(part.tax_code_id))
    return [(recoverable, tax, None, None), (due, -tax, None, None)]


def _joined(postings: Iterable[Posting]) -> list[Posting]:
    """One posting per account and currency, zeros left out."""
    sums: dict[tuple[int, str], Posting] = {}
    for leg in postings:
        key = (leg.account_id, leg.amount.currency.code)
        known = sums.get(key)
        sums[key] = leg if known is None else Posting(leg.account_id, known.amount + leg.amount, known.base + leg.base)
    return [leg for leg in sums.values() if leg.amount or leg.base]


def _summed(amounts: Iterable[Leg]) -> list[Leg]:
    """One leg per account and party."""
    sums: dict[tuple[int, int | None], Money] = {}
    for account, amount, party, _ in amounts:
        known = sums.get((account, party))
        sums[account, party] = amount if known is None else known + amount
    return [(account, amount, party, None) for (account, party), amount in sums.items()]


def for_resolution(
    document: Document, action: ResolveAction, supplier_id: int, controlling: Iterable[int], on: date, books: Books
) -> Entry:
    """A dispute resolved: its class's account against disputed amounts; a credit agreed lowers what is payable.

    controlling: ids of the accounts whose postings name a party
    """
    account = books.accounts.of(Role.RESOLUTION, action.ledger_class)
    party = supplier_id if account in controlling else None
    amounts: list[Leg] = [
        (account, action.amount, party, None),
        (books.accounts.of(Role.DISPUTED), -action.amount, None, None),
    ]
    made = entry_of(document, "dispute_resolved/1", legs(amounts, books.rate, books.base), books, on)
    return replace(made, text="Dispute resolved")


def for_remittance(remittance: Document, books: Books) -> Entry:
    """Money sent to a supplier: payable against the account that it left."""
    sources = [
        (account, -amount, None, None) for account, amount, _, _ in till(remittance.tenders, remittance.total.currency)
    ]
    owed: Leg = (books.accounts.of(Role.PAYABLE), remittance.total, remittance.customer_id, None)
    return entry_of(remittance, "remittance/1", legs([owed, *sources], books.rate, books.base), books)
