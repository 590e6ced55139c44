"""The recipes: what each document does to the book. One function per recipe; every one balances."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from counterfoil.core.document import Document, Kind, LineKind
from counterfoil.core.journal import Entry, Leg, Posting, Role, balanced, legs
from counterfoil.core.money import Currency, Money, total
from counterfoil.core.reference import AccountMap
from counterfoil.core.tender import Tender, by_account


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


def for_sale(sale: Document, goods: Sequence[GoodsMoved], books: Books, held: int = 0) -> Entry:
    """A sales invoice, credit note or cash sale: receivable or clearing against sales and taxes, and its cost.

    held: how many of a cash sale's tenders, counted from the first, had been posted to deposits when they were taken
    """
    accounts, unit = books.accounts, sale.total.currency
    debits = [*_from_deposits(sale.tenders[:held], books, unit), *_till(sale.tenders[held:], unit)]
    if sale.kind is not Kind.CASH_SALE:
        debits = [(accounts.of(Role.RECEIVABLE), sale.total, sale.customer_id, None)]
    credits: list[Leg] = [
        (accounts.of(_income(line.kind), line.ledger_class), -line.net, None, line.id)
        for line in sale.lines
        if line.net
    ]
    taxed: list[Leg] = [
        (accounts.of(Role.TAX, _tax_class(part.tax_code_id)), -part.tax, None, None) for part in sale.taxes
    ]
    postings = [*legs([*debits, *credits, *taxed], books.rate, books.base), *_cost(goods, books)]
    return _entry(sale, f"{sale.kind.value}/1", postings, books)


def _from_deposits(held: Sequence[Tender], books: Books, unit: Currency) -> list[Leg]:
    """Deposits are used up whole; the change that they give comes out of the till."""
    if not held:
        return []
    used = total((tender.amount for tender in held), unit)
    change = [(tender.type.account_id, -tender.change, None, None) for tender in held]
    return [(books.accounts.of(Role.DEPOSITS), used, None, None), *change]


def _income(kind: LineKind) -> Role:
    return Role.CHARGES if kind is LineKind.CHARGE else Role.SALES


def _tax_class(tax_code_id: int | None) -> str:
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


def for_receipt(receipt: Document, books: Books, from_deposits: bool = False) -> Entry:
    """Money received: tender clearing against the receivable; what exceeds the items stays an open credit.

    from_deposits: the money had been posted to deposits when it was taken
    """
    accounts = books.accounts
    sources = _till(receipt.tenders, receipt.total.currency)
    if from_deposits:
        sources = [(accounts.of(Role.DEPOSITS), receipt.total, receipt.customer_id, None)]
    control: Leg = (accounts.of(Role.RECEIVABLE), -receipt.total, receipt.customer_id, None)
    return _entry(receipt, "receipt/1", legs([*sources, control], books.rate, books.base), books)


def for_refund(refund: Document, books: Books) -> Entry:
    """Money given back: the receivable's credit item against tender clearing."""
    control: Leg = (books.accounts.of(Role.RECEIVABLE), refund.total, refund.customer_id, None)
    till = [
        (account, -amount, party, line) for account, amount, party, line in _till(refund.tenders, refund.total.currency)
    ]
    return _entry(refund, "refund/1", legs([control, *till], books.rate, books.base), books)


def for_deposit(order: Document, books: Books) -> Entry:
    """Money taken on a work order, where the book posts it at once: tender clearing against deposits."""
    unit = order.total.currency
    sources = _till(order.tenders, unit)
    held: list[Leg] = [
        (books.accounts.of(Role.DEPOSITS), -amount, order.customer_id, None) for _, amount, _, _ in sources
    ]
    return _entry(order, "deposit/1", legs([*sources, *held], books.rate, books.base), books)


def _till(tenders: Sequence[Tender], unit: Currency) -> list[Leg]:
    return [(account, amount, None, None) for account, amount in by_account(tenders, unit).items()]


def for_stock_adjustment(adjustment: Document, goods: Sequence[GoodsMoved], books: Books, reason: int | None) -> Entry:
    """Goods found, lost or brought in: inventory against the reason's account.

    reason: id of the account that explains it, None = the book's account for stock adjustments
    """
    amounts = _inventory(goods, books, Role.STOCK_ADJUSTMENT, reason)
    return _entry(adjustment, "stock_adjustment/1", legs(amounts, None, books.base), books)


def for_exchange(on: date, month: int, party_id: int, gain: int, text: str, books: Books) -> Entry:
    """A realised exchange difference: the receivable's base amount against gain or loss.

    gain: minor units of the base currency, + a gain; no foreign amount moves
    """
    nothing = Money(0, books.base)
    return Entry(
        on,
        month,
        "exchange/1",
        text,
        (
            Posting(books.accounts.of(Role.RECEIVABLE), nothing, gain, party_id),
            Posting(books.accounts.of(Role.EXCHANGE), nothing, -gain),
        ),
    )


def _entry(document: Document, rule: str, postings: Sequence[Posting], books: Books) -> Entry:
    text = document.kind.value.replace("_", " ").capitalize()
    entry = Entry(document.on, document.book_month, rule, text, tuple(postings), document.id)
    return balanced(entry, books.accounts.roles.get(Role.ROUNDING, 0), books.base)
