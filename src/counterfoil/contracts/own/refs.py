"""What other systems call our things."""

from __future__ import annotations

from typing import Any, Literal

from counterfoil.contracts.own.resource import Place, Reading, Resource, Writing, listing, making
from counterfoil.contracts.own.shapes import Asked, Code, Id, Paged, Shown
from counterfoil.services import keeping
from counterfoil.services.showing import RefShown

Kind = Literal["customer", "item", "document"]


class NewRef(Asked):
    """What a system calls a customer, item or document of ours; the first id of a thing is its primary one."""

    system: Code
    kind: Kind
    their_id: Code
    our_id: Id


class Ref(Shown):
    """What a system calls a thing of ours; it is shown the primary id."""

    system: str
    kind: str
    their_id: str
    our_id: int
    primary: bool


class RefsAsked(Paged):
    """Which references."""

    system: Code | None = None
    kind: Kind | None = None
    their_id: Code | None = None
    our_id: Id | None = None


def _shown(found: RefShown) -> Ref:
    return Ref(
        system=found.system,
        kind=found.kind,
        their_id=found.their_id,
        our_id=found.our_id,
        primary=found.is_primary,
    )


def _list(asked: Reading[RefsAsked]) -> list[tuple[Place, Ref]]:
    narrowed: dict[str, Any] = {
        name: value
        for name in ("system", "kind", "their_id", "our_id")
        if (value := getattr(asked.asked, name)) is not None
    }
    found = asked.view.registers.refs(narrowed, asked.place, asked.asked.limit + 1)
    return [((one.system, one.kind, one.their_id), _shown(one)) for one in found]


def _add(wanted: Writing[NewRef]) -> Ref:
    asked = wanted.asked
    keeping.add_ref(wanted.work, asked.system, asked.kind, asked.their_id, asked.our_id)
    narrowed = {"system": asked.system, "kind": asked.kind, "their_id": asked.their_id}
    return _shown(wanted.view.registers.refs(narrowed, None, 1)[0])


RESOURCE = Resource(
    "external-refs",
    "External references",
    (
        listing(
            "/external-refs", "listRefs", "What other systems call our things", Ref, _list, (str, str, str), RefsAsked
        ),
        making("/external-refs", "createRef", "File what a system calls a thing", NewRef, Ref, _add),
    ),
)
