"""What can go wrong, grouped by what the reader can do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    code:  promised to callers and tested
    where: the path that the sender knows, "" when it is about the whole
    say:   one sentence that holds the value
    """

    code: str
    where: str
    say: str


class BookError(Exception):
    """A call that has no effect; carries every problem found."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("; ".join(problem.say for problem in self.problems))

    @classmethod
    def of(cls, code: str, say: str, where: str = "") -> BookError:
        """The error with one problem."""
        return cls(Problem(code, where, say))


class Invalid(BookError):
    """Fix it and send it again."""


class NotFound(BookError):
    """There is no such thing."""


class Conflict(BookError):
    """The same reference with other content, or the wrong state."""


class Refused(BookError):
    """A business rule says no."""


class Unavailable(BookError):
    """Try again later."""
