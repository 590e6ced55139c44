"""Merging customers: one goes on for another, whose codes, ids, contacts, documents and open items are then its own."""

from __future__ import annotations

from counterfoil.core.errors import Conflict, Problem, Refused
from counterfoil.core.party import Customer
from counterfoil.services.office import Work
from counterfoil.services.registry import customer_by_code


def merge(work: Work, from_code: str, into_code: str) -> Customer:
    """Let a customer go on for another one; the customer that goes on.

    The ledger does not change: postings stay where they were made, and are read as those of the one that goes on.
    raises: Refused when their currencies differ, Conflict when one of them has been merged before
    """
    gone, kept = _customer(work, from_code, "from"), _customer(work, into_code, "into")
    if gone.id == kept.id:
        raise Refused(Problem("same_customer", "into", f"{from_code} and {into_code} are one customer"))
    if gone.currency and kept.currency and gone.currency != kept.currency:
        say = f"{from_code} is held in {gone.currency}, {into_code} in {kept.currency}"
        raise Refused(Problem("currency_differs", "into", say))
    if gone.currency and not kept.currency:
        work.unit.parties.fix_currency(kept.id, gone.currency)
    work.unit.parties.merge(gone.id, kept.id)
    work.unit.refs.pass_on("customer", gone.id, kept.id)
    work.unit.references.touch()
    return kept


def _customer(work: Work, code: str, where: str) -> Customer:
    found = customer_by_code(work, code, where)
    if found.code != code:
        raise Conflict(Problem("merged_before", where, f"{code} has been merged into {found.code}"))
    return found
