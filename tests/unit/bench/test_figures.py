"""What repeated measurements come to."""

from __future__ import annotations

import pytest

from bench.figures import figure, percentile, reach


def test_a_figure_is_the_median_and_half_the_distance_of_the_extremes() -> None:
    found = figure([90.0, 100.0, 130.0])
    assert (found.median, found.spread) == (100.0, 0.2)


def test_a_percentile_is_a_measurement_that_was_taken() -> None:
    taken = [float(n) for n in range(1, 101)]
    assert percentile(taken, 0.99) == 99.0
    assert percentile(taken, 1.0) == 100.0
    assert percentile(list(reversed(taken)), 0.5) == 50.0
    assert percentile([7.0], 0.99) == 7.0
    with pytest.raises(ValueError, match="nothing"):
        percentile([], 0.5)


def test_reach_is_the_share_of_the_floors_speed_for_rates_and_times() -> None:
    assert reach(50.0, 100.0, more_is_better=True) == 0.5
    assert reach(100.0, 50.0, more_is_better=False) == 0.5
