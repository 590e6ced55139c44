"""How lines of orders, invoices, credit notes and history documents are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from counterfoil.core.document import Kind, LineKind, Sale, SaleLine, SaleTender
from counterfoil.core.errors import NotFound, Problem
from counterfoil.core.stock import Item
from counterfoil.core.tax import TaxRounding
from counterfoil.importing.finding import Finder
from counterfoil.importing.parties import tax_codes
from counterfoil.importing.reading import (
    BELOW,
    LONG,
    PLACES,
    SHORT,
    Name,
    address,
    currency_code,
    day,
    name,
    need,
    one_of,
)
from counterfoil.services.office import Work
from counterfoil.wire.moment import Moment
from counterfoil.wire.read import Fields

HEAD = (
    *("number", "customer", "customer_ref", "on", "ordered_on", "due_on", "ship_on", "currency"),
    *("department", "salesperson", "reference", "customer_po", "third_party_number", "order_number", "contact"),
    *("ordered_by", "comment", "billing", "shipping", "lines", "subtotal", "tax", "total", "extras"),
)
LINE = (
    *("kind", "sku", "sku_ref", "description", "note", "uom", "quantity", "ordered", "unit_price", "discount"),
    *("tax", "tax_code"),
)
_LINE = frozenset(LINE)
_LINE_KINDS = frozenset(LineKind)
_NEVER = Moment(date.min, None)


@dataclass(frozen=True, slots=True)
class LineAsked:
    """A line of a document, its item still a name and its tax a code.

    given: what else it says, by the names of SaleLine
    """

    item: Name | None
    given: dict[str, Any]
    tax: Decimal | None
    tax_code: str | None
    where: str


@dataclass(frozen=True, slots=True)
class SaleAsked:
    """A document as a line of a file asks for it: a sale whose customer and items are still names.

    given: what else it says, by the names of Sale
    """

    given: dict[str, Any]
    customer: Name
    lines: tuple[LineAsked, ...]


def read_sale(found: Fields, kind: Kind) -> SaleAsked:
    """The document in an object."""
    on = need(found, "on", found.moment("on"), _NEVER)
    lines = tuple(_read_line(line) for line in found.children("lines"))
    if not lines and not found.given("lines"):
        found.note("required", "lines", "is required")
    delivered = any(line.tax is not None for line in lines)
    given = {
        "kind": kind,
        "billing": address(found, "billing"),
        "shipping": address(found, "shipping"),
        "on": on.on,
        "at": on.at,
        "ordered_on": day(found, "ordered_on"),
        "due_on": day(found, "due_on"),
        "ship_on": day(found, "ship_on"),
        "currency": currency_code(found),
        "number": found.need_text("number", max_length=SHORT),
        "department_id": found.whole("department", low=1),
        "salesperson_id": found.whole("salesperson", low=1),
        "reference": found.text("reference", max_length=SHORT) or "",
        "customer_po": found.text("customer_po", max_length=SHORT) or "",
        "third_party_number": found.text("third_party_number", max_length=SHORT) or "",
        "order_number": found.text("order_number", max_length=SHORT) or "",
        "contact": found.text("contact", max_length=SHORT),
        "ordered_by": found.text("ordered_by", max_length=SHORT) or "",
        "comment": found.text("comment", max_length=LONG) or "",
        "tax_rounding": TaxRounding.DELIVERED if delivered else TaxRounding.COMPONENT,
        "asserted_subtotal": found.decimal("subtotal", places=PLACES),
        "asserted_tax": found.decimal("tax", places=PLACES),
        "asserted_total": found.decimal("total", places=PLACES),
        "extras": _extras(found),
    }
    return SaleAsked(given, name(found, "customer") or Name(""), lines)


def _extras(found: Fields) -> Mapping[str, object]:
    inner = found.child("extras")
    return {key: inner.raw(key) for key in inner.names()} if inner else {}


def _read_line(found: Fields) -> LineAsked:
    found.only(_LINE)
    item = name(found, "sku", needed=False)
    kind = LineKind(one_of(found, "kind", _LINE_KINDS, LineKind.ITEM))
    nothing = Decimal(0)
    given = {
        "kind": kind,
        "description": found.text("description", max_length=LONG),
        "note": found.text("note", max_length=LONG) or "",
        "uom": found.text("uom", max_length=SHORT),
        "quantity": _number(found, "quantity", Decimal(1) if kind is not LineKind.ITEM else None),
        "ordered": found.decimal("ordered", places=PLACES, below=BELOW),
        "unit_price": nothing if kind is LineKind.TEXT else found.decimal("unit_price", places=PLACES, below=BELOW),
        "discount": found.decimal("discount", places=PLACES, below=BELOW) or nothing,
    }
    tax, code = found.decimal("tax", places=PLACES, below=BELOW), found.text("tax_code", max_length=SHORT)
    return LineAsked(item, given, tax, code, found.where)


def _number(found: Fields, key: str, otherwise: Decimal | None) -> Decimal:
    if otherwise is None:
        return found.need_decimal(key, places=PLACES, below=BELOW)
    given = found.decimal(key, places=PLACES, below=BELOW)
    return otherwise if given is None else given


def tenders(found: Fields) -> tuple[SaleTender, ...]:
    """The money that came with a document: one way of paying, and how much."""
    code = found.text("tender", max_length=SHORT)
    if code is None:
        return ()
    return (SaleTender(code, found.need_decimal("tendered", places=PLACES), "tender"),)


def ahead(finder: Finder, wanted: SaleAsked) -> None:
    """Ask for the customer and the items."""
    finder.ahead(wanted.customer, *(line.item for line in wanted.lines))


def resolved(work: Work, finder: Finder, wanted: SaleAsked, needed: bool = True) -> tuple[Sale, dict[int, Item]]:
    """The sale with our ids in it, and the items that it names; NotFound naming everything that is not on file.

    needed: False = a line may name an item that is not on file
    """
    customer = finder.customer(wanted.customer)
    items: dict[int, Item] = {}
    lines, problems = [], []
    for asked in wanted.lines:
        item = finder.item(asked.item) if asked.item else None
        if item is not None:
            items[item.id] = item
        elif asked.item and needed:
            problems.append(Problem("item_not_found", asked.item.where, f"there is no item {asked.item}"))
        lines.append(
            SaleLine(
                item_id=item.id if item else None,
                sku=asked.item.code if asked.item else "",
                tax=_tax(work, asked),
                where=asked.where,
                **asked.given,
            )
        )
    if problems:
        raise NotFound(problems)
    return Sale(customer=customer.id, lines=tuple(lines), **wanted.given), items


def _tax(work: Work, asked: LineAsked) -> dict[int | None, Decimal] | None:
    if asked.tax is None:
        return None
    if asked.tax_code is None:
        return {None: asked.tax}
    (code,) = tax_codes(work, (asked.tax_code,), f"{asked.where}.tax_code")
    return {code: asked.tax}
