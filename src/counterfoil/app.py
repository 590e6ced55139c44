"""Builds the whole: the store, the office behind the doors, and the server in front of them.

The doors, the server, what calls other systems and the workflow engine are imported where they are used: together they
take longer than most commands, which do without them.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from counterfoil import config
from counterfoil.core.errors import BookError, NotFound, Refused
from counterfoil.core.ports import Pushing
from counterfoil.core.reference import Reference
from counterfoil.services import statements
from counterfoil.services.checking import last_check
from counterfoil.services.credentials import Doorkeeper, principal
from counterfoil.services.office import Clock, Context, Observer, Said, utc_now
from counterfoil.services.pushing import Push
from counterfoil.services.queues import queues
from counterfoil.services.registry import make_book, require_fit
from counterfoil.services.syncing import Pull
from counterfoil.store import Principal, copying, migrating, open_store
from counterfoil.store import Store as Store
from counterfoil.store.leases import lease
from counterfoil.web.figures import Figure
from counterfoil.web.office import Office
from counterfoil.wire.contract import Presented, Request

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from counterfoil.contracts.eva.client import Eva
    from counterfoil.contracts.systemfive.client import SystemFive
    from counterfoil.contracts.traede.accounts import Account
    from counterfoil.runs import Runner

#: Of a request's headers, these are kept as evidence.
_KEPT_HEADERS = ("content-type", "user-agent", "idempotency-key")


def load(file: str | None = None) -> WSGIApplication:
    """The application of a serving process, from its settings file and environment."""
    from counterfoil.web.logs import configure

    settings = config.load(os.environ, Path(file) if file else None)
    configure(settings.server.log_level)
    return wsgi(open_store(settings.database.url), settings)


def wsgi(store: Store, settings: config.Settings, clock: Clock = utc_now) -> WSGIApplication:
    """The application over a store: every installed contract, in front of one office."""
    from counterfoil.contracts import INSTALLED
    from counterfoil.web.doors import Door
    from counterfoil.web.server import application

    doors = [Door(contract, settings.of_contract(contract.name, contract.settings)) for contract in INSTALLED]
    # Imported late: see the note in the metrics module.
    from counterfoil.web.metrics import count

    return application(doors, office(store, clock, count), lambda: unready(store), lambda: standing(store))


def standing(store: Store) -> list[Figure]:
    """Figures of the book itself, as the server's metrics name them; none while it cannot be asked."""
    try:
        last, waiting = last_check(store), queues(store)
    except BookError:
        return []
    found = [
        Figure(
            "counterfoil_queue_oldest_timestamp_seconds",
            queue.since.timestamp(),
            {"way": queue.way, "system": queue.system, "what": queue.what},
        )
        for queue in waiting
    ]
    if last is not None:
        found.append(Figure("counterfoil_laws_broken", last.broken))
        found.append(Figure("counterfoil_laws_checked_timestamp_seconds", last.at.timestamp()))
    return found


def office(store: Store, clock: Clock = utc_now, observe: Observer | None = None) -> Office[Principal]:
    """What the server asks of the office.

    observe: is told what came of every effect
    """
    keeper = Doorkeeper(store, clock)

    def recognise(door: str, presented: Presented) -> Principal | None:
        return keeper.recognise(door, presented.secret)

    def open_context(caller: Principal, contract: str, operation: str, request: Request) -> Context:
        kept = {name: request.headers[name] for name in _KEPT_HEADERS if name in request.headers}
        said = Said(request.request_id, contract, operation, request.path, kept, request.body)
        return Context(store, caller, said, clock, *([observe] if observe else []))

    return Office(recognise, open_context, lambda name: principal(store, name))


def book_store(url: str) -> Store:
    """The store of a book that is there and current.

    raises: Refused with what to do about it otherwise, Unavailable when the database does not answer
    """
    store = open_store(url)
    why = _lacking(store)
    if why is not None:
        raise Refused.of("not_ready", why)
    return store


def require_ready(settings: config.Settings) -> None:
    """Refused unless the book can be served as the settings say; leaves no connection behind, so that workers may fork.

    raises: SettingsError
    """
    require_known(settings)
    book_store(settings.database.url).engine.dispose()


def require_known(settings: config.Settings) -> None:
    """SettingsError unless every contract's table can be read, and each is of a contract that there is."""
    from counterfoil.contracts import INSTALLED

    names = [contract.name for contract in INSTALLED]
    for name in settings.contracts:
        if name not in names:
            raise config.SettingsError(f"contracts.{name}: unknown key; there are {', '.join(names)}")
    for contract in INSTALLED:
        settings.of_contract(contract.name, contract.settings)


def create_book(url: str, name: str, currency: str, country: str, time_zone: str, fiscal_month: int) -> None:
    """Make the tables and the book."""
    require_fit(currency, country, time_zone, fiscal_month)
    store = open_store(url)
    try:
        migrating.migrate(store.engine)
        make_book(store, name, currency, country, time_zone, fiscal_month)
    finally:
        store.engine.dispose()


def migrate_book(url: str, serve_role: str | None) -> str:
    """Bring the tables to this program's revision, and let a role serve; the revision."""
    store = open_store(url)
    migrating.migrate(store.engine)
    if serve_role:
        migrating.grant(store.engine, serve_role)
    return migrating.NEEDED


def back_up(url: str, file: Path, tool: str) -> None:
    """Write a book to a new file; tool is PostgreSQL's pg_dump."""
    store = book_store(url)
    try:
        copying.back_up(store.engine, url, file, tool)
    finally:
        store.engine.dispose()


def seal(file: Path) -> None:
    """Close an SQLite backup that was looked into."""
    copying.seal(file)


def restore(url: str, file: Path, tool: str) -> None:
    """Bring a book back from a file into an empty place; tool is PostgreSQL's pg_restore."""
    store = open_store(url)
    try:
        copying.restore(store.engine, url, file, tool)
    finally:
        store.engine.dispose()


def book_file(url: str) -> Path | None:
    """The file that a book is on SQLite."""
    return open_store(url).engine.path


def reference(store: Store) -> Reference:
    """The reference data of a book."""
    with store.reader() as reader:
        return reader.reference


def today(url: str) -> date:
    """The day in a book's time zone."""
    store = book_store(url)
    on = statements.today(store)
    store.engine.dispose()
    return on


def traede_accounts(settings: config.Settings) -> dict[str, Account]:
    """The TRAEDE accounts that documents are pulled from, by name."""
    from counterfoil.contracts.traede.settings import Settings

    return {account.name: account for account in settings.of_contract("traede", Settings).accounts}


def traede_account(settings: config.Settings, name: str | None) -> Account:
    """The account of a name, or the only one."""
    known = traede_accounts(settings)
    if name is None and len(known) == 1:
        return next(iter(known.values()))
    if name is None or name not in known:
        there = ", ".join(sorted(known)) or "none"
        raise NotFound.of("account_unknown", f"name one of [[contracts.traede.accounts]]: {there}")
    return known[name]


@contextmanager
def pulling(
    store: Store,
    account: Account,
    run_id: str,
    *,
    wait: Callable[[float], None] = time.sleep,
    stop: Callable[[], None] = lambda: None,
) -> Iterator[Pull]:
    """The work of one run that pulls a TRAEDE account."""
    from counterfoil.contracts.traede.client import Traede

    source = Traede(account, reference(store).base, wait=wait)
    try:
        yield Pull(store, source, account.pulling, run_id, stop=stop)
    finally:
        source.close()


def runner(store: Store, settings: config.Settings) -> Runner:
    """This process's part in the runs of a book."""
    from counterfoil.contracts.traede.client import Traede
    from counterfoil.runs import Job, Place, Runner

    accounts, base = traede_accounts(settings), reference(store).base
    for account in accounts.values():
        # What is wrong with its settings is said now and not by each of its runs.
        Traede(account, base).close()

    def pull(name: str, run_id: str, by: Runner) -> AbstractContextManager[Pull]:
        return pulling(store, traede_account(settings, name), run_id, wait=by.wait, stop=by.may_go_on)

    jobs = [Job(account.name, account.schedule) for account in accounts.values()]
    return Runner(Place.beside(settings.database.url), jobs, pull, lambda name: lease(store.engine, name))


class Connection(Protocol):
    """One system that documents are pushed into, as the settings file has it."""

    @property
    def name(self) -> str:
        """What it is called here."""

    @property
    def target(self) -> str:
        """Its name in the book."""

    @property
    def pushing(self) -> Pushing:
        """How documents are pushed into it."""


def _pushed(contract: str) -> tuple[type[Any], Callable[[Any], Eva | SystemFive]]:
    """Of a contract that documents are pushed by, the type of its settings, and its client."""
    from counterfoil.contracts import eva, systemfive
    from counterfoil.contracts.eva.client import Eva
    from counterfoil.contracts.systemfive.client import SystemFive

    return {
        "systemfive": (systemfive.contract.settings, SystemFive),
        "eva": (eva.contract.settings, Eva),
    }[contract]


def connection(settings: config.Settings, contract: str, name: str | None) -> Connection:
    """The system of a name, or the only one, that documents are pushed into by a contract."""
    kind, _ = _pushed(contract)
    known: dict[str, Connection] = {one.name: one for one in settings.of_contract(contract, kind).connections}
    if name is None and len(known) == 1:
        return next(iter(known.values()))
    if name is None or name not in known:
        there = ", ".join(sorted(known)) or "none"
        raise NotFound.of("connection_unknown", f"name one of [[contracts.{contract}.connections]]: {there}")
    return known[name]


@contextmanager
def pushing(store: Store, contract: str, to: Connection, stop: Callable[[], None] = lambda: None) -> Iterator[Push]:
    """The work of pushing into a system; Refused while another process is at it."""
    with lease(store.engine, f"push-{contract}-{to.name}") as held:
        if not held:
            raise Refused.of("push_under_way", f"another process is pushing into {to.name}; wait for its end")
        _, client = _pushed(contract)
        target = client(to)
        try:
            yield Push(store, target, to.pushing, stop=stop)
        finally:
            target.close()


def unready(store: Store) -> str | None:
    """Why the book cannot be used now, None if it can."""
    try:
        return _lacking(store)
    except BookError as error:
        return str(error)


def _lacking(store: Store) -> str | None:
    at = migrating.revision(store.engine)
    if at is None:
        return "there is no book here yet: run counterfoil init"
    if at != migrating.NEEDED:
        return f"the book is at revision {at}, this program needs {migrating.NEEDED}: run counterfoil migrate"
    reference(store)
    return None
