"""Lines that bring customers, the people who order for them, and suppliers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from counterfoil.core.errors import NotFound, Problem
from counterfoil.core.party import Address
from counterfoil.importing.finding import Finder
from counterfoil.importing.kind import Kind
from counterfoil.importing.reading import LONG, SHORT, Name, address, currency_code, name, refs, texts
from counterfoil.services import registry, suppliers
from counterfoil.services.office import Work
from counterfoil.wire.read import Fields


@dataclass(frozen=True, slots=True)
class _Customer:
    code: str
    name: str
    billing: Address
    shipping: Address | None
    currency: str | None
    terms: str | None
    credit_limit: Decimal | None
    exempt_from: tuple[str, ...]
    refs: dict[str, str]


def _read_customer(found: Fields) -> _Customer:
    called = found.need_text("name", max_length=SHORT)
    return _Customer(
        code=found.need_text("code", max_length=SHORT),
        name=called,
        billing=address(found, "billing", called) or Address(name=called),
        shipping=address(found, "shipping", called),
        currency=currency_code(found),
        terms=found.text("terms", max_length=SHORT),
        credit_limit=found.decimal("credit_limit", places=6),
        exempt_from=texts(found, "exempt_from") or (),
        refs=refs(found),
    )


def _ahead_customer(finder: Finder, wanted: _Customer) -> None:
    finder.ahead_new(wanted.code)


def _file_customer(work: Work, finder: Finder, wanted: _Customer) -> str:
    made = registry.add_customer(
        work,
        wanted.code,
        wanted.name,
        billing=wanted.billing,
        shipping=wanted.shipping,
        unit=wanted.currency,
        terms_id=_terms(work, wanted.terms) if wanted.terms else None,
        credit_limit=wanted.credit_limit,
        exempt_from=tax_codes(work, wanted.exempt_from, "exempt_from"),
        refs=wanted.refs,
    )
    return made.code


def _terms(work: Work, code: str) -> int:
    for terms in work.reference.terms.values():
        if terms.code == code:
            return terms.id
    raise NotFound(Problem("terms_unknown", "terms", f"there are no terms {code!r}"))


def tax_codes(work: Work, codes: tuple[str, ...], where: str) -> list[int]:
    """The ids of some tax codes; NotFound naming all that there are not."""
    known = {tax.code: tax.id for tax in work.reference.tax_codes.values()} if codes else {}
    unknown = [Problem("tax_unknown", where, f"there is no tax {code!r}") for code in codes if code not in known]
    if unknown:
        raise NotFound(unknown)
    return [known[code] for code in codes]


@dataclass(frozen=True, slots=True)
class _Contact:
    customer: Name
    name: str
    reference: str
    email: str


def _read_contact(found: Fields) -> _Contact:
    return _Contact(
        customer=name(found, "customer") or Name(""),
        name=found.need_text("name", max_length=SHORT),
        reference=found.need_text("reference", max_length=SHORT),
        email=found.text("email", max_length=LONG) or "",
    )


def _ahead_contact(finder: Finder, wanted: _Contact) -> None:
    finder.ahead(wanted.customer)


def _file_contact(work: Work, finder: Finder, wanted: _Contact) -> str:
    customer = finder.customer(wanted.customer)
    registry.add_contact(work, customer.code, wanted.name, wanted.reference, wanted.email)
    return wanted.reference


CUSTOMERS = Kind(
    name="customers",
    mints="party",
    fields=("code", "name", "currency", "terms", "credit_limit", "exempt_from", "billing", "shipping", "refs"),
    read=_read_customer,
    ahead=_ahead_customer,
    file=_file_customer,
)
CONTACTS = Kind(
    name="contacts",
    mints="contact",
    fields=("customer", "customer_ref", "name", "reference", "email"),
    read=_read_contact,
    ahead=_ahead_contact,
    file=_file_contact,
)


@dataclass(frozen=True, slots=True)
class _Supplier:
    code: str
    name: str
    address: Address
    currency: str | None
    terms: str | None
    tolerance: Decimal
    refs: dict[str, str]


def _read_supplier(found: Fields) -> _Supplier:
    called = found.need_text("name", max_length=SHORT)
    return _Supplier(
        code=found.need_text("code", max_length=SHORT),
        name=called,
        address=address(found, "address", called) or Address(name=called),
        currency=currency_code(found),
        terms=found.text("terms", max_length=SHORT),
        tolerance=found.decimal("tolerance", places=6) or Decimal(0),
        refs=refs(found),
    )


def _file_supplier(work: Work, finder: Finder, wanted: _Supplier) -> str:
    made = suppliers.add_supplier(
        work,
        wanted.code,
        wanted.name,
        unit=wanted.currency,
        terms_id=_terms(work, wanted.terms) if wanted.terms else None,
        tolerance=wanted.tolerance,
        address=wanted.address,
        refs=wanted.refs,
    )
    return made.code


SUPPLIERS = Kind(
    name="suppliers",
    mints="party",
    fields=("code", "name", "address", "currency", "terms", "tolerance", "refs"),
    read=_read_supplier,
    file=_file_supplier,
)
