"""One call of a service while it is being answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from counterfoil.contracts.eva.settings import Settings
from counterfoil.contracts.eva.wire import Asked
from counterfoil.core.access import Verb
from counterfoil.services.office import Context, Work
from counterfoil.services.payables import Reader

Answer = Mapping[str, Any]


@dataclass(slots=True)
class Writing:
    """A call that changes the book, inside its unit of work.

    warnings:   sentences that the caller should hear though the call succeeds
    afterwards: done when the work is committed
    """

    context: Context
    work: Work
    asked: Asked
    settings: Settings
    headers: Mapping[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    afterwards: list[Callable[[], None]] = field(default_factory=list)


@dataclass(slots=True)
class Reading:
    """A call that only looks."""

    context: Context
    reader: Reader
    asked: Asked
    settings: Settings


@dataclass(frozen=True, slots=True)
class Service:
    """A service of EVA's: its name, what its caller must be allowed, and what it does.

    changes: run takes a Writing, else a Reading
    scope:   None = any caller
    """

    name: str
    run: Callable[[Any], Answer]
    changes: bool
    scope: tuple[str, Verb] | None


def writing(name: str, run: Callable[[Writing], Answer], resource: str, verb: Verb) -> Service:
    """A service that changes the book."""
    return Service(name, run, True, (resource, verb))


def reading(name: str, run: Callable[[Reading], Answer], resource: str) -> Service:
    """A service that only looks."""
    return Service(name, run, False, (resource, Verb.READ))
