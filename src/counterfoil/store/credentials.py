"""Who may call: principals, and the hashes of the secrets that we issued to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy import bindparam as p

from counterfoil.store.engine import Connection, Statement
from counterfoil.store.refs import Mint
from counterfoil.store.rows import from_ms, to_ms
from counterfoil.store.schema import credential, principal

_recognise = Statement(
    sa.select(principal.c.id, principal.c.name)
    .join(credential, credential.c.principal_id == principal.c.id)
    .where(credential.c.secret == p("secret"), credential.c.door == p("door"), credential.c.revoked_at.is_(None))
)
_principal = Statement(sa.select(principal.c.id).where(principal.c.name == p("name")))
_listed = Statement(
    sa.select(credential.c.id, principal.c.name, credential.c.door, credential.c.created_at, credential.c.revoked_at)
    .join(principal, principal.c.id == credential.c.principal_id)
    .order_by(credential.c.id)
)
_revoke = Statement(
    sa.text("UPDATE credential SET revoked_at = :at WHERE id = :id AND revoked_at IS NULL RETURNING id")
)


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who calls, or who sits at the command line."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Credential:
    """A secret's record; the secret itself is shown once and not kept."""

    id: int
    principal: str
    door: str
    created_at: datetime
    revoked_at: datetime | None


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
        return Principal(*row) if row else None

    def principal(self, name: str, mint: Mint) -> Principal:
        """The principal of a name, made when it is new."""
        found = self._connection.value(_principal, name=name)
        if found is None:
            found = mint.take("principal")
            self._connection.insert(principal, [{"id": found, "name": name}])
        return Principal(found, name)

    def add(self, credential_id: int, holder: Principal, door: str, secret: str, at: datetime) -> None:
        """File the hash of a new secret."""
        row = {
            "id": credential_id,
            "principal_id": holder.id,
            "door": door,
            "secret": digest(secret),
            "created_at": to_ms(at),
            "revoked_at": None,
        }
        self._connection.insert(credential, [row])

    def all(self) -> list[Credential]:
        """Every credential ever issued, oldest first."""
        return [
            Credential(number, name, door, from_ms(created), from_ms(revoked) if revoked else None)
            for number, name, door, created, revoked in self._connection.rows(_listed)
        ]

    def revoke(self, credential_id: int, at: datetime) -> bool:
        """End a credential; False when there is no live one of that id."""
        return self._connection.row(_revoke, id=credential_id, at=to_ms(at)) is not None
