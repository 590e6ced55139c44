"""What may be wrong with a document now; a part that knows more adds its own to CHECKS."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

from counterfoil.core.document import ORDERS, Document, Kind, State
from counterfoil.core.money import Money, from_millionths
from counterfoil.core.terms import days_late
from counterfoil.services.why.model import Subject, Trouble
from counterfoil.services.why.pulled import disagreements
from counterfoil.services.why.pushed import not_there
from counterfoil.store import OWED

Check = Callable[[Subject], Iterable[Trouble]]


def open_amounts(subject: Subject) -> Iterable[Trouble]:
    """What is open past its due date; a credit that is set against nothing."""
    accounts = subject.reader.reference.accounts
    for item in subject.reader.traces.items(subject.document.id):
        control = accounts[item.account_id].control
        left = Money(item.remaining.minor * OWED[control], item.remaining.currency)
        late = days_late(item.due_on, subject.today)
        if left.minor > 0 and late:
            say = f"{left} is open, {late} days past {item.due_on}"
            yield Trouble("past_due", say, _collect(subject, left) if control == "receivable" else "pay the supplier")
        elif left.minor < 0:
            say = f"{-left} is set against nothing"
            number = subject.document.number
            do = f"counterfoil apply {number} INVOICE, or counterfoil refund {number} --tender CODE"
            yield Trouble("not_applied", say, do if control == "receivable" else "set it against an invoice")


def _collect(subject: Subject, left: Money) -> str:
    number = subject.document.number
    receive = f"counterfoil receive {subject.customer} {left.amount} --tender CODE --invoice {number}"
    return f"{receive}, or counterfoil apply CREDIT {number}"


def variances(subject: Subject) -> Iterable[Trouble]:
    """The sender's figures are not what its lines come to; its total says it for the parts."""
    document = subject.document
    for what, asserted, computed in (
        ("total", document.asserted.total, document.total),
        ("subtotal", document.asserted.subtotal, document.subtotal),
        ("tax", document.asserted.tax, document.tax_total),
    ):
        if asserted is not None and asserted != computed:
            say = f"the sender's {what} of {asserted} is {asserted - computed} off what was computed, {computed}"
            yield Trouble("variance", say, "ask the sender which holds; credit or charge the difference if theirs does")
            return


def reversals(subject: Subject) -> Iterable[Trouble]:
    """It was taken back."""
    for booked in subject.reader.traces.entries(subject.document.id):
        if booked.entry.reverses is not None:
            say = f"it was reversed on {booked.entry.on} by entry {booked.seq}"
            yield Trouble("reversed", say, "enter it again if it was meant to stand")


def short_stock(subject: Subject) -> Iterable[Trouble]:
    """An open order waits for goods that are not there."""
    document = subject.document
    if document.kind not in ORDERS - {Kind.QUOTE} or document.state is not State.OPEN:
        return
    wanted = _waiting(subject, document)
    lying = subject.reader.traces.lying(wanted, document.department_id or 0)
    names = {line.item_id: line.sku for line in document.lines}
    for item_id, quantity in wanted.items():
        there = from_millionths(lying[item_id])
        if there < quantity:
            say = f"it waits for {quantity:f} of {names[item_id]}, {there:f} on hand"
            yield Trouble("stock_short", say, f"bring goods in, or counterfoil order void {document.number}")


def _waiting(subject: Subject, document: Document) -> dict[int, Decimal]:
    """Item -> what has been neither shipped nor invoiced of it."""
    lines = [line for line in document.lines if line.stocked and line.item_id is not None and line.quantity > 0]
    served = subject.reader.documents.served([line.id for line in lines])
    wanted: dict[int, Decimal] = {}
    for line in lines:
        gone = max(served.get(line.id, {}).values(), default=0)
        left = line.quantity - from_millionths(gone)
        if left > 0 and line.item_id is not None:
            wanted[line.item_id] = wanted.get(line.item_id, Decimal(0)) + left
    return wanted


CHECKS: list[Check] = [open_amounts, variances, reversals, short_stock, disagreements, not_there]
