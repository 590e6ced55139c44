"""Lines that bring the small tables: accounts, departments, people, places, types, own units, and ids of others."""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.core.journal import AccountType
from counterfoil.importing.finding import Finder
from counterfoil.importing.kind import Kind
from counterfoil.importing.parties import tax_codes
from counterfoil.importing.reading import SHORT, Name, country, flag, name, need, one_of, refs, texts
from counterfoil.services import keeping, lookup, registry, suppliers
from counterfoil.services.office import Work
from counterfoil.wire.read import Fields

_TYPES = frozenset(AccountType)
#: Longest code of an invoice type or sub-type.
_TYPE = 8


@dataclass(frozen=True, slots=True)
class _Account:
    code: str
    name: str
    type: str


def _read_account(found: Fields) -> _Account:
    return _Account(
        code=found.need_text("code", max_length=SHORT),
        name=found.need_text("name", max_length=SHORT),
        type=one_of(found, "type", _TYPES, "") or found.need_text("type"),
    )


def _file_account(work: Work, finder: Finder, wanted: _Account) -> str:
    registry.add_account(work, wanted.code, wanted.name, wanted.type)
    return wanted.code


@dataclass(frozen=True, slots=True)
class _Named:
    """A department or a salesperson, with its id where it has one."""

    name: str
    id: int | None


def _read_named(found: Fields) -> _Named:
    return _Named(found.need_text("name", max_length=SHORT), found.whole("id", low=1))


def _file_department(work: Work, finder: Finder, wanted: _Named) -> str:
    registry.add_department(work, wanted.name, wanted.id)
    return wanted.name


def _file_salesperson(work: Work, finder: Finder, wanted: _Named) -> str:
    registry.add_salesperson(work, wanted.name, wanted.id)
    return wanted.name


@dataclass(frozen=True, slots=True)
class _Place:
    name: str
    country: str
    state: str
    postal_prefix: str
    taxes: tuple[str, ...]


def _read_place(found: Fields) -> _Place:
    taxes = need(found, "tax_codes", texts(found, "tax_codes"), ())
    if len(set(taxes)) < len(taxes):
        found.note("repeated", "tax_codes", "a tax code is named twice")
    return _Place(
        name=found.need_text("name", max_length=SHORT),
        country=country(found),
        state=found.text("state", max_length=SHORT) or "",
        postal_prefix=found.text("postal_prefix", max_length=SHORT) or "",
        taxes=taxes,
    )


def _file_place(work: Work, finder: Finder, wanted: _Place) -> str:
    taxes = tax_codes(work, wanted.taxes, "tax_codes")
    registry.add_jurisdiction(work, wanted.name, wanted.country, taxes, wanted.state, wanted.postal_prefix)
    return wanted.name


@dataclass(frozen=True, slots=True)
class _Tender:
    code: str
    name: str
    account: str
    gives_change: bool
    types: tuple[str, ...]


def _read_tender(found: Fields) -> _Tender:
    return _Tender(
        code=found.need_text("code", max_length=SHORT),
        name=found.need_text("name", max_length=SHORT),
        account=found.need_text("account", max_length=SHORT),
        gives_change=flag(found, "gives_change", False),
        types=texts(found, "invoice_types") or (),
    )


def _file_tender(work: Work, finder: Finder, wanted: _Tender) -> str:
    registry.add_tender_type(
        work, wanted.code, wanted.name, wanted.account, wanted.gives_change, frozenset(wanted.types)
    )
    return wanted.code


@dataclass(frozen=True, slots=True)
class _Type:
    code: str
    name: str
    sub_types: tuple[str, ...]


def _read_type(found: Fields) -> _Type:
    sub_types = texts(found, "sub_types") or ()
    if any(len(one) > _TYPE for one in sub_types):
        found.note("too_long", "sub_types", f"a sub-type has at most {_TYPE} characters")
    return _Type(found.need_text("code", max_length=_TYPE), found.need_text("name", max_length=SHORT), sub_types)


def _file_type(work: Work, finder: Finder, wanted: _Type) -> str:
    registry.add_invoice_type(work, wanted.code, wanted.name, frozenset(wanted.sub_types))
    return wanted.code


@dataclass(frozen=True, slots=True)
class _Unit:
    code: str
    name: str
    country: str | None
    department: int | None
    refs: dict[str, str]


def _read_unit(found: Fields) -> _Unit:
    return _Unit(
        code=found.need_text("code", max_length=SHORT),
        name=found.need_text("name", max_length=SHORT),
        country=country(found) if found.given("country") else None,
        department=found.whole("department", low=1),
        refs=refs(found),
    )


def _file_unit(work: Work, finder: Finder, wanted: _Unit) -> str:
    made = suppliers.add_unit(
        work,
        wanted.code,
        wanted.name,
        country=wanted.country,
        department_id=wanted.department,
        refs=wanted.refs,
    )
    return made.code


@dataclass(frozen=True, slots=True)
class _Ref:
    """What a system calls a document, else an item, else a customer; a customer beside a number tells whose it is."""

    system: str
    their_id: str
    customer: Name | None
    item: Name | None
    number: str | None


def _read_ref(found: Fields) -> _Ref:
    number, item = found.text("number", max_length=SHORT), name(found, "sku", needed=False)
    if number is not None and item is not None:
        found.note("not_allowed", "sku", "a line names one thing")
    return _Ref(
        system=found.need_text("system", max_length=SHORT),
        their_id=found.need_text("their_id", max_length=SHORT),
        customer=name(found, "customer", needed=number is None and item is None),
        item=item,
        number=number,
    )


def _ahead_ref(finder: Finder, wanted: _Ref) -> None:
    finder.ahead(wanted.customer, wanted.item)
    if wanted.number is not None:
        finder.ahead_number(wanted.number)


def _file_ref(work: Work, finder: Finder, wanted: _Ref) -> str:
    owner = finder.customer(wanted.customer).id if wanted.customer is not None else None
    if wanted.number is not None:
        kind, ours = "document", lookup.numbered(work, wanted.number, customer_id=owner)
    elif wanted.item is not None:
        kind, ours = "item", finder.need_item(wanted.item).id
    else:
        assert owner is not None, "a line without a thing was refused when it was read"
        kind, ours = "customer", owner
    keeping.add_ref(work, wanted.system, kind, wanted.their_id, ours)
    return f"{wanted.system} {wanted.their_id}"


ACCOUNTS = Kind(name="accounts", fields=("code", "name", "type"), read=_read_account, file=_file_account, alone=True)
DEPARTMENTS = Kind(name="departments", fields=("id", "name"), read=_read_named, file=_file_department, alone=True)
SALESPEOPLE = Kind(name="salespeople", fields=("id", "name"), read=_read_named, file=_file_salesperson, alone=True)
JURISDICTIONS = Kind(
    name="jurisdictions",
    fields=("name", "country", "state", "postal_prefix", "tax_codes"),
    read=_read_place,
    file=_file_place,
    alone=True,
)
TENDER_TYPES = Kind(
    name="tender-types",
    fields=("code", "name", "account", "gives_change", "invoice_types"),
    read=_read_tender,
    file=_file_tender,
    alone=True,
)
INVOICE_TYPES = Kind(
    name="invoice-types", fields=("code", "name", "sub_types"), read=_read_type, file=_file_type, alone=True
)
UNITS = Kind(
    name="units",
    mints="party",
    fields=("code", "name", "country", "department", "refs"),
    read=_read_unit,
    file=_file_unit,
    alone=True,
)
EXTERNAL_REFS = Kind(
    name="external-refs",
    fields=("system", "their_id", "customer", "customer_ref", "sku", "sku_ref", "number"),
    read=_read_ref,
    ahead=_ahead_ref,
    file=_file_ref,
)
