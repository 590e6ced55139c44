"""What a supplier's invoice comes to, what of it is to be disputed, and whether it may be booked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from counterfoil.core.errors import Problem
from counterfoil.core.money import Currency, Money, currency, split, total
from counterfoil.core.purchase import AdditionalAmount, Calculation, Dispute, DisputeKind, MatchedLine, SupplierInvoice


@dataclass(frozen=True, slots=True)
class Sum:
    """An amount before and with tax."""

    net: Money
    gross: Money

    @property
    def tax(self) -> Money:
        """The tax in it."""
        return self.gross - self.net


@dataclass(frozen=True, slots=True)
class LineSums:
    """What a line comes to, what it was expected to come to, and what is still to be disputed of it."""

    charged: Sum
    expected: Sum
    to_dispute: Money


@dataclass(frozen=True, slots=True)
class AmountSums:
    """What an additional amount comes to: as accepted, and as on the paper."""

    accepted: Sum
    original: Sum


@dataclass(frozen=True, slots=True)
class Reckoned:
    """All sums of an invoice; lines and amounts by id.

    total:    accepted lines and amounts with what is disputed on the original side: what the supplier is owed
    expected: what we expected it to be, disputes on the expected side added
    """

    lines: Mapping[int, LineSums]
    amounts: Mapping[int, AmountSums]
    original_disputes: Money
    expected_disputes: Money
    total: Money
    expected: Money

    @property
    def disputes(self) -> Money:
        """All that is disputed."""
        return self.original_disputes + self.expected_disputes

    @property
    def subtotal(self) -> Money:
        """The total without what is disputed of the paper."""
        return self.total - self.original_disputes

    @property
    def expected_subtotal(self) -> Money:
        """The expected total without anything disputed."""
        return self.expected - self.disputes


def expectation(quantity: Decimal, expectable: Decimal) -> Decimal | None:
    """The quantity that a line is expected to charge where its sender names none.

    A part delivery or part invoice is no difference (None); what goes beyond the goods received shows as one.
    """
    return None if quantity <= expectable else expectable


def reckon(invoice: SupplierInvoice) -> Reckoned:
    """The sums of an invoice to the cent.

    source: EVA supplier invoices, 9 of 10 at 46.55 and 1.21 is 506.93, and 56.33 is to be disputed
    """
    unit = currency(invoice.currency)
    charged = _line_sums(invoice, unit, [(line.quantity, line.unit_price, line.tax_rate) for line in invoice.lines])
    expected = _line_sums(
        invoice,
        unit,
        [(line.due_quantity, line.expected_unit_price, line.expected_tax_rate) for line in invoice.lines],
    )
    lines = {
        line.id: LineSums(has, should, _to_dispute(line, has, should, invoice.disputes))
        for line, has, should in zip(invoice.lines, charged, expected, strict=True)
    }
    amounts = {one.id: _amount_sums(one, invoice.reverse_charge) for one in invoice.amounts}
    beside = total((amounts[one.id].accepted.gross for one in counted(invoice)), unit)
    original, expecting = (total(_of_kind(invoice.disputes, kind), unit) for kind in DisputeKind)
    return Reckoned(
        lines=lines,
        amounts=amounts,
        original_disputes=original,
        expected_disputes=expecting,
        total=total((sums.charged.gross for sums in lines.values()), unit) + beside + original,
        expected=total((sums.expected.gross for sums in lines.values()), unit) + beside + expecting,
    )


def counted(invoice: SupplierInvoice) -> list[AdditionalAmount]:
    """The amounts that count in the total: goods amounts give way to lines."""
    return [one for one in invoice.amounts if not (one.goods and invoice.lines)]


def _of_kind(disputes: Iterable[Dispute], kind: DisputeKind) -> list[Money]:
    return [dispute.amount for dispute in disputes if dispute.kind is kind]


def _line_sums(
    invoice: SupplierInvoice, unit: Currency, priced: Sequence[tuple[Decimal, Decimal, Decimal]]
) -> list[Sum]:
    """The sums of lines, each (quantity, unit price, tax rate)."""
    bare = [Money.of(quantity * price, unit) for quantity, price, _ in priced]
    rates = [Decimal(0) if invoice.reverse_charge else rate for _, _, rate in priced]
    method = invoice.calculation
    sums = [
        _in_tax(sum_, rate) if method.includes_tax else _ex_tax(sum_, rate)
        for sum_, rate in zip(bare, rates, strict=True)
    ]
    return _on_sums(method, bare, rates, sums) if method.on_sum else sums


def _ex_tax(net: Money, rate: Decimal) -> Sum:
    return Sum(net, Money.of(net.amount * (1 + rate), net.currency))


def _in_tax(gross: Money, rate: Decimal) -> Sum:
    return Sum(Money.of(gross.amount / (1 + rate), gross.currency), gross)


def _on_sums(method: Calculation, bare: Sequence[Money], rates: Sequence[Decimal], sums: Sequence[Sum]) -> list[Sum]:
    """The sums with the tax of each rate rounded once and shared over its lines without losing a cent."""
    result = list(sums)
    for rate in set(rates):
        same = [index for index, other in enumerate(rates) if other == rate]
        whole = total((bare[index] for index in same), bare[same[0]].currency)
        tax = (_in_tax(whole, rate) if method.includes_tax else _ex_tax(whole, rate)).tax
        for index, share in zip(same, split(tax, [abs(bare[i].minor) for i in same]), strict=True):
            own = bare[index]
            result[index] = Sum(own - share, own) if method.includes_tax else Sum(own, own + share)
    return result


def _to_dispute(line: MatchedLine, charged: Sum, expected: Sum, disputes: Iterable[Dispute]) -> Money:
    own = [dispute for dispute in disputes if dispute.line_id == line.id]
    unit = charged.gross.currency
    original, expecting = (total(_of_kind(own, kind), unit) for kind in DisputeKind)
    return expected.gross + expecting - charged.gross - original


def _amount_sums(one: AdditionalAmount, reverse_charge: bool) -> AmountSums:
    rate = Decimal(0) if reverse_charge else one.tax_rate
    return AmountSums(_ex_tax(one.amount, rate), _ex_tax(one.original, rate))


def dispute_sum(dispute: Dispute, invoice: SupplierInvoice) -> Sum:
    """A dispute with the tax in it, at the rate of the amount it is attached to; on the invoice itself it has none."""
    rates = {one.id: one.tax_rate for one in invoice.amounts}
    rate = Decimal(0) if invoice.reverse_charge else rates.get(dispute.amount_id or 0, Decimal(0))
    return _in_tax(dispute.amount, rate)


def disputed_of_line(line: MatchedLine, sums: LineSums, invoice: SupplierInvoice) -> Sum | None:
    """A line's disputes on the expected side with the tax in them; None where there are none.

    They are what the line charges beyond the expected, net for net and tax for tax: a difference of the tax rate alone
    is tax alone. What they are more or less than that is split at the line's rate.
    """
    own = [one for one in invoice.disputes if one.line_id == line.id and one.kind is DisputeKind.EXPECTED]
    if not own:
        return None
    over = Sum(sums.charged.net - sums.expected.net, sums.charged.gross - sums.expected.gross)
    disputed = total((one.amount for one in own), over.gross.currency)
    rest = _in_tax(disputed - over.gross, Decimal(0) if invoice.reverse_charge else line.tax_rate)
    return Sum(over.net + rest.net, disputed)


def differing_lines(invoice: SupplierInvoice) -> list[int]:
    """Ids of the lines of which something is still to be disputed."""
    return [line_id for line_id, sums in reckon(invoice).lines.items() if sums.to_dispute]


def hindrance(invoice: SupplierInvoice, sums: Reckoned, tolerance: Money, period_open: bool) -> Problem | None:
    """What stands in the way of booking, the first by order of checks; None = it may be booked.

    tolerance: how much of each line may stay undisputed
    """
    for check in (_state, _disputed, _explained, _amounts_agree, _total_agrees):
        problem = check(invoice, sums, tolerance)
        if problem is not None:
            return problem
    if not period_open:
        return Problem("period_closed", "", "no period is open for its booking date")
    return None


def _state(invoice: SupplierInvoice, sums: Reckoned, tolerance: Money) -> Problem | None:
    if invoice.booked:
        return Problem("already_booked", "", f"invoice {invoice.number} is booked")
    if invoice.hold_status_id is not None:
        return Problem("on_hold", "", f"invoice {invoice.number} is on hold")
    if not invoice.lines and not invoice.amounts:
        return Problem("nothing_to_book", "", f"invoice {invoice.number} has neither lines nor amounts")
    return None


def _disputed(invoice: SupplierInvoice, sums: Reckoned, tolerance: Money) -> Problem | None:
    for dispute in invoice.disputes:
        if not dispute.resolved:
            say = f"dispute {dispute.id} of {dispute.amount.amount} is resolved for {dispute.settled.amount}"
            return Problem("unresolved_disputes", f"disputes.{dispute.id}", say)
    return None


def _explained(invoice: SupplierInvoice, sums: Reckoned, tolerance: Money) -> Problem | None:
    for line_id, line in sums.lines.items():
        if abs(line.to_dispute.minor) > tolerance.minor:
            say = f"line {line_id} leaves {line.to_dispute.amount} to be disputed"
            return Problem("unexplained_difference", f"lines.{line_id}", say)
    return None


def _amounts_agree(invoice: SupplierInvoice, sums: Reckoned, tolerance: Money) -> Problem | None:
    unit = currency(invoice.currency)
    originals = [dispute for dispute in invoice.disputes if dispute.kind is DisputeKind.ORIGINAL]
    for one in counted(invoice):
        own = sums.amounts[one.id]
        explained = own.accepted.gross + total((d.amount for d in originals if d.amount_id == one.id), unit)
        if explained != own.original.gross:
            say = f"amount {one.id} comes to {explained.amount}, the paper says {own.original.gross.amount}"
            return Problem("amount_mismatch", f"amounts.{one.id}", say)
    goods = {one.id: sums.amounts[one.id].original.gross for one in invoice.amounts if one.goods}
    if not goods or not invoice.lines:
        return None
    beside = {one.id for one in invoice.amounts} - goods.keys()
    explained = total((line.charged.gross for line in sums.lines.values()), unit)
    explained += total((d.amount for d in originals if d.amount_id not in beside), unit)
    paper = total(goods.values(), unit)
    if explained != paper:
        say = f"the lines come to {explained.amount}, the goods on the paper to {paper.amount}"
        return Problem("amount_mismatch", "amounts", say)
    return None


def _total_agrees(invoice: SupplierInvoice, sums: Reckoned, tolerance: Money) -> Problem | None:
    paper = invoice.asserted_total
    if paper is not None and paper != sums.total:
        say = f"the invoice comes to {sums.total.amount}, the paper says {paper.amount}"
        return Problem("total_mismatch", "", say)
    return None
