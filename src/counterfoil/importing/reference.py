"""Lines that bring what documents refer to: taxes, payment terms, exchange rates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from counterfoil.core.errors import Conflict, Problem
from counterfoil.importing.finding import Finder
from counterfoil.importing.kind import Kind
from counterfoil.importing.reading import SHORT, country, currency_code, day, flag, need
from counterfoil.services import registry
from counterfoil.services.office import Work
from counterfoil.wire.read import Fields

_RATE = ("country", "from_on", "rate")
_LONGEST_TERM = 3650


@dataclass(frozen=True, slots=True)
class _Tax:
    code: str
    name: str
    rates: tuple[tuple[str, date, Decimal], ...]


def _read_tax(found: Fields) -> _Tax:
    code = found.need_text("code", max_length=SHORT)
    rates = found.children("rates")
    for one in rates:
        one.only(_RATE)
    return _Tax(code, found.text("name", max_length=SHORT) or code, tuple(_rate(one) for one in rates))


def _rate(found: Fields) -> tuple[str, date, Decimal]:
    return (
        country(found),
        need(found, "from_on", day(found, "from_on"), date.min),
        found.need_decimal("rate", places=6, below=10),
    )


def _file_tax(work: Work, finder: Finder, wanted: _Tax) -> str:
    if any(tax.code == wanted.code for tax in work.reference.tax_codes.values()):
        raise Conflict(Problem("tax_taken", "code", f"there is a tax {wanted.code!r} already"))
    if len({rate[:2] for rate in wanted.rates}) != len(wanted.rates):
        raise Conflict(Problem("rate_taken", "rates", "two rates of one country begin on the same day"))
    registry.add_tax_code(work, wanted.code, wanted.name, wanted.rates)
    return wanted.code


@dataclass(frozen=True, slots=True)
class _Terms:
    code: str
    name: str
    days: int
    end_of_month: bool


def _read_terms(found: Fields) -> _Terms:
    code = found.need_text("code", max_length=SHORT)
    return _Terms(
        code=code,
        name=found.text("name", max_length=SHORT) or code,
        days=found.need_whole("days", low=0, high=_LONGEST_TERM),
        end_of_month=flag(found, "end_of_month", False),
    )


def _file_terms(work: Work, finder: Finder, wanted: _Terms) -> str:
    if any(terms.code == wanted.code for terms in work.reference.terms.values()):
        raise Conflict(Problem("terms_taken", "code", f"there are terms {wanted.code!r} already"))
    registry.add_terms(work, wanted.code, wanted.name, wanted.days, wanted.end_of_month)
    return wanted.code


@dataclass(frozen=True, slots=True)
class _Rate:
    currency: str
    from_on: date
    rate: Decimal


def _read_rate(found: Fields) -> _Rate:
    return _Rate(
        currency=need(found, "currency", currency_code(found), ""),
        from_on=need(found, "from_on", day(found, "from_on"), date.min),
        rate=found.need_decimal("rate", places=12, below=10**9),
    )


def _file_rate(work: Work, finder: Finder, wanted: _Rate) -> str:
    key = (wanted.currency, wanted.from_on)
    known = {from_on for from_on, _ in work.reference.rates.get(wanted.currency, ())}
    if wanted.from_on.isoformat() in known or key in finder.rates:
        say = f"there is a rate of {wanted.currency} from {wanted.from_on} already"
        raise Conflict(Problem("rate_taken", "from_on", say))
    registry.set_rate(work, wanted.currency, wanted.from_on, wanted.rate)
    finder.rates.add(key)
    return f"{wanted.currency} {wanted.from_on}"


TAX_CODES = Kind(
    name="tax-codes",
    fields=("code", "name", "rates"),
    inner=_RATE,
    part="rates",
    group="code",
    read=_read_tax,
    file=_file_tax,
    alone=True,
)
TERMS = Kind(
    name="terms", fields=("code", "name", "days", "end_of_month"), read=_read_terms, file=_file_terms, alone=True
)
EXCHANGE_RATES = Kind(name="exchange-rates", fields=("currency", "from_on", "rate"), read=_read_rate, file=_file_rate)
