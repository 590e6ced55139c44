"""`python -m bench.pulling SIDE URL ADDRESS`: pull every invoice of a played TRAEDE, in a process of its own.

Prints the documents, the seconds they took, and the largest resident memory in bytes.
"""

from __future__ import annotations

import resource
import sys
import time
import uuid

from counterfoil import app
from counterfoil.contracts.traede.accounts import Account
from counterfoil.contracts.traede.client import Traede
from counterfoil.core.ports import Flow
from counterfoil.services import syncing
from counterfoil.services.syncing import Pull


def ours(url: str, address: str) -> int:
    """Stage, import, mark."""
    store = app.book_store(url)
    account = Account(
        name="bench",
        token="token",  # noqa: S106 - it guards nothing
        app_key="key",
        system_id="bench",
        base_url=address,
        flows=(Flow.INVOICES,),
    )
    source, run_id = Traede(account, app.reference(store).base), uuid.uuid4().hex
    syncing.run(Pull(store, source, account.pulling, run_id), syncing.at_once)
    run = syncing.run_of(store, run_id)
    store.engine.dispose()
    assert run is not None, "the run was opened"
    if run.state.value != "complete":
        raise AssertionError(f"the run is {run.state.value}: {run.say}")
    return run.imported


def main() -> None:
    """Pull with one side."""
    side, url, address = sys.argv[1:]
    if side == "ours":
        pull = ours
    else:
        from bench.floors.syncing import pull
    began = time.perf_counter()
    done = pull(url, address)
    print(done, time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)


if __name__ == "__main__":
    main()
