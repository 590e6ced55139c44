"""The book's documents in TRAEDE's words. Pure.

source: the README beside this file; ids are the book's own throughout, because marks name them
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from msgspec import UNSET

from counterfoil.contracts.traede import wire
from counterfoil.contracts.traede.including import Including
from counterfoil.core.accounting import TYPE, EntryType
from counterfoil.core.document import Document, Kind, Line, LineKind, State
from counterfoil.core.exporting import Exportable, ExportPage, Topic
from counterfoil.core.money import Money, total
from counterfoil.core.party import Address, Customer
from counterfoil.core.stock import Item
from counterfoil.core.terms import Terms
from counterfoil.wire.codec import plain

_HUNDRED = Decimal(100)
_PERCENT = Decimal("0.000001")
_ORDER_STATES = {State.OPEN: "approved", State.VOID: "cancelled", State.INVOICED: "archived"}
_EU = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ]
)


def listed(page: ExportPage, topic: Topic, including: Including) -> list[Any]:
    """The rows of a list."""
    writer = _Writer(page, including)
    write = {
        Topic.SALES_INVOICE: writer.invoice,
        Topic.CREDIT_NOTE: writer.credit_note,
        Topic.ORDER: writer.order,
        Topic.ACCOUNTING_ENTRY: writer.accounting_entry,
    }[topic]
    return [write(row) for row in page.rows]


class _Writer:
    """Writes the rows of one page."""

    def __init__(self, page: ExportPage, including: Including) -> None:
        self._items, self._tax_codes, self._including = page.items, page.tax_codes, including
        self._unit, self._country = page.base, page.country

    def invoice(self, row: Exportable) -> wire.Invoice:
        return wire.Invoice(invoice_number=row.document.number or None, **self._sale(row, 1), **_booked(row))

    def credit_note(self, row: Exportable) -> wire.CreditNote:
        made = row.document
        return wire.CreditNote(
            credit_note_number=made.number or None, invoice_id=made.original_id, **self._sale(row, -1), **_booked(row)
        )

    def order(self, row: Exportable) -> wire.Order:
        made = row.document
        status = "not_approved" if made.kind is Kind.QUOTE and made.state is State.OPEN else _ORDER_STATES[made.state]
        return wire.Order(
            order_number=made.number,
            order_date=made.on.isoformat(),
            delivery_date=_day(made.ship_on),
            **self._sale(row, 1) | {"status": status},
        )

    def _sale(self, row: Exportable, sign: int) -> dict[str, Any]:
        made, customer = row.document, row.customer
        unit = made.total.currency
        rates = {part.tax_code_id: part.rate for part in made.taxes}
        charges = total((line.net for line in made.lines if line.kind is LineKind.CHARGE), unit)
        shown = self._lines(made, rates, sign)
        percentages = {line.vat_percentage for line in shown}
        return {
            "id": made.id,
            "status": "draft" if made.state is State.DRAFT else "booked",
            "customer_id": made.customer_id,
            "customer_number": customer.code if customer else None,
            "reference": made.customer_po or None,
            "currency": unit.code,
            "exchange_rate": None if row.rate is None else plain(row.rate),
            "shipping_cost": _signed(charges, sign),
            "subtotal": _signed(made.subtotal - charges, sign),
            "vat_total": _signed(made.tax_total, sign),
            "total": _signed(made.total, sign),
            "vat_percentage": percentages.pop() if len(percentages) == 1 else None,
            "vat_zone": _zone(made.billing.country, self._country),
            "note": made.comment or None,
            "payment_term": _term(row.terms),
            "invoice_address": _address(made.billing),
            "delivery_address": _address(made.shipping),
            "meta": _meta(row),
            "created_at": instant(row.created_at),
            "updated_at": instant(row.updated_at),
            "customer": self._including.one(
                "customer", customer.id if customer else None, lambda: self._customer(customer, row.terms)
            ),
            "lines": self._including.many("lines", [(line.id, line) for line in shown])
            if self._including.wants("lines")
            else UNSET,
        }

    def _lines(self, made: Document, rates: Mapping[int | None, Decimal | None], sign: int) -> list[wire.Line]:
        return [
            self._line(line, rates, sign, made.state is State.DRAFT)
            for line in made.lines
            if line.kind is not LineKind.CHARGE
        ]

    def _line(self, line: Line, rates: Mapping[int | None, Decimal | None], sign: int, is_draft: bool) -> wire.Line:
        item = self._items.get(line.item_id) if line.item_id is not None else None
        key = item.id if item else None
        return wire.Line(
            id=None if is_draft else line.id,
            product_id=key,
            variant_id=key,
            sku=line.sku or None,
            item_number=line.sku or None,
            product_name=line.description,
            full_name=line.description,
            quantity=plain(sign * line.quantity),
            price=plain(line.unit_price),
            discount_percentage=_discount(line),
            vat_percentage=self._vat(line, rates),
            vat_amount=_signed(line.tax, sign),
            line_total=_signed(line.net, sign),
            product=self._including.one("lines.product", key, lambda: _product(item)),
            variant=self._including.one("lines.variant", key, lambda: self._variant(item)),
        )

    def _vat(self, line: Line, rates: Mapping[int | None, Decimal | None]) -> Decimal | None:
        """The sum of the rates that tax a line; None where one is not known."""
        parts = [rates.get(code) or self._likely(line, code) for code in line.tax_parts]
        known = [rate for rate in parts if rate is not None]
        return plain(sum(known, Decimal(0)) * _HUNDRED) if len(known) == len(parts) else None

    def _likely(self, line: Line, code_id: int | None) -> Decimal | None:
        """The one rate of a tax code that explains a tax which came without its rate, as a credit note's does."""
        code = self._tax_codes.get(code_id or 0)
        rates = {rate.rate for rate in code.rates} if code else set()
        tax = line.tax_parts[code_id]
        fitting = [rate for rate in rates if Money.of(line.net.amount * rate, tax.currency) == tax]
        return fitting[0] if len(fitting) == 1 else None

    def _customer(self, customer: Customer | None, terms: Terms | None) -> wire.Customer:
        assert customer is not None, "only a customer that is there is shown"
        places = [customer.billing, *([customer.shipping] if customer.shipping else [])]
        return wire.Customer(
            id=customer.id,
            customer_number=customer.code,
            name=customer.name,
            currency=customer.currency or self._unit.code,
            payment_term=_term(terms),
            addresses=[_address(place) for place in places],
        )

    def _variant(self, item: Item | None) -> wire.Variant:
        assert item is not None, "only an item that is there is shown"
        prices = {} if item.price is None else {self._unit.code: wire.Price(sales_price=plain(item.price))}
        return wire.Variant(id=item.id, product_id=item.id, sku=item.sku, prices=prices)

    def accounting_entry(self, row: Exportable) -> wire.AccountingEntry:
        made, entry = row.document, row.entry
        legs = [leg for leg in entry.postings if leg.amount] if entry else []
        unit = legs[0].amount.currency if legs else made.total.currency
        texts = {line.id: line.description for line in made.lines if line.kind is LineKind.ENTRY}
        lines = [
            wire.EntryLine(
                row.accounts[leg.account_id],
                leg.amount.amount if leg.amount.minor > 0 else _NOTHING,
                (-leg.amount).amount if leg.amount.minor < 0 else _NOTHING,
                texts.get(leg.line_id or 0, ""),
            )
            for leg in legs
        ]
        debits, credits = [line for line in lines if line.debit], [line for line in lines if line.credit]
        simple = len(debits) == len(credits) == 1
        derived = made.kind is not Kind.ACCOUNTING_ENTRY
        return wire.AccountingEntry(
            id=made.id,
            type=_type(made),
            date=made.on.isoformat(),
            text=entry.text if entry else made.comment,
            currency=unit.code,
            exchange_rate=None if row.rate is None else plain(row.rate),
            amount=total((leg.amount for leg in legs if leg.amount.minor > 0), unit).amount,
            account=debits[0].account if simple else None,
            contra_account=credits[0].account if simple else None,
            lines=lines,
            source_type=_SOURCES.get(made.kind),
            source_id=made.id if derived and made.kind in _SOURCES else None,
            meta=_meta(row) if not derived else {},
            created_at=instant(row.created_at),
            updated_at=instant(row.updated_at),
        )


_NOTHING = 0
_SOURCES = {Kind.SALES_INVOICE: "invoice", Kind.CREDIT_NOTE: "credit_note", Kind.STOCK_ADJUSTMENT: "inventory"}


def _type(made: Document) -> str:
    if made.kind is Kind.STOCK_ADJUSTMENT:
        return EntryType.INVENTORY_ADJUSTMENT.value
    if made.kind is Kind.ACCOUNTING_ENTRY:
        return str(made.extras.get(TYPE, EntryType.OTHER.value))
    return EntryType.COGS.value


def _booked(row: Exportable) -> dict[str, Any]:
    made = row.document
    return {
        "booked_at": None if made.state is State.DRAFT else instant(row.created_at),
        "invoice_date": made.on.isoformat(),
        "due_date": _day(made.due_on),
        "order_number": made.order_number or None,
    }


def _meta(row: Exportable) -> wire.Meta:
    extras = {name: value for name, value in row.document.extras.items() if name != TYPE}
    return extras | ({"reversed_on": row.reversed_on.isoformat()} if row.reversed_on else {})


def _product(item: Item | None) -> wire.Product:
    assert item is not None, "only an item that is there is shown"
    return wire.Product(id=item.id, item_number=item.sku, name=item.description)


def _term(terms: Terms | None) -> wire.PaymentTerm | None:
    return None if terms is None else wire.PaymentTerm(terms.name, terms.code)


def _address(place: Address) -> wire.Address:
    person = f"{place.first_name} {place.last_name}".strip()
    street_2 = ", ".join(part for part in (place.address2, place.address3) if part)
    return wire.Address(
        name=place.name or person,
        attention=person if place.name and person else None,
        street=place.address1,
        street_2=street_2 or None,
        zip=place.postal_code,
        city=place.city,
        state=place.state or None,
        country=place.country or None,
    )


def _zone(country: str, home: str) -> str | None:
    if len(country) != 2:
        return None
    if country.upper() == home:
        return "domestic"
    return "eu" if {country.upper(), home} <= _EU else "abroad"


def _discount(line: Line) -> Decimal:
    gross = line.net + line.discount
    return plain((line.discount.amount / gross.amount * _HUNDRED).quantize(_PERCENT)) if gross else Decimal(0)


def _signed(money: Money, sign: int) -> Decimal:
    return Money(sign * money.minor, money.currency).amount


def _day(on: date | None) -> str | None:
    return None if on is None else on.isoformat()


def instant(at: datetime) -> str:
    """An instant as TRAEDE's newer pages write it."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
