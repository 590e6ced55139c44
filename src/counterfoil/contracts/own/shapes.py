"""What bodies, queries and replies of all resources have in common."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from msgspec import Meta, Struct

from counterfoil.core.money import Money
from counterfoil.core.party import Address as Place


class Asked(Struct, kw_only=True, forbid_unknown_fields=True):
    """What a caller sends: members that are not known are refused."""


class Shown(Struct, kw_only=True):
    """What a caller is shown."""


#: Text of one line.
Line = Annotated[str, Meta(max_length=200)]
#: A code or number by which a thing is named.
Code = Annotated[str, Meta(min_length=1, max_length=64)]
#: Longer text.
Prose = Annotated[str, Meta(max_length=4000)]
#: ISO 4217.
CurrencyCode = Annotated[str, Meta(pattern="^[A-Z]{3}$", description="ISO 4217 code")]
#: ISO 3166 alpha-2.
CountryCode = Annotated[str, Meta(pattern="^[A-Z]{2}$", description="ISO 3166 alpha-2 code")]
#: An id of ours.
Id = Annotated[int, Meta(ge=1, le=2**31 - 1)]
#: A book month.
Month = Annotated[int, Meta(ge=101, le=999912, description="YYYYMM")]
Amount = Annotated[Decimal, Meta(description="in major units of the currency beside it")]


class One(Asked):
    """How one thing is shown.

    fields: the members to show, with commas between; all without it
    """

    fields: str | None = None


class Paged(One):
    """Which page of a list.

    limit:  how many
    cursor: `next` of the page before; the first page without it
    """

    limit: Annotated[int, Meta(ge=1, le=200)] = 50
    cursor: str | None = None


class Address(Asked):
    """A name and a place."""

    name: Line = ""
    first_name: Line = ""
    last_name: Line = ""
    address1: Line = ""
    address2: Line = ""
    address3: Line = ""
    city: Line = ""
    state: Line = ""
    postal_code: Line = ""
    country: Line = ""


def place(asked: Address) -> Place:
    """An address as the book keeps it."""
    return Place(**{name: getattr(asked, name) for name in Address.__struct_fields__})


def address(known: Place) -> Address:
    """An address as it is shown."""
    return Address(**{name: getattr(known, name) for name in Address.__struct_fields__})


def amount(money: Money) -> Decimal:
    """An amount with all the decimals of its currency; the currency stands beside it."""
    return money.amount


class Dated(Asked):
    """What a day may be given for.

    dated_on: the business date, the book's today without it
    """

    dated_on: date | None = None


class Warned(Shown):
    """What the sender should know about what was filed."""

    code: str
    message: str


class Trace(Shown):
    """Who did it, and when."""

    at: datetime
    actor: str
