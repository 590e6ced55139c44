"""What a scenario is, and what it is given."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bench import build
from bench.engines import Place
from bench.figures import Figure, reach
from bench.serving import Serve, Served

#: One measurement: runs for a while and gives a figure in the scenario's unit.
Trial = Callable[[], float]


@dataclass(slots=True)
class Bench:
    """One run on one engine.

    seconds:     how long a trial lasts
    sizes:       invoices of the two books that growth compares; the larger one is what reads are measured on
    repetitions: how often both sides are measured, in turns
    serving:     what runs until all scenarios are done
    answers:     what our side answered, for the floor to be compared with
    """

    place: Place
    told: Callable[[str], None]
    seconds: float
    sizes: tuple[int, int]
    repetitions: int
    serving: ExitStack
    answers: dict[str, list[bytes]] = field(default_factory=dict)
    _served: dict[Serve, Served] = field(default_factory=dict)
    _built: set[int] = field(default_factory=set)

    @property
    def folder(self) -> Path:
        """Where scenarios may write."""
        return self.place.folder

    def built(self, invoices: int) -> str:
        """The address of a book of so many invoices, built when it is first asked for."""
        name = f"built_{invoices}"
        if invoices not in self._built:
            self.told(f"{self.place.engine}: building a book of {invoices:,} invoices")
            build.build(self.place.url(name), invoices)
            self._built.add(invoices)
        return self.place.url(name)

    def large(self) -> str:
        """The address of the book that reads are measured on."""
        return self.built(self.sizes[1])

    def served(self, serve: Serve, first: bytes) -> Served:
        """A server on the larger book, started when it is first asked for and kept for every scenario after."""
        if serve not in self._served:
            self._served[serve] = self.serving.enter_context(serve(self.large(), self.folder, first))
        return self._served[serve]

    def require_alike(self, question: str, given: list[bytes]) -> None:
        """Keep the first side's answers; raise unless the other side's are the same."""
        known = self.answers.setdefault(question, given)
        for one, other in zip(known, given, strict=True):
            if one != other:
                raise AssertionError(f"{question}: the sides differ\n{one.decode()}\n{other.decode()}")


Side = Callable[[Bench], AbstractContextManager[Trial]]


@dataclass(frozen=True, slots=True)
class Target:
    """What is aimed at; at_least is a share of the floor's speed, at_most a figure in the scenario's unit."""

    at_least: float | None = None
    at_most: float | None = None

    def met(self, ours: float, ratio: float | None) -> bool:
        """Whether a result reaches it."""
        if self.at_least is not None and (ratio is None or ratio < self.at_least):
            return False
        return self.at_most is None or ours <= self.at_most

    def say(self, unit: str) -> str:
        """As a reader is told."""
        wanted = []
        if self.at_least is not None:
            wanted.append(f"≥ {self.at_least:g} of the floor")
        if self.at_most is not None:
            wanted.append(f"≤ {self.at_most:g} {unit}")
        return ", ".join(wanted)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A job that Counterfoil and a floor do in turns.

    floor:          None where the target is a figure of its own
    more_is_better: a rate, rather than a time or a size
    repetitions:    at most so many, for what hardly varies
    """

    name: str
    unit: str
    target: Target
    ours: Side
    floor: Side | None = None
    more_is_better: bool = True
    repetitions: int | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What a scenario came to on one engine."""

    scenario: Scenario
    engine: str
    ours: Figure
    floor: Figure | None

    @property
    def ratio(self) -> float | None:
        """How much of the floor's speed is reached."""
        if self.floor is None:
            return None
        return reach(self.ours.median, self.floor.median, self.scenario.more_is_better)

    @property
    def met(self) -> bool:
        """Whether the target is reached."""
        return self.scenario.target.met(self.ours.median, self.ratio)
