"""Issuing, recognising and revoking the secrets that open a door."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from threading import Lock

from counterfoil.core.errors import Invalid, NotFound, Problem
from counterfoil.services.office import Work
from counterfoil.store import Credential, Principal, Store

#: For how long a process may still honour a secret that was revoked elsewhere, in seconds.
TRUST_SECONDS = 5.0
_MOST = 1024


@dataclass(frozen=True, slots=True)
class Issued:
    """A new credential; the secret is shown now and never again."""

    id: int
    principal: str
    door: str
    secret: str


def issue(work: Work, name: str, door: str, secret: str | None = None) -> Issued:
    """Give a principal a random secret for one door; it may hold several, so that one can be exchanged for another.

    secret: a given one, for a demonstration
    """
    if not name.strip():
        raise Invalid(Problem("name_required", "name", "a principal has a name"))
    secret = secret or secrets.token_urlsafe(32)
    holder = work.unit.credentials.principal(name.strip(), work.unit.mint)
    number = work.unit.mint.take("credential")
    work.unit.credentials.add(number, holder, door, secret, work.now)
    return Issued(number, holder.name, door, secret)


def revoke(work: Work, credential_id: int) -> None:
    """End a credential."""
    if not work.unit.credentials.revoke(credential_id, work.now):
        raise NotFound(Problem("credential_not_found", "id", f"there is no live credential {credential_id}"))


def listed(store: Store) -> list[Credential]:
    """Every credential ever issued."""
    with store.reader() as reader:
        return reader.credentials.all()


class Doorkeeper:
    """Knows whose secret it is; remembers an answer for a few seconds instead of asking the book on every call."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = Lock()
        self._known: dict[tuple[str, str], tuple[float, Principal]] = {}

    def recognise(self, door: str, secret: str) -> Principal | None:
        """Whose secret it is, None for nobody's; what proves nobody is not remembered."""
        now = time.monotonic()
        with self._lock:
            known = self._known.get((door, secret))
        if known is not None and now - known[0] < TRUST_SECONDS:
            return known[1]
        with self._store.reader() as reader:
            found = reader.credentials.recognise(door, secret)
        with self._lock:
            if len(self._known) >= _MOST:
                self._known.clear()
            if found is None:
                self._known.pop((door, secret), None)
            else:
                self._known[door, secret] = (now, found)
        return found


def principal(store: Store, name: str) -> Principal:
    """The principal of a name, made when it is new."""
    with store.unit() as unit:
        return unit.credentials.principal(name, unit.mint)
