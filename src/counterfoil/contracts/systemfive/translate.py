"""System Five's words <-> the book's, pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple, fields
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

from counterfoil.contracts.systemfive.wire import NO_NAME, TYPES, Block, Entry, Header, Line, Tender
from counterfoil.core.document import Document, Kind, Sale, SaleLine, SaleTender
from counterfoil.core.errors import BookError, Problem
from counterfoil.core.party import Address, NewCustomer
from counterfoil.core.terms import book_month
from counterfoil.wire.codec import plain
from counterfoil.wire.moment import Moment

KINDS = {"E": Kind.QUOTE, "W": Kind.WORK_ORDER, "A": Kind.SALES_INVOICE, "C": Kind.CASH_SALE}
LETTERS = {
    Kind.QUOTE: "E",
    Kind.WORK_ORDER: "W",
    Kind.SALES_ORDER: "W",
    Kind.SALES_INVOICE: "A",
    Kind.CREDIT_NOTE: "A",
    Kind.CASH_SALE: "C",
    Kind.OPENING_ITEM: "A",
}
#: What of a header tells one entry from another.
_MEANT = tuple(field.name for field in fields(Header) if field.name != "InvoiceCustomer")
#: What stands for a customer or part that the system does not know: no record has it.
NOBODY = 0
_COUNTRIES = {"CANADA": "CA", "UNITED STATES": "US", "UNITED STATES OF AMERICA": "US", "USA": "US"}

#: The book's problem codes in System Five's words: error code, and the field it is about.
_WORDS: Mapping[str, tuple[str, str]] = {
    "lines_required": ("LINES_REQUIRED", "InvoiceLines"),
    "type_unsupported": ("TYPE_UNSUPPORTED", "InvoiceHeader.InvoiceType"),
    "sub_type_unknown": ("SUBTYPE_UNKNOWN", "InvoiceHeader.InvoiceSubType"),
    "customer_required": ("CUSTOMER_REQUIRED", "InvoiceHeader.InvoiceCustomer"),
    "customer_not_found": ("CUSTOMER_NOT_FOUND", "InvoiceHeader.InvoiceCustomer"),
    "ship_to_not_found": ("SHIPTO_NOT_FOUND", "InvoiceHeader.InvoiceShipTo"),
    "item_not_found": ("PART_NOT_FOUND", "PartUnique"),
    "price_missing": ("PRICE_MISSING", "Price"),
    "department_unknown": ("DEPARTMENT_UNKNOWN", "InvoiceHeader.InvoiceDepartment"),
    "salesperson_unknown": ("SALESMAN_UNKNOWN", "InvoiceHeader.InvoiceSalesman"),
    "tender_not_allowed": ("TENDER_NOT_ALLOWED", "InvoiceTenders"),
    "tender_type_unknown": ("TENDER_TYPE_UNKNOWN", "Type"),
    "tender_short": ("TENDER_SHORT", "InvoiceTenders"),
    "tender_over": ("TENDER_OVER", "InvoiceTenders"),
    "tax_mismatch": ("TAX_MISMATCH", "InvoiceHeader.InvoiceTaxTotal"),
    "total_mismatch": ("TOTAL_MISMATCH", "InvoiceHeader.InvoiceSubTotal"),
    "period_closed": ("PERIOD_CLOSED", "InvoiceHeader.InvoiceBookMonth"),
    "reference_conflict": ("REFERENCE_CONFLICT", "InvoiceHeader.ReferenceNo"),
    "invoice_not_found": ("INVOICE_NOT_FOUND", "InvoiceHeader.InvoiceNumber"),
    "invoice_locked": ("INVOICE_LOCKED", "InvoiceHeader.InvoiceNumber"),
    "wrong_state": ("INVOICE_LOCKED", "InvoiceHeader.InvoiceNumber"),
    "type_differs": ("FIELD_INVALID", "InvoiceHeader.InvoiceType"),
    "customer_differs": ("FIELD_INVALID", "InvoiceHeader.InvoiceCustomer"),
    "no_stock": ("NO_STOCK", "InvoiceLines"),
    "amount_too_large": ("FIELD_INVALID", "InvoiceLines"),
    "tax_rate_missing": ("FIELD_INVALID", "InvoiceHeader.InvoiceDate"),
    "rate_missing": ("FIELD_INVALID", "InvoiceHeader.InvoiceDate"),
}


def sale(entry: Entry, customer: int | None, ship_to: int | None, parts: Mapping[int, int], today: date) -> Sale:
    """The sale that an entry asks for.

    customer, ship_to: our ids; NOBODY for one that is not on file, None where none is given
    parts:             PartUnique -> our item id
    today:             the book's day, where no InvoiceDate is given
    """
    header = entry.header
    on = header.InvoiceDate.on if header.InvoiceDate else today
    return Sale(
        kind=KINDS[header.InvoiceType],
        customer=customer if header.InvoiceCustomer else _new_customer(entry),
        ship_to_id=ship_to,
        billing=address(entry.billing) if header.InvoiceCustomer and entry.billing else None,
        shipping=address(entry.shipping) if entry.shipping and not header.InvoiceShipTo else None,
        on=on,
        at=header.InvoiceDate.at if header.InvoiceDate else None,
        ordered_on=header.InvoiceOrdered.on if header.InvoiceOrdered else on,
        book_month=book_month(header.InvoiceBookMonth.on) if header.InvoiceBookMonth else None,
        type_code=header.InvoiceType,
        sub_type=header.InvoiceSubType,
        department_id=header.InvoiceDepartment,
        salesperson_id=header.InvoiceSalesman,
        terminal=entry.terminal,
        reference=header.ReferenceNo,
        third_party_number=header.ReferenceNo,
        comment=header.InvoiceComment,
        lines=tuple(_line(line, parts) for line in entry.lines),
        tenders=tuple(SaleTender(tender.Type, tender.Amount, tender.where) for tender in entry.tenders),
        asserted_subtotal=header.InvoiceSubTotal,
        asserted_tax=header.InvoiceTaxTotal,
        extras=entry.dates,
    )


def _new_customer(entry: Entry) -> NewCustomer | None:
    return NewCustomer(address(entry.billing)) if entry.billing else None


def _line(line: Line, parts: Mapping[int, int]) -> SaleLine:
    return SaleLine(
        item_id=parts.get(line.PartUnique, NOBODY),
        description=line.Description,
        quantity=line.Ordered,
        unit_price=line.Price,
        where=line.where,
    )


def address(block: Block) -> Address:
    """A block as the book keeps it; without AName the name is made of first and last name."""
    name = block.AName if block.AName.strip() not in NO_NAME else f"{block.FirstName} {block.LastName}".strip()
    return Address(
        name=name,
        first_name=block.FirstName,
        last_name=block.LastName,
        address1=block.Address,
        city=block.City,
        state=block.StateProvince,
        postal_code=block.ZipPostal,
        country=country(block.Country),
    )


def country(written: str) -> str:
    """A country's two letters where they are known, else as written."""
    name = written.strip().upper()
    return _COUNTRIES.get(name, name if len(name) == 2 else written)


def key(entry: Entry, customer: int | None) -> str:
    """What binds a repeated entry to its first effect: ReferenceNo and bill-to.

    customer: our id of the bill-to where there is one
    """
    if customer is not None:
        bill_to = f"customer {customer}"
    elif entry.billing is not None:
        bill_to = f"block {sha256(json.dumps(_normal(entry.billing)).encode()).hexdigest()}"
    else:
        bill_to = "none"
    return f"{key_prefix(entry)}{bill_to}"


def key_prefix(entry: Entry) -> str:
    """How all keys of a ReferenceNo begin."""
    return f"{json.dumps(entry.header.ReferenceNo)} "


def content(entry: Entry) -> bytes:
    """Hash of what an entry means, from parsed values: spelling and order do not matter. The bill-to is in the key."""
    meaning = [
        {name: _canonical(getattr(entry.header, name)) for name in _MEANT},
        [[line.PartUnique, *map(_canonical, (line.Ordered, line.Price, line.Description))] for line in entry.lines],
        [[tender.Type, _canonical(tender.Amount)] for tender in entry.tenders],
        _normal(entry.billing) if entry.billing and entry.header.InvoiceCustomer else None,
        _normal(entry.shipping) if entry.shipping else None,
    ]
    return sha256(json.dumps(meaning, sort_keys=True).encode()).digest()


def _normal(block: Block) -> list[str]:
    return [part.strip() for part in astuple(block)]


def _canonical(value: object) -> object:
    match value:
        case Decimal():
            return str(value)
        case Moment(on=on, at=at):
            return [on.isoformat(), at.isoformat() if at else None]
        case _:
            return value


def type_problem(entry: Entry) -> Problem | None:
    """What forbids the entry's type."""
    if entry.header.InvoiceType in ("", *TYPES):
        return None
    say = f"type {entry.header.InvoiceType!r} is not supported; E, W, A and C are"
    return Problem("type_unsupported", "", say)


def other_than(entry: Entry, order: Document, sale: Sale) -> list[Problem]:
    """Where an entry that adds lines is of another type, or for somebody else, than the order that it names."""
    problems = []
    letter = LETTERS.get(order.kind)
    if entry.header.InvoiceType != letter:
        say = f"{order.number} is of type {letter}, not {entry.header.InvoiceType}"
        problems.append(Problem("type_differs", "", say))
    stranger = sale.customer != order.customer_id
    if isinstance(sale.customer, NewCustomer):
        stranger = sale.customer.billing != order.billing
    if sale.customer is not None and stranger:
        problems.append(Problem("customer_differs", "", f"{order.number} is another customer's"))
    return problems


def did(entry: Entry, number: str, replayed: bool) -> str:
    """What became of an entry, in a sentence."""
    if entry.header.InvoiceNumber:
        return f"Invoice {number} already has these lines" if replayed else f"Lines added to invoice {number}"
    return f"Invoice {number} already exists" if replayed else f"Invoice {number} added"


def accepted(record_id: int, number: str, said: str, warnings: Sequence[str], result: object) -> dict[str, Any]:
    """The record of an entry that was stored, or had been."""
    record: dict[str, Any] = {
        "RecordId": record_id,
        "RecordDesc": number,
        "ActionResult": said,
        "ActionSuccess": True,
    }
    if result is not None:
        record["RecordResult"] = result
    if warnings:
        record["Warnings"] = list(warnings)
    return record


def refused(error: BookError, entry: Entry) -> dict[str, Any]:
    """The record of an entry that had no effect; every problem names the field and the value."""
    return {
        "RecordId": 0,
        "RecordDesc": "",
        "ActionResult": "; ".join(_worded(problem, entry) for problem in error.problems),
        "ActionSuccess": False,
        "ErrorCode": _WORDS.get(error.problems[0].code, ("FIELD_INVALID", ""))[0],
    }


def _worded(problem: Problem, entry: Entry) -> str:
    if problem.code not in _WORDS:
        return f"{_below(problem.where, entry)}: {problem.say}" if problem.where else problem.say
    _, field = _WORDS[problem.code]
    where = _below(problem.where, entry)
    if where != problem.where and "." not in field:
        field = where if field in where else f"{where}.{field}"
    value = _value(problem, entry)
    return f"{field} {value}: {_SAY.get(problem.code, problem.say)}" if value else f"{field}: {problem.say}"


#: Where the book's own sentence would show our id instead of the sender's.
_SAY = {
    "customer_not_found": "no such customer",
    "ship_to_not_found": "no such customer to ship to",
    "item_not_found": "no such part",
    "price_missing": "the part has no list price, and none was sent",
}


def _value(problem: Problem, entry: Entry) -> object:
    if problem.code == "customer_not_found":
        return entry.header.InvoiceCustomer
    if problem.code == "ship_to_not_found":
        return entry.header.InvoiceShipTo
    if problem.code == "reference_conflict":
        return repr(entry.header.ReferenceNo)
    if problem.code == "no_stock":
        return f"PartUnique {entry.lines[int(problem.where.rpartition('.')[2])].PartUnique}"
    return next((line.PartUnique for line in entry.lines if line.where == problem.where), "")


def _below(where: str, entry: Entry) -> str:
    return where.removeprefix(f"{entry.where}.")


def shown(document: Document, taken: Sequence[Tender], ids: Mapping[tuple[str, int], int]) -> dict[str, Any]:
    """A document as System Five reads it back; its names differ from those of writing, and billing is a list.

    taken: the money that came with it
    ids:   (kind, our id) -> the id that the system knows it by, where that is another
    """
    return {
        "InvoiceHeader": header(document, document.number, ids),
        "InvoiceLines": [
            {
                "PartUnique": ids.get(("item", line.item_id or 0), line.item_id),
                "Ordered": plain(line.quantity),
                "Price": plain(line.unit_price),
                "Description": line.description,
            }
            for line in document.lines
        ],
        "InvoiceTenders": [{"Type": tender.Type, "Amount": plain(tender.Amount)} for tender in taken],
        "InvoiceBilling": [_read_block(document.billing)],
        "InvoiceShipping": [_read_block(document.shipping)],
    }


def header(document: Document, number: str, ids: Mapping[tuple[str, int], int]) -> dict[str, Any]:
    """A document's InvoiceHeader."""
    customer = document.customer_id or 0
    ship_to = document.ship_to_id or customer
    month = document.book_month
    return {
        "InvoiceUnique": ids.get(("document", document.id), document.id),
        "InvoiceNumber": number,
        "InvoiceType": LETTERS[document.kind],
        "InvoiceSubType": document.sub_type,
        "InvoiceCustomer": ids.get(("customer", customer), customer),
        "InvoiceShipTo": ids.get(("customer", ship_to), ship_to),
        "InvoiceDate": document.on.isoformat(),
        "InvoiceOrdered": (document.ordered_on or document.on).isoformat(),
        "InvoiceBookMonth": f"{month // 100:04d}-{month % 100:02d}-01",
        "InvoiceDepartment": document.department_id or 0,
        "InvoiceSalesman": document.salesperson_id or 0,
        "InvoiceSubTotal": plain(document.subtotal.amount),
        "InvoiceTaxTotal": plain(document.tax_total.amount),
        "ReferenceNo": document.reference,
        "InvoiceComment": document.comment,
    }


def _read_block(place: Address) -> dict[str, str]:
    return {
        "Name": place.name,
        "Address1": place.address1,
        "City": place.city,
        "State": place.state,
        "Country": place.country,
        "PostalZipCode": place.postal_code,
    }
