"""Settings: which webstores ask, and how each of them does."""

import re
from decimal import Decimal
from typing import Literal

import msgspec

_AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,2})?")
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


class Store(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One webstore.

    name:                 the principal that its token was issued to
    modes:                how it may present the token; "header" is a header of its own, as the store's Key names it
    key:                  that header's name
    user:                 the user of Basic, None = name
    restrict_order_by_id: show a single order only to the contact who placed it, as the list does
    discount_total:       what the store reads in it: the amount taken off, or the amount after discount
    """

    name: str
    modes: tuple[Literal["bearer", "header", "basic"], ...] = ("bearer",)
    key: str | None = None
    user: str | None = None
    restrict_order_by_id: bool = False
    discount_total: Literal["taken_off", "after_discount"] = "taken_off"

    def __post_init__(self) -> None:
        if ("header" in self.modes) != (self.key is not None):
            raise ValueError("the mode header and a key go together")
        if self.key is not None and not _HEADER_NAME.fullmatch(self.key):
            raise ValueError("key is no header name")
        if self.key is not None and self.key.lower() == "authorization":
            raise ValueError("the key Authorization is the mode bearer")


class ShippingMethod(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One way to ship that the checkout may offer; where several fit, all of them are offered, in this order.

    label:          what the shopper reads
    rate:           what it costs, as text with at most two decimals
    country:        two letters, "" = any; state likewise, postcode is how the postcode begins
    order_from:     worth of the cart from which it is offered, as text, None = any
    order_below:    worth of the cart below which it is offered
    """

    label: str
    rate: str
    country: str = ""
    state: str = ""
    postcode: str = ""
    order_from: str | None = None
    order_below: str | None = None

    def __post_init__(self) -> None:
        for name in ("rate", "order_from", "order_below"):
            text = getattr(self, name)
            if text is not None and not _AMOUNT.fullmatch(text):
                raise ValueError(f'{name} is no amount such as "10.00"')

    @property
    def amount(self) -> Decimal:
        """What it costs."""
        return Decimal(self.rate)

    def covers(self, country: str, state: str, postcode: str, worth: Decimal) -> bool:
        """Whether it is offered for a cart that goes there."""
        return (
            self.country.upper() in ("", country.upper())
            and self.state.upper() in ("", state.upper())
            and _plain(postcode).startswith(_plain(self.postcode))
            and (self.order_from is None or worth >= Decimal(self.order_from))
            and (self.order_below is None or worth < Decimal(self.order_below))
        )


def _plain(text: str) -> str:
    return text.replace(" ", "").upper()


#: What we take of a pushed order -> the fields that may hold it, the first one that is there; a point leads inwards.
#: The pages do not print the order: these are the names of the store's other calls.
ORDER_FIELDS: dict[str, tuple[str, ...]] = {
    "number": ("order_id", "id", "order_number"),
    "customer": ("customer_code", "account_number", "customer.account_number"),
    "contact": ("user_seller_reference", "user.seller_reference"),
    "ordered_by": ("ordered_by", "user.name"),
    "customer_po": ("customer_po", "purchase_order"),
    "comment": ("order_comments", "comments", "note"),
    "date": ("order_date", "created_at"),
    "subtotal": ("sub_total",),
    "tax": ("sales_tax", "tax_total"),
    "freight": ("shipping_total", "freight"),
    "shipping": ("shipping_details", "shipping_address"),
    "lines": ("order_lines", "lines", "items"),
    "line.sku": ("sku", "item_sku"),
    "line.quantity": ("qty", "quantity"),
    "line.price": ("unit_price", "price"),
    "line.description": ("description",),
    "line.note": ("note",),
}


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table `[contracts.evolutionx]`.

    shipping:     ways to ship that the checkout may offer
    order_fields: where the parts of a pushed order stand, for those that stand elsewhere than is known
    """

    stores: tuple[Store, ...] = ()
    shipping: tuple[ShippingMethod, ...] = ()
    order_fields: dict[str, tuple[str, ...]] = {}

    def __post_init__(self) -> None:
        unknown = sorted(set(self.order_fields) - set(ORDER_FIELDS))
        if unknown:
            raise ValueError(f"order_fields knows {', '.join(ORDER_FIELDS)}, not {unknown[0]}")
        if len({store.name for store in self.stores}) != len(self.stores):
            raise ValueError("two stores have one name")

    def of(self, principal: str) -> Store:
        """The store of a principal; one without an entry has the defaults."""
        for store in self.stores:
            if store.name == principal:
                return store
        return Store(principal)
