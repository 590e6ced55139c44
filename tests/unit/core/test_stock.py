from __future__ import annotations

from counterfoil.core.money import MILLION
from counterfoil.core.stock import Costed, Valuation, move


def at(on_hand: float, value: int, average: float) -> Valuation:
    return Valuation(1, int(on_hand * MILLION), value, round(average * MILLION))


def moved(before: Valuation, quantity: float, cost: float | None = None, digits: int = 2) -> Costed:
    return move(before, int(quantity * MILLION), None if cost is None else round(cost * MILLION), digits)


def test_goods_in_move_the_average() -> None:
    first = moved(Valuation(1), 10, 4)
    assert first == Costed(at(10, 4000, 4), 4000, 0)
    assert moved(first.valuation, 30, 8) == Costed(at(40, 28000, 7), 24000, 0)


def test_goods_out_leave_at_the_average_and_keep_it() -> None:
    assert moved(at(40, 28000, 7), -10) == Costed(at(30, 21000, 7), -7000, 0)


def test_goods_found_come_in_at_the_average() -> None:
    assert moved(at(40, 28000, 7), 2) == Costed(at(42, 29400, 7), 1400, 0)


def test_what_empties_the_shelf_takes_the_whole_value() -> None:
    """Three at 10.00 average 3.333333; three sales of 3.33 would leave a cent behind."""
    stock = at(3, 1000, 3.333333)
    values = []
    for _ in range(3):
        costed = moved(stock, -1)
        stock = costed.valuation
        values.append(costed.value)
        assert costed.variance == 0
    assert values == [-333, -333, -334]
    assert (stock.on_hand, stock.value) == (0, 0)


def test_goods_sold_before_they_were_bought_leave_a_variance() -> None:
    """Sold five at the old cost of 2, bought ten at 3: the five cost 5.00 more than the book had thought."""
    sold = moved(at(0, 0, 2), -5)
    assert sold == Costed(at(-5, -1000, 2), -1000, 0)
    assert moved(sold.valuation, 10, 3) == Costed(at(5, 1500, 3), 3000, 500)


def test_a_hole_that_is_filled_in_part_takes_the_new_cost() -> None:
    costed = moved(at(-5, -1000, 2), 2, 3)
    assert costed == Costed(at(-3, -900, 3), 600, 500)


def test_a_return_comes_back_at_its_own_cost() -> None:
    assert moved(at(10, 5000, 5), 1, 2) == Costed(at(11, 5200, 4.727273), 200, 0)


def test_the_base_currency_rules_the_digits() -> None:
    assert moved(Valuation(1), 1.5, 333, digits=0).value == 500
    assert moved(Valuation(1), 1.5, 333, digits=3).value == 499500
