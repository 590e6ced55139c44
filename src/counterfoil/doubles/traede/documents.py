"""Documents as TRAEDE would hand them out: any number of them, the same ones for the same seed.

Sums are worked out here in whole minor units, by nobody else's code, so that they can be held against what is booked.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

KINDS = ("invoices", "credit-notes", "accounting-entries")
Signs = Literal["plus", "fees_minus", "lines_minus"]

_FIRST_DAY = date(2024, 1, 2)
_DAYS = 360
_CUSTOMERS = 250
_VARIANTS = 600
_DIGITS = {"DKK": 2, "EUR": 2, "JPY": 0, "KWD": 3}
_RATES = {"DKK": "1", "EUR": "7.4602", "JPY": "0.0481", "KWD": "22.35"}
_ACCOUNTS = (("cogs", "1310", "2100"), ("inventory_adjustment", "1360", "2100"))
_ADDRESS = {"street": "Nørregade 1", "street_2": None, "zip": "1165", "city": "København", "country": "DK"}


@dataclass(frozen=True, slots=True)
class Recipe:
    """What documents are like.

    signs:  how credit notes carry their fees: everything positive, fees negative, or lines positive under a
            negative total with fees negative
    poison: one document in a hundred cannot be imported
    late:   one document in fifty is a draft at first and is booked while others are being listed
    """

    seed: int = 1
    signs: Signs = "plus"
    poison: bool = False
    late: bool = False

    def is_poison(self, number: int) -> bool:
        """Whether a document of this id cannot be imported."""
        return self.poison and number % 100 == 37

    def is_late(self, number: int) -> bool:
        """Whether a document of this id is booked late."""
        return self.late and number % 50 == 11


@dataclass(frozen=True, slots=True)
class Made:
    """A document as it is handed out, and what it comes to.

    total: what the customer owes (+) or is credited (-); what an entry debits; in minor units of its currency
    """

    wire: dict[str, Any]
    currency: str
    total: int


def make(recipe: Recipe, kind: str, number: int) -> Made:
    """The document of a kind and id."""
    chance = random.Random(f"{recipe.seed}:{kind}:{number}")  # noqa: S311 - the same on every run
    if kind == "accounting-entries":
        made = _entry(recipe, number, chance)
    elif kind == "credit-notes":
        made = _sale(recipe, number, chance, credit=True)
    else:
        made = _sale(recipe, number, chance, credit=False)
    return _poisoned(kind, number, made) if recipe.is_poison(number) else made


def _sale(recipe: Recipe, number: int, chance: random.Random, *, credit: bool) -> Made:
    customer = _customer(number if not credit else number * 3)
    unit, digits = customer["currency"], _DIGITS[customer["currency"]]
    rate = Decimal("0.25") if customer["domestic"] else Decimal(0)
    shape = chance.random()
    lines = [] if shape < 0.02 else [_line(n, chance, rate, digits) for n in range(chance.randint(1, 4))]
    nothing = 0.02 <= shape < 0.03
    if nothing:
        lines = [line | {"price": 0, "net": 0, "vat": 0} for line in lines[:1]]
    fee = 0 if nothing else chance.choice((0, 0, 50, 75)) * 10**digits or (80 * 10**digits if not lines else 0)
    handling = 0 if nothing else chance.choice((0, 0, 0, 25)) * 10**digits
    nets = sum(line["net"] for line in lines)
    if nets + fee + handling < 0:
        fee += 10**digits - nets - fee - handling
    fee_vat = _vat(fee, rate) + _vat(handling, rate)
    per_line = chance.random() < 0.5
    vat = sum(line["vat"] for line in lines) + fee_vat if per_line else _vat(nets + fee + handling, rate)
    total = nets + fee + handling + vat
    stray = chance.choice((-1, 1)) if lines and not nothing and chance.random() < 0.03 else 0
    total += stray
    fee_sign, sum_sign = _signs(recipe) if credit else (1, 1)
    on = _FIRST_DAY + timedelta(number * 7919 % _DAYS)
    wire: dict[str, Any] = {
        "id": number,
        ("credit_note_number" if credit else "invoice_number"): f"{'CR-' if credit else ''}{10000 + number}",
        "status": "booked",
        "booked_at": f"{on}T08:00:00.000000Z",
        "invoice_date": on.isoformat(),
        "due_date": (on + timedelta(0 if credit else 14)).isoformat(),
        "order_number": f"SO-{number}",
        "order_type": chance.choice(("b2b", "b2c")),
        "customer_id": customer["id"],
        "reference": f"PO {chance.randrange(10**6)}",
        "currency": unit,
        "exchange_rate": Decimal(_RATES[unit]),
        "shipping_cost": _money(fee * fee_sign, digits),
        "handling_fee": _money(handling * fee_sign, digits),
        "subtotal": _money(nets, digits),
        "vat_total": _money(vat * sum_sign, digits),
        "total": _money(total * sum_sign, digits),
        "vat_percentage": rate * 100,
        "vat_zone": "domestic" if customer["domestic"] else "abroad",
        "invoice_address": {"name": customer["wire"]["name"], **_ADDRESS},
        "meta": [] if number % 3 == 0 else {"season": "AW24"},
        "created_at": f"{on} 07:00:00" if number % 2 else f"{on}T07:00:00.000000Z",
        "updated_at": f"{on}T08:05:00.000000Z",
        "customer": customer["wire"],
        "lines": [_line_wire(number, line, digits, chance) for line in lines],
    }
    if credit:
        wire |= {"invoice_id": number if number % 4 else None, "claim_type": "return"}
    return Made(wire, unit, -total if credit else total)


def _signs(recipe: Recipe) -> tuple[int, int]:
    """The signs of a credit note's fees and sums; those of its lines are plus."""
    return {"plus": (1, 1), "fees_minus": (-1, 1), "lines_minus": (-1, -1)}[recipe.signs]


def _line(position: int, chance: random.Random, rate: Decimal, digits: int) -> dict[str, Any]:
    quantity = Decimal(chance.randint(1, 24))
    if position and chance.random() < 0.05:
        quantity = -Decimal(1)
    if chance.random() < 0.03:
        quantity = Decimal("2.5")
    price = chance.randint(5, 900) * 10**digits + (chance.choice((0, 50, 95)) if digits == 2 else 0)
    discount = chance.choice((0, 0, 0, 10, 25))
    net = _rounded(quantity * price * (100 - discount) / 100)
    variant = chance.randrange(_VARIANTS)
    return {
        "quantity": quantity, "price": price, "discount": discount, "net": net, "vat": _vat(net, rate),
        "rate": rate, "variant": variant, "free": chance.random() < 0.04, "noise": chance.random() < 0.1,
    }  # fmt: skip


def _line_wire(number: int, line: dict[str, Any], digits: int, chance: random.Random) -> dict[str, Any]:
    sku = f"{1000 + line['variant'] // 6}-{('Black', 'White')[line['variant'] % 2]}-{'SML'[line['variant'] % 3]}"
    net = _money(line["net"], digits)
    if line["noise"]:
        # What a float makes of it on its way through PHP.
        net = Decimal(repr(float(net) / 3 * 3))
    wire: dict[str, Any] = {
        "id": number * 10 + chance.randrange(10),
        "sku": None if line["free"] else sku,
        "item_number": None if line["free"] else sku.partition("-")[0],
        "product_name": "Gift wrapping" if line["free"] else f"Jacket {sku.partition('-')[0]}",
        "quantity": line["quantity"],
        "price": f"{_money(line['price'], digits)}" if number % 7 == 0 else _money(line["price"], digits),
        "discount_percentage": line["discount"],
        "vat_percentage": line["rate"] * 100,
        "vat_amount": _money(line["vat"], digits),
        "line_total": net,
        "product": None,
        "variant": None,
    }
    if not line["free"]:
        wire["product"] = {"id": 5 + line["variant"] // 6, "item_number": wire["item_number"], "name": "Jacket"}
        wire["variant"] = {"id": 9 + line["variant"], "sku": sku, "attributes": {"Color": "Black", "Size": "S"}}
    return wire


def _entry(recipe: Recipe, number: int, chance: random.Random) -> Made:
    kind, debit, credit = _ACCOUNTS[number % 2]
    amount = chance.randint(1, 10**6)
    if chance.random() < 0.05:
        amount = -amount
    on = _FIRST_DAY + timedelta(number * 6131 % _DAYS)
    money = _money(amount, 2)
    wire: dict[str, Any] = {
        "id": number,
        "type": kind,
        "date": on.isoformat(),
        "text": f"{kind} {number}",
        "currency": "DKK",
        "exchange_rate": 1,
        "meta": {},
        "created_at": f"{on} 07:00:00",
        "updated_at": f"{on} 07:00:00",
    }
    if number % 3:
        wire |= {"amount": money, "account": debit, "contra_account": credit}
    else:
        side, other = ("debit", "credit") if amount > 0 else ("credit", "debit")
        wire["lines"] = [
            {"account": debit, side: abs(money), other: 0, "text": "goods"},
            {"account": credit, side: 0, other: abs(money), "text": ""},
        ]
    return Made(wire, "DKK", amount)


def _poisoned(kind: str, number: int, made: Made) -> Made:
    """What cannot be imported, in turn for one reason or another."""
    wire = dict(made.wire)
    if kind == "accounting-entries":
        if number % 200 < 100:
            wire.pop("lines", None)
            wire |= {"amount": Decimal(7), "account": "9999", "contra_account": "2100"}
        else:
            wire |= {
                "lines": [
                    {"account": "1310", "debit": Decimal(5), "credit": 0},
                    {"account": "2100", "debit": 0, "credit": Decimal("4.99")},
                ]
            }
        return Made(wire, made.currency, 0)
    reason = number // 100 % 5
    if reason == 0:
        wire["total"] = wire["total"] + 500
    elif reason == 1:
        del wire["lines"]
    elif reason == 2:
        wire["currency"] = "crowns"
    elif reason == 3:
        wire["customer"] = None
    else:
        wire["total"] = Decimal("1E+300")
    return Made(wire, made.currency, 0)


def _customer(number: int) -> dict[str, Any]:
    """Who buys: always in one currency, at home or abroad."""
    place = number * 31 % _CUSTOMERS
    rest = place % 25
    unit = "DKK" if rest < 20 else "EUR" if rest < 23 else "JPY" if rest < 24 else "KWD"
    name = f"Shop {place} A/S"
    wire = {
        "id": 7 + place,
        "customer_number": f"NO-{1000 + place}" if place % 2 else f"{1000 + place}",
        "name": name,
        "currency": unit,
        "email": f"shop{place}@shop.example",
        "telephone": None,
        "addresses": [{"title": "Main", "name": name, **_ADDRESS}],
    }
    return {"id": 7 + place, "currency": unit, "domestic": unit == "DKK" and rest % 4 != 3, "wire": wire}


def _vat(minor: int, rate: Decimal) -> int:
    return _rounded(minor * rate)


def _rounded(amount: Decimal) -> int:
    return int(Decimal(amount).quantize(Decimal(1), ROUND_HALF_UP))


def _money(minor: int, digits: int) -> Decimal:
    return Decimal(minor).scaleb(-digits)
