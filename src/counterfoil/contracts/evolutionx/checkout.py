"""The checkout asks: what tax a cart will bear, and how it may be shipped. Nothing is changed."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from counterfoil.contracts.evolutionx import replies
from counterfoil.contracts.evolutionx.settings import Settings, ShippingMethod
from counterfoil.contracts.evolutionx.wire import (
    CheckoutTax,
    ShippingMethods,
    ShippingOffer,
    TaxAmount,
)
from counterfoil.core.errors import Invalid
from counterfoil.services import quoting
from counterfoil.services.office import Context
from counterfoil.wire.codec import plain
from counterfoil.wire.contract import Call, Reply
from counterfoil.wire.read import Fields


def taxes(call: Call[Context, Settings]) -> Reply:
    """The tax of a cart; a customer or item that is not on file is refused, for 0 would charge too little."""
    fields = replies.read(call)
    if isinstance(fields, Reply):
        return fields
    try:
        code, postcode, lines = _cart(fields)
        found = quoting.tax(call.context, code, postcode, lines)
    except Invalid as error:
        return replies.invalid(error.problems)
    return replies.found(CheckoutTax(TaxAmount(plain(found.amount))))


def _cart(fields: Fields) -> tuple[str, str, list[quoting.Quoted]]:
    asked = fields.child("request") or Fields({}, "request", fields.problems)
    header = asked.child("header") or Fields({}, "request.header", fields.problems)
    code = header.need_text("customer_code", numbers="whole")
    postcode = header.text("shiptopostcode", numbers="whole") or ""
    lines = [
        (line.need_text("item_sku", numbers="whole"), line.need_decimal("line_amount", places=6), line.where)
        for line in asked.children("lines")
    ]
    fields.refuse()
    return code, postcode, lines


def shipping(call: Call[Context, Settings]) -> Reply:
    """The ways in which a cart may be shipped, from the table in the settings; none is an empty list."""
    fields = replies.read(call)
    if isinstance(fields, Reply):
        return fields
    try:
        country, state, postcode = (fields.text(name, numbers="whole") or "" for name in ("country", "state", "zip"))
        worth = sum((_worth(item) for item in fields.children("items")), Decimal(0))
        fields.refuse()
    except Invalid as error:
        return replies.invalid(error.problems)
    fitting = [one for one in call.settings.shipping if one.covers(country, state, postcode, worth)]
    return replies.found(_offers(fitting))


def _worth(item: Fields) -> Decimal:
    """A line's amount; of a line that does not say it, what its quantity costs."""
    amount = item.decimal("total_price", places=None)
    if amount is not None:
        return amount
    quantity, price = item.decimal("quantity", places=None), item.decimal("unit_price", places=None)
    return (quantity or Decimal(0)) * (price or Decimal(0))


def _offers(methods: Sequence[ShippingMethod]) -> msgspec.Struct:
    return ShippingMethods([ShippingOffer(one.label, plain(one.amount), f"{one.amount:.2f}") for one in methods])
