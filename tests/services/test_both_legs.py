"""TRAEDE -> book -> System Five: both legs over lines that break, each document in both books exactly once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from counterfoil.core.exporting import ExportState
from counterfoil.doubles.traede import Fault, Faults
from counterfoil.services import registry
from counterfoil.services.pushing import Came, Went
from counterfoil.services.registry import make_book
from counterfoil.store import Store
from tests.conformance.office import work
from tests.services.breaking import AFTER, CUT, HTML, breaking
from tests.services.pulled import desk
from tests.services.pushed import CLOCK, Leg, vendor

PART = 5941


def danish(store: Store) -> None:
    """The other book: Danish VAT, and one part for whatever comes."""
    make_book(store, "The other company", "DKK", "DK", "Europe/Copenhagen")
    with work(store, CLOCK) as opened:
        vat = registry.add_tax_code(opened, "VAT", "Moms", [("DK", date(2000, 1, 1), Decimal("0.25"))])
        registry.add_jurisdiction(opened, "Denmark", "DK", [vat])
        registry.set_policy(opened, "own_address", {"country": "DK"})
        registry.add_item(opened, "OTHER", "Goods", stocked=False, refs={"systemfive": str(PART)})


def test_documents_from_traede_arrive_in_system_five_once_each(
    store: Store, empty_sqlite: Path, tmp_path: Path
) -> None:
    faults = Faults(rates=dict.fromkeys((Fault.ERROR, Fault.TRUNCATED), 0.05))
    more: dict[str, Any] = {"charge_part": PART, "other_part": PART, "customers": "billing", "resend_when_absent": True}
    with (
        desk(store, 15, faults=faults) as traede,
        vendor(empty_sqlite, tmp_path, danish) as (theirs, address),
        breaking(address) as line,
    ):
        leg = Leg(store, theirs, line)
        for _ in range(5):
            traede.run()
        line.plan = [AFTER, CUT, HTML] * 4
        for _ in range(5):
            went = leg.push(**more).run()
        for target in leg.open_targets:
            target.close()
        _compare(leg, went)


def _compare(leg: Leg, went: Went) -> None:
    assert went.say == ""
    assert set(went.came) <= {Came.HELD_BACK, Came.WAITING}, "what can go has gone"
    states, there = leg.states(), leg.there()
    gone = {number for number, state in states.items() if state is ExportState.ACKNOWLEDGED}
    assert len(gone) >= 5
    assert sorted(reference for reference, _, _ in there) == sorted(gone)
    with leg.ours.reader() as reader:
        totals = {number: reader.documents.get(leg.id_of(number)).total.amount for number in gone}  # type: ignore[union-attr]
    assert {reference: total for reference, _, total in there} == totals
    assert all(leg.notes()[number] for number in states if number not in gone), "the others say why"
    assert leg.well()
