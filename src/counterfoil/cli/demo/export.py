"""Both ways of TRAEDE's export contract: an accounting system pulls from the book, and the book from a TRAEDE."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

import httpx2

from counterfoil import app as building
from counterfoil.cli.desk import out
from counterfoil.contracts.traede.accounts import Account
from counterfoil.core.journal import Entry, plain
from counterfoil.doubles.traede import Double, Recipe, World
from counterfoil.services import syncing

INTEGRATOR, KEY, TOKEN = "accounting-system", "demo-app-key", "demo-accounting-token"
_SYSTEM, _OURSELVES = "their-accounts", "counterfoil-outfitters"


def all_of_it(address: str, url: str) -> None:
    """Play it through; every step prints what it was answered."""
    headers = {"Authorization": f"Bearer {TOKEN}", "X-Traede-App-Key": KEY}
    with httpx2.Client(base_url=f"{address}/v10", headers=headers) as client:
        waiting = _waiting(client)
        first = waiting["invoices"][0]
        _say(f"{waiting['total']} invoices wait for the accounting system, {first['invoice_number']} first")
        mark = {"invoice_id": first["id"], "system_id": _SYSTEM, "note": "voucher 1204"}
        client.post("/invoices/mark-as-exported", json={"invoices": [mark]}).raise_for_status()
        left = _waiting(client)["total"]
        _say(f"it takes {first['invoice_number']} over {first['total']:.2f} and marks it: {left} left")
    _pull(url)


def _waiting(client: httpx2.Client) -> dict[str, Any]:
    reply = client.get("/invoices/export", params={"system_id": _SYSTEM})
    reply.raise_for_status()
    page: dict[str, Any] = reply.json()
    return page


def _pull(url: str) -> None:
    """One credit note and one accounting entry of a played TRAEDE, in the book's currency."""
    world = World({"credit-notes": 1, "accounting-entries": 1}, Recipe(seed=322))
    for kind in ("credit-notes", "accounting-entries"):
        world.change(kind, 1, currency="CAD", exchange_rate=1)
    store = building.book_store(url)
    before = len(_journal(store))
    with Double(world) as double:
        account = Account(
            name="demo",
            token=double.token,
            app_key=double.app_key,
            system_id=_OURSELVES,
            base_url=double.address,
            accounts={"1310": "5000", "1360": "5200", "2100": "1200"},
        )
        run_id = uuid.uuid4().hex
        with building.pulling(store, account, run_id) as pull:
            syncing.run(pull, syncing.at_once)
        ended = syncing.run_of(store, run_id)
        assert ended is not None, "what was run is on file"
        _say(f"the book pulls from a played TRAEDE: {ended.imported} documents imported, {ended.marked} marked there")
    names = {one.id: one.name for one in building.reference(store).accounts.values()}
    for entry in _journal(store)[before:]:
        out.print(f"\n{plain(entry, names)}", end="", highlight=False)
    out.print()
    store.engine.dispose()


def _journal(store: building.Store) -> list[Entry]:
    with store.snapshot() as reader:
        return [booked.entry for booked in reader.reports.journal(date.min, date.max)]


def _say(what: str) -> None:
    out.print(f"  TRAEDE: {what}", highlight=False)
