"""A kill at any instant leaves the whole effect or none, and the retry finds which."""

from __future__ import annotations

import json
import random
import threading
import time
from datetime import date
from pathlib import Path
from typing import Any

import httpx2
import pytest

from counterfoil import company
from counterfoil.services.checking import check
from counterfoil.services.credentials import issue
from counterfoil.services.office import Context, Said
from counterfoil.store import Store, open_store
from counterfoil.store.credentials import Principal
from tests.e2e.program import Server

USER, SECRET = "loader", "kill-test-secret"
ADD = "/Windward/WebAPI/Invoice/addInvoice"
WRITERS, EACH, KILLS = 6, 25, 3
COMPANY = Path(company.__file__).parent / "cli" / "demo" / "company.toml"


def _body(reference: str) -> bytes:
    number = int(reference.rpartition("-")[2])
    kind = "WAC"[number % 3]
    header: dict[str, Any] = {"InvoiceType": kind, "ReferenceNo": reference, "InvoiceDate": "2024-03-01"}
    tenders = []
    if kind == "C":
        tenders = [{"Type": "C", "Amount": 200}]
    elif number % 2:
        header["InvoiceCustomer"] = 31649
    lines = [{"PartUnique": 18220, "Ordered": 1, "Price": 39}, {"PartUnique": 5941, "Ordered": 2, "Price": "3.50"}]
    entry = {"InvoiceHeader": header, "InvoiceLines": lines, "InvoiceTenders": tenders}
    if kind != "C" and not number % 2:
        entry["InvoiceBilling"] = {"AName": f"New customer {reference}", "StateProvince": "BC", "Country": "CA"}
    return json.dumps({"Invoice": [entry], "ConnectionInfo": {"TerminalNumber": 0}}).encode()


class _Writers:
    """Threads that post every document until each was answered once, whatever happens to the server."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.answers: dict[str, set[str]] = {}
        self._failed: list[Exception] = []
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._write, args=(writer,)) for writer in range(WRITERS)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def wait(self) -> None:
        for thread in self._threads:
            thread.join()

    @property
    def answered(self) -> int:
        with self._lock:
            assert not self._failed
            return len(self.answers)

    def _write(self, writer: int) -> None:
        try:
            self._write_all(writer)
        except Exception as error:
            self._failed.append(error)
            raise

    def _write_all(self, writer: int) -> None:
        with httpx2.Client(base_url=self.address, auth=(USER, SECRET), timeout=20) as client:
            for number in range(EACH):
                reference = f"W{writer}-{number}"
                while not self._sent(client, reference):
                    time.sleep(0.05)

    def _sent(self, client: httpx2.Client, reference: str) -> bool:
        try:
            reply = client.post(ADD, content=_body(reference))
        except httpx2.TransportError:
            return False
        if reply.status_code == 503:
            return False
        record = reply.json()["Invoice"][0]
        assert record["ActionSuccess"], record
        with self._lock:
            self.answers.setdefault(reference, set()).add(record["RecordDesc"])
        return True


def _prepare(book: Store) -> None:
    with Context(book, Principal(0, "test"), Said("prepare", "cli", "load")).work() as work:
        company.file(work, company.read(COMPANY.read_text("utf-8")), date(2019, 1, 1))
        issue(work, USER, "systemfive", SECRET)


@pytest.fixture
def served(book: Store, url: str, tmp_path: Path) -> tuple[str, Path]:
    _prepare(book)
    book.engine.dispose()
    return url, tmp_path


def test_documents_survive_kills_once_each(served: tuple[str, Path]) -> None:
    url, folder = served
    chance = random.Random(20240301)
    server = Server(folder, url)
    server.await_ready()
    writers = _Writers(server.address)
    writers.start()
    try:
        for kill in range(1, KILLS + 1):
            while writers.answered < kill * WRITERS * EACH // (KILLS + 1):
                time.sleep(0.01)
            time.sleep(chance.random() * 0.05)
            server.kill()
            server = Server(folder, url, server.port)
            server.await_ready()
        writers.wait()
        first = {reference: set(numbers) for reference, numbers in writers.answers.items()}
        again = _Writers(server.address)
        again.start()
        again.wait()
    finally:
        server.kill()
    assert len(first) == WRITERS * EACH
    assert first == again.answers, "a retry after the kills finds the first effect"
    numbers = [number for found in first.values() for number in found]
    assert len(set(numbers)) == len(numbers) == WRITERS * EACH
    store = open_store(url)
    broken = [breach for finding in check(store) for breach in finding.breaches]
    store.engine.dispose()
    assert broken == []
