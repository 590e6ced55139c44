"""Issuing, recognising and revoking the secrets that open a door."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from counterfoil.core import access
from counterfoil.core.errors import Invalid, NotFound, Problem
from counterfoil.services.office import Clock, Work, utc_now
from counterfoil.store import Credential, Principal, Reader, Store

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


def issue(
    work: Work,
    name: str,
    door: str,
    secret: str | None = None,
    *,
    scopes: Iterable[str] | None = None,
    expires_at: datetime | None = None,
    per_minute: int | None = None,
) -> Issued:
    """Give a principal a random secret for one door; it may hold several, so that one can be exchanged for another.

    secret:     a given one, for a demonstration
    scopes:     what it may do there, as core.access words it; None is everything
    expires_at: until when it holds; None is until it is revoked
    per_minute: how many calls it may make; None is as many as it likes
    """
    if not name.strip():
        raise Invalid(Problem("name_required", "name", "a principal has a name"))
    if per_minute is not None and per_minute < 1:
        raise Invalid(Problem("rate_invalid", "per_minute", f"{per_minute} calls a minute are none"))
    if expires_at is not None and expires_at <= work.now:
        raise Invalid(Problem("expiry_invalid", "expires_at", f"{expires_at:%Y-%m-%d %H:%M} is past"))
    held = None if scopes is None else access.scopes(scopes)
    secret = secret or secrets.token_urlsafe(32)
    holder = work.unit.credentials.principal(name.strip(), work.unit.mint)
    number = work.unit.mint.take("credential")
    made = Credential(number, holder.name, door, work.now, None, held, expires_at, per_minute)
    work.unit.credentials.add(made, holder, secret)
    return Issued(number, holder.name, door, secret)


def revoke(work: Work, credential_id: int) -> None:
    """End a credential."""
    if not work.unit.credentials.revoke(credential_id, work.now):
        raise NotFound(Problem("credential_not_found", "id", f"there is no live credential {credential_id}"))


def listed(store: Store) -> list[Credential]:
    """Every credential ever issued."""
    with store.reader() as reader:
        return reader.credentials.all()


def name_of(work: Work, number: int) -> str | None:
    """The name of the principal of an id."""
    return work.unit.credentials.name_of(number)


def ids_of(reader: Reader, names: Iterable[str]) -> dict[str, int]:
    """The ids of principals by their names; names that nobody has are missing."""
    return {name: number for name in names if (number := reader.credentials.id_of(name)) is not None}


class Doorkeeper:
    """Knows whose secret it is; remembers an answer for a few seconds instead of asking the book on every call."""

    def __init__(self, store: Store, clock: Clock = utc_now) -> None:
        self._store, self._clock = store, clock
        self._lock = Lock()
        self._known: dict[tuple[str, str], tuple[float, Principal]] = {}

    def recognise(self, door: str, secret: str) -> Principal | None:
        """Whose secret it is, None for nobody's or one that has expired; what proves nobody is not remembered."""
        found = self._found(door, secret)
        return None if found is not None and found.expires_at and found.expires_at <= self._clock() else found

    def _found(self, door: str, secret: str) -> Principal | None:
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
