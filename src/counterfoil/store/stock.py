"""Stock on hand, reserved and valued."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from counterfoil.core.stock import Valuation
from counterfoil.store.engine import Connection, Row, Statement, one_of
from counterfoil.store.refs import Mint
from counterfoil.store.schema import item, stock_level, stock_move, stock_value

_values = Statement(
    sa.select(stock_value.c.item_id, stock_value.c.on_hand, stock_value.c.value, stock_value.c.average)
    .where(one_of(stock_value.c.item_id, "ids"))
    .order_by(stock_value.c.item_id)
    .with_for_update()
)
_levels = Statement(
    sa.select(stock_level.c.item_id, stock_level.c.department_id, stock_level.c.on_hand, stock_level.c.reserved)
    .where(one_of(stock_level.c.item_id, "ids"))
    .order_by(stock_level.c.item_id, stock_level.c.department_id)
)
_listed = Statement(
    sa.select(
        item.c.sku, stock_level.c.department_id, stock_level.c.on_hand, stock_level.c.reserved, stock_value.c.average
    )
    .join(item, item.c.id == stock_level.c.item_id)
    .join(stock_value, stock_value.c.item_id == stock_level.c.item_id)
    .order_by(item.c.sku, stock_level.c.department_id)
)
_moves_of = Statement(
    sa.select(
        stock_move.c.item_id,
        stock_move.c.department_id,
        stock_move.c.line_id,
        stock_move.c.quantity,
        stock_move.c.value,
        stock_move.c.variance,
    )
    .where(one_of(stock_move.c.line_id, "ids"))
    .order_by(stock_move.c.id)
)
_set_value = Statement(
    sa.text("UPDATE stock_value SET on_hand = :on_hand, value = :value, average = :average WHERE item_id = :item_id")
)
_change_level = Statement(
    sa.text(
        "INSERT INTO stock_level (item_id, department_id, on_hand, reserved)"
        " VALUES (:item_id, :department_id, :on_hand, :reserved)"
        " ON CONFLICT (item_id, department_id) DO UPDATE SET"
        " on_hand = stock_level.on_hand + excluded.on_hand, reserved = stock_level.reserved + excluded.reserved"
    )
)


@dataclass(frozen=True, slots=True)
class Level:
    """What lies in one department, in millionths of a unit."""

    item_id: int
    department_id: int
    on_hand: int = 0
    reserved: int = 0


@dataclass(frozen=True, slots=True)
class Move:
    """What a line did to stock: quantity in millionths, value and variance in minor units of the base currency."""

    item_id: int
    department_id: int
    line_id: int
    quantity: int
    value: int
    variance: int


class Stock:
    """Levels per item and department, and each item's valuation over all departments."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def valuations(self, item_ids: Iterable[int]) -> dict[int, Valuation]:
        """The valuations of stocked items, held until the unit of work ends."""
        ids = sorted(set(item_ids))
        return {row[0]: Valuation(*row) for row in self._connection.rows(_values, ids=ids)} if ids else {}

    def levels(self, item_ids: Iterable[int]) -> list[Level]:
        """Levels of some items."""
        return [Level(*row) for row in self._connection.rows(_levels, ids=sorted(set(item_ids)))]

    def listed(self) -> list[Row]:
        """(sku, department, on hand, reserved, average cost) of everything, in millionths."""
        return self._connection.rows(_listed)

    def open(self, item_id: int) -> None:
        """Begin to value a new item."""
        self._connection.insert(stock_value, [{"item_id": item_id, "on_hand": 0, "value": 0, "average": 0}])

    def value(self, valuations: Iterable[Valuation]) -> None:
        """File new valuations."""
        rows = [
            {"item_id": v.item_id, "on_hand": v.on_hand, "value": v.value, "average": v.average} for v in valuations
        ]
        self._connection.many(_set_value, rows)

    def file_moves(self, moves: Iterable[tuple[int, int, int, int, int, int, date]], mint: Mint) -> None:
        """File moves: (item, department, line, quantity, value, variance, date)."""
        rows = [
            {
                "id": mint.take("stock_move"),
                "item_id": item_id,
                "department_id": department_id,
                "line_id": line_id,
                "quantity": quantity,
                "value": value,
                "variance": variance,
                "dated_on": on.isoformat(),
            }
            for item_id, department_id, line_id, quantity, value, variance, on in moves
        ]
        self._connection.insert(stock_move, rows)

    def moves_of(self, line_ids: Sequence[int]) -> list[Move]:
        """The moves that some document lines made."""
        return [Move(*row) for row in self._connection.rows(_moves_of, ids=list(line_ids))]

    def change(self, changes: Mapping[tuple[int, int], tuple[int, int]]) -> None:
        """Add to levels: (item, department) -> (on hand, reserved), in millionths."""
        rows = [
            {"item_id": item_id, "department_id": department_id, "on_hand": on_hand, "reserved": reserved}
            for (item_id, department_id), (on_hand, reserved) in sorted(changes.items())
            if on_hand or reserved
        ]
        self._connection.many(_change_level, rows)
