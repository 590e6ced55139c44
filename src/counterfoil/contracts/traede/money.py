"""What a delivered document comes to: its own figures reconciled, a credit note's signs made out, the residue named.

source: TRAEDE contract, §12
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from counterfoil.core.errors import Invalid, Problem
from counterfoil.core.money import Currency, Money, split, total

#: How a credit note's lines and fees stand in its total: total = lines x first + fees x second.
SIGNS: dict[str, tuple[int, int]] = {"plus": (1, 1), "fees_minus": (1, -1), "lines_minus": (-1, 1)}

_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Amount:
    """A line or fee as delivered.

    vat:  None where it is not given
    rate: the fraction that taxes it, None where it is not said
    """

    net: Money
    vat: Money | None = None
    rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Delivered:
    """A document's figures as delivered; vat and total are None where they are not given."""

    unit: Currency
    lines: tuple[Amount, ...]
    fees: tuple[Amount, ...] = ()
    vat: Money | None = None
    total: Money | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """What is booked: nets and taxes of lines and fees in their order, and the residue, adding up to the total.

    turn:  the sign by which lines, and by which fees, were turned
    signs: the convention that a credit note proves, "" where it fits several
    """

    nets: tuple[Money, ...]
    taxes: tuple[Money, ...]
    residue: Money
    total: Money
    turn: tuple[int, int] = (1, 1)
    signs: str = ""


def line_net(quantity: Decimal, price: Decimal, discount: Decimal, unit: Currency) -> Money:
    """What a line comes to where it does not say so itself; discount is a percentage."""
    return Money.of(quantity * price * (_HUNDRED - discount) / _HUNDRED, unit)


def tolerance(lines: int, unit: Currency) -> int:
    """How far figures may be apart, in minor units: one for each line, at least one, at most 1.00."""
    whole: int = 10**unit.digits
    return min(max(1, lines), whole)


def settle(given: Delivered) -> Settled:
    """An invoice's figures; Invalid with totals_mismatch or vat_mismatch when they do not add up.

    The document's totals hold; what the parts lack is the residue.
    """
    amounts = (*given.lines, *given.fees)
    near = tolerance(len(given.lines), given.unit)
    nets = total((amount.net for amount in amounts), given.unit)
    taxes, vat = _taxes(given, amounts, nets, near)
    whole = nets + vat if given.total is None else given.total
    residue = whole - nets - vat
    if abs(residue.minor) > near:
        say = f"lines, fees and VAT add up to {(nets + vat).amount}, the total is {whole.amount}"
        raise Invalid(Problem("totals_mismatch", "total", say))
    return Settled(tuple(amount.net for amount in amounts), taxes, residue, whole)


def _taxes(given: Delivered, amounts: Sequence[Amount], nets: Money, near: int) -> tuple[tuple[Money, ...], Money]:
    """The tax of each line and fee, adding up to the document's VAT, which may be rounded by line or as a whole."""
    parts = [_tax_of(amount) for amount in amounts]
    known = [part for part in parts if part is not None]
    vat = given.vat
    if vat is None:
        said = total(known, given.unit)
        vat = said if given.total is None or len(known) == len(parts) else given.total - nets
    rest = vat - total(known, given.unit)
    if len(known) == len(parts):
        _check_rounding(given, amounts, vat, rest, near)
        filled = [part for part in parts if part is not None]
    else:
        # What is not said of single amounts is what the document says beyond the others.
        open_nets = [
            0 if part is not None else abs(amount.net.minor) for part, amount in zip(parts, amounts, strict=True)
        ]
        shares = split(rest, open_nets)
        return tuple(share if part is None else part + share for part, share in zip(parts, shares, strict=True)), vat
    if rest and filled:
        largest = max(range(len(filled)), key=lambda index: (abs(filled[index].minor), abs(amounts[index].net.minor)))
        filled[largest] = filled[largest] + rest
    return tuple(filled), vat


def _tax_of(amount: Amount) -> Money | None:
    if amount.vat is not None:
        return amount.vat
    return None if amount.rate is None else Money.of(amount.net.amount * amount.rate, amount.net.currency)


def _check_rounding(given: Delivered, amounts: Sequence[Amount], vat: Money, rest: Money, near: int) -> None:
    if abs(rest.minor) <= near:
        return
    rates = {amount.rate for amount in amounts}
    if None not in rates:
        at_once = total(
            (
                Money.of(sum((a.net.amount for a in amounts if a.rate == rate), Decimal(0)) * (rate or 0), given.unit)
                for rate in rates
            ),
            given.unit,
        )
        if abs((vat - at_once).minor) <= near:
            return
    say = f"the VAT is {vat.amount}, by the lines and fees it would be {(vat - rest).amount}"
    raise Invalid(Problem("vat_mismatch", "vat_total", say))


def settle_credit(given: Delivered, known: str = "") -> Settled:
    """A credit note's figures, what is credited positive, by whichever convention explains its total.

    known:  the convention of its system, "" = none yet
    raises: Invalid: totals_mismatch, sign_ambiguous, or sign_contradicts the known convention
    """
    found = {name: settled for name in SIGNS if (settled := _by(given, name)) is not None}
    if not found:
        raise Invalid(Problem("sign_ambiguous", "total", f"no reading of its signs explains the total {_said(given)}"))
    if known:
        if known not in found:
            say = f"the total {_said(given)} is explained by {', '.join(found)}; its system's credit notes are {known}"
            raise Invalid(Problem("sign_contradicts", "total", say))
        return found[known]
    figures = {(settled.nets, settled.residue) for settled in found.values()}
    if len(figures) > 1:
        say = f"the total {_said(given)} is explained by {' and by '.join(found)}, with different amounts"
        raise Invalid(Problem("sign_ambiguous", "total", say))
    name, settled = next(iter(found.items()))
    proves = len(found) == 1 and any(amount.net for amount in given.lines)
    return replace(settled, signs=name if proves else "")


def _by(given: Delivered, name: str) -> Settled | None:
    """The figures by one convention, turned so that what is credited is positive; None where it does not fit."""
    lines, fees = SIGNS[name]
    sign = -1 if given.total is not None and given.total.minor < 0 else 1
    turned = replace(
        given,
        lines=tuple(_turned(amount, lines * sign) for amount in given.lines),
        fees=tuple(_turned(amount, fees * sign) for amount in given.fees),
        total=None if given.total is None else abs(given.total),
    )
    turned = replace(turned, vat=_following(turned))
    try:
        return replace(settle(turned), turn=(lines * sign, fees * sign))
    except Invalid:
        return None


def _following(turned: Delivered) -> Money | None:
    """The VAT, signed as what it is taken from: its own field may be signed either way."""
    if turned.vat is None:
        return None
    parts = (*turned.lines, *turned.fees)
    taxes = [tax.minor for tax in map(_tax_of, parts) if tax is not None]
    expected = sum(taxes) if len(taxes) == len(parts) else sum(part.net.minor for part in parts)
    return min(turned.vat, -turned.vat, key=lambda vat: abs(expected - vat.minor))


def _turned(amount: Amount, sign: int) -> Amount:
    if sign > 0:
        return amount
    return Amount(-amount.net, None if amount.vat is None else -amount.vat, amount.rate)


def _said(given: Delivered) -> str:
    return "that is not given" if given.total is None else f"{given.total.amount}"
