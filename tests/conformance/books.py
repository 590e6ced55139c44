"""What a book holds, for tests that compare before and after."""

from datetime import date

from counterfoil.core.journal import plain
from counterfoil.services.checking import check
from counterfoil.store import Store

_EVER = (date(1, 1, 1), date(9999, 12, 31))
_COUNTED = ("document", "entry", "open_item", "application", "stock_move", "party", "idempotency")


def journal(store: Store) -> list[str]:
    """Every entry in its plain form, in the order of filing."""
    with store.reader() as reader:
        names = {account.id: account.name for account in reader.reference.accounts.values()}
        return [plain(booked.entry, names) for booked in reader.reports.journal(*_EVER)]


def counts(store: Store) -> dict[str, int]:
    """How many rows of each kind of effect there are."""
    with store.engine.reading() as connection:
        return {name: int(connection.raw.execute(f"SELECT count(*) FROM {name}").fetchone()[0]) for name in _COUNTED}  # noqa: S608


def breaches(store: Store) -> list[str]:
    """Every law that the book breaks."""
    return [str(breach) for finding in check(store) for breach in finding.breaches]


def messages(store: Store) -> int:
    """How many messages are kept as evidence."""
    with store.engine.reading() as connection:
        return int(connection.raw.execute("SELECT count(*) FROM message").fetchone()[0])
