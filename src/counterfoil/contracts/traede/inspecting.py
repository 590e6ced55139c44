"""A captured payload explained: which field goes where, what is left over, and what it would be in the book."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from counterfoil.contracts.traede.reading import Reader
from counterfoil.core.errors import Invalid, Problem
from counterfoil.core.ports import Flow, Taken
from counterfoil.wire import codec
from counterfoil.wire.values import show

_MAX_DEPTH = 32


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a payload holds.

    fields:   (path, value, our name for it); no name = left over
    problems: why it cannot be imported
    becomes:  what it would be in the book, a line of text each
    """

    fields: tuple[tuple[str, str, str], ...]
    problems: tuple[Problem, ...]
    becomes: tuple[str, ...]


def payload_of(raw: bytes) -> dict[str, Any]:
    """A document's JSON; Invalid when it is no object."""
    payload = codec.decode(raw, max_depth=_MAX_DEPTH)
    if not isinstance(payload, dict):
        raise Invalid(Problem("not_an_object", "", "the payload is not an object"))
    return payload


def inspect(reader: Reader, flow: Flow, raw: bytes, signs: str) -> Inspection:
    """Explain a payload as it would be read."""
    payload = payload_of(raw)
    used: dict[str, str] = {}
    picker = reader.picker(flow, payload, used)
    problems: tuple[Problem, ...] = ()
    becomes: tuple[str, ...] = ()
    try:
        becomes = tuple(_described(reader.read(flow, picker, signs)))
    except Invalid as error:
        problems = error.problems
    fields = tuple((path, show(value), used.get(path, "")) for path, value in _leaves(payload, ""))
    return Inspection(fields, problems, becomes)


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict | list) and value:
        parts = value.items() if isinstance(value, dict) else enumerate(value)
        for name, part in parts:
            yield from _leaves(part, f"{path}.{name}" if path else str(name))
        return
    yield path, value


def _described(taken: Taken) -> Iterator[str]:
    if taken.draft:
        yield "a draft: not imported and not marked until it is booked"
    if taken.sale is not None and taken.buyer is not None:
        sale = taken.sale
        yield f"{sale.kind.value} {sale.number} of {sale.on}, customer {taken.buyer.number}, {sale.currency}"
        for line in sale.lines:
            tax = sum((line.tax or {}).values(), Decimal(0))
            label = f"{line.sku} {line.description}".strip()
            net = line.quantity * (line.unit_price or 0) - line.discount
            yield f"  {line.kind.value}: {line.quantity} at {line.unit_price} {label}: {net}, tax {tax}"
        yield f"  total {sale.asserted_total}"
    if taken.entry is not None:
        yield f"{taken.entry.type.value} of {taken.entry.on}: {taken.entry.text}"
        for posted in taken.entry.lines:
            yield f"  {posted.account}: debit {posted.debit}, credit {posted.credit}"
