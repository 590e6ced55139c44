"""Resources and their operations: what the modules of this folder are made of, and what is served and published."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from msgspec import Struct

from counterfoil.contracts.own.shapes import Asked, One, Paged
from counterfoil.core.access import Verb
from counterfoil.core.errors import Conflict, NotFound, Problem
from counterfoil.services.office import Context, Work
from counterfoil.services.showing import View
from counterfoil.wire.contract import Again, Reply, Request

Q = TypeVar("Q", covariant=True)
R = TypeVar("R", bound=Struct)
#: Where a row stands in its list: the values that the list is ordered by.
Place = tuple[Any, ...]
#: The body of an operation that takes none.
Nothing = Asked
BASE = "/api/v1"
#: What stands in the open places of a path.
Params = dict[str, Any]
#: Open places that hold text.
TEXTS = ("number", "kind")


@dataclass(frozen=True, slots=True)
class Reading(Generic[Q]):
    """A question, and where its answer lies.

    place: of the row before the page that is asked for
    """

    context: Context
    view: View
    params: Params
    asked: Q
    place: Place | None = None

    @property
    def id(self) -> int:
        """The id in the path."""
        number: int = self.params["id"]
        return number


@dataclass(frozen=True, slots=True)
class Writing(Generic[Q]):
    """An effect that is asked for, and the unit of work that it happens in.

    match: the entity tag that the caller means to change, or several with commas between; None = whatever is there
    """

    work: Work
    params: Params
    asked: Q
    match: str | None
    tag: Callable[[Struct], str]

    @property
    def id(self) -> int:
        """The id in the path."""
        number: int = self.params["id"]
        return number

    @property
    def view(self) -> View:
        """What is on file, this effect so far included."""
        return self.work.unit

    def require(self, before: Struct) -> None:
        """Refuse to change what is no longer what the caller saw."""
        meant = [tag.strip() for tag in self.match.split(",")] if self.match is not None else ["*"]
        if "*" not in meant and self.tag(before) not in meant:
            say = f"it is {self.tag(before)} now, not {self.match}"
            raise Conflict(Problem("changed_meanwhile", "If-Match", say))


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One thing that can be done at one path.

    path:   below BASE; `{id}` and the like are whole numbers, those in TEXTS are text
    name:   in the published document, evidence, logs and metrics
    scope:  the verb that a token needs on the resource
    asked:  the body of a write, the query of a read
    reply:  what is shown; of a list, one row
    place:  of a list: the types of what it is ordered by
    tagged: the reply carries an entity tag, and a write heeds If-Match
    run:    answers a Reading or does a Writing; of a list, (place, row) pairs, one more than asked for where there are
    bare:   answers the request itself, for what is neither read from the book nor one effect; asked is its query
    media:  what a body may be that is no JSON object
    """

    method: str
    path: str
    name: str
    summary: str
    verb: Verb
    asked: type[Asked] = Nothing
    reply: type[Struct] | None = None
    status: int = 200
    place: tuple[type, ...] = ()
    tagged: bool = False
    run: Callable[[Any], Any] = field(default=lambda _: None)
    bare: Callable[[Context, Request, Params, Any, Callable[[Again], Reply | None]], Reply] | None = None
    media: tuple[str, ...] = ()

    @property
    def lists(self) -> bool:
        """Whether it answers with a page of rows."""
        return bool(self.place)

    @property
    def writes(self) -> bool:
        """Whether it has an effect."""
        return self.method != "GET"


@dataclass(frozen=True, slots=True)
class Resource:
    """A group of operations on one kind of thing; its name is what scopes name."""

    name: str
    title: str
    operations: tuple[Operation, ...]

    def under(self, name: str) -> Resource:
        """The same operations under another name."""
        return replace(self, name=name)


def listing(
    path: str,
    name: str,
    summary: str,
    row: type[Struct],
    run: Callable[[Reading[Any]], Sequence[tuple[Place, Struct]]],
    place: tuple[type, ...],
    asked: type[Paged] = Paged,
) -> Operation:
    """A list, page by page."""
    return Operation(
        method="GET",
        path=path,
        name=name,
        summary=summary,
        verb=Verb.READ,
        asked=asked,
        reply=row,
        place=place,
        run=run,
    )


def showing(
    path: str,
    name: str,
    summary: str,
    reply: type[Struct],
    run: Callable[[Reading[Any]], Struct],
    asked: type[Asked] = One,
    tagged: bool = False,
) -> Operation:
    """One thing."""
    return Operation(
        method="GET",
        path=path,
        name=name,
        summary=summary,
        verb=Verb.READ,
        asked=asked,
        reply=reply,
        run=run,
        tagged=tagged,
    )


def making(
    path: str,
    name: str,
    summary: str,
    asked: type[Asked],
    reply: type[Struct],
    run: Callable[[Writing[Any]], Struct],
    verb: Verb = Verb.CREATE,
) -> Operation:
    """Something new; where it is only a step of something old, the verb is another."""
    status = 201 if verb is Verb.CREATE else 200
    return Operation(
        method="POST",
        path=path,
        name=name,
        summary=summary,
        verb=verb,
        asked=asked,
        reply=reply,
        status=status,
        run=run,
    )


def editing(
    path: str,
    name: str,
    summary: str,
    asked: type[Asked],
    reply: type[Struct],
    run: Callable[[Writing[Any]], Struct],
    verb: Verb = Verb.EDIT,
) -> Operation:
    """A change of the members that are given; the others stay as they are."""
    return Operation(
        method="PATCH", path=path, name=name, summary=summary, verb=verb, asked=asked, reply=reply, run=run, tagged=True
    )


def in_pages(rows: Sequence[tuple[Place, R]], asked: Reading[Any]) -> list[tuple[Place, R]]:
    """The rows of a short list that belong to a page; they come in the order of their places."""
    after = asked.place
    later = [row for row in rows if after is None or row[0] > after]
    return later[: asked.asked.limit + 1]


def missing(what: str, number: int) -> NotFound:
    """There is no such thing."""
    return NotFound(Problem(f"{what.replace(' ', '_')}_not_found", "", f"there is no {what} {number}"))
