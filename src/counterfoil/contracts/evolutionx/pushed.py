"""The store pushes an order: filed once, whatever is repeated."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from hashlib import sha256
from http import HTTPStatus
from typing import Any

from counterfoil.contracts.evolutionx import replies
from counterfoil.contracts.evolutionx.settings import ORDER_FIELDS, Settings
from counterfoil.contracts.evolutionx.wire import PushedOrder
from counterfoil.core.document import Kind, LineKind, Sale, SaleLine
from counterfoil.core.errors import BookError, Conflict, Invalid, Problem, Unavailable
from counterfoil.core.party import Address
from counterfoil.services import ordering
from counterfoil.services.office import Context, Work
from counterfoil.wire.contract import Call, Reply
from counterfoil.wire.read import Fields

_ADDRESS = ("name", "address1", "address2", "address3", "city", "state", "postal_code", "country")


def push(call: Call[Context, Settings]) -> Reply:
    """File a pushed order as a sales order; the same order again gets the first answer."""
    fields = replies.read(call)
    if isinstance(fields, Reply):
        call.context.refuse(fields.status, fields.body)
        return fields
    picker = _Picker(fields, {**ORDER_FIELDS, **call.settings.order_fields})
    try:
        with call.context.work() as work:
            reply = _filed(work, picker)
            work.answer(reply.status, reply.body)
    except Unavailable:
        raise
    except Conflict as error:
        reply = replies.refused(HTTPStatus.CONFLICT, error.problems[0].code, str(error))
        call.context.refuse(reply.status, reply.body)
    except BookError as error:
        reply = replies.invalid(_placed(problem, picker) for problem in error.problems)
        call.context.refuse(reply.status, reply.body)
    return reply


def _placed(problem: Problem, picker: _Picker) -> Problem:
    """The problem with the path of the sender's field; what the book says of no field is about the lines."""
    if problem.where not in ("", "lines"):
        return problem
    return Problem(problem.code, picker.where("lines"), problem.say)


def _filed(work: Work, picker: _Picker) -> Reply:
    number, sale, meaning = _read(work, picker)
    content = sha256(json.dumps(meaning, sort_keys=True, default=str).encode()).digest()
    outcome = work.once([f"order {number}"], content, lambda: ordering.enter(work, sale))
    return replies.found(PushedOrder(outcome.number))


def _read(work: Work, picker: _Picker) -> tuple[str, Sale, Any]:
    """The store's number, the order in the book's words, and what makes it the same order."""
    fields = picker.fields
    number, code = picker.need("number"), picker.need("customer")
    texts = {name: picker.text(name) or "" for name in ("contact", "ordered_by", "customer_po", "comment")}
    moment = picker.moment("date")
    freight = picker.decimal("freight") or Decimal(0)
    subtotal, tax = picker.decimal("subtotal"), picker.decimal("tax")
    shipping = _address(picker.child("shipping"))
    lines = [_line(picker.of(line)) for line in picker.children("lines")]
    fields.refuse()
    customer = work.unit.parties.customer_by_code(code)
    items = work.unit.items.by_skus(sku for sku, _ in lines)
    problems = [
        Problem("item_not_found", line.where, f"there is no item {sku!r}") for sku, line in lines if sku not in items
    ]
    if customer is None:
        problems.insert(0, Problem("customer_not_found", picker.where("customer"), f"there is no customer {code!r}"))
    if customer is None or problems:
        raise Invalid(problems)
    sold = [_with_item(line, items[sku].id) for sku, line in lines]
    if freight:
        sold.append(SaleLine(kind=LineKind.CHARGE, description="Freight", unit_price=freight))
    sale = Sale(
        kind=Kind.SALES_ORDER,
        customer=customer.id,
        shipping=shipping,
        on=moment.on if moment else work.today,
        at=moment.at if moment else None,
        third_party_number=number,
        reference=number,
        customer_po=texts["customer_po"],
        contact=texts["contact"] or None,
        ordered_by=texts["ordered_by"],
        comment=texts["comment"],
        lines=tuple(sold),
        asserted_subtotal=subtotal,
        asserted_tax=tax,
    )
    # The account that the code was made for, whatever it was merged into since.
    account = work.unit.parties.id_of_code(code)
    meaning = [account, str(shipping), texts, freight, [[sku, str(line)] for sku, line in lines], subtotal, tax]
    return number, sale, meaning


def _line(picker: _Picker) -> tuple[str, SaleLine]:
    line = SaleLine(
        description=picker.text("line.description"),
        note=picker.text("line.note") or "",
        quantity=picker.decimal("line.quantity", needed=True) or Decimal(0),
        unit_price=picker.decimal("line.price"),
        where=picker.fields.where,
    )
    return picker.need("line.sku"), line


def _with_item(line: SaleLine, item_id: int) -> SaleLine:
    return SaleLine(
        item_id=item_id,
        description=line.description,
        note=line.note,
        quantity=line.quantity,
        unit_price=line.unit_price,
        where=line.where,
    )


def _address(fields: Fields | None) -> Address | None:
    if fields is None:
        return None
    found = {name: fields.text(name, max_length=255) or "" for name in _ADDRESS}
    return Address(**found) if any(found.values()) else None


class _Picker:
    """Reads an order by what its parts may be called."""

    def __init__(self, fields: Fields, known: Mapping[str, tuple[str, ...]]) -> None:
        self.fields, self._known = fields, known

    def of(self, fields: Fields) -> _Picker:
        """The same inside another object."""
        return _Picker(fields, self._known)

    def where(self, part: str) -> str:
        """The path of a part as the sender knows it."""
        holder, name = self._place(part)
        return f"{holder.where}.{name}" if holder.where else name

    def text(self, part: str) -> str | None:
        """A text, None where it is not given."""
        holder, name = self._place(part)
        return holder.text(name, max_length=4000)

    def need(self, part: str) -> str:
        """A text that must be there."""
        holder, name = self._place(part)
        return holder.need_text(name, max_length=255, numbers="whole")

    def decimal(self, part: str, *, needed: bool = False) -> Decimal | None:
        """A number."""
        holder, name = self._place(part)
        read = holder.need_decimal if needed else holder.decimal
        return read(name, places=6, below=10**9)

    def moment(self, part: str) -> Any:
        """A date or date-time."""
        holder, name = self._place(part)
        return holder.moment(name)

    def child(self, part: str) -> Fields | None:
        """An object."""
        holder, name = self._place(part)
        return holder.child(name, empty_list=True)

    def children(self, part: str) -> tuple[Fields, ...]:
        """The objects of a list."""
        holder, name = self._place(part)
        return holder.children(name)

    def _place(self, part: str) -> tuple[Fields, str]:
        """The object that holds a part, and its name there; the first name where none of them is given."""
        places = [self._inside(path) for path in self._known[part]]
        return next(((holder, name) for holder, name in places if holder.given(name)), places[0])

    def _inside(self, path: str) -> tuple[Fields, str]:
        *outer, name = path.split(".")
        holder = self.fields
        for step in outer:
            inner = holder.raw(step)
            where = f"{holder.where}.{step}" if holder.where else step
            holder = Fields(inner if isinstance(inner, dict) else {}, where, self.fields.problems)
        return holder, name
