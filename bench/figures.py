"""What repeated measurements come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Figure:
    """A measurement, taken several times.

    spread: half of the distance between the extremes, as a fraction of the median
    """

    median: float
    spread: float


def figure(taken: Sequence[float]) -> Figure:
    """The median of some measurements and how far they lie apart."""
    middle = median(taken)
    return Figure(middle, (max(taken) - min(taken)) / 2 / middle if middle else 0.0)


def percentile(taken: Sequence[float], share: float) -> float:
    """The smallest measurement that at least this share of all does not exceed.

    share: 0.99 = the 99th percentile
    """
    if not taken:
        raise ValueError("there is no percentile of nothing")
    ranked = sorted(taken)
    rank = -(-share * len(ranked) // 1)
    return ranked[max(0, min(len(ranked), int(rank)) - 1)]


def reach(ours: float, floor: float, more_is_better: bool) -> float:
    """How much of the floor's speed is reached: 1 = as fast, 0.5 = half as fast."""
    above, below = (ours, floor) if more_is_better else (floor, ours)
    return above / below if below else 0.0
