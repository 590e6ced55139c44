"""Every report by name; the command line and the API show the same ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

from counterfoil.core.errors import NotFound
from counterfoil.services.office import Clock, utc_now
from counterfoil.services.reports import holding, ledger, owing, taxes
from counterfoil.services.reports.asking import AS_OF, FROM, PARTY, PERIOD, Asked, read
from counterfoil.services.reports.model import Report
from counterfoil.store import Reader, Store


@dataclass(frozen=True, slots=True)
class Offer:
    """A report as it can be asked for.

    takes: names of the texts that it understands
    """

    draw: Callable[[Reader, Asked], Report]
    about: str
    takes: tuple[str, ...]


REPORTS: Mapping[str, Offer] = {
    "aging": Offer(owing.aging, "Aged receivables of all customers; ties to the ledger.", (AS_OF,)),
    "open-items": Offer(owing.open_items, "Every open charge and credit, by customer and due date.", (AS_OF,)),
    "statement": Offer(
        owing.statement, "One customer's account: what is open, or all since a date.", (PARTY, FROM, AS_OF)
    ),
    "payables-aging": Offer(
        partial(owing.aging, control="payable"),
        "What is owed to all suppliers, by lateness; ties to the ledger.",
        (AS_OF,),
    ),
    "payable-items": Offer(
        partial(owing.open_items, control="payable"), "Every open item of a supplier, by due date.", (AS_OF,)
    ),
    "trial-balance": Offer(ledger.trial_balance, "The balance of every account; debits and credits agree.", (AS_OF,)),
    "balance-sheet": Offer(ledger.balance_sheet, "Assets against liabilities and equity.", (AS_OF,)),
    "income": Offer(ledger.income, "Income and expenses by account in some book months.", (PERIOD,)),
    "journal": Offer(
        ledger.journal, "The journal entries in their order, by days or by book months.", (PERIOD, FROM, AS_OF)
    ),
    "tax": Offer(taxes.tax, "What sales charged of each tax in some book months.", (PERIOD,)),
    "stock": Offer(holding.stock, "What lies of every item and what it is worth.", (AS_OF,)),
    "numbers": Offer(holding.numbers, "The number series, and whether any number is missing.", ()),
}


def draw(store: Store, name: str, texts: Mapping[str, str], clock: Clock = utc_now) -> Report:
    """A report of one state of the book.

    texts:  as_of (YYYY-MM-DD, else the book's today), from, period (YYYYMM, a year, or FROM..TO), party: as it takes
    raises: NotFound for a report that there is not; Invalid for texts that it does not understand
    """
    offer = REPORTS.get(name)
    if offer is None:
        raise NotFound.of("report_unknown", f"there is no report {name!r}; there are {', '.join(REPORTS)}", "report")
    with store.snapshot() as reader:
        today = clock().astimezone(ZoneInfo(reader.reference.time_zone)).date()
        return offer.draw(reader, read(texts, offer.takes, today))
