"""What a book has to know before anything can be posted: making the book, and adding to its reference data."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from counterfoil.core.chart import CREDIT_AGREED, DEFAULT_CHART, DEFAULT_ROLES
from counterfoil.core.document import Kind
from counterfoil.core.errors import Conflict, Invalid, NotFound, Problem, Refused
from counterfoil.core.journal import Account, AccountType, Role
from counterfoil.core.money import currency, millionths
from counterfoil.core.party import Address, Contact, Customer
from counterfoil.core.reference import POLICY_NAMES, Reference
from counterfoil.core.stock import Item
from counterfoil.services.office import Clock, Work, utc_now
from counterfoil.services.supplier_terms import amount_type_row, dispute_reason_row
from counterfoil.store import Refs, Store
from counterfoil.store.changes import ITEM
from counterfoil.store.reference import ACCOUNT_PREFIX, setting_value
from counterfoil.store.refs import LARGEST as LARGEST

#: The prefixes of the number series.
SERIES = {
    Kind.QUOTE: "Q",
    Kind.WORK_ORDER: "W",
    Kind.SALES_ORDER: "SO",
    Kind.SHIPMENT: "SH",
    Kind.SALES_INVOICE: "INV",
    Kind.CASH_SALE: "CS",
    Kind.CREDIT_NOTE: "CN",
    Kind.RECEIPT: "RC",
    Kind.REFUND: "RF",
    Kind.STOCK_ADJUSTMENT: "SA",
    Kind.PURCHASE_ORDER: "PO",
    Kind.SUPPLIER_SHIPMENT: "SS",
    Kind.GOODS_RECEIPT: "GR",
    Kind.SUPPLIER_INVOICE: "SI",
    Kind.SETTLEMENT: "ST",
    Kind.REMITTANCE: "RM",
    Kind.ACCOUNTING_ENTRY: "AE",
}
#: The settings of the book that hold an id, and among what it is looked for.
_POLICY_IDS = {
    "default_department": "departments",
    "default_salesperson": "salespeople",
    "purchase_tax": "tax_codes",
}
_INVOICE_TYPES = {
    "E": ("Estimate", ("E",)),
    "W": ("Work order", ("H",)),
    "A": ("Accounts receivable", ()),
    "C": ("Cash", ()),
}
_LARGEST_RATE = 10**9
_AMOUNT_TYPES = (("Administration costs", "Admin", False), ("Other", "Other", False), ("Cost of Goods", "Goods", True))
_DISPUTE_REASONS = ("Quantity difference", "Price difference")
_HOLD_STATUSES = ("On hold", "Under review")


def require_fit(unit: str, country: str, time_zone: str, fiscal_month: int) -> None:
    """Invalid unless a book can be made with these."""
    currency(unit)
    if len(country) != 2 or not country.isalpha() or not country.isupper():
        raise Invalid(Problem("country_invalid", "country", f"{country!r} is no two-letter country code"))
    if not 1 <= fiscal_month <= 12:
        raise Invalid(Problem("month_invalid", "fiscal_year", f"{fiscal_month} is no month"))
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise Invalid(Problem("time_zone_invalid", "time_zone", f"there is no time zone {time_zone!r}")) from error


def make_book(
    store: Store,
    name: str,
    unit: str,
    country: str,
    time_zone: str = "UTC",
    fiscal_month: int = 1,
    clock: Clock = utc_now,
) -> None:
    """Make the book with the default chart, number series, a department, the invoice types and tender types.

    raises: Conflict when there is a book already
    """
    require_fit(unit, country, time_zone, fiscal_month)
    with store.unit() as unit_of_work:
        references, now = unit_of_work.references, clock()
        if references.ask_version().row() is not None:
            raise Conflict(Problem("book_exists", "", "there is a book here already"))
        row = {
            "name": name,
            "currency": unit,
            "country": country,
            "time_zone": time_zone,
            "fiscal_month": fiscal_month,
            "version": 1,
        }
        references.add("book", {"id": 1, **row})
        for account in DEFAULT_CHART:
            references.add("account", _account_row(account))
        for role, code in DEFAULT_ROLES.items():
            references.set(ACCOUNT_PREFIX + role.value, code, "init", now)
        payable = DEFAULT_ROLES[Role.PAYABLE]
        references.set(f"{ACCOUNT_PREFIX}{CREDIT_AGREED}.{Role.RESOLUTION.value}", payable, "init", now)
        for kind, prefix in (*SERIES.items(), ("entry", "")):
            references.add("number_series", {"kind": str(kind), "prefix": f"{prefix}-" if prefix else "", "next": 1})
        references.add("department", {"id": 1, "name": "Main"})
        for code, (label, subs) in _INVOICE_TYPES.items():
            references.add("invoice_type", {"code": code, "name": label, "sub_types": json.dumps(subs)})
        for number, (code, label, account_code, change) in enumerate(
            (("C", "Cash", "1000", True), ("K", "Card", "1010", False), ("T", "Bank transfer", "1050", False)), start=1
        ):
            account_id = next(account.id for account in DEFAULT_CHART if account.code == account_code)
            references.add("tender_type", _tender_row(number, code, label, account_id, change, ()))
        for name, ledger_class, goods in _AMOUNT_TYPES:
            references.add("amount_type", amount_type_row(name, "", ledger_class, goods))
        for name in _DISPUTE_REASONS:
            references.add("dispute_reason", dispute_reason_row(name, "", "", False))
        for name in _HOLD_STATUSES:
            references.add("hold_status", {"name": name})


def _account_row(account: Account) -> dict[str, Any]:
    return {
        "id": account.id,
        "code": account.code,
        "name": account.name,
        "type": account.type.value,
        "control": account.control,
    }


def _tender_row(
    number: int | None, code: str, name: str, account_id: int, gives_change: bool, types: Iterable[str]
) -> dict[str, Any]:
    return {
        "id": number,
        "code": code,
        "name": name,
        "account_id": account_id,
        "gives_change": gives_change,
        "invoice_types": json.dumps(sorted(types)),
    }


def require_free(taken: bool, what: str, name: object, where: str = "code") -> None:
    """Conflict where there is a thing of that name already."""
    if taken:
        raise Conflict(Problem(f"{what.replace(' ', '_')}_taken", where, f"there is a {what} {name!r} already"))


def add_account(work: Work, code: str, name: str, kind: str) -> None:
    """Add an account to the chart."""
    if any(account.code == code for account in work.reference.accounts.values()):
        raise Conflict(Problem("account_taken", "code", f"there is an account {code} already"))
    row = {"code": code, "name": name, "type": AccountType(kind).value, "control": ""}
    work.unit.references.add("account", row)


def map_account(work: Work, role: Role, code: str, ledger_class: str = "") -> None:
    """Let an account play a role, for one ledger class or by default."""
    _account(work, code)
    name = f"{ledger_class}.{role.value}" if ledger_class else role.value
    work.unit.references.set(ACCOUNT_PREFIX + name, code, work.actor, work.now)


def _account(work: Work, code: str) -> Account:
    for account in work.unit.references.read().accounts.values():
        if account.code == code:
            return account
    raise NotFound(Problem("account_unknown", "account", f"there is no account {code!r}"))


def set_policy(work: Work, name: str, value: Any) -> None:
    """Change one of the book's own settings from now on."""
    fitting = policy_value(work.unit.references.read(), name, value)
    work.unit.references.set(name, setting_value(fitting), work.actor, work.now)


def policy_value(known: Reference, name: str, value: Any) -> Any:
    """A setting of the book as it may be: true or false, the id of something on file or None, or an address.

    value:  an address may be a mapping of its fields
    raises: Invalid
    """
    if name not in POLICY_NAMES:
        raise Invalid(Problem("setting_unknown", name, f"there is no setting {name!r}"))
    if name == "own_address":
        return address_of(name, value)
    if name in _POLICY_IDS:
        there = getattr(known, _POLICY_IDS[name])
        if value is not None and (type(value) is not int or value not in there):
            what = _POLICY_IDS[name].replace("_", " ")
            raise Invalid(Problem("value_invalid", name, f"{value!r} is not the id of one of the {what}"))
    elif not isinstance(value, bool):
        raise Invalid(Problem("value_invalid", name, f"{value!r} is neither true nor false"))
    return value


def address_of(where: str, value: Any) -> Address:
    """An address, or a mapping of its fields; Invalid for anything else."""
    if isinstance(value, Address):
        return value
    known = [entry.name for entry in fields(Address)]
    if not isinstance(value, Mapping) or not all(key in known and type(value[key]) is str for key in value):
        raise Invalid(Problem("value_invalid", where, f"an address has texts for {', '.join(known)}, and nothing else"))
    return Address(**value)


def add_department(work: Work, name: str, number: int | None = None) -> None:
    """Add a department."""
    require_free(number in work.reference.departments, "department", number, "id")
    work.unit.references.add("department", {"id": number, "name": name})


def add_salesperson(work: Work, name: str, number: int | None = None) -> None:
    """Add a salesperson."""
    require_free(number in work.reference.salespeople, "salesperson", number, "id")
    work.unit.references.add("salesperson", {"id": number, "name": name})


def add_terms(work: Work, code: str, name: str, days: int, end_of_month: bool = False) -> int:
    """Add payment terms; their id."""
    row = {"code": code, "name": name, "days": days, "end_of_month": end_of_month}
    return work.unit.references.add("terms", row)


def add_tender_type(
    work: Work, code: str, name: str, account: str, gives_change: bool = False, types: Iterable[str] = ()
) -> None:
    """Add a way of paying, with the code of its clearing account."""
    require_free(code in work.reference.tender_types, "tender type", code)
    clearing = _account(work, account)
    if clearing.control:
        raise Refused(Problem("account_controlled", "account", f"{account} is a control account"))
    row = _tender_row(None, code, name, clearing.id, gives_change, types)
    work.unit.references.add("tender_type", row)


def add_invoice_type(work: Work, code: str, name: str, sub_types: Iterable[str] = ()) -> None:
    """Add an invoice type, or replace the sub-types of one that is there."""
    work.unit.references.drop_invoice_type(code)
    row = {"code": code, "name": name, "sub_types": json.dumps(sorted(sub_types))}
    work.unit.references.add("invoice_type", row)


def add_tax_code(work: Work, code: str, name: str, rates: Iterable[tuple[str, date, Decimal]]) -> int:
    """Add a tax with its rates: (country, from, fraction of the net); its id."""
    number = work.unit.references.add("tax_code", {"code": code, "name": name})
    for country, from_on, rate in rates:
        if not 0 <= rate <= 1:
            raise Invalid(Problem("rate_invalid", "rate", f"{rate} is no fraction: 5 % is 0.05"))
        row = {
            "tax_code_id": number,
            "country": country,
            "from_on": from_on.isoformat(),
            "rate": millionths(rate, "rate", "rate"),
        }
        work.unit.references.add("tax_rate", row)
    return number


def add_jurisdiction(
    work: Work, name: str, country: str, tax_codes: Iterable[int], state: str = "", postal_prefix: str = ""
) -> None:
    """Add a place with its taxes, in the order in which they are shown."""
    key = (country, state.upper(), postal_prefix)
    known = {(one.country, one.state, one.postal_prefix) for one in work.reference.jurisdictions}
    require_free(key in known, "jurisdiction", " ".join(key).strip(), "postal_prefix")
    row = {"name": name, "country": country, "state": state.upper(), "postal_prefix": postal_prefix}
    number = work.unit.references.add("jurisdiction", row)
    for position, code in enumerate(tax_codes):
        part = {"jurisdiction_id": number, "position": position, "tax_code_id": code}
        work.unit.references.add("jurisdiction_tax", part)


def set_rate(work: Work, code: str, from_on: date, rate: Decimal) -> None:
    """File what one unit of a currency is worth in the base currency from a day on."""
    currency(code)
    if not 0 < rate < _LARGEST_RATE:
        raise Invalid(Problem("rate_invalid", "rate", f"{rate} is no exchange rate"))
    if code == work.reference.base.code and rate != 1:
        raise Invalid(Problem("rate_invalid", "rate", f"{code} is what the book is kept in: one is worth 1"))
    row = {"currency": code, "from_on": from_on.isoformat(), "rate": f"{rate:f}"}
    work.unit.references.add("exchange_rate", row)


def new_party(work: Work, code: str | None = None) -> tuple[int, str]:
    """The id and the code of a new party; one without a code gets its id, and no id that somebody has as a code."""
    number = work.unit.mint.take("party")
    while code is None and work.unit.parties.id_of_code(str(number)) is not None:
        number = work.unit.mint.take("party")
    return number, code or str(number)


def customer_by_code(work: Work, code: str, where: str = "customer") -> Customer:
    """The customer of a code; of one that was merged, the one that goes on for it."""
    found = work.unit.parties.customer_by_code(code)
    if found is None:
        raise NotFound(Problem("customer_not_found", where, f"there is no customer {code!r}"))
    return found


def add_customer(
    work: Work,
    code: str | None,
    name: str,
    *,
    billing: Address | None = None,
    shipping: Address | None = None,
    unit: str | None = None,
    terms_id: int | None = None,
    credit_limit: Decimal | None = None,
    exempt_from: Iterable[int] = (),
    refs: Mapping[str, str] | None = None,
) -> Customer:
    """File a new customer.

    code: the account number that a webstore asks for, None = its id
    refs: system -> that system's id for the customer
    """
    if code is not None and work.unit.parties.id_of_code(code) is not None:
        raise Conflict(Problem("customer_taken", "code", f"there is a customer or supplier {code!r} already"))
    if unit is not None:
        currency(unit)
    number, code = new_party(work, code)
    customer = Customer(
        id=number,
        code=code,
        name=name,
        currency=unit,
        terms_id=terms_id,
        credit_limit=credit_limit,
        exempt_from=frozenset(exempt_from),
        billing=billing or Address(name=name),
        shipping=shipping,
    )
    work.unit.parties.add_customer(customer)
    file_refs(work, "customer", number, refs)
    return customer


def file_refs(work: Work, kind: str, number: int, refs: Mapping[str, str] | None) -> None:
    """File the ids that other systems know a thing by: system -> id."""
    for system, theirs in (refs or {}).items():
        try:
            work.unit.refs.add(system, kind, theirs, number)
        except Conflict as error:
            raise Conflict([replace(problem, where=f"refs.{system}") for problem in error.problems]) from error
    if refs:
        work.unit.references.touch()
        work.unit.mint.claims(kind)


def add_contact(work: Work, customer_code: str, name: str, reference: str, email: str = "") -> Contact:
    """File a person who orders for a customer."""
    customer = customer_by_code(work, customer_code)
    if work.unit.parties.has_contact(customer.id, reference):
        raise Conflict(Problem("contact_taken", "reference", f"{customer_code} has a contact {reference!r} already"))
    number = work.unit.mint.take("contact")
    person = Contact(id=number, customer_id=customer.id, name=name, reference=reference, email=email)
    work.unit.parties.add_contact(person)
    return person


def add_item(
    work: Work,
    sku: str,
    description: str,
    *,
    uom: str = "EA",
    stocked: bool = True,
    price: Decimal | None = None,
    ledger_class: str = "",
    exempt_from: Iterable[int] = (),
    tax_code_id: int | None = None,
    refs: Mapping[str, str] | None = None,
) -> Item:
    """File a new item; refs as for a customer."""
    if work.unit.items.by_sku(sku):
        raise Conflict(Problem("item_taken", "sku", f"there is an item {sku!r} already"))
    number = work.unit.mint.take("item")
    item = Item(
        id=number,
        sku=sku,
        description=description,
        uom=uom,
        stocked=stocked,
        price=price,
        ledger_class=ledger_class,
        exempt_from=frozenset(exempt_from),
        tax_code_id=tax_code_id,
    )
    work.unit.items.add(item)
    work.unit.changes.note(ITEM, [number], work.now)
    if stocked:
        work.unit.stock.open(number)
    file_refs(work, "item", number, refs)
    return item


def ours(work: Work, system: str, wanted: Mapping[str, Iterable[int]]) -> dict[str, dict[int, int]]:
    """Our ids for the whole-number ids by which a system names things of some kinds; what it does not know is missing.

    A thing that the system has no id of its own for goes by ours.
    """
    return work.unit.refs.ours_of_each(system, wanted)


def theirs_of(work: Work, system: str, kind: str, our_ids: Collection[int]) -> dict[int, int]:
    """The whole-number ids by which a system knows our things of one kind; ours where it has none."""
    return numbers_of(work.unit.refs, work.reference, system, kind, our_ids)


def numbers_of(refs: Refs, reference: Reference, system: str, kind: str, our_ids: Collection[int]) -> dict[int, int]:
    """The same for whoever has the refs in hand."""
    if kind not in reference.claimed:
        return {number: number for number in our_ids}
    found = refs.theirs_of(system, kind, our_ids)
    return {number: int(text) if text.isdigit() else number for number, text in found.items()}


def theirs(work: Work, system: str, kind: str, our_id: int) -> int:
    """The whole-number id by which a system knows our thing."""
    if kind not in work.reference.claimed:
        return our_id
    found = work.unit.refs.theirs(system, kind, our_id)
    return int(found) if found is not None and found.isdigit() else our_id
