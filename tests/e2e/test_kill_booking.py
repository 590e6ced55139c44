"""A kill while suppliers' invoices are being booked leaves each of them booked whole, or open."""

from __future__ import annotations

import random
import threading
import time
from pathlib import Path

import httpx2
import pytest

from counterfoil.services import statements
from counterfoil.services.checking import check
from counterfoil.services.credentials import issue
from counterfoil.store import Store, open_store
from tests.buyer import Buyer
from tests.desk import LATE
from tests.e2e.program import Server

TOKEN = "kill-test-token"
CLERKS, EACH, KILLS = 4, 15, 3
COUNT = CLERKS * EACH


def _prepare(book: Store) -> list[int]:
    """Invoices that are ready to be booked, each over one unit with a resolved dispute of a cent."""
    buyer = Buyer(book)
    buyer.change(lambda work: issue(work, "retail", "eva", TOKEN))
    line = buyer.delivered(str(COUNT), "10")
    numbers = []
    for _ in range(COUNT):
        number = buyer.register("12.11")
        buyer.match(number, line, "1")
        buyer.resolve(buyer.dispute(number, "0.01"), "0.01", "Credit")
        numbers.append(number)
    return numbers


class _Clerks:
    """Threads that book every invoice until each is known to be booked, whatever happens to the server."""

    def __init__(self, address: str, numbers: list[int]) -> None:
        self._address = address
        self.booked: set[int] = set()
        self.unexpected: list[object] = []
        self.over = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._book, args=(numbers[one::CLERKS],)) for one in range(CLERKS)]
        for thread in self._threads:
            thread.start()

    def wait(self) -> None:
        for thread in self._threads:
            thread.join()

    def _book(self, numbers: list[int]) -> None:
        headers = {"Authorization": f"Bearer {TOKEN}", "EVA-User-Agent": "tests/1.0.0"}
        with httpx2.Client(base_url=self._address, headers=headers, timeout=20) as client:
            for number in numbers:
                while not self.over.is_set() and not self._done(client, number):
                    time.sleep(0.02)

    def _done(self, client: httpx2.Client, number: int) -> bool:
        try:
            reply = client.post("/message/BookInvoice", json={"ID": number})
        except httpx2.TransportError:
            return False
        if reply.status_code == 503:
            return False
        if reply.status_code != 200 and reply.json()["Error"]["Type"] != "Invoices:AlreadyClosed":
            self.unexpected.append(reply.json())
        with self._lock:
            self.booked.add(number)
        return True


@pytest.fixture
def served(book: Store, url: str, tmp_path: Path) -> tuple[str, Path, list[int]]:
    numbers = _prepare(book)
    book.engine.dispose()
    return url, tmp_path, numbers


def test_each_invoice_is_booked_whole_and_once(served: tuple[str, Path, list[int]]) -> None:
    url, folder, numbers = served
    chance = random.Random(20240301)
    server = Server(folder, url)
    server.await_ready()
    clerks = _Clerks(server.address, numbers)
    try:
        for kill in range(1, KILLS + 1):
            while len(clerks.booked) < kill * COUNT // (KILLS + 1):
                time.sleep(0.005)
            time.sleep(chance.random() * 0.02)
            server.kill()
            _nothing_is_half_booked(url, numbers)
            server = Server(folder, url, server.port)
            server.await_ready()
        clerks.wait()
    finally:
        clerks.over.set()
        server.kill()
        clerks.wait()
    assert clerks.unexpected == []
    assert _nothing_is_half_booked(url, numbers) == COUNT


def _nothing_is_half_booked(url: str, numbers: list[int]) -> int:
    """How many invoices are booked; the laws hold, and the accounts hold exactly those."""
    store = open_store(url)
    assert [breach for finding in check(store) for breach in finding.breaches] == []
    with store.reader() as reader:
        booked = sum(one.booked for one in reader.supplier_invoices.of(numbers))
    rows, _ = statements.trial_balance(store, LATE)
    store.engine.dispose()
    held = {row.account.code: row.base.minor for row in rows if row.base}
    owed = {"1200": 1000 * COUNT, "2100": -1000 * (COUNT - booked), "1300": 210 * booked, "2000": -1210 * booked}
    assert held == {code: minor for code, minor in owed.items() if minor}
    return booked
