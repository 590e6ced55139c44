"""What supplier invoices are put in order with: types of additional amounts, and reasons for disputes."""

from __future__ import annotations

from typing import Any

from counterfoil.core.errors import Conflict, NotFound, Problem, Refused
from counterfoil.core.purchase import AmountType, DisputeReason
from counterfoil.services.office import Work
from counterfoil.store.rows import fold


def amount_type_row(name: str, description: str, ledger_class: str, goods: bool) -> dict[str, Any]:
    """A type of additional amounts as it is filed."""
    return {
        "name": name,
        "name_key": fold(name),
        "description": description,
        "ledger_class": ledger_class,
        "goods": goods,
        "removed": False,
    }


def dispute_reason_row(name: str, description: str, ledger_class: str, auto_resolve: bool) -> dict[str, Any]:
    """A reason for disputes as it is filed."""
    return {
        "name": name,
        "name_key": fold(name),
        "description": description,
        "ledger_class": ledger_class,
        "auto_resolve": auto_resolve,
        "removed": False,
    }


def add_amount_type(
    work: Work, name: str, description: str = "", ledger_class: str = "", goods: bool = False, number: int | None = None
) -> int:
    """Add a type of additional amounts; its id.

    raises: Conflict when the name is taken, in whatever case
    """
    if any(fold(kind.name) == fold(name) for kind in work.reference.amount_types.values()):
        raise Conflict(Problem("amount_type_taken", "name", f"there is an amount type {name!r} already"))
    row = {**amount_type_row(name, description, ledger_class, goods), "id": number}
    return work.unit.references.add("amount_type", row)


def amount_type(work: Work, number: int) -> AmountType:
    """The type of additional amounts of an id."""
    found = work.reference.amount_types.get(number)
    if found is None:
        raise NotFound(Problem("amount_type_not_found", "type", f"there is no amount type {number}"))
    return found


def change_amount_type(work: Work, number: int, description: str, ledger_class: str) -> None:
    """Describe a type of additional amounts anew; its name stays."""
    amount_type(work, number)
    work.unit.references.change("amount_type", number, {"description": description, "ledger_class": ledger_class})


def drop_amount_type(work: Work, number: int) -> None:
    """Take away a type that no amount was ever of."""
    found = amount_type(work, number)
    if work.unit.supplier_invoices.uses_amount_type(number):
        raise Refused(Problem("in_use", "type", f"amount type {found.name!r} has been used"))
    work.unit.references.change("amount_type", number, _removed(found.name, number))


def _removed(name: str, number: int) -> dict[str, Any]:
    """Its name is free again, its id is not."""
    return {"removed": True, "name_key": f"{fold(name)}\n{number}"}


def add_dispute_reason(
    work: Work,
    name: str,
    description: str = "",
    ledger_class: str = "",
    auto_resolve: bool = False,
    number: int | None = None,
) -> int:
    """Add a reason for disputes; its id.

    raises: Conflict when the name is taken; Refused where disputes are to be resolved at once without a ledger class
    """
    if any(fold(reason.name) == fold(name) for reason in work.reference.dispute_reasons.values()):
        raise Conflict(Problem("dispute_reason_taken", "name", f"there is a dispute reason {name!r} already"))
    _check_class(ledger_class, auto_resolve)
    row = {**dispute_reason_row(name, description, ledger_class, auto_resolve), "id": number}
    return work.unit.references.add("dispute_reason", row)


def _check_class(ledger_class: str, auto_resolve: bool) -> None:
    if auto_resolve and not ledger_class:
        say = "disputes that are resolved at once need a ledger class"
        raise Refused(Problem("ledger_class_required", "ledger_class", say))


def dispute_reason(work: Work, number: int) -> DisputeReason:
    """The dispute reason of an id."""
    found = work.reference.dispute_reasons.get(number)
    if found is None:
        raise NotFound(Problem("dispute_reason_not_found", "reason", f"there is no dispute reason {number}"))
    return found


def change_dispute_reason(work: Work, number: int, description: str, ledger_class: str, auto_resolve: bool) -> None:
    """Describe a reason for disputes anew; its name stays."""
    dispute_reason(work, number)
    _check_class(ledger_class, auto_resolve)
    values = {"description": description, "ledger_class": ledger_class, "auto_resolve": auto_resolve}
    work.unit.references.change("dispute_reason", number, values)


def drop_dispute_reason(work: Work, number: int) -> None:
    """Take away a reason that no dispute was ever raised for."""
    found = dispute_reason(work, number)
    if work.unit.supplier_invoices.uses_dispute_reason(number):
        raise Refused(Problem("in_use", "reason", f"dispute reason {found.name!r} has been used"))
    work.unit.references.change("dispute_reason", number, _removed(found.name, number))
