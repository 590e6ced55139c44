"""A payload in the book's words: invoices, credit notes and accounting entries. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from hashlib import sha256
from typing import Any

from counterfoil.contracts.traede.mapping import FieldMap, Picker
from counterfoil.contracts.traede.money import Amount, Delivered, Settled, line_net, settle, settle_credit
from counterfoil.core.accounting import AccountingEntry, EntryLine, EntryType
from counterfoil.core.document import Kind, LineKind, Sale, SaleLine
from counterfoil.core.errors import Invalid, Problem
from counterfoil.core.money import Currency, Money, currency
from counterfoil.core.party import NOWHERE, Address
from counterfoil.core.ports import Buyer, Flow, Taken
from counterfoil.core.tax import TaxRounding
from counterfoil.wire import values
from counterfoil.wire.codec import plain
from counterfoil.wire.moment import Moment

_HUNDRED = Decimal(100)
_NEVER = date.max
_MICRO = Decimal("0.000001")
_FEES = (("shipping", "Shipping"), ("handling", "Handling"))

_text = partial(values.text, max_length=500)
_number = partial(values.decimal, places=None)
_id = partial(values.whole, low=1, high=2**31 - 1)


@dataclass(frozen=True, slots=True)
class Reader:
    """How one account's payloads are read.

    accounts: their account code -> ours, for accounting entries
    home:     the book's base currency, whose documents need no rate
    """

    fields: FieldMap
    home: Currency
    accounts: Mapping[str, str] = field(default_factory=dict)

    def picker(self, flow: Flow, payload: Mapping[str, Any], used: dict[str, str] | None = None) -> Picker:
        """A payload's fields by our names.

        used: is told path -> our name, of everything that is found
        """
        section = "entry" if flow is Flow.ACCOUNTING_ENTRIES else "document"
        return Picker(self.fields, section, payload, used=used)

    def number(self, flow: Flow, payload: Mapping[str, Any]) -> str:
        """What people know a document by, "" where it cannot be read: a document that fails is looked for by it."""
        return self.picker(flow, payload).take("text" if flow is Flow.ACCOUNTING_ENTRIES else "number", _text) or ""

    def read(self, flow: Flow, top: Picker, signs: str = "") -> Taken:
        """A document in the book's words; Invalid with every problem.

        signs: the convention of the account's credit notes, "" = not known yet
        """
        if flow is Flow.ACCOUNTING_ENTRIES:
            return self._entry(top)
        if self._is_draft(top):
            return Taken(number=top.take("number", _text) or "", draft=True)
        return self._sale(top, flow is Flow.CREDIT_NOTES, signs)

    def _is_draft(self, top: Picker) -> bool:
        status = top.take("status", _text)
        if status is None or status.lower() in self.fields.statuses["booked"]:
            return False
        if status.lower() in self.fields.statuses["draft"]:
            return True
        raise Invalid(Problem("status_unknown", "status", f"the status {status!r} is neither booked nor a draft"))

    def _sale(self, top: Picker, credit: bool, signs: str) -> Taken:
        for part in ("lines", "customer"):
            if not top.loaded(part):
                top.note(f"{part}_missing", part, "was asked for and is not there")
        unit = self._currency(top)
        on = top.need("on", values.moment, Moment(_NEVER, None)).on
        buyer = self._buyer(top)
        lines = [_Line(line, unit) for line in top.children("lines", "line")]
        rate = self._rate(top, unit)
        given = self._delivered(top, lines, unit)
        if top.problems:
            raise Invalid(top.problems)
        settled = settle_credit(given, signs) if credit else settle(given)
        made = _sale_lines(lines, given, settled, -1 if credit else 1)
        rates = [rate for _, rate in made]
        sale = Sale(
            kind=Kind.CREDIT_NOTE if credit else Kind.SALES_INVOICE,
            on=on,
            at=moment.at if (moment := top.take("made_at", values.moment)) else None,
            due_on=moment.on if (moment := top.take("due_on", values.moment)) else None,
            currency=unit.code,
            rate=rate,
            number=top.take("number", _text),
            order_number=top.take("order_number", _text) or "",
            customer_po=top.take("reference", _text) or "",
            comment=top.take("note", values.text) or "",
            billing=_address(top.child("billing", "address")),
            shipping=_address(top.child("delivery", "address")),
            lines=tuple(line for line, _ in made),
            tax_rounding=TaxRounding.DELIVERED,
            asserted_total=settled.total.amount * (-1 if credit else 1),
            moves_goods=False,
        )
        if sale.number is None:
            top.note("required", "number", "a booked document has a number")
        refers_to = top.take("refers_to", _id) if credit else None
        if top.problems:
            raise Invalid(top.problems)
        return Taken(
            number=sale.number or "",
            content=_hash(sale, buyer, rates),
            sale=sale,
            buyer=buyer,
            rates=rates,
            refers_to=refers_to,
            signs=settled.signs,
        )

    def _currency(self, top: Picker) -> Currency:
        code = top.need("currency", _text, self.home.code)
        try:
            return currency(code.upper())
        except Invalid:
            top.note("currency_invalid", "currency", f"{code!r} is no currency code")
            return self.home

    def _rate(self, top: Picker, unit: Currency) -> Decimal | None:
        rate = top.take("rate", _number)
        if unit == self.home:
            if rate is not None and rate != 1:
                top.note("rate_contradicts", "rate", f"a rate of {rate} for {unit}, which is the book's own currency")
            return None
        if rate is None or rate <= 0:
            top.note("rate_missing", "rate", f"a document in {unit} needs an exchange rate above 0")
        return rate

    def _buyer(self, top: Picker) -> Buyer:
        number = top.need("customer_number", partial(values.text, max_length=100), "")
        found = top.child("customer", "customer")
        if found is None:
            return Buyer(number=number, name=number)
        name = found.take("name", _text) or number
        addresses = found.children("addresses", "address")
        billing = _address(addresses[0]) if addresses else None
        return Buyer(number=number, name=name, billing=billing or Address(name=name))

    def _delivered(self, top: Picker, lines: Sequence[_Line], unit: Currency) -> Delivered:
        share = top.take("vat_percentage", _number)
        rate = None if share is None else share / _HUNDRED
        rates = {line.amount.rate for line in lines}
        # Fees are taxed as the document says, or as all of its lines are.
        of_fees = rate if rate is not None else next(iter(rates)) if len(rates) == 1 else None
        fees = tuple(Amount(_money(top, name, unit) or Money(0, unit), None, of_fees) for name, _ in _FEES)
        amounts = (
            line.amount if line.amount.rate is not None else Amount(line.amount.net, line.amount.vat, rate)
            for line in lines
        )
        return Delivered(unit, tuple(amounts), fees, _money(top, "vat", unit), _money(top, "total", unit))

    def _entry(self, top: Picker) -> Taken:
        unit = self._currency(top)
        on = top.need("on", values.moment, Moment(_NEVER, None)).on
        rate = self._rate(top, unit)
        said = (top.take("type", _text) or "").lower()
        kind = EntryType(said) if said in set(EntryType) else EntryType.OTHER
        lines = self._entry_lines(top, unit)
        if top.problems:
            raise Invalid(top.problems)
        text = top.take("text", _text) or kind.value
        entry = AccountingEntry(on=on, lines=lines, type=kind, text=text, currency=unit.code, rate=rate)
        parts = [[line.account, str(plain(line.debit - line.credit))] for line in lines]
        content = _digest([on.isoformat(), unit.code, str(rate), parts])
        return Taken(number=text, content=content, entry=entry)

    def _entry_lines(self, top: Picker, unit: Currency) -> tuple[EntryLine, ...]:
        if lines := top.children("lines", "entry_line"):
            return tuple(
                EntryLine(
                    account=self._account(line, "account"),
                    debit=(_money(line, "debit", unit) or Money(0, unit)).amount,
                    credit=(_money(line, "credit", unit) or Money(0, unit)).amount,
                    text=line.take("text", _text) or "",
                    where=line.where,
                )
                for line in lines
            )
        amount = _money(top, "amount", unit)
        if amount is None:
            top.note("required", "amount", "is required")
            return ()
        sides = (Decimal(0), abs(amount).amount)
        debit, credit = sides if amount.minor < 0 else sides[::-1]
        return (
            EntryLine(account=self._account(top, "account"), debit=debit, credit=credit, where="account"),
            EntryLine(account=self._account(top, "contra_account"), debit=credit, credit=debit, where="contra_account"),
        )

    def _account(self, top: Picker, name: str) -> str:
        theirs = top.need(name, _text, "")
        if theirs and theirs not in self.accounts:
            top.note("account_unmapped", name, f"account {theirs!r} is not in the map of accounts")
        return self.accounts.get(theirs, "")


class _Line:
    """A line as delivered."""

    def __init__(self, picked: Picker, unit: Currency) -> None:
        self.where = picked.where
        self.sku = picked.take("sku", _text) or ""
        self.description = picked.take("description", _text) or self.sku
        self.quantity = _six(picked.need("quantity", partial(values.decimal, places=None, below=10**9), Decimal(0)))
        self.price = _six(picked.need("price", partial(values.decimal, places=None, below=10**9), Decimal(0)))
        discount = picked.take("discount", _number) or Decimal(0)
        share = picked.take("vat_percentage", _number)
        net = _money(picked, "net", unit)
        self.amount = Amount(
            line_net(self.quantity, self.price, discount, unit) if net is None else net,
            _money(picked, "vat", unit),
            None if share is None else share / _HUNDRED,
        )


def _sale_lines(
    lines: Sequence[_Line], given: Delivered, settled: Settled, sign: int
) -> list[tuple[SaleLine, Decimal | None]]:
    """The document's lines with their tax rates, its fees as charges, and what rounding left over; at least one.

    sign: -1 for a credit note, whose lines give back
    """
    unit = given.unit
    made: list[tuple[SaleLine, Decimal | None]] = []
    for line, amount, net, tax in zip(lines, given.lines, settled.nets, settled.taxes, strict=False):
        quantity = line.quantity * settled.turn[0] * sign
        taken = SaleLine(
            kind=LineKind.ITEM,
            sku=line.sku,
            description=line.description,
            quantity=quantity,
            unit_price=line.price,
            discount=(Money.of(quantity * line.price, unit) - _signed(net, sign)).amount,
            tax={None: _signed(tax, sign).amount},
            where=line.where,
        )
        made.append((taken, amount.rate))
    first = len(lines)
    for (_, label), fee, net, tax in zip(_FEES, given.fees, settled.nets[first:], settled.taxes[first:], strict=True):
        if net or tax:
            made.append((_charge(label, LineKind.CHARGE, _signed(net, sign), _signed(tax, sign)), fee.rate))
    nothing = Money(0, unit)
    if settled.residue:
        made.append((_charge("Rounding", LineKind.ROUNDING, _signed(settled.residue, sign), nothing), None))
    return made or [(_charge("No lines", LineKind.TEXT, nothing, nothing), None)]


def _charge(label: str, kind: LineKind, net: Money, tax: Money) -> SaleLine:
    return SaleLine(kind=kind, description=label, unit_price=net.amount, tax={None: tax.amount})


def _signed(money: Money, sign: int) -> Money:
    return money if sign > 0 else -money


def _money(picked: Picker, name: str, unit: Currency) -> Money | None:
    """An amount rounded to its currency, which takes the noise of floats away."""
    found = picked.take(name, _number)
    if found is None:
        return None
    try:
        return Money.of(found, unit)
    except Invalid as error:
        picked.note("amount_too_large", name, error.problems[0].say)
        return Money(0, unit)


def _six(number: Decimal) -> Decimal:
    return number if number == number.to_integral_value() else number.quantize(_MICRO, ROUND_HALF_UP)


def _address(picked: Picker | None) -> Address | None:
    if picked is None:
        return None
    names = ("name", "address1", "address2", "postal_code", "city", "state", "country")
    found = Address(**{name: picked.take(name, _text) or "" for name in names})
    return None if found == NOWHERE else found


def _hash(sale: Sale, buyer: Buyer, rates: Sequence[Decimal | None]) -> str:
    """What is accounted, so that a changed telephone number is no change."""
    lines = [
        [str(line.quantity), str(line.unit_price), str(line.discount), str((line.tax or {}).get(None, 0))]
        for line in sale.lines
    ]
    head: list[object] = [sale.kind.value, sale.number, sale.on.isoformat(), str(sale.due_on), buyer.number]
    return _digest(
        [*head, sale.currency, str(sale.rate), str(sale.asserted_total), [str(rate) for rate in rates], lines]
    )


def _digest(parts: list[object]) -> str:
    return sha256(json.dumps(parts).encode()).hexdigest()
