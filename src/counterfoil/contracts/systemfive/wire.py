"""The shapes of addInvoice, spelled as the vendor spells them, and reading them.

source: the vendor's page "How to add an invoice sample"
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from counterfoil.core.errors import Invalid, Problem
from counterfoil.wire.moment import Moment
from counterfoil.wire.read import SHAPE_CODES, Fields

MAX_BODY = 20 * 2**20
MAX_DEPTH = 64
TYPES = ("E", "W", "A", "C")
NO_NAME = ("", "-")
_DATES = ("InvoiceDate", "InvoiceOrdered", "InvoiceBookMonth")
_BLOCK_FIELDS = ("AName", "FirstName", "LastName", "Address", "City", "StateProvince", "Country", "ZipPostal")


@dataclass(frozen=True, slots=True)
class Block:
    """InvoiceBilling or InvoiceShipping, its texts as sent."""

    AName: str
    FirstName: str
    LastName: str
    Address: str
    City: str
    StateProvince: str
    Country: str
    ZipPostal: str


@dataclass(frozen=True, slots=True)
class Header:
    """InvoiceHeader; None or "" where a field is not given."""

    InvoiceType: str
    InvoiceSubType: str
    InvoiceCustomer: int | None
    InvoiceShipTo: int | None
    InvoiceDate: Moment | None
    InvoiceOrdered: Moment | None
    InvoiceBookMonth: Moment | None
    InvoiceDepartment: int | None
    InvoiceSalesman: int | None
    InvoiceSubTotal: Decimal | None
    InvoiceTaxTotal: Decimal | None
    ReferenceNo: str
    InvoiceComment: str
    InvoiceNumber: str


@dataclass(frozen=True, slots=True)
class Line:
    """One of InvoiceLines; where is its path in the body."""

    PartUnique: int
    Ordered: Decimal
    Price: Decimal | None
    Description: str | None
    where: str


@dataclass(frozen=True, slots=True)
class Tender:
    """One of InvoiceTenders; placeholders over zero are left out."""

    Type: str
    Amount: Decimal
    where: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One element of Invoice.

    dates:    the header's dates as written
    problems: what is wrong with it; the values are then of no use
    """

    where: str
    header: Header
    dates: Mapping[str, str]
    lines: tuple[Line, ...]
    tenders: tuple[Tender, ...]
    billing: Block | None
    shipping: Block | None
    terminal: int
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class CustomerEntry:
    """One element of Customers: what the book has a place for."""

    where: str
    Unique: int | None
    Number: str
    Name: str
    FirstName: str
    LastName: str
    Addr1: str
    Addr2: str
    City: str
    State: str
    Postal: str
    Country: str
    Email: str
    CurrencyCode: str
    Terms: str
    CreditLimit: Decimal | None
    problems: tuple[Problem, ...]


_CUSTOMER_TEXTS = (
    *("Number", "Name", "FirstName", "LastName", "Addr1", "Addr2", "City", "State", "Postal", "Country", "Email"),
    *("CurrencyCode", "Terms"),
)


def read_customers(document: object) -> list[CustomerEntry]:
    """The customers of a body, as `read` does the entries of addInvoice."""
    body = Fields.of(document)
    found = body.children("Customers")
    body.refuse()
    if not found:
        raise Invalid(Problem("required", "Customers", "Customers holds no entry"))
    return [_customer(fields.apart()) for fields in found]


def _customer(fields: Fields) -> CustomerEntry:
    texts = {name: fields.text(name, max_length=255) or "" for name in _CUSTOMER_TEXTS}
    unique = fields.whole("Unique", low=0)
    limit = fields.decimal("CreditLimit", places=2, below=10**11)
    if all(texts[name] in NO_NAME for name in ("Name", "FirstName", "LastName")):
        fields.note("required", "Name", "is required")
    if limit is not None and limit < 0:
        fields.note("out_of_range", "CreditLimit", f"{limit} is below 0")
    return CustomerEntry(where=fields.where, Unique=unique, CreditLimit=limit, problems=tuple(fields.problems), **texts)


def read(document: object) -> list[Entry]:
    """The entries of a body; Invalid when its nodes are of the wrong kinds or it holds no entry.

    What is wrong inside an entry stands in that entry, so that the others can be taken.
    """
    body = Fields.of(document)
    connection = body.child("ConnectionInfo")
    found = body.children("Invoice")
    body.refuse()
    if not found:
        raise Invalid(Problem("required", "Invoice", "Invoice holds no entry"))
    terminal_fields = connection.apart() if connection else None
    terminal = terminal_fields.whole("TerminalNumber", low=0) if terminal_fields else None
    wrong = tuple(terminal_fields.problems) if terminal_fields else ()
    entries = [_entry(fields.apart(), terminal or 0, wrong) for fields in found]
    misshapen = [problem for entry in entries for problem in entry.problems if problem.code in SHAPE_CODES]
    if misshapen:
        raise Invalid(misshapen)
    return entries


def _entry(fields: Fields, terminal: int, wrong: tuple[Problem, ...]) -> Entry:
    header = fields.child("InvoiceHeader") or Fields({}, f"{fields.where}.InvoiceHeader", fields.problems)
    return Entry(
        where=fields.where,
        header=_header(header),
        dates={name: str(header.raw(name)) for name in _DATES if header.raw(name)},
        lines=tuple(_line(line) for line in fields.children("InvoiceLines")),
        tenders=tuple(tender for node in fields.children("InvoiceTenders") if (tender := _tender(node))),
        billing=_block(fields.child("InvoiceBilling")),
        shipping=_block(fields.child("InvoiceShipping")),
        terminal=terminal,
        problems=(*wrong, *fields.problems),
    )


def _header(fields: Fields) -> Header:
    return Header(
        InvoiceType=fields.need_text("InvoiceType", max_length=255).upper(),
        InvoiceSubType=fields.text("InvoiceSubType", max_length=255) or "",
        InvoiceCustomer=_id(fields, "InvoiceCustomer"),
        InvoiceShipTo=_id(fields, "InvoiceShipTo"),
        InvoiceDate=_moment(fields, "InvoiceDate"),
        InvoiceOrdered=_moment(fields, "InvoiceOrdered"),
        InvoiceBookMonth=_moment(fields, "InvoiceBookMonth"),
        InvoiceDepartment=_id(fields, "InvoiceDepartment"),
        InvoiceSalesman=_id(fields, "InvoiceSalesman"),
        InvoiceSubTotal=fields.decimal("InvoiceSubTotal", places=None, below=10**11),
        InvoiceTaxTotal=fields.decimal("InvoiceTaxTotal", places=None, below=10**11),
        ReferenceNo=fields.text("ReferenceNo", max_length=64) or "",
        InvoiceComment=fields.text("InvoiceComment", max_length=4000, trim=False) or "",
        InvoiceNumber=fields.text("InvoiceNumber", max_length=64) or "",
    )


def _id(fields: Fields, name: str) -> int | None:
    """A record's id; 0 stands for none."""
    return fields.whole(name, low=0) or None


def _moment(fields: Fields, name: str) -> Moment | None:
    """A date; the first day of the calendar is what an unset date of .NET looks like."""
    found = fields.moment(name)
    return None if found is None or found.on == date.min else found


def _line(fields: Fields) -> Line:
    return Line(
        PartUnique=fields.need_whole("PartUnique", low=1),
        Ordered=fields.need_decimal("Ordered", places=4, below=10**9),
        Price=fields.decimal("Price", places=4, below=10**9),
        Description=fields.text("Description", max_length=4000, trim=False),
        where=fields.where,
    )


def _tender(fields: Fields) -> Tender | None:
    """A tender; one over zero is a placeholder, whatever its type."""
    amount = fields.need_decimal("Amount", places=2, below=10**11)
    return Tender(fields.need_text("Type", max_length=255), amount, fields.where) if amount else None


def _block(fields: Fields | None) -> Block | None:
    """A block that names somebody; one without a name, or with `-` for it, is dropped."""
    if fields is None:
        return None
    block = Block(*(fields.text(name, max_length=255, trim=False) or "" for name in _BLOCK_FIELDS))
    names = (block.AName, block.FirstName, block.LastName)
    return block if any(name.strip() not in NO_NAME for name in names) else None
