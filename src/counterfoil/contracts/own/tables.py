"""The book's small tables: tender and invoice types, departments, salespeople, terms, number series, exchange rates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from msgspec import Meta

from counterfoil.contracts.own.names import Names
from counterfoil.contracts.own.resource import (
    Place,
    Reading,
    Resource,
    Writing,
    in_pages,
    listing,
    making,
)
from counterfoil.contracts.own.shapes import Asked, Code, CurrencyCode, Id, Paged, Shown
from counterfoil.core.access import Verb
from counterfoil.core.reference import InvoiceType as CoreType
from counterfoil.services import keeping, registry

Name = Annotated[str, Meta(min_length=1, max_length=200)]
TypeCode = Annotated[str, Meta(min_length=1, max_length=8)]


class NewTenderType(Asked):
    """A way of paying.

    account:       code of its clearing account
    gives_change:  cash does; a card does not
    invoice_types: codes of the invoice types that it may be used on; all for an empty list
    """

    code: Code
    name: Name
    account: Code
    gives_change: bool = False
    invoice_types: list[TypeCode] = []


class TenderType(Shown):
    """A way of paying."""

    id: int
    code: str
    name: str
    account: str
    gives_change: bool
    invoice_types: list[str]


class InvoiceTypeAsked(Asked):
    """A sender's type letter, and the workflow labels that it may carry; one that is there is replaced."""

    code: TypeCode
    name: Name
    sub_types: list[TypeCode] = []


class InvoiceType(Shown):
    """A sender's type letter, and the workflow labels that it may carry."""

    code: str
    name: str
    sub_types: list[str]


class NewNamed(Asked):
    """A department or salesperson; the next free id without one."""

    name: Name
    id: Id | None = None


class Named(Shown):
    """A department or salesperson."""

    id: int
    name: str


class NewTerms(Asked):
    """Payment terms: so many days after the document, or after the end of its month."""

    code: Code
    name: Name
    days: Annotated[int, Meta(ge=0, le=3650)]
    end_of_month: bool = False


class Terms(Shown):
    """Payment terms."""

    id: int
    code: str
    name: str
    days: int
    end_of_month: bool


class Series(Shown):
    """A number series; next is the number that it gives out next."""

    kind: str
    prefix: str
    next: int


class PrefixAsked(Asked):
    """How the numbers of a kind of document begin from now on; a prefix ends in no digit."""

    kind: Code
    prefix: Annotated[str, Meta(pattern=keeping.PREFIX)]


class NewExchangeRate(Asked):
    """What one unit of a currency is worth in the base currency from a day on."""

    currency: CurrencyCode
    from_on: date
    rate: Decimal


class ExchangeRate(Shown):
    """What one unit of a currency is worth in the base currency from a day on."""

    currency: str
    from_on: date
    rate: Decimal
    base_currency: str


def _tender_types(asked: Reading[Any]) -> list[tuple[Place, TenderType]]:
    accounts = asked.view.reference.accounts
    rows = [
        TenderType(
            id=one.id,
            code=one.code,
            name=one.name,
            account=accounts[one.account_id].code,
            gives_change=one.gives_change,
            invoice_types=sorted(one.invoice_types),
        )
        for one in asked.view.reference.tender_types.values()
    ]
    return in_pages([((row.code,), row) for row in sorted(rows, key=lambda row: row.code)], asked)


def _add_tender_type(wanted: Writing[NewTenderType]) -> TenderType:
    asked, names = wanted.asked, Names(wanted.view)
    names.account(asked.account)
    names.check()
    registry.add_tender_type(
        wanted.work, asked.code, asked.name, asked.account, asked.gives_change, set(asked.invoice_types)
    )
    made = wanted.work.unit.references.read().tender_types[asked.code]
    return TenderType(
        id=made.id,
        code=made.code,
        name=made.name,
        account=asked.account,
        gives_change=made.gives_change,
        invoice_types=sorted(made.invoice_types),
    )


def _type(known: CoreType) -> InvoiceType:
    return InvoiceType(code=known.code, name=known.name, sub_types=sorted(known.sub_types))


def _types(asked: Reading[Any]) -> list[tuple[Place, InvoiceType]]:
    known = sorted(asked.view.reference.invoice_types.values(), key=lambda one: one.code)
    return in_pages([((one.code,), _type(one)) for one in known], asked)


def _set_type(wanted: Writing[InvoiceTypeAsked]) -> InvoiceType:
    asked = wanted.asked
    registry.add_invoice_type(wanted.work, asked.code, asked.name, set(asked.sub_types))
    return _type(wanted.work.unit.references.read().invoice_types[asked.code])


def _departments(asked: Reading[Any]) -> list[tuple[Place, Named]]:
    known = asked.view.reference.departments.values()
    return in_pages([((one.id,), Named(id=one.id, name=one.name)) for one in known], asked)


def _add_department(wanted: Writing[NewNamed]) -> Named:
    asked = wanted.asked
    registry.add_department(wanted.work, asked.name, asked.id)
    number = asked.id or max(wanted.work.unit.references.read().departments)
    return Named(id=number, name=asked.name)


def _salespeople(asked: Reading[Any]) -> list[tuple[Place, Named]]:
    known = asked.view.reference.salespeople.values()
    return in_pages([((one.id,), Named(id=one.id, name=one.name)) for one in known], asked)


def _add_salesperson(wanted: Writing[NewNamed]) -> Named:
    asked = wanted.asked
    registry.add_salesperson(wanted.work, asked.name, asked.id)
    number = asked.id or max(wanted.work.unit.references.read().salespeople)
    return Named(id=number, name=asked.name)


def _terms(asked: Reading[Any]) -> list[tuple[Place, Terms]]:
    rows = [
        Terms(id=one.id, code=one.code, name=one.name, days=one.days, end_of_month=one.end_of_month)
        for one in asked.view.reference.terms.values()
    ]
    return in_pages([((row.id,), row) for row in rows], asked)


def _add_terms(wanted: Writing[NewTerms]) -> Terms:
    asked = wanted.asked
    known = wanted.work.reference.terms.values()
    registry.require_free(any(one.code == asked.code for one in known), "terms", asked.code)
    number = registry.add_terms(wanted.work, asked.code, asked.name, asked.days, asked.end_of_month)
    return Terms(id=number, code=asked.code, name=asked.name, days=asked.days, end_of_month=asked.end_of_month)


def _series(asked: Reading[Any]) -> list[tuple[Place, Series]]:
    found = asked.view.registers.series()
    return in_pages([((kind,), Series(kind=kind, prefix=prefix, next=next_)) for kind, prefix, next_ in found], asked)


def _set_prefix(wanted: Writing[PrefixAsked]) -> Series:
    asked = wanted.asked
    keeping.set_prefix(wanted.work, asked.kind, asked.prefix)
    found = wanted.view.registers.series()
    return next(Series(kind=kind, prefix=prefix, next=n) for kind, prefix, n in found if kind == asked.kind)


def _rates(asked: Reading[Paged]) -> list[tuple[Place, ExchangeRate]]:
    reference = asked.view.reference
    rows = [
        ExchangeRate(currency=code, from_on=date.fromisoformat(on), rate=rate, base_currency=reference.base.code)
        for code, rates in sorted(reference.rates.items())
        for on, rate in rates
    ]
    return in_pages([((row.currency, row.from_on.isoformat()), row) for row in rows], asked)


def _set_rate(wanted: Writing[NewExchangeRate]) -> ExchangeRate:
    asked, base = wanted.asked, wanted.work.reference.base
    names = Names(wanted.view)
    if asked.currency == base.code:
        names.wrong("rate_of_base", "currency", f"{base} is the base currency")
    if asked.rate <= 0:
        names.wrong("rate_invalid", "rate", f"{asked.rate} is no exchange rate")
    names.check()
    known = wanted.work.reference.rates.get(asked.currency, ())
    taken = any(on == asked.from_on.isoformat() for on, _ in known)
    registry.require_free(taken, "rate", f"{asked.currency} of {asked.from_on}", "from_on")
    registry.set_rate(wanted.work, asked.currency, asked.from_on, asked.rate)
    return ExchangeRate(currency=asked.currency, from_on=asked.from_on, rate=asked.rate, base_currency=base.code)


TENDER_TYPES = Resource(
    "tender-types",
    "Tender types",
    (
        listing("/tender-types", "listTenderTypes", "Ways of paying", TenderType, _tender_types, (str,)),
        making("/tender-types", "createTenderType", "A new way of paying", NewTenderType, TenderType, _add_tender_type),
    ),
)
INVOICE_TYPES = Resource(
    "invoice-types",
    "Invoice types",
    (
        listing("/invoice-types", "listInvoiceTypes", "Invoice types and their sub-types", InvoiceType, _types, (str,)),
        making(
            "/invoice-types",
            "setInvoiceType",
            "Add or replace one",
            InvoiceTypeAsked,
            InvoiceType,
            _set_type,
            Verb.EDIT,
        ),
    ),
)
DEPARTMENTS = Resource(
    "departments",
    "Departments",
    (
        listing("/departments", "listDepartments", "Where stock lies", Named, _departments, (int,)),
        making("/departments", "createDepartment", "A new department", NewNamed, Named, _add_department),
    ),
)
SALESPEOPLE = Resource(
    "salespeople",
    "Salespeople",
    (
        listing("/salespeople", "listSalespeople", "Who sells", Named, _salespeople, (int,)),
        making("/salespeople", "createSalesperson", "A new salesperson", NewNamed, Named, _add_salesperson),
    ),
)
TERMS = Resource(
    "terms",
    "Payment terms",
    (
        listing("/terms", "listTerms", "Payment terms", Terms, _terms, (int,)),
        making("/terms", "createTerms", "New payment terms", NewTerms, Terms, _add_terms),
    ),
)
SERIES = Resource(
    "number-series",
    "Number series",
    (
        listing("/number-series", "listNumberSeries", "Number series by kind", Series, _series, (str,)),
        making(
            "/number-series", "setPrefix", "Let numbers begin otherwise", PrefixAsked, Series, _set_prefix, Verb.MANAGE
        ),
    ),
)
RATES = Resource(
    "exchange-rates",
    "Exchange rates",
    (
        listing("/exchange-rates", "listExchangeRates", "Rates by currency and day", ExchangeRate, _rates, (str, date)),
        making(
            "/exchange-rates", "addExchangeRate", "A new rate, from a day on", NewExchangeRate, ExchangeRate, _set_rate
        ),
    ),
)
