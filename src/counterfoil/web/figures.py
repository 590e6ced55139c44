"""Figures of the book itself, as the server's metrics show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure; name is one of web.metrics.STANDING."""

    name: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)
