"""Answers in EVA's words: ids in the caller's mode, nothing that is null, errors with EVA's own names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256

from counterfoil.contracts.eva.settings import Settings
from counterfoil.core.errors import Problem
from counterfoil.core.money import Money
from counterfoil.wire.codec import encode, plain
from counterfoil.wire.contract import Fault, Reply, Request

_HEX = re.compile(r"[0-9a-f]{32}")
_VALIDATION = "RequestValidationFailure"
#: Our problem codes -> EVA's error names; what is not named here is a request that cannot be taken.
_TYPES = {
    "already_booked": "Invoices:AlreadyClosed",
    "on_hold": "Invoices:CannotBeModified",
    "invoice_booked": "Invoices:CannotBeModified",
    "unresolved_disputes": "Invoices:HasUnresolvedDisputes",
    "unexplained_difference": "Invoices:HasUnresolvedDisputes",
    "amount_mismatch": "Invoices:AdditionalAmountMismatch",
    "total_mismatch": "Invoices:TotalAmountMismatch",
    "period_closed": "FinancialPeriods:NoFinancialPeriod",
    "dispute_final": "Invoices:DisputeCannotBeModified",
    "attached_twice": "Invoices:DisputeCannotBeAttachedTwice",
    "line_required": "Invoices:OrderLineOrShipmentLineRequired",
    "other_region": "Invoices:RegionMismatch",
    "tax_rate_unknown": "TaxRates:NotFoundForTaxRate",
    "tax_code_without_rate": "TaxRates:NotFoundForTaxCode",
    "tax_of_item_missing": "TaxRates:NotFoundForProduct",
    "amount_type_taken": "InvoiceAdditionalAmountType:AlreadyExists",
    "dispute_reason_taken": "InvoiceDispute:AlreadyExists",
    "ledger_class_required": "InvoiceDispute:LedgerClassRequired",
    "file_attached": "Invoices:InvoiceBlobAlreadyExists",
    "creditor_required": "CreateInvoice:CreditorRequired",
    "creditor_required_update": "UpdateInvoice:CreditorRequired",
    "unit_filter_required": "ListShipmentsToInvoice:OrganizationUnitFilterRequired",
    "sort_unknown": "Sorting:SortingPropertyDoesNotExistInObject",
}
_FAULTS = {
    Fault.NOT_FOUND: (404, "NotFound", "There is no such service."),
    Fault.METHOD: (405, "NotFound", "Services are called with POST."),
    Fault.UNAUTHENTICATED: (401, "Unauthorized", "The authentication token is unknown or has expired."),
    Fault.FORBIDDEN: (403, "Forbidden", "The user lacks the functionality for this service."),
    Fault.TOO_MANY: (429, "TooManyRequests", "Too many requests."),
    Fault.TOO_LARGE: (413, _VALIDATION, "The request is too large."),
    Fault.OURS: (500, "InternalError", "The server failed; nothing was changed."),
    Fault.UNAVAILABLE: (503, "MessageMiddleware:ServiceLocked", "The service is busy; call it again."),
}
#: Our id -> EVA's, by kind of thing.
Namer = Callable[[str, Sequence[int]], Mapping[int, int]]


@dataclass(frozen=True, slots=True)
class Id:
    """An id of ours that is to be shown as EVA's.

    kind: what it names
    """

    kind: str
    number: int


def ident(kind: str, number: int | None) -> Id | None:
    """An id, or nothing."""
    return None if number is None else Id(kind, number)


def amount(money: Money | None) -> Decimal | None:
    """An amount in major units, in its shortest form."""
    return None if money is None else plain(money.amount)


def instant(at: datetime | date | None) -> str | None:
    """`2021-06-29T20:26:04.12Z`: UTC, trailing zeros of the fraction left out; a date is its first instant."""
    if at is None:
        return None
    if not isinstance(at, datetime):
        return f"{at}T00:00:00Z"
    written = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f").rstrip("0").rstrip(".")
    return f"{written}Z"


def rendered(value: object, text_ids: bool, names: Namer) -> object:
    """An answer with its ids as the caller wants them and without what is null.

    text_ids: ids are text
    """
    wanted: dict[str, set[int]] = {}
    for found in _ids(value):
        wanted.setdefault(found.kind, set()).add(found.number)
    known = {kind: names(kind, sorted(numbers)) for kind, numbers in wanted.items()}

    def shown(one: object) -> object:
        if isinstance(one, Id):
            number = known[one.kind].get(one.number, one.number)
            return str(number) if text_ids else number
        if isinstance(one, Mapping):
            return {key: shown(inner) for key, inner in one.items() if inner is not None}
        if isinstance(one, list | tuple):
            return [shown(inner) for inner in one]
        return one

    return shown(value)


def _ids(value: object) -> Iterator[Id]:
    if isinstance(value, Id):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _ids(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _ids(inner)


def refused(problems: Sequence[Problem], request: Request) -> Reply:
    """What the office refuses, under EVA's name for the first problem; the message tells them all."""
    kind = _TYPES.get(problems[0].code, _VALIDATION)
    say = "; ".join(f"{problem.where}: {problem.say}" if problem.where else problem.say for problem in problems)
    return error(400, kind, say, request)


def error(status: int, kind: str, say: str, request: Request) -> Reply:
    """An error as EVA words one."""
    number = int.from_bytes(sha256(kind.encode()).digest()[:8], "big")
    code = "".join(chr(ord("A") + number // 26**place % 26) for place in range(7))
    given = request.request_id
    request_id = given if _HEX.fullmatch(given) else sha256(given.encode()).hexdigest()[:32]
    body = {"Error": {"Code": code, "Type": kind, "Message": say, "RequestID": request_id}}
    return Reply(status, encode(body))


def fault(kind: Fault, request: Request, settings: Settings) -> Reply:
    """A fault as EVA words one; no token at all is Forbidden, a token that proves nobody Unauthorized."""
    if kind is Fault.UNAUTHENTICATED and not request.headers.get("authorization", "").strip():
        return error(403, "Forbidden", "An authentication token is needed.", request)
    status, name, say = _FAULTS[kind]
    headers = (("WWW-Authenticate", "Bearer"),) if kind is Fault.UNAUTHENTICATED else ()
    return replace(error(status, name, say, request), headers=headers)
