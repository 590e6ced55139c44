"""A supplier's invoice of the book as the calls that register, match and book it in another EVA; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from counterfoil.contracts.eva.translate import CALCULATIONS, DISPUTE_TYPES, multiplier
from counterfoil.contracts.eva.wire import InvoiceStatuses
from counterfoil.core.errors import Invalid, Problem
from counterfoil.core.ports import Outgoing, Prepared
from counterfoil.core.purchase import AdditionalAmount, Dispute, MatchedLine
from counterfoil.core.purchase_history import InvoiceShown
from counterfoil.wire.codec import plain

#: What stands there once a call has been made: the same words for ours and for theirs.
Mark = tuple[Hashable, ...]
BOOKED: Mark = ("booked",)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the other EVA has ids for, by name in lower case.

    resolving: ids of the reasons whose disputes resolve themselves
    """

    types: Mapping[str, str]
    reasons: Mapping[str, str]
    resolving: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Step:
    """One call.

    marks:    what stands there after it
    hangs_on: (member of the body, mark, place): the id of the thing that has this mark there, counted from 0
    shipment: (shipment's reference, item's id there) of a line to be matched
    ordered:  the price at which such a line was ordered
    """

    service: str
    body: Mapping[str, Any]
    marks: tuple[Mark, ...]
    hangs_on: tuple[tuple[str, Mark, int], ...] = ()
    shipment: tuple[str, str] | None = None
    ordered: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Standing:
    """An invoice there: the ids of what has a mark, in order.

    head: creditor's number, day, debtor and total on the paper
    """

    id: str
    head: Mark
    ids: Mapping[Mark, Sequence[str]]


def prepare(one: Outgoing, words: Vocabulary) -> Prepared:
    """An invoice as the calls that bring it, the first of which registers it; Invalid with all that is missing."""
    assert one.supplied is not None, "only suppliers' invoices go to EVA"
    return _Writer(one, one.supplied, words).prepared()


@dataclass
class _Writer:
    one: Outgoing
    shown: InvoiceShown
    words: Vocabulary
    problems: list[Problem] = field(default_factory=list)

    def prepared(self) -> Prepared:
        invoice = self.shown.invoice
        steps = [self._registration()]
        steps += [self._amount(amount) for amount in invoice.amounts]
        steps += [self._line(line) for line in invoice.lines]
        steps += [step for dispute in invoice.disputes for step in self._dispute(dispute)]
        steps.append(Step("BookInvoice", {}, (BOOKED,), (("ID", (), 0),)))
        if self.problems:
            raise Invalid(self.problems)
        return Prepared(invoice.supplier_number, tuple(_placed(steps)))

    def _wrong(self, code: str, where: str, say: str) -> str:
        self.problems.append(Problem(code, where, say))
        return ""

    def _id(self, kind: str, number: int | None, what: str) -> str:
        found = self.one.their_id.get((kind, number or 0))
        return found or self._wrong("not_mapped", kind, f"there is no id of {what} on file that holds there")

    def _registration(self) -> Step:
        invoice = self.shown.invoice
        body = {
            "Type": 1,
            "CreditorOrganizationUnitID": self._id("party", invoice.supplier_id, self.shown.supplier.name),
            "DebtorOrganizationUnitID": self._id("party", invoice.unit_id, self.shown.unit.name),
            "InvoiceDate": invoice.on.isoformat(),
            "InvoiceNumber": invoice.supplier_number,
            "Description": invoice.description,
            "TaxReverseCharge": invoice.reverse_charge,
            "CalculationMethod": int(CALCULATIONS[invoice.calculation]),
        }
        if invoice.asserted_total is not None:
            body["OriginalTotalAmount"] = plain(invoice.asserted_total.amount)
        for member, day in (("PaymentTermStartDate", invoice.starts_on), ("PaymentTermDueDate", invoice.due_on)):
            if day is not None:
                body[member] = day.isoformat()
        return Step("CreateInvoice", body, (_head(body),))

    def _amount_mark(self, one: AdditionalAmount) -> Mark:
        kind = self.one.reference.amount_types[one.type_id]
        found = self.words.types.get(kind.name.lower())
        if found is None:
            found = self._wrong("not_mapped", "amounts", f"there is no amount type {kind.name!r} there")
        return _mark("amount", found, one.amount.amount, one.original.amount)

    def _amount(self, one: AdditionalAmount) -> Step:
        mark = self._amount_mark(one)
        body = {
            "TypeID": mark[1],
            "Amount": plain(one.amount.amount),
            "OriginalAmount": plain(one.original.amount),
            "TaxRate": multiplier(one.tax_rate),
        }
        return Step("CreateInvoiceAdditionalAmount", body, (mark,), (("InvoiceID", (), 0),))

    def _line_mark(self, line: MatchedLine) -> Mark:
        return _mark("line", *self._shipment(line), line.quantity, line.unit_price)

    def _shipment(self, line: MatchedLine) -> tuple[str, str]:
        item = self.shown.items.get(line.item_id or 0)
        theirs = self._id("item", line.item_id, f"item {item.sku}" if item else "an item")
        if line.shipment_line_id is None:
            return self._wrong("not_shipped", "lines", f"line {line.id} was matched with no shipment"), theirs
        shipment = self.shown.shipments[self.shown.shipped[line.shipment_line_id].shipment_id]
        reference = shipment.reference
        return reference or self._wrong("not_mapped", "lines", "a shipment has no supplier's reference"), theirs

    def _line(self, line: MatchedLine) -> Step:
        for quantity in (line.quantity, line.due_quantity):
            if quantity != int(quantity):
                self._wrong("too_many_decimals", "lines", f"EVA counts whole pieces, line {line.id} has {quantity}")
        body = {
            "Quantity": plain(line.quantity),
            "ExpectedQuantity": plain(line.due_quantity),
            "UnitPrice": plain(line.unit_price),
            "TaxRate": multiplier(line.tax_rate),
        }
        shipped = self.shown.shipped.get(line.shipment_line_id or 0)
        ordered = shipped.unit_price if shipped is not None else Decimal(0)
        hangs_on = (("InvoiceID", (), 0),)
        return Step("CreateInvoiceLines", body, (self._line_mark(line),), hangs_on, self._shipment(line), ordered)

    def _dispute(self, one: Dispute) -> Iterator[Step]:
        name = self.one.reference.dispute_reasons[one.reason_id].name
        reason = self.words.reasons.get(name.lower())
        if reason is None:
            reason = self._wrong("not_mapped", "disputes", f"there is no dispute reason {name!r} there")
        body = {
            "Amount": plain(one.amount.amount),
            "ReasonID": reason,
            "Description": one.description,
            "Type": int(DISPUTE_TYPES[one.kind]),
        }
        on: Mark = ()
        hangs_on: tuple[tuple[str, Mark, int], ...] = (("InvoiceID", (), 0),)
        if one.line_id is not None:
            line = next(line for line in self.shown.invoice.lines if line.id == one.line_id)
            on = self._line_mark(line)
            alike = [other.id for other in self.shown.invoice.lines if self._line_mark(other) == on]
            hangs_on += (("InvoiceLineID", on, alike.index(line.id)),)
        if one.amount_id is not None:
            amount = next(amount for amount in self.shown.invoice.amounts if amount.id == one.amount_id)
            on = self._amount_mark(amount)
            alike = [other.id for other in self.shown.invoice.amounts if self._amount_mark(other) == on]
            hangs_on += (("InvoiceAdditionalAmountID", on, alike.index(amount.id)),)
        mark = _mark("dispute", on, one.amount.amount, int(DISPUTE_TYPES[one.kind]))
        actions = [_mark("action", mark, action.amount.amount) for action in one.actions]
        if reason in self.words.resolving:
            if [action.amount for action in one.actions] != [one.amount]:
                self._wrong(
                    "resolves_itself", "disputes", f"a dispute for {name!r} resolves itself there, and not here"
                )
            yield Step("CreateInvoiceDispute", body, (mark, *actions), hangs_on)
            return
        yield Step("CreateInvoiceDispute", body, (mark,), hangs_on)
        for action, done in zip(one.actions, actions, strict=True):
            settled = {
                "Amount": plain(action.amount.amount),
                "Description": action.description,
                "LedgerClassID": action.ledger_class,
            }
            yield Step("CreateInvoiceDisputeResolveAction", settled, (done,), (("InvoiceDisputeID", mark, 0),))


def _placed(steps: Sequence[Step]) -> Iterator[Step]:
    """Actions of disputes that are alike hang on the dispute that was raised last before them."""
    seen: Counter[Mark] = Counter()
    for step in steps:
        if step.service == "CreateInvoiceDisputeResolveAction":
            ((member, mark, _),) = step.hangs_on
            yield replace(step, hangs_on=((member, mark, seen[mark] - 1),))
            continue
        seen.update(step.marks)
        yield step


def _mark(*values: Hashable) -> Mark:
    """Numbers that compare alike however they were written."""
    return tuple(str(plain(Decimal(value))) if isinstance(value, int | Decimal) else value for value in values)


def _head(fields: Mapping[str, Any]) -> Mark:
    total = fields.get("OriginalTotalAmount")
    return _mark(
        "head",
        fields["InvoiceNumber"],
        str(fields["InvoiceDate"])[:10],
        fields["DebtorOrganizationUnitID"],
        "" if total is None else total,
    )


def standing(there: Mapping[str, Any]) -> Standing:
    """An invoice of EVA's, as far as it can be told from another."""
    ids: dict[Mark, list[str]] = {}
    nested = set()

    def note(mark: Mark, number: object) -> Mark:
        ids.setdefault(mark, []).append(str(number))
        return mark

    def disputes(found: Sequence[Mapping[str, Any]], on: Mark) -> None:
        for one in found:
            if one["ID"] not in nested:
                nested.add(one["ID"])
                mark = note(_mark("dispute", on, one["Amount"], one["Type"]), one["ID"])
                for action in one.get("ResolveActions", ()):
                    note(_mark("action", mark, action["Amount"]), action["ID"])

    note(head := _head(there), there["ID"])
    for one in there.get("AdditionalAmounts", ()):
        mark = note(_mark("amount", str(one["Type"]), one["Amount"], one["OriginalAmount"]), one["ID"])
        disputes(one.get("Disputes", ()), mark)
    for one in there.get("Lines", ()):
        shipment = (one.get("ShipmentLine") or {}).get("Shipment", {}).get("BackendID", "")
        item = str(one["OrderLine"].get("ProductID", ""))
        mark = note(_mark("line", shipment, item, one["Quantity"], one["UnitPrice"]), one["ID"])
        disputes(one.get("Disputes", ()), mark)
    disputes(there.get("Disputes", ()), ())
    if there["Status"] == InvoiceStatuses.CLOSED:
        note(BOOKED, there["ID"])
    return Standing(str(there["ID"]), head, ids)


def parts_there(steps: Sequence[Step], there: Standing) -> int:
    """How many of the calls have been made, in their order; 0 = it is another invoice, or holds what ours does not."""
    left = Counter({mark: len(found) for mark, found in there.ids.items()})
    if left - Counter(mark for step in steps for mark in step.marks):
        return 0
    for number, step in enumerate(steps):
        wanted = Counter(step.marks)
        if wanted - left:
            return number
        left -= wanted
    return len(steps)
