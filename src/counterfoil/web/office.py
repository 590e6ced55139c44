"""The two things that the server asks of the office."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from counterfoil.wire.contract import Presented, Request


class Caller(Protocol):
    """Whoever a credential proves."""

    @property
    def name(self) -> str:
        """The principal's name, by which logs and settings know it."""
        ...

    @property
    def credential(self) -> int | None:
        """The credential that it presented."""
        ...

    @property
    def per_minute(self) -> int | None:
        """How many calls that credential may make; None is as many as it likes."""
        ...

    def may(self, resource: str, verb: str) -> bool:
        """Whether that credential covers a verb on a resource."""
        ...


K = TypeVar("K", bound=Caller)


@dataclass(frozen=True, slots=True)
class Office(Generic[K]):
    """How the server reaches the office.

    recognise: door's contract name, credential -> who it is, None if it proves nobody
    open:      caller, contract, operation, request with its body -> the context that the handler receives
    named:     the caller of a principal's name
    """

    recognise: Callable[[str, Presented], K | None]
    open: Callable[[K, str, str, Request], Any]
    named: Callable[[str], K]
