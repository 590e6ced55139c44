"""Book months: which are open, closing and reopening them."""

from __future__ import annotations

from counterfoil.core.errors import Conflict, Invalid, Problem, Refused
from counterfoil.core.terms import month_text
from counterfoil.services.office import Work


def require_open(work: Work, month: int) -> None:
    """Refused unless a book month may be posted into."""
    closed = work.reference.closed_through
    if month <= closed:
        say = f"book month {month_text(month)} is closed, up to {month_text(closed)}"
        raise Refused(Problem("period_closed", "book_month", say))


def close(work: Work, month: int) -> None:
    """Close a book month and all before it; no posting that is under way can slip in."""
    _check(month)
    if month <= work.reference.closed_through:
        raise Conflict(Problem("period_closed", "month", f"{month_text(month)} is closed already"))
    work.unit.journal.hold()
    work.unit.references.close_through(month, "closed", work.actor, work.now)


def reopen(work: Work, month: int, reason: str) -> None:
    """Open a closed book month and all after it again."""
    _check(month)
    if month > work.reference.closed_through:
        raise Conflict(Problem("period_open", "month", f"{month_text(month)} is open"))
    if not reason.strip():
        raise Invalid(Problem("reason_required", "reason", "say why the period is opened again"))
    work.unit.references.close_through(_before(month), reason.strip(), work.actor, work.now)


def _check(month: int) -> None:
    if not (1 <= month % 100 <= 12 and 1 <= month // 100 <= 9999):
        raise Invalid(Problem("month_invalid", "month", f"{month} is no book month YYYYMM"))


def _before(month: int) -> int:
    return month - 1 if month % 100 > 1 else month - 89
