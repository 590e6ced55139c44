"""A company file: departments, taxes, tenders, customers and items in one TOML text, filed where they are missing."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from counterfoil.core.chart import OPENING_BALANCES
from counterfoil.core.errors import Invalid, Problem
from counterfoil.core.party import Address
from counterfoil.services import registry, stock, suppliers
from counterfoil.services.office import Work


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class TaxRateEntry(_Table, frozen=True):
    """A rate of a tax in a country from a day on; rate is a fraction."""

    country: str
    from_on: date
    rate: Decimal


class TaxEntry(_Table, frozen=True):
    """A tax and its rates; refs holds other systems' ids."""

    code: str
    name: str
    rates: list[TaxRateEntry]
    refs: dict[str, str] = {}


class JurisdictionEntry(_Table, frozen=True):
    """A place and the codes of its taxes."""

    name: str
    country: str
    taxes: list[str]
    state: str = ""
    postal_prefix: str = ""


class TenderEntry(_Table, frozen=True):
    """A way of paying; account is a code of the chart."""

    code: str
    name: str
    account: str
    gives_change: bool = False
    invoice_types: list[str] = []


class InvoiceTypeEntry(_Table, frozen=True):
    """An invoice type with its sub-types."""

    code: str
    name: str
    sub_types: list[str] = []


class NamedEntry(_Table, frozen=True):
    """A department or salesperson."""

    id: int
    name: str


class TermsEntry(_Table, frozen=True):
    """Payment terms."""

    code: str
    name: str
    days: int
    end_of_month: bool = False


class ExchangeEntry(_Table, frozen=True):
    """What one unit of a currency is worth in the book's own from a day on."""

    currency: str
    from_on: date
    rate: Decimal


class UnitEntry(_Table, frozen=True):
    """One of the company's own units; department is an id, country decides the taxes of what it buys."""

    code: str
    name: str
    country: str | None = None
    department: int | None = None
    refs: dict[str, str] = {}


class SupplierEntry(_Table, frozen=True):
    """A supplier; tolerance is how much of an invoice line may differ without a dispute."""

    code: str
    name: str
    currency: str | None = None
    terms: str | None = None
    tolerance: Decimal = Decimal(0)
    address: dict[str, str] = {}
    refs: dict[str, str] = {}


class ContactEntry(_Table, frozen=True):
    """A person who orders for a customer."""

    name: str
    reference: str
    email: str = ""


class CustomerEntry(_Table, frozen=True):
    """A customer; exempt_from holds tax codes, refs other systems' ids."""

    code: str
    name: str
    currency: str | None = None
    terms: str | None = None
    credit_limit: Decimal | None = None
    exempt_from: list[str] = []
    billing: dict[str, str] = {}
    shipping: dict[str, str] | None = None
    refs: dict[str, str] = {}
    contacts: list[ContactEntry] = []


class ItemEntry(_Table, frozen=True):
    """An item; purchase_tax is a tax code for what suppliers charge; on_hand and unit_cost bring first stock in."""

    sku: str
    description: str
    uom: str = "EA"
    stocked: bool = True
    price: Decimal | None = None
    ledger_class: str = ""
    exempt_from: list[str] = []
    purchase_tax: str | None = None
    refs: dict[str, str] = {}
    on_hand: Decimal | None = None
    unit_cost: Decimal | None = None


class CompanyFile(_Table, frozen=True):
    """A whole company file."""

    settings: dict[str, Any] = {}
    department: list[NamedEntry] = []
    salesperson: list[NamedEntry] = []
    terms: list[TermsEntry] = []
    tax: list[TaxEntry] = []
    jurisdiction: list[JurisdictionEntry] = []
    tender: list[TenderEntry] = []
    invoice_type: list[InvoiceTypeEntry] = []
    exchange: list[ExchangeEntry] = []
    unit: list[UnitEntry] = []
    supplier: list[SupplierEntry] = []
    customer: list[CustomerEntry] = []
    item: list[ItemEntry] = []


def read(text: str) -> CompanyFile:
    """A company file from its text; Invalid names the key that is wrong."""
    try:
        return msgspec.convert(tomllib.loads(text, parse_float=Decimal), CompanyFile, strict=False)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise Invalid(Problem("file_invalid", "", str(error))) from error


def file(work: Work, company: CompanyFile, opened_on: date) -> int:
    """File what is not there yet, by code; how many things were new.

    opened_on: the day on which first stock comes in
    """
    added = _reference(work, company) + _parties(work, company)
    for item in company.item:
        if work.unit.items.by_sku(item.sku) is None:
            added += 1
            _item(work, item, opened_on)
    return added


def _reference(work: Work, company: CompanyFile) -> int:
    known, added = work.unit.references.read(), 0
    for department in company.department:
        if department.id not in known.departments:
            registry.add_department(work, department.name, department.id)
            added += 1
    for person in company.salesperson:
        if person.id not in known.salespeople:
            registry.add_salesperson(work, person.name, person.id)
            added += 1
    for terms in company.terms:
        if terms.code not in {entry.code for entry in known.terms.values()}:
            registry.add_terms(work, terms.code, terms.name, terms.days, terms.end_of_month)
            added += 1
    for tax in company.tax:
        if tax.code not in {entry.code for entry in known.tax_codes.values()}:
            rates = [(rate.country, rate.from_on, rate.rate) for rate in tax.rates]
            number = registry.add_tax_code(work, tax.code, tax.name, rates)
            registry.file_refs(work, "tax_code", number, tax.refs)
            added += 1
    codes = _tax_ids(work)
    for place in company.jurisdiction:
        key = (place.country, place.state.upper(), place.postal_prefix)
        if key not in {(entry.country, entry.state, entry.postal_prefix) for entry in known.jurisdictions}:
            ids = [_code(codes, code) for code in place.taxes]
            registry.add_jurisdiction(work, place.name, place.country, ids, place.state, place.postal_prefix)
            added += 1
    for tender in company.tender:
        if tender.code not in known.tender_types:
            types = tender.invoice_types
            registry.add_tender_type(work, tender.code, tender.name, tender.account, tender.gives_change, types)
            added += 1
    for kind in company.invoice_type:
        if kind.code not in known.invoice_types or not known.invoice_types[kind.code].sub_types.issuperset(
            kind.sub_types
        ):
            registry.add_invoice_type(work, kind.code, kind.name, kind.sub_types)
            added += 1
    for rate in company.exchange:
        if rate.from_on.isoformat() not in {from_on for from_on, _ in known.rates.get(rate.currency, ())}:
            registry.set_rate(work, rate.currency, rate.from_on, rate.rate)
            added += 1
    return added + _settings(work, company)


def _settings(work: Work, company: CompanyFile) -> int:
    """Filed last: they may name what the same file brings."""
    known, added = work.unit.references.read(), 0
    for name, value in company.settings.items():
        if getattr(known.policy, name, None) != registry.policy_value(known, name, value):
            registry.set_policy(work, name, value)
            added += 1
    return added


def _address(name: str, texts: dict[str, str]) -> Address:
    return registry.address_of(name, {"name": name, **texts})


def _tax_ids(work: Work) -> dict[str, int]:
    return {entry.code: entry.id for entry in work.unit.references.read().tax_codes.values()}


def _code(codes: Mapping[str, int], code: str) -> int:
    if code not in codes:
        raise Invalid(Problem("tax_unknown", "taxes", f"there is no tax {code!r}"))
    return codes[code]


def _parties(work: Work, company: CompanyFile) -> int:
    codes, added = _tax_ids(work), _suppliers(work, company)
    terms = _terms_ids(work)
    for customer in company.customer:
        if work.unit.parties.customer_by_code(customer.code) is not None:
            continue
        if customer.terms is not None and customer.terms not in terms:
            raise Invalid(Problem("terms_unknown", "terms", f"there are no terms {customer.terms!r}"))
        registry.add_customer(
            work,
            customer.code,
            customer.name,
            billing=_address(customer.name, customer.billing),
            shipping=_address(customer.name, customer.shipping) if customer.shipping else None,
            unit=customer.currency,
            terms_id=terms[customer.terms] if customer.terms else None,
            credit_limit=customer.credit_limit,
            exempt_from=[_code(codes, code) for code in customer.exempt_from],
            refs=customer.refs,
        )
        for person in customer.contacts:
            registry.add_contact(work, customer.code, person.name, person.reference, person.email)
        added += 1
    return added


def _terms_ids(work: Work) -> dict[str, int]:
    return {entry.code: entry.id for entry in work.unit.references.read().terms.values()}


def _suppliers(work: Work, company: CompanyFile) -> int:
    terms, added = _terms_ids(work), 0
    for unit in company.unit:
        if work.unit.parties.id_of_code(unit.code) is None:
            more: dict[str, Any] = {"country": unit.country, "department_id": unit.department, "refs": unit.refs}
            suppliers.add_unit(work, unit.code, unit.name, **more)
            added += 1
    for supplier in company.supplier:
        if work.unit.parties.id_of_code(supplier.code) is not None:
            continue
        if supplier.terms is not None and supplier.terms not in terms:
            raise Invalid(Problem("terms_unknown", "terms", f"there are no terms {supplier.terms!r}"))
        suppliers.add_supplier(
            work,
            supplier.code,
            supplier.name,
            unit=supplier.currency,
            terms_id=terms[supplier.terms] if supplier.terms else None,
            tolerance=supplier.tolerance,
            address=_address(supplier.name, supplier.address),
            refs=supplier.refs,
        )
        added += 1
    return added


def _item(work: Work, item: ItemEntry, opened_on: date) -> None:
    codes = _tax_ids(work)
    registry.add_item(
        work,
        item.sku,
        item.description,
        uom=item.uom,
        stocked=item.stocked,
        price=item.price,
        ledger_class=item.ledger_class,
        exempt_from=[_code(codes, code) for code in item.exempt_from],
        tax_code_id=_code(codes, item.purchase_tax) if item.purchase_tax else None,
        refs=item.refs,
    )
    if item.on_hand:
        known = {account.code for account in work.reference.accounts.values()}
        reason = OPENING_BALANCES if OPENING_BALANCES in known else None
        stock.adjust(work, item.sku, item.on_hand, item.unit_cost, reason=reason, on=opened_on, comment="First stock")
