"""What a sale comes to: its lines, taxes and totals, and where they differ from what the sender said."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from counterfoil.core.document import Asserted, Line, LineKind, Sale, SaleLine
from counterfoil.core.errors import Problem
from counterfoil.core.money import AMOUNT_LIMIT, Currency, Money, millionths, split, total
from counterfoil.core.stock import Item
from counterfoil.core.tax import Jurisdiction, Taxable, TaxPart, TaxRounding, adopt, taxes, tolerance

Warning_ = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Priced:
    """A sale's figures.

    problems: what forbids it; the figures are then of no use
    warnings: (code, sentence) of what the sender should know
    """

    lines: tuple[Line, ...]
    taxes: tuple[TaxPart, ...]
    subtotal: Money
    discount_total: Money
    tax_total: Money
    asserted: Asserted
    problems: tuple[Problem, ...]
    warnings: tuple[Warning_, ...]

    @property
    def total(self) -> Money:
        """Net, charges and tax."""
        return self.subtotal + self.tax_total


@dataclass(frozen=True, slots=True)
class Pricing:
    """What a sale is priced with.

    base:    the currency of list prices
    exempt:  ids of the tax codes that do not apply to the customer
    place:   where it is taxed, None = nowhere
    binding: a posted document, whose tax must agree with the sender's within tolerance
    strict:  a subtotal that differs from the lines is refused
    moves:   stocked items move
    spreads: a tax delivered for the whole document alone is shared over its lines
    """

    items: Mapping[int, Item]
    unit: Currency
    base: Currency
    exempt: frozenset[int]
    place: Jurisdiction | None
    binding: bool
    strict: bool
    moves: bool = True
    spreads: bool = False


class _Net(NamedTuple):
    """A line that is asked for, with what it comes to before tax."""

    asked: SaleLine
    item: Item | None
    unit_price: Decimal
    discount: Money
    net: Money


def price(sale: Sale, using: Pricing, new_id: Callable[[], int]) -> Priced:
    """Price a sale; every problem at once.

    source: System Five contract, T1 to T5
    """
    problems: list[Problem] = []
    drawn = [net for asked in sale.lines if (net := _net(asked, using, problems))]
    if not sale.lines:
        problems.append(Problem("lines_required", "lines", "a document has at least one line"))
    unit = using.unit
    subtotal = total((line.net for line in drawn), unit)
    warnings: list[Warning_] = []
    parts = _taxes(sale, drawn, using, problems, warnings) if not problems else []
    tax_total = total((part.tax for part in parts), unit)
    if abs(subtotal.minor + tax_total.minor) >= AMOUNT_LIMIT:
        problems.append(Problem("amount_too_large", "lines", f"{subtotal} is more than the book can hold"))
    asserted = _asserted(sale, unit)
    if asserted.subtotal is not None and asserted.subtotal != subtotal and not problems:
        say = f"the subtotal {asserted.subtotal.amount} differs from the lines, which add up to {subtotal.amount}"
        if using.strict:
            problems.append(Problem("total_mismatch", "subtotal", say))
        else:
            warnings.append(("subtotal_differs", f"{say}; the lines hold"))
    return Priced(
        lines=tuple(
            _line(line, number, new_id(), _tax_of(parts, number - 1), using)
            for number, line in enumerate(drawn, start=1)
        ),
        taxes=tuple(parts),
        subtotal=subtotal,
        discount_total=total((line.discount for line in drawn), unit),
        tax_total=tax_total,
        asserted=asserted,
        problems=tuple(problems),
        warnings=tuple(warnings),
    )


def _net(asked: SaleLine, using: Pricing, problems: list[Problem]) -> _Net | None:
    item = using.items.get(asked.item_id) if asked.item_id is not None else None
    if asked.kind is LineKind.ITEM and asked.item_id is not None and item is None:
        problems.append(Problem("item_not_found", asked.where, f"there is no item {asked.item_id}"))
        return None
    unit_price = asked.unit_price
    if unit_price is None and item is not None and using.unit == using.base:
        unit_price = item.price
    if unit_price is None:
        say = f"item {item.sku} has no price in {using.unit.code}, and none was sent" if item else "a price is missing"
        problems.append(Problem("price_missing", asked.where, say))
        return None
    millionths(asked.quantity, asked.where)
    millionths(unit_price, asked.where, "unit price")
    discount = Money.of(asked.discount, using.unit)
    return _Net(asked, item, unit_price, discount, Money.of(asked.quantity * unit_price, using.unit) - discount)


def _line(found: _Net, number: int, line_id: int, tax: dict[int | None, Money], using: Pricing) -> Line:
    asked, item = found.asked, found.item
    return Line(
        id=line_id,
        line_no=number,
        kind=asked.kind,
        item_id=asked.item_id,
        sku=item.sku if item else asked.sku,
        description=asked.description if asked.description is not None else item.description if item else "",
        note=asked.note,
        uom=asked.uom if asked.uom is not None else item.uom if item else "",
        quantity=asked.quantity,
        ordered=asked.quantity if asked.ordered is None else asked.ordered,
        unit_price=found.unit_price,
        discount=found.discount,
        net=found.net,
        tax=total(tax.values(), using.unit),
        tax_parts=tax,
        ledger_class=item.ledger_class if item else "",
        stocked=using.moves and item is not None and item.stocked,
        order_line_id=asked.order_line_id,
        returns_line_id=asked.returns_line_id,
    )


def _tax_of(parts: Sequence[TaxPart], index: int) -> dict[int | None, Money]:
    """What each tax code takes of a line."""
    return {part.tax_code_id: part.shares[index] for part in parts if part.shares[index]}


def _taxes(
    sale: Sale, lines: Sequence[_Net], using: Pricing, problems: list[Problem], warnings: list[Warning_]
) -> list[TaxPart]:
    unit = using.unit
    taxable = [
        Taxable(
            line.net,
            using.exempt | (line.item.exempt_from if line.item else frozenset()),
            {code: Money.of(tax, unit) for code, tax in (line.asked.tax or {}).items()},
        )
        for line in lines
    ]
    parts = taxes(taxable, using.place, sale.on, sale.tax_rounding, unit)
    if sale.tax_rounding is TaxRounding.DELIVERED:
        spreads = using.spreads and not parts
        return [_spread(sale.asserted_tax, lines, unit)] if spreads and sale.asserted_tax else parts
    if sale.asserted_tax is None:
        return parts
    said = Money.of(sale.asserted_tax, unit)
    ours = total((part.tax for part in parts), unit)
    codes = {part.tax_code_id for part in parts}
    hit = sum(1 for line in taxable if codes - line.exempt_from)
    if abs(said - ours).amount <= tolerance(hit, len(parts)):
        return adopt(parts, said)
    where = using.place.name if using.place else "no jurisdiction"
    say = f"the tax {said.amount} differs from {ours.amount}, as configured for {where}"
    if using.binding:
        problems.append(Problem("tax_mismatch", "tax", say))
    else:
        warnings.append(("tax_differs", f"{say}; it is worked out again when the order is invoiced"))
    return parts


def _spread(asserted: Decimal, lines: Sequence[_Net], unit: Currency) -> TaxPart:
    """A tax given for the whole document, shared over its lines by what they come to."""
    tax = Money.of(asserted, unit)
    shares = split(tax, [line.net.minor for line in lines])
    return TaxPart(None, None, total((line.net for line in lines), unit), tax, tuple(shares))


def _asserted(sale: Sale, unit: Currency) -> Asserted:
    subtotal = None if sale.asserted_subtotal is None else Money.of(sale.asserted_subtotal, unit)
    tax = None if sale.asserted_tax is None else Money.of(sale.asserted_tax, unit)
    whole = None if sale.asserted_total is None else Money.of(sale.asserted_total, unit)
    if whole is None and subtotal is not None and tax is not None:
        whole = subtotal + tax
    return Asserted(subtotal, tax, whole)
