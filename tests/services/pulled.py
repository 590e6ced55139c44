"""A book that pulls from a played TRAEDE."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from counterfoil.contracts.traede.accounts import Account
from counterfoil.contracts.traede.client import Traede
from counterfoil.core.money import currency
from counterfoil.core.ports import Flow
from counterfoil.core.syncing import Pulled, Run
from counterfoil.doubles.traede import KINDS, Double, Faults, Recipe, World
from counterfoil.services import syncing
from counterfoil.services.office import Context, Said
from counterfoil.services.registry import make_book
from counterfoil.services.syncing import Pull
from counterfoil.store import Principal, Store

SYSTEM = "book"
ACCOUNT = "traede:main"
ACCOUNTS = {"1310": "5000", "1360": "5200", "2100": "1200"}
KIND_OF = dict(zip(Flow, KINDS, strict=True))
NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)


class Desk:
    """A book, a played TRAEDE, and a clock that moves when it is told to."""

    def __init__(self, store: Store, double: Double, **settings: Any) -> None:
        self.store, self.double, self.now = store, double, NOON
        self.account = account(double, **settings)
        self.sweeps = self.account.pulling.sweeps

    def clock(self) -> datetime:
        """The instant by the book's clock."""
        self.now += timedelta(milliseconds=1)
        return self.now

    @property
    def world(self) -> World:
        """What TRAEDE knows."""
        return self.double.world

    @contextmanager
    def pull(self, run_id: str | None = None, **more: Any) -> Iterator[Pull]:
        """The work of one run, step by step."""
        source = Traede(self.account, currency("DKK"), wait=lambda seconds: None, chance=random.Random(1))
        try:
            pulling = replace(self.account.pulling, sweeps=self.sweeps)
            yield Pull(self.store, source, pulling, run_id or uuid.uuid4().hex, clock=self.clock, **more)
        finally:
            source.close()

    def run(self, since: datetime | None = None) -> Run:
        """A whole run."""
        run_id = uuid.uuid4().hex
        with self.pull(run_id) as pull:
            syncing.run(pull, syncing.at_once, since)
        done = syncing.run_of(self.store, run_id)
        assert done is not None
        return done

    def states(self) -> dict[str, int]:
        """How many documents stand where."""
        sums: dict[str, int] = {}
        for (_, state), count in syncing.status(self.store, ACCOUNT).counts.items():
            sums[state.value] = sums.get(state.value, 0) + count
        return sums

    def stuck(self) -> dict[tuple[str, int], str]:
        """What has failed: (kind, id) -> reason."""
        return {(one.flow.value, one.their_id): one.code for one in syncing.status(self.store, ACCOUNT).stuck}

    def pulled(self, flow: Flow, number: int) -> Pulled:
        """A document as it stands."""
        with self.store.reader() as reader:
            known = reader.syncs.account(ACCOUNT)
            assert known is not None
            found = reader.syncs.get(known.id, flow, number)
        assert found is not None
        return found

    def marks(self, flow: Flow) -> dict[int, list[str]]:
        """What TRAEDE has been told."""
        return self.world.marks(KIND_OF[flow], SYSTEM)

    @contextmanager
    def work(self) -> Iterator[Any]:
        """A unit of work of a person's."""
        said = Said(uuid.uuid4().hex, "cli", "test")
        with Context(self.store, Principal(1, "clerk"), said, self.clock).work() as work:
            yield work

    def totals(self) -> dict[tuple[str, int], int]:
        """What is booked of each pulled document: (flow, their id) -> minor units of its own currency."""
        query = (
            "SELECT s.flow, s.their_id, coalesce(sum(p.amount), 0) FROM sync_document s"
            " LEFT JOIN entry e ON e.document_id = s.document_id AND e.rule <> 'exchange/1'"
            " LEFT JOIN posting p ON p.entry_id = e.id AND (CASE WHEN s.flow = 'accounting_entries'"
            " THEN p.account_id IN (SELECT id FROM account WHERE code IN ('5000', '5200'))"
            " ELSE p.account_id = (SELECT id FROM account WHERE code = '1100') END)"
            " WHERE s.document_id IS NOT NULL GROUP BY s.flow, s.their_id"
        )
        with self.store.engine.reading() as connection:
            return {(flow, number): int(total) for flow, number, total in connection.raw.execute(query).fetchall()}

    def expected(self) -> dict[tuple[str, int], int]:
        """What TRAEDE's documents come to by its own account, without the poison and what is a draft still."""
        found: dict[tuple[str, int], int] = {}
        for flow, kind in KIND_OF.items():
            for number in self.world.ids(kind):
                made = self.world.document(kind, number)
                if not self.world.recipe.is_poison(number) and made.wire.get("status") != "draft":
                    found[flow.value, number] = made.total
        return found

    def poison(self) -> set[tuple[str, int]]:
        """What cannot be imported."""
        return {
            (flow.value, number)
            for flow, kind in KIND_OF.items()
            for number in self.world.ids(kind)
            if self.world.recipe.is_poison(number)
        }


def account(double: Double, **settings: Any) -> Account:
    """The settings of an account at a played TRAEDE."""
    given = {"name": "main", "token": double.token, "app_key": double.app_key, "system_id": SYSTEM}
    return Account(**{**given, "base_url": double.address, "accounts": ACCOUNTS, "timeout": 5, **settings})


@contextmanager
def desk(
    store: Store, documents: Any = 30, recipe: Recipe | None = None, faults: Faults | None = None, **settings: Any
) -> Iterator[Desk]:
    """A desk on a new book in DKK."""
    make_book(store, "Test company", "DKK", "DK", "Europe/Copenhagen")
    with Double(World(documents, recipe), faults) as double:
        yield Desk(store, double, **settings)
