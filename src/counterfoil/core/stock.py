"""Items, stock on hand and moving-average cost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from counterfoil.core.money import MILLION, half_up


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A thing or service we sell.

    stocked:      counted in departments and carried at cost; a service or freight part is not
    price:        list price in the book's base currency before tax, None = none
    ledger_class: chooses the accounts of its sales and cost, "" = the default ones
    exempt_from:  ids of the tax codes that do not apply to it
    tax_code_id:  the tax that suppliers charge on it, None = the book's own default
    """

    id: int
    sku: str
    description: str
    uom: str = "EA"
    stocked: bool = True
    price: Decimal | None = None
    ledger_class: str = ""
    exempt_from: frozenset[int] = frozenset()
    tax_code_id: int | None = None


@dataclass(frozen=True, slots=True)
class Valuation:
    """What an item's whole stock is worth.

    on_hand: millionths of a unit over all departments, may be negative
    value:   minor units of the base currency, what the inventory account holds for it
    average: cost of one unit in millionths of the base currency's major unit
    """

    item_id: int
    on_hand: int = 0
    value: int = 0
    average: int = 0


@dataclass(frozen=True, slots=True)
class Costed:
    """One move's effect: the new valuation, the move's value, and what the average could not explain.

    value:    minor units moved into (+) or out of (-) inventory by the goods themselves
    variance: minor units that inventory still has to give to (+) or take from (-) the variance account, because
              units had been sold before they were bought at another cost
    """

    valuation: Valuation
    value: int
    variance: int


def move(before: Valuation, quantity: int, unit_cost: int | None, digits: int, worth: int | None = None) -> Costed:
    """Move goods in or out at moving-average cost.

    quantity:  millionths, + in, - out
    unit_cost: millionths of the base currency for one unit, None = at the average
    digits:    decimals of the base currency
    worth:     minor units that the goods came for, None = quantity x cost
    """
    cost = before.average if unit_cost is None else unit_cost
    on_hand = before.on_hand + quantity
    emptied = on_hand == 0 and before.on_hand > 0 and unit_cost is None
    if worth is None:
        worth = _worth(quantity, cost, digits)
    value = -before.value if emptied else worth
    average = before.average
    if quantity > 0 and unit_cost is not None:
        average = unit_cost if before.on_hand <= 0 else _blend(before, quantity, unit_cost)
    held = before.value + value
    # Goods carried at an average are worth on_hand x average. Where the shelf is empty or had been oversold, the ledger
    # can have drifted from that: the drift is explained at once instead of sleeping in inventory.
    oversold = before.on_hand < 0 or on_hand <= 0
    expected = _worth(on_hand, average, digits) if oversold else held
    return Costed(replace(before, on_hand=on_hand, value=expected, average=average), value, held - expected)


def _worth(quantity: int, unit_cost: int, digits: int) -> int:
    return half_up(Decimal(quantity) * unit_cost / (MILLION * MILLION), digits)


def _blend(before: Valuation, quantity: int, unit_cost: int) -> int:
    worth = Decimal(before.on_hand) * before.average + Decimal(quantity) * unit_cost
    return half_up(worth / (before.on_hand + quantity))
