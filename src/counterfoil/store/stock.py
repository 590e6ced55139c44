"""Stock on hand, reserved and valued."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy import bindparam as p

from counterfoil.core.stock import Valuation
from counterfoil.store.engine import Answer, Connection, Row, Statement, one_of
from counterfoil.store.refs import Mint
from counterfoil.store.schema import item, stock_level, stock_move, stock_value

_held = Statement(
    sa.select(stock_value.c.item_id, stock_value.c.on_hand, stock_value.c.value, stock_value.c.average)
    .where(one_of(stock_value.c.item_id, "ids"))
    .order_by(stock_value.c.item_id)
    .with_for_update()
)
_levels = Statement(
    sa.select(stock_level.c.item_id, stock_level.c.department_id, stock_level.c.on_hand, stock_level.c.reserved).where(
        one_of(stock_level.c.item_id, "ids"), stock_level.c.department_id == p("department_id")
    )
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
_NEW_VALUE = (
    "ON CONFLICT (item_id) DO UPDATE SET on_hand = excluded.on_hand, value = excluded.value, average = excluded.average"
)
_ADDED = (
    "ON CONFLICT (item_id, department_id) DO UPDATE SET"
    " on_hand = stock_level.on_hand + excluded.on_hand, reserved = stock_level.reserved + excluded.reserved"
)


@dataclass(frozen=True, slots=True)
class Level:
    """What lies in one department, in millionths of a unit."""

    item_id: int
    department_id: int
    on_hand: int = 0
    reserved: int = 0

    @property
    def available(self) -> int:
        """What is on hand and not set aside."""
        return self.on_hand - self.reserved


@dataclass(frozen=True, slots=True)
class Held:
    """Stock that a unit of work has in its hands, by item; an item that never lay in the department has no level."""

    valuations: dict[int, Valuation]
    levels: dict[int, Level]


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
        self._ahead: dict[int, tuple[set[int], Answer, Answer]] = {}
        self._values: dict[int, Valuation] = {}
        self._changes: dict[tuple[int, int], tuple[int, int]] = {}

    def hold(self, item_ids: Iterable[int], department_id: int) -> Held:
        """The valuations of stocked items and their levels in a department, kept from others until the end."""
        self.write()
        ids = set(item_ids)
        asked = self._ahead.pop(department_id, None)
        if asked is None or not asked[0] >= ids:
            asked = self._ask(ids, department_id)
        _, values, levels = asked
        return Held(
            {row[0]: Valuation(*row) for row in values.rows() if row[0] in ids},
            {row[0]: Level(*row) for row in levels.rows() if row[0] in ids},
        )

    def ahead(self, item_ids: Iterable[int], department_id: int) -> None:
        """Ask for, and hold, stock that will be needed soon; items that are not stocked have none."""
        self._ahead[department_id] = self._ask(set(item_ids), department_id)

    def _ask(self, item_ids: set[int], department_id: int) -> tuple[set[int], Answer, Answer]:
        ids = sorted(item_ids)
        values = self._connection.ask(_held, ids=ids)
        return item_ids, values, self._connection.ask(_levels, ids=ids, department_id=department_id)

    def listed(self) -> list[Row]:
        """(sku, department, on hand, reserved, average cost) of everything, in millionths."""
        return self._connection.rows(_listed)

    def open(self, item_id: int) -> None:
        """Begin to value a new item."""
        self._connection.insert(stock_value, [{"item_id": item_id, "on_hand": 0, "value": 0, "average": 0}])

    def value(self, valuations: Iterable[Valuation]) -> None:
        """File new valuations."""
        self._values |= {valuation.item_id: valuation for valuation in valuations}

    def file_moves(self, moves: Iterable[Move], on: date, mint: Mint) -> None:
        """File moves of a day."""
        rows = [
            {
                "id": mint.take("stock_move"),
                "item_id": made.item_id,
                "department_id": made.department_id,
                "line_id": made.line_id,
                "quantity": made.quantity,
                "value": made.value,
                "variance": made.variance,
                "dated_on": on.isoformat(),
            }
            for made in moves
        ]
        self._connection.insert(stock_move, rows)

    def moves_of(self, line_ids: Sequence[int]) -> list[Move]:
        """The moves that some document lines made."""
        return [Move(*row) for row in self._connection.rows(_moves_of, ids=list(line_ids))]

    def change(self, changes: Mapping[tuple[int, int], tuple[int, int]]) -> None:
        """Add to levels: (item, department) -> (on hand, reserved), in millionths."""
        for key, (on_hand, reserved) in changes.items():
            before = self._changes.get(key, (0, 0))
            self._changes[key] = (before[0] + on_hand, before[1] + reserved)

    def write(self) -> None:
        """Write what was filed of values and levels, each row once."""
        rows = [
            {"item_id": v.item_id, "on_hand": v.on_hand, "value": v.value, "average": v.average}
            for v in self._values.values()
        ]
        self._connection.insert(stock_value, rows, _NEW_VALUE)
        levels = [
            {"item_id": item_id, "department_id": department_id, "on_hand": on_hand, "reserved": reserved}
            for (item_id, department_id), (on_hand, reserved) in sorted(self._changes.items())
            if on_hand or reserved
        ]
        self._connection.insert(stock_level, levels, _ADDED)
        self._values, self._changes = {}, {}
