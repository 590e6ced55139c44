"""Drafts of invoices and credit notes: kept as the rows that their documents would have."""

from __future__ import annotations

import json
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import bindparam as p

from counterfoil.core.document import Document
from counterfoil.store.documents import draft_content, draft_of
from counterfoil.store.engine import Connection, Statement
from counterfoil.store.rows import to_json, to_ms
from counterfoil.store.schema import draft

_live = draft.c.state == sa.literal_column("'draft'")
_get = Statement(sa.select(draft.c.content, draft.c.created_at).where(draft.c.id == p("id"), _live).with_for_update())
_all = Statement(sa.select(draft.c.content).where(_live).order_by(draft.c.kind, draft.c.id))
_end = Statement(sa.text("UPDATE draft SET state = :state, updated_at = :at, actor = :actor WHERE id = :id"))
_SAVED = (
    "ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, customer_id = excluded.customer_id,"
    " currency = excluded.currency, dated_on = excluded.dated_on, content = excluded.content,"
    " updated_at = excluded.updated_at, actor = excluded.actor"
)


class Drafts:
    """The drafts of a book."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def save(self, made: Document, now: datetime, actor: str) -> None:
        """File a draft, or what one has become."""
        row = {
            "id": made.id,
            "kind": made.kind.value,
            "state": "draft",
            "customer_id": made.customer_id,
            "currency": made.total.currency.code,
            "dated_on": made.on.isoformat(),
            "content": to_json(draft_content(made)),
            "created_at": to_ms(now),
            "updated_at": to_ms(now),
            "actor": actor,
        }
        self._connection.insert(draft, [row], _SAVED)

    def get(self, draft_id: int) -> Document | None:
        """A draft that is neither booked nor discarded, held until the unit of work ends."""
        row = self._connection.row(_get, id=draft_id)
        return draft_of(json.loads(row[0])) if row else None

    def all(self) -> list[Document]:
        """Every draft that is neither booked nor discarded: invoices after credit notes, oldest first."""
        return [draft_of(json.loads(content)) for (content,) in self._connection.rows(_all)]

    def end(self, draft_id: int, state: str, now: datetime, actor: str) -> None:
        """Take a draft out of the way: "booked" or "discarded"."""
        self._connection.run(_end, id=draft_id, state=state, at=to_ms(now), actor=actor)
