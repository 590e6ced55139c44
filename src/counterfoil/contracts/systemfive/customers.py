"""They read customers and add new ones."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from counterfoil.contracts.systemfive.replies import (
    SYSTEM,
    chosen,
    invalid,
    malformed,
    page,
    record_id,
    result,
    said,
    shown,
    told,
    wanted_fields,
)
from counterfoil.contracts.systemfive.settings import Settings
from counterfoil.contracts.systemfive.translate import country
from counterfoil.contracts.systemfive.wire import MAX_DEPTH, NO_NAME, CustomerEntry, read_customers
from counterfoil.core.errors import BookError, Conflict, Invalid, Problem, Unavailable
from counterfoil.core.party import Address
from counterfoil.services import directory, registry
from counterfoil.services.directory import CustomerFound
from counterfoil.services.office import Context, Work
from counterfoil.wire.codec import decode, encode, plain
from counterfoil.wire.contract import Call, Reply
from counterfoil.wire.values import storable

#: The book's problem codes in this method's words: error code, and the field it is about.
_WORDS = {
    "customer_taken": ("CUSTOMER_EXISTS", "Number"),
    "currency_invalid": ("FIELD_INVALID", "CurrencyCode"),
}


def read(call: Call[Context, Settings]) -> Reply:
    """Customers by id; none or 0 reads all, page by page."""
    ctx, tail = call.context, call.request.tail
    try:
        number, size = page(call.request)
    except Invalid as error:
        return invalid(error)
    if tail in ("", "0"):
        found = directory.customers(ctx, SYSTEM, number, size)
    else:
        their_id = record_id(tail)
        found = directory.customer(ctx, SYSTEM, their_id) if their_id else []
    wanted = wanted_fields(call.request)
    return shown({"Customers": [chosen(_shown(one), wanted) for one in found]}, call.settings)


def of_email(call: Call[Context, Settings]) -> Reply:
    """The customers that somebody with an e-mail address orders for; the address is in the path or the query."""
    query = parse_qs(call.request.query)
    email = (call.request.tail or query.get("Email", [""])[0]).strip()
    found = directory.customers_of_email(call.context, SYSTEM, email) if email and storable(email) else []
    wanted = wanted_fields(call.request)
    return result({"Response": "Success", "Customers": [chosen(_shown(one), wanted) for one in found]})


def add_customer(call: Call[Context, Settings]) -> Reply:
    """File every customer of a body, each on its own."""
    began, ctx = time.perf_counter(), call.context
    try:
        entries = read_customers(decode(call.request.body, max_depth=MAX_DEPTH))
    except Invalid as error:
        reply = malformed("Customers", error, began)
        ctx.refuse(reply.status, reply.body)
        return reply
    records = [_take(ctx, entry, part) for part, entry in enumerate(entries)]
    return told("Customers", records, began, call.settings)


def _take(ctx: Context, entry: CustomerEntry, part: int) -> dict[str, Any]:
    try:
        with ctx.work(part) as work:
            record = _filed(work, entry)
            work.answer(200, encode(record))
    except Unavailable:
        raise
    except BookError as error:
        code, _ = _WORDS.get(error.problems[0].code, ("FIELD_INVALID", ""))
        say = said(Invalid([_placed(problem, entry) for problem in error.problems]))
        record = {"RecordId": 0, "RecordDesc": "", "ActionResult": say, "ActionSuccess": False, "ErrorCode": code}
        ctx.refuse(200, encode(record), part)
    return record


def _placed(problem: Problem, entry: CustomerEntry) -> Problem:
    """The problem with the path of the sender's field."""
    if problem.code not in _WORDS:
        return problem
    _, field = _WORDS[problem.code]
    return Problem(problem.code, f"{entry.where}.{field}", problem.say)


def _filed(work: Work, entry: CustomerEntry) -> dict[str, Any]:
    problems = list(entry.problems)
    if entry.Unique and not problems:
        say = f"{entry.Unique} was sent; a new customer has none, and others are not changed here"
        raise Conflict(Problem("unique_given", f"{entry.where}.Unique", say))
    terms = {known.code: known.id for known in work.reference.terms.values()}
    if entry.Terms and entry.Terms not in terms:
        problems.append(Problem("terms_unknown", f"{entry.where}.Terms", f"there are no terms {entry.Terms!r}"))
    if problems:
        raise Invalid(problems)
    place = _address(entry)
    made = registry.add_customer(
        work,
        entry.Number or None,
        place.name,
        billing=place,
        unit=entry.CurrencyCode.upper() or None,
        terms_id=terms.get(entry.Terms),
        credit_limit=entry.CreditLimit or None,
    )
    if entry.Email:
        registry.add_contact(work, made.code, place.name, entry.Email, entry.Email)
    return {
        "RecordId": registry.theirs(work, SYSTEM, "customer", made.id),
        "RecordDesc": made.name,
        "ActionResult": f"Customer {made.code} added",
        "ActionSuccess": True,
    }


def _address(entry: CustomerEntry) -> Address:
    name = entry.Name.strip()
    return Address(
        name=name if name not in NO_NAME else f"{entry.FirstName} {entry.LastName}".strip(),
        first_name=entry.FirstName,
        last_name=entry.LastName,
        address1=entry.Addr1,
        address2=entry.Addr2,
        city=entry.City,
        state=entry.State,
        postal_code=entry.Postal,
        country=country(entry.Country),
    )


def _shown(one: CustomerFound) -> dict[str, Any]:
    """A customer with the fields that the book knows; the others are left out."""
    known, place = one.customer, one.customer.billing
    fields: dict[str, Any] = {
        "Unique": one.their_id,
        "Number": known.code,
        "Name": known.name,
        "FirstName": place.first_name,
        "LastName": place.last_name,
        **_place(place),
        "Email": next((person.email for person in one.contacts if person.email), ""),
        "CurrencyCode": one.balance.currency.code,
        "Balances": {"C_BALANCE": plain(one.balance.amount), "C_DEPOSIT": plain(one.deposits.amount)},
        "Contacts": [{"Name": person.name, "Email": person.email} for person in one.contacts],
    }
    if one.terms is not None:
        fields |= {"Terms": one.terms.code, "DueDays": one.terms.days}
    if known.credit_limit is not None:
        fields["CreditLimit"] = plain(known.credit_limit)
    if known.shipping is not None:
        fields["ShippingAddress"] = {"Name": known.shipping.name, **_place(known.shipping)}
    return fields


def _place(place: Address) -> Mapping[str, str]:
    return {
        "Addr1": place.address1,
        "Addr2": place.address2,
        "City": place.city,
        "State": place.state,
        "Postal": place.postal_code,
        "Country": place.country,
    }
