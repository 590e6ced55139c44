"""Shipments of suppliers: what was shipped, received and matched, line by line."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam as p

from counterfoil.core.money import from_millionths, millionths
from counterfoil.core.purchase import ShippedLine
from counterfoil.core.purchase_history import ShipmentHead
from counterfoil.store.engine import Connection, Row, Statement, one_of
from counterfoil.store.rows import from_ms, to_ms
from counterfoil.store.schema import document, document_line, item, shipment, shipment_line, tracking

_columns = tuple(shipment_line.columns)
_held = Statement(
    sa.select(*_columns).where(one_of(shipment_line.c.id, "ids")).order_by(shipment_line.c.id).with_for_update()
)
_found = Statement(sa.select(*_columns).where(one_of(shipment_line.c.id, "ids")).order_by(shipment_line.c.id))
_of_shipment = Statement(
    sa.select(*_columns).where(shipment_line.c.shipment_id == p("shipment_id")).order_by(shipment_line.c.id)
)
_held_of_shipment = Statement(
    sa.select(*_columns)
    .where(shipment_line.c.shipment_id == p("shipment_id"))
    .order_by(shipment_line.c.id)
    .with_for_update()
)
_counted = (
    "received",
    "matched",
    "expected",
    "relieved",
    "received_cost",
    "relieved_cost",
    "received_base",
    "relieved_base",
    "completed",
)
_write = Statement(
    sa.update(shipment_line)
    .where(shipment_line.c.id == p("of"))
    .values({name: sa.bindparam(f"new_{name}") for name in _counted})
)
_receive = Statement(
    sa.update(shipment)
    .where(shipment.c.document_id == p("of"))
    .values(received_at=p("new_received_at"), completed_at=p("new_completed_at"))
)
_shipment = Statement(sa.select(shipment).where(shipment.c.document_id == p("id")))
_ordered = Statement(
    sa.select(shipment_line.c.order_line_id, sa.func.sum(shipment_line.c.shipped))
    .where(one_of(shipment_line.c.order_line_id, "ids"))
    .group_by(shipment_line.c.order_line_id)
)

_head, _order = document.alias("head"), document.alias("placed")
_open = sa.text("received > matched")
_wanted = (
    sa.and_(
        sa.or_(p("supplier_id") == 0, shipment_line.c.supplier_id == p("supplier_id")),
        sa.or_(p("unit_id") == 0, shipment_line.c.unit_id == p("unit_id")),
        sa.or_(p("shipment_id") == 0, shipment_line.c.shipment_id == p("shipment_id")),
        sa.or_(p("order_id") == 0, shipment_line.c.order_id == p("order_id")),
        sa.or_(p("item_id") == 0, shipment_line.c.item_id == p("item_id")),
        sa.or_(p("reference") == "", _head.c.reference == p("reference")),
        sa.or_(p("order_reference") == "", _order.c.reference == p("order_reference")),
        sa.or_(p("from_ms") == 0, _head.c.sort_at >= p("from_ms")),
        sa.or_(p("to_ms") == 0, _head.c.sort_at <= p("to_ms")),
    ),
)


def _open_shipments(by: str) -> sa.Select[Any]:
    """Ids of shipments with received units that stand on no invoice, by way of one index."""
    return (
        sa.select(shipment_line.c.shipment_id)
        .join(_head, _head.c.id == shipment_line.c.shipment_id)
        .join(_order, _order.c.id == shipment_line.c.order_id)
        .where(_open, shipment_line.c[by] == p("by"), *_wanted)
        .distinct()
    )


_page = {
    (by, descending): Statement(
        _open_shipments(by)
        .order_by(shipment_line.c.shipment_id.desc() if descending else shipment_line.c.shipment_id)
        .limit(p("limit"))
        .offset(p("offset"))
    )
    for by in ("supplier_id", "unit_id")
    for descending in (True, False)
}
_count = {
    by: Statement(sa.select(sa.func.count()).select_from(_open_shipments(by).subquery("found")))
    for by in ("supplier_id", "unit_id")
}
_shown = Statement(
    sa.select(
        document.c.id,
        document.c.reference,
        document.c.third_party_number,
        document.c.sort_at,
        sa.func.coalesce(tracking.c.tracking_number, ""),
        shipment.c.received_at,
        shipment.c.completed_at,
    )
    .join(shipment, shipment.c.document_id == document.c.id)
    .join(tracking, tracking.c.shipment_id == document.c.id, isouter=True)
    .where(one_of(document.c.id, "ids"))
)
_lines_of = Statement(
    sa.select(*_columns).where(one_of(shipment_line.c.shipment_id, "ids")).order_by(shipment_line.c.id)
)
_order_references = Statement(sa.select(document.c.id, document.c.reference).where(one_of(document.c.id, "ids")))
_items_of = Statement(
    sa.select(
        document_line.c.id, document_line.c.sku, document_line.c.description, document_line.c.note, item.c.ledger_class
    )
    .join(item, item.c.id == document_line.c.item_id)
    .where(one_of(document_line.c.id, "ids"))
)
_by_reference = Statement(
    sa.select(shipment.c.document_id).where(shipment.c.reference == p("reference")).order_by(shipment.c.document_id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentFilter:
    """Which shipments are asked for; 0 and "" = any. One of supplier_id and unit_id is given."""

    supplier_id: int = 0
    unit_id: int = 0
    shipment_id: int = 0
    order_id: int = 0
    item_id: int = 0
    reference: str = ""
    order_reference: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """When goods of a shipment last came in, and when the whole was complete."""

    received_at: datetime | None
    completed_at: datetime | None


class Purchases:
    """Lines of suppliers' shipments."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(
        self, shipment_id: int, supplier_id: int, unit_id: int, reference: str, lines: Iterable[ShippedLine]
    ) -> None:
        """File a new shipment's state; its document is filed apart."""
        row = {
            "document_id": shipment_id,
            "supplier_id": supplier_id,
            "unit_id": unit_id,
            "reference": reference,
            "received_at": None,
            "completed_at": None,
        }
        self._connection.insert(shipment, [row])
        self._connection.insert(shipment_line, [_line_row(line) for line in lines])

    def hold(self, line_ids: Collection[int]) -> dict[int, ShippedLine]:
        """Lines of shipments, kept from others until the unit of work ends; unknown ones are missing."""
        rows = self._connection.rows(_held, ids=sorted(set(line_ids))) if line_ids else []
        return {row[0]: to_shipped_line(row) for row in rows}

    def found(self, line_ids: Collection[int]) -> list[ShippedLine]:
        """Lines of shipments as they are; unknown ones are missing."""
        rows = self._connection.rows(_found, ids=sorted(set(line_ids))) if line_ids else []
        return [to_shipped_line(row) for row in rows]

    def lines(self, shipment_id: int, hold: bool = False) -> list[ShippedLine]:
        """The lines of a shipment."""
        statement = _held_of_shipment if hold else _of_shipment
        return [to_shipped_line(row) for row in self._connection.rows(statement, shipment_id=shipment_id)]

    def lines_of(self, shipment_ids: Collection[int]) -> list[ShippedLine]:
        """The lines of some shipments."""
        if not shipment_ids:
            return []
        return [to_shipped_line(row) for row in self._connection.rows(_lines_of, ids=sorted(set(shipment_ids)))]

    def write(self, line: ShippedLine) -> None:
        """File what has become of a line that is held."""
        row = _line_row(line)
        self._connection.run(_write, of=line.id, **{f"new_{name}": row[name] for name in _counted})

    def arrival(self, shipment_id: int) -> Arrival | None:
        """When a shipment came in; None when there is no such shipment."""
        row = self._connection.row(_shipment, id=shipment_id)
        return None if row is None else Arrival(_at(row[4]), _at(row[5]))

    def arrive(self, shipment_id: int, received_at: datetime, completed_at: datetime | None) -> None:
        """File when goods of a shipment came in."""
        completed = None if completed_at is None else to_ms(completed_at)
        self._connection.run(_receive, of=shipment_id, new_received_at=to_ms(received_at), new_completed_at=completed)

    def shipped(self, order_line_ids: Collection[int]) -> dict[int, Decimal]:
        """What has been shipped of order lines; those of which nothing was are missing."""
        rows = self._connection.rows(_ordered, ids=list(order_line_ids)) if order_line_ids else []
        return {row[0]: from_millionths(int(row[1])) for row in rows}

    def to_invoice(
        self, asked: ShipmentFilter, limit: int, offset: int, descending: bool = True
    ) -> tuple[list[ShipmentHead], int]:
        """A page of the shipments that have received units on no invoice, and how many there are in all."""
        by = "supplier_id" if asked.supplier_id else "unit_id"
        params: dict[str, Any] = {
            "by": asked.supplier_id or asked.unit_id,
            "supplier_id": asked.supplier_id,
            "unit_id": asked.unit_id,
            "shipment_id": asked.shipment_id,
            "order_id": asked.order_id,
            "item_id": asked.item_id,
            "reference": asked.reference,
            "order_reference": asked.order_reference,
            "from_ms": to_ms(asked.since) if asked.since else 0,
            "to_ms": to_ms(asked.until) if asked.until else 0,
        }
        found = self._connection.rows(_page[by, descending], limit=limit, offset=offset, **params)
        total: int = self._connection.value(_count[by], **params)
        return self.heads([row[0] for row in found]), total

    def heads(self, shipment_ids: list[int]) -> list[ShipmentHead]:
        """Some shipments with their lines, in the order of their ids given."""
        if not shipment_ids:
            return []
        lines: dict[int, list[ShippedLine]] = {}
        for line in self.lines_of(shipment_ids):
            lines.setdefault(line.shipment_id, []).append(line)
        orders = sorted({line.order_id for found in lines.values() for line in found})
        references: dict[int, str] = dict(self._connection.rows(_order_references, ids=orders))
        rows = {row[0]: row for row in self._connection.rows(_shown, ids=shipment_ids)}
        return [_to_head(rows[number], lines.get(number, []), references) for number in shipment_ids if number in rows]

    def named(self, line_ids: Collection[int]) -> dict[int, Row]:
        """(line, sku, description, note, ledger class) of some document lines."""
        rows = self._connection.rows(_items_of, ids=sorted(set(line_ids))) if line_ids else []
        return {row[0]: row for row in rows}

    def by_reference(self, reference: str) -> list[int]:
        """Ids of the shipments that a supplier gave a reference, oldest first."""
        return [row[0] for row in self._connection.rows(_by_reference, reference=reference)]


def _at(value: int | None) -> datetime | None:
    return None if value is None else from_ms(value)


def _to_head(row: Row, lines: list[ShippedLine], references: dict[int, str]) -> ShipmentHead:
    number, reference, third_party, shipped_at, tracked, received_at, completed_at = row
    orders = dict.fromkeys(line.order_id for line in lines)
    return ShipmentHead(
        id=number,
        reference=reference,
        third_party_number=third_party,
        tracking_number=tracked,
        shipped_at=from_ms(shipped_at),
        received_at=_at(received_at),
        completed_at=_at(completed_at),
        orders=tuple((order, references.get(order, "")) for order in orders),
        lines=tuple(lines),
    )


def _line_row(line: ShippedLine) -> dict[str, Any]:
    return {
        "id": line.id,
        "shipment_id": line.shipment_id,
        "order_id": line.order_id,
        "order_line_id": line.order_line_id,
        "supplier_id": line.supplier_id,
        "unit_id": line.unit_id,
        "item_id": line.item_id,
        "currency": line.currency,
        "unit_price": millionths(line.unit_price, what="unit price"),
        "tax_code_id": line.tax_code_id,
        "tax_rate": millionths(line.tax_rate, what="rate"),
        "shipped": millionths(line.shipped),
        "received": millionths(line.received),
        "matched": millionths(line.matched),
        "expected": millionths(line.expected),
        "relieved": millionths(line.relieved),
        "received_cost": line.received_cost,
        "relieved_cost": line.relieved_cost,
        "received_base": line.received_base,
        "relieved_base": line.relieved_base,
        "completed": line.completed,
    }


def to_shipped_line(row: Row) -> ShippedLine:
    """A shipment's line from its row."""
    f = dict(zip(shipment_line.columns.keys(), row, strict=True))
    return ShippedLine(
        id=f["id"],
        shipment_id=f["shipment_id"],
        order_id=f["order_id"],
        order_line_id=f["order_line_id"],
        supplier_id=f["supplier_id"],
        unit_id=f["unit_id"],
        item_id=f["item_id"],
        currency=f["currency"],
        unit_price=from_millionths(f["unit_price"]),
        tax_code_id=f["tax_code_id"],
        tax_rate=from_millionths(f["tax_rate"]),
        shipped=from_millionths(f["shipped"]),
        received=from_millionths(f["received"]),
        matched=from_millionths(f["matched"]),
        expected=from_millionths(f["expected"]),
        relieved=from_millionths(f["relieved"]),
        received_cost=f["received_cost"],
        relieved_cost=f["relieved_cost"],
        received_base=f["received_base"],
        relieved_base=f["relieved_base"],
        completed=bool(f["completed"]),
    )
