"""What a kind of line is: how it is read, and what is filed of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from counterfoil.importing.finding import Finder
from counterfoil.services.office import Filed, Work
from counterfoil.wire.read import Fields

V = TypeVar("V")


def nothing_ahead(finder: Finder, value: object) -> None:
    """A kind whose lines ask for nothing that could be asked ahead."""


@dataclass(frozen=True, slots=True)
class Kind(Generic[V]):
    """A kind of thing that can be brought in.

    fields: every key that its objects may have
    inner:  the keys of the objects in its list
    part:   the list of which a table's row holds one element, "" = none
    group:  the key that ties a table's rows together
    alone:  a line may wait for rows that another unit of work holds, or is seen by the next one only when it is
            committed
    read:   the object -> what it asks for; notes every problem
    mints:  the table of which it takes an id
    ahead:  notes what filing it will need
    file:   files it; the document, or what the new thing is known by
    """

    name: str
    fields: tuple[str, ...]
    read: Callable[[Fields], V]
    file: Callable[[Work, Finder, V], Filed | str]
    mints: str = ""
    inner: tuple[str, ...] = ()
    part: str = ""
    group: str = ""
    alone: bool = False
    ahead: Callable[[Finder, V], None] = nothing_ahead
