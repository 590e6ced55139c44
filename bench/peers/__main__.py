"""`python -m bench.peers`: Tryton posts the same invoices and answers the same customer's list, beside us."""

from __future__ import annotations

import argparse
import itertools
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import company, load, machine, serving
from bench.engines import Place, opened
from bench.invoicing import Supply
from bench.orders import orders
from bench.peers.tryton import Tryton, running, taxed

#: Invoices of the one customer whose list is asked for.
_LISTED = 60
_CUSTOMER = 1


def main() -> None:
    """Set both up, measure in turns and print."""
    parser = argparse.ArgumentParser("bench.peers")
    parser.add_argument("--quick", action="store_true", help="shorter trials")
    seconds = 5.0 if parser.parse_args().quick else 20.0
    out = Console()
    with tempfile.TemporaryDirectory(prefix="counterfoil-peers-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        out.print(machine.described(folder))
        with opened("postgresql", folder) as place:
            out.print("Preparing Tryton; this takes a minute or two")
            with running(place.server, folder) as peer:
                ours = _ours(place, folder, seconds)
                theirs = _theirs(peer, seconds)
    table = Table("On the same PostgreSQL", "Counterfoil", "Tryton", "Ratio")
    for what, mine, other in zip(
        ("invoices posted/s, 1 client", "list pages of 15/s, 1 client"), ours, theirs, strict=True
    ):
        table.add_row(what, f"{mine:,.0f}", f"{other:,.1f}", f"{mine / other:,.0f}")
    out.print(table)


def _ours(place: Place, folder: Path, seconds: float) -> tuple[float, float]:
    url = place.url("beside")
    company.make(url).engine.dispose()
    supply = iter(Supply("beside", customers=_CUSTOMER))
    with serving.ours(url, folder, next(supply)) as served:
        load.run(served.port, [load.Stream(supply, 1, most=_LISTED)], 60)
        posting = load.Stream(supply, 1)
        took = load.run(served.port, [posting], seconds)
        posted = len(posting.latencies) / took
        body = b'{"customer_code":"%s","current_page":1,"per_page":15}' % company.code(_CUSTOMER).encode()
        request = load.request("/evolutionx/invoices", body, f"Bearer {company.secret('evolutionx')}")
        reading = load.Stream(itertools.repeat(request), 1)
        took = load.run(served.port, [reading], seconds)
        return posted, len(reading.latencies) / took


def _theirs(peer: Tryton, seconds: float) -> tuple[float, float]:
    source = orders("beside", customers=_CUSTOMER)
    for order in itertools.islice(source, _LISTED):
        peer.post(order)
    posted, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        peer.post(next(source))
        posted += 1
    rate = posted / (time.perf_counter() - began)
    pages, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        page = peer.page(15)
        assert len(page) == 15, "a page is full"
        assert all(taxed(row) for row in page), "its invoices are posted and taxed"
        pages += 1
    return rate, pages / (time.perf_counter() - began)


if __name__ == "__main__":
    main()
