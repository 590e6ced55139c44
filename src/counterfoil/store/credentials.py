"""Who may call: principals, and the hashes of the secrets that we issued to them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy import bindparam as p

from counterfoil.core import access
from counterfoil.store.engine import Connection, Statement
from counterfoil.store.refs import Mint
from counterfoil.store.rows import from_ms, to_ms
from counterfoil.store.schema import credential, principal

_recognise = Statement(
    sa.select(
        principal.c.id,
        principal.c.name,
        credential.c.id,
        credential.c.scopes,
        credential.c.per_minute,
        credential.c.expires_at,
    )
    .join(credential, credential.c.principal_id == principal.c.id)
    .where(credential.c.secret == p("secret"), credential.c.door == p("door"), credential.c.revoked_at.is_(None))
)
_principal = Statement(sa.select(principal.c.id).where(principal.c.name == p("name")))
_name = Statement(sa.select(principal.c.name).where(principal.c.id == p("id")))
_listed = Statement(
    sa.select(
        credential.c.id,
        principal.c.name,
        credential.c.door,
        credential.c.created_at,
        credential.c.revoked_at,
        credential.c.scopes,
        credential.c.expires_at,
        credential.c.per_minute,
    )
    .join(principal, principal.c.id == credential.c.principal_id)
    .order_by(credential.c.id)
)
_revoke = Statement(
    sa.text("UPDATE credential SET revoked_at = :at WHERE id = :id AND revoked_at IS NULL RETURNING id")
)


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who calls, or who sits at the command line.

    scopes:     what the credential presented may do; None is everything
    credential: its id; None at the command line
    per_minute: how often it may call; None is as often as it likes
    expires_at: until when it holds; None is until it is revoked
    """

    id: int
    name: str
    scopes: frozenset[str] | None = None
    credential: int | None = None
    per_minute: int | None = None
    expires_at: datetime | None = None

    def may(self, resource: str, verb: str) -> bool:
        """Whether a verb on a resource is covered."""
        return access.allows(self.scopes, resource, verb)


@dataclass(frozen=True, slots=True)
class Credential:
    """A secret's record; the secret itself is shown once and not kept."""

    id: int
    principal: str
    door: str
    created_at: datetime
    revoked_at: datetime | None
    scopes: frozenset[str] | None
    expires_at: datetime | None
    per_minute: int | None


def digest(secret: str) -> str:
    """What we keep of a secret: it is random and long, so a plain hash cannot be guessed back."""
    return sha256(secret.encode()).hexdigest()


class Credentials:
    """The callers on file."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def recognise(self, door: str, secret: str) -> Principal | None:
        """Whose secret it is. Looked up by its hash, so the time taken tells nothing about any secret."""
        row = self._connection.row(_recognise, secret=digest(secret), door=door)
        if row is None:
            return None
        number, name, credential_id, scopes, per_minute, expires = row
        return Principal(number, name, _scopes(scopes), credential_id, per_minute, _instant(expires))

    def principal(self, name: str, mint: Mint) -> Principal:
        """The principal of a name, made when it is new."""
        found = self._connection.value(_principal, name=name)
        if found is None:
            found = mint.take("principal")
            self._connection.insert(principal, [{"id": found, "name": name}])
        return Principal(found, name)

    def add(self, made: Credential, holder: Principal, secret: str) -> None:
        """File a new credential with the hash of its secret."""
        row = {
            "id": made.id,
            "principal_id": holder.id,
            "door": made.door,
            "secret": digest(secret),
            "created_at": to_ms(made.created_at),
            "revoked_at": None,
            "scopes": None if made.scopes is None else json.dumps(sorted(made.scopes)),
            "expires_at": to_ms(made.expires_at) if made.expires_at else None,
            "per_minute": made.per_minute,
        }
        self._connection.insert(credential, [row])

    def all(self) -> list[Credential]:
        """Every credential ever issued, oldest first."""
        return [
            Credential(
                number, name, door, from_ms(created), _instant(revoked), _scopes(scopes), _instant(expires), per_minute
            )
            for number, name, door, created, revoked, scopes, expires, per_minute in self._connection.rows(_listed)
        ]

    def id_of(self, name: str) -> int | None:
        """The id of the principal of a name."""
        found: int | None = self._connection.value(_principal, name=name)
        return found

    def name_of(self, number: int) -> str | None:
        """The name of the principal of an id."""
        found: str | None = self._connection.value(_name, id=number)
        return found

    def revoke(self, credential_id: int, at: datetime) -> bool:
        """End a credential; False when there is no live one of that id."""
        return self._connection.row(_revoke, id=credential_id, at=to_ms(at)) is not None


def _scopes(text: str | None) -> frozenset[str] | None:
    return None if text is None else frozenset(json.loads(text))


def _instant(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else from_ms(milliseconds)
