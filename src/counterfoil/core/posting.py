"""The recipes: what each document does to the book. One function per recipe; every one balances."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from counterfoil.core.document import Document, Kind, LineKind
from counterfoil.core.journal import Entry, Leg, Posting, Role, balanced, legs, to_base
from counterfoil.core.money import Currency, Money, total
from counterfoil.core.reference import AccountMap
from counterfoil.core.tender import NO_DEPOSIT, Deposit, Tender, by_account
from counterfoil.core.terms import book_month


@dataclass(frozen=True, slots=True)
class Books:
    """What every recipe needs: the account map, the base currency, and the rate of the document's currency.

    rate: base units for one unit of the document's currency, None = they are the same
    """

    accounts: AccountMap
    base: Currency
    rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class GoodsMoved:
    """What a line did to inventory.

    value, variance: minor units of the base currency, + into inventory
    """

    ledger_class: str
    value: int
    variance: int


def for_sale(sale: Document, goods: Sequence[GoodsMoved], books: Books, deposit: Deposit = NO_DEPOSIT) -> Entry:
    """A sales invoice, credit note or cash sale: receivable or clearing against sales and taxes, and its cost.

    deposit: money taken on a cash sale's order; it leads the sale's tenders
    """
    accounts, unit = books.accounts, sale.total.currency
    held = len(deposit.tenders) if deposit.posted is not None else 0
    used = total((tender.amount for tender in sale.tenders[:held]), unit)
    debits = [*_from_deposits(sale.tenders[:held], used, books), *till(sale.tenders[held:], unit)]
    if sale.kind is not Kind.CASH_SALE:
        debits = [(accounts.of(Role.RECEIVABLE), sale.total, sale.customer_id, None)]
    credits: list[Leg] = [
        (accounts.of(_income(line.kind), line.ledger_class), -line.net, None, line.id)
        for line in sale.lines
        if line.net
    ]
    taxed: list[Leg] = [
        (accounts.of(Role.TAX, tax_class(part.tax_code_id)), -part.tax, None, None) for part in sale.taxes
    ]
    postings = [
        *legs([*debits, *credits, *taxed], books.rate, books.base),
        *_drifted(used, deposit, books),
        *_cost(goods, books),
    ]
    return entry_of(sale, f"{sale.kind.value}/1", postings, books)


def _from_deposits(held: Sequence[Tender], used: Money, books: Books) -> list[Leg]:
    """Deposits are used up whole; the change that they give comes out of the till."""
    if not held:
        return []
    change = [(tender.type.account_id, -tender.change, None, None) for tender in held]
    return [(books.accounts.of(Role.DEPOSITS), used, None, None), *change]


def _drifted(used: Money, deposit: Deposit, books: Books) -> list[Posting]:
    """What rates have done to a deposit since it was posted; the deposits account is left with nothing."""
    if deposit.posted is None:
        return []
    difference = to_base(used, books.rate, books.base) - deposit.posted
    if not difference:
        return []
    nothing = Money(0, books.base)
    return [
        Posting(books.accounts.of(Role.DEPOSITS), nothing, -difference),
        Posting(books.accounts.of(Role.EXCHANGE), nothing, difference),
    ]


def _income(kind: LineKind) -> Role:
    return {LineKind.CHARGE: Role.CHARGES, LineKind.ROUNDING: Role.ROUNDING}.get(kind, Role.SALES)


def tax_class(tax_code_id: int | None) -> str:
    """Tax accounts are chosen by tax code through a ledger class of this name."""
    return f"tax:{tax_code_id}" if tax_code_id else ""


def _cost(goods: Iterable[GoodsMoved], books: Books) -> list[Posting]:
    return legs(_inventory(goods, books, Role.COST_OF_GOODS, None), None, books.base)


def _inventory(goods: Iterable[GoodsMoved], books: Books, against: Role, reason: int | None) -> list[Leg]:
    """Inventory and its counter accounts, one leg per account; reason overrides the account of the role against."""
    sums: dict[int, int] = {}
    for moved in goods:
        accounts = (
            (books.accounts.of(Role.INVENTORY, moved.ledger_class), moved.value - moved.variance),
            (reason or books.accounts.of(against, moved.ledger_class), -moved.value),
            (books.accounts.of(Role.STOCK_VARIANCE, moved.ledger_class), moved.variance),
        )
        for account, minor in accounts:
            sums[account] = sums.get(account, 0) + minor
    return [(account, Money(minor, books.base), None, None) for account, minor in sums.items()]


def for_receipt(receipt: Document, books: Books, deposit: Deposit = NO_DEPOSIT) -> Entry:
    """Money received: tender clearing against the receivable; what exceeds the items stays an open credit.

    deposit: the money, where it was taken on an order
    """
    return entry_of(receipt, "receipt/1", _received(receipt, receipt.total, deposit, books), books)


def _received(document: Document, money: Money, deposit: Deposit, books: Books) -> list[Posting]:
    """Money taken (+) or given back (-), out of the till or of deposits, against the receivable."""
    accounts, party = books.accounts, document.customer_id
    sign = 1 if money.minor > 0 else -1
    sources = [
        (account, Money(sign * amount.minor, amount.currency), None, None)
        for account, amount, _, _ in till(document.tenders, money.currency)
    ]
    control: Leg = (accounts.of(Role.RECEIVABLE), -money, party, None)
    if deposit.posted is None:
        return legs([*sources, control], books.rate, books.base)
    held: Leg = (accounts.of(Role.DEPOSITS), money, party, None)
    return [*legs([held, control], books.rate, books.base), *_drifted(money, deposit, books)]


def for_refund(refund: Document, books: Books, deposit: Deposit = NO_DEPOSIT) -> Entry:
    """Money given back: the receivable's credit item against tender clearing.

    deposit: the money, where it was given back on an order
    """
    return entry_of(refund, "refund/1", _received(refund, -refund.total, deposit, books), books)


def for_deposit(order: Document, books: Books) -> Entry:
    """Money taken on a work order, where the book posts it at once: tender clearing against deposits."""
    unit = order.total.currency
    sources = till(order.tenders, unit)
    held: list[Leg] = [
        (books.accounts.of(Role.DEPOSITS), -amount, order.customer_id, None) for _, amount, _, _ in sources
    ]
    return entry_of(order, "deposit/1", legs([*sources, *held], books.rate, books.base), books)


def till(tenders: Sequence[Tender], unit: Currency) -> list[Leg]:
    """The clearing accounts' legs of some tenders."""
    return [(account, amount, None, None) for account, amount in by_account(tenders, unit).items()]


def for_stock_adjustment(adjustment: Document, goods: Sequence[GoodsMoved], books: Books, reason: int | None) -> Entry:
    """Goods found, lost or brought in: inventory against the reason's account.

    reason: id of the account that explains it, None = the book's account for stock adjustments
    """
    amounts = _inventory(goods, books, Role.STOCK_ADJUSTMENT, reason)
    return entry_of(adjustment, "stock_adjustment/1", legs(amounts, None, books.base), books)


def for_accounting_entry(document: Document, accounts: Mapping[int, int], books: Books) -> Entry:
    """An accounting entry as given: each line on the account that it names.

    accounts: line id -> account id
    """
    amounts: list[Leg] = [(accounts[line.id], line.net, None, line.id) for line in document.lines]
    entry = entry_of(document, "accounting_entry/1", legs(amounts, books.rate, books.base), books)
    return replace(entry, text=document.comment or entry.text)


def for_opening_item(opening: Document, posted_on: date, books: Books, control: Role = Role.RECEIVABLE) -> Entry:
    """What an earlier system left open with a customer or supplier: its control account against opening balances.

    posted_on: the day on which it enters the book
    control:   RECEIVABLE, or PAYABLE for what is owed to a supplier
    """
    accounts = books.accounts
    amount = -opening.total if control is Role.PAYABLE else opening.total
    owed: list[Leg] = [
        (accounts.of(control), amount, opening.customer_id, None),
        (accounts.of(Role.OPENING), -amount, None, None),
    ]
    entry = entry_of(opening, "opening_item/1", legs(owed, books.rate, books.base), books)
    return replace(entry, on=posted_on)


def for_exchange(on: date, month: int, control: tuple[int, int], gain: int, text: str, books: Books) -> Entry:
    """A realised exchange difference: the control account's base amount against gain or loss.

    control: the control account's id and the party's
    gain:    minor units of the base currency, + a gain; no foreign amount moves
    """
    account_id, party_id = control
    nothing = Money(0, books.base)
    return Entry(
        on,
        month,
        "exchange/1",
        text,
        (
            Posting(account_id, nothing, gain, party_id),
            Posting(books.accounts.of(Role.EXCHANGE), nothing, -gain),
        ),
    )


def moves_cost(goods: Iterable[GoodsMoved]) -> bool:
    """Whether goods that moved leave anything to post."""
    sums: dict[tuple[str, bool], int] = {}
    for moved in goods:
        for variance, minor in ((False, moved.value), (True, moved.variance)):
            sums[moved.ledger_class, variance] = sums.get((moved.ledger_class, variance), 0) + minor
    return any(sums.values())


def cost_part(entry: Entry, document: Document) -> Entry:
    """The part of a document's entry that is about its goods: the whole of a stock adjustment's, the cost of a sale's.

    Of the legs that for_sale makes without a party or a line, the taxes come first and the cost follows.
    """
    if document.kind in (Kind.STOCK_ADJUSTMENT, Kind.ACCOUNTING_ENTRY):
        return entry
    bare = [leg for leg in entry.postings if leg.amount and leg.party_id is None and leg.line_id is None]
    taxes = sum(1 for part in document.taxes if part.tax)
    return replace(entry, postings=tuple(bare[taxes:]), text=f"Cost of goods: {entry.text} {document.number}")


def entry_of(document: Document, rule: str, postings: Sequence[Posting], books: Books, on: date | None = None) -> Entry:
    """A document's entry by a rule, its base amounts balanced.

    on: where it is posted on another day than the document's own
    """
    text = document.kind.value.replace("_", " ").capitalize()
    day, month = (document.on, document.book_month) if on is None else (on, book_month(on))
    entry = Entry(day, month, rule, text, tuple(postings), document.id)
    return balanced(entry, books.accounts.roles.get(Role.ROUNDING, 0), books.base)
