"""What has changed since an instant, for systems that ask for it: documents and items."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import bindparam as p

from counterfoil.core.document import ORDERS, SHOWN_AS_INVOICES
from counterfoil.store.engine import Connection, Statement
from counterfoil.store.rows import to_ms
from counterfoil.store.schema import changed, document, document_line

#: What is noted: an order that took another turn, an item whose particulars or stock changed without a document.
ORDER, ITEM = "order", "item"

_of = (changed.c.kind == p("kind"), changed.c.at >= p("since"))
_noted = sa.select(changed.c.record_id).where(*_of)
_sales = sa.or_(
    *(document.c.kind == sa.literal_column(f"'{kind.value}'") for kind in sorted(ORDERS | SHOWN_AS_INVOICES))
)
_documents = Statement(
    sa.union(sa.select(document.c.id).where(document.c.entered_at >= p("since"), _sales), _noted).order_by(sa.text("1"))
)
_items = Statement(
    sa.union(
        sa.select(document_line.c.item_id)
        .join(document, document.c.id == document_line.c.document_id)
        .where(document.c.entered_at >= p("since"), document_line.c.item_id.is_not(None)),
        _noted,
    ).order_by(sa.text("1"))
)
_LATEST = "ON CONFLICT (kind, record_id) DO UPDATE SET at = excluded.at"


class Changes:
    """When things changed last, where no new document says so."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def note(self, kind: str, ids: Iterable[int], now: datetime) -> None:
        """Note that things change now."""
        rows = [{"kind": kind, "record_id": number, "at": to_ms(now)} for number in sorted(set(ids))]
        self._connection.insert(changed, rows, _LATEST)

    def sales_since(self, since: datetime) -> list[int]:
        """Ids of the orders and invoices that were entered, or changed, at an instant or after it."""
        return [row[0] for row in self._connection.rows(_documents, since=to_ms(since), kind=ORDER)]

    def items_since(self, since: datetime) -> list[int]:
        """Ids of the items that were filed, changed or moved at an instant or after it."""
        return [row[0] for row in self._connection.rows(_items, since=to_ms(since), kind=ITEM)]
