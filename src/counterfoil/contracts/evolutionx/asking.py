"""What a request asks for: EvolutionX's fields -> the book's own questions.

Each reader raises Invalid with every problem at once, and gives back None where nothing can match, whatever the book
holds.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from counterfoil.core.history import Filter
from counterfoil.wire.read import Fields
from counterfoil.wire.values import storable

ORDERS_PER_PAGE = 15
INVOICES_PER_PAGE = 10
MOST_PER_PAGE = 1000

_LAST_PAGE = 10**18 - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_END_OF_DAY = time(23, 59, 59, 999999, UTC)


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a list; pages count from 1."""

    customer_code: str
    narrowed: Filter
    page: int
    per_page: int


@dataclass(frozen=True, slots=True)
class Single:
    """One document.

    contact: shown only if this contact placed it, None = whoever did
    """

    customer_code: str
    number: str
    contact: str | None = None


def orders(fields: Fields) -> Listing | None:
    """A page of orders; a user_seller_reference that is not null shows only that user's own."""
    return _listing(fields, "order_id", _contact(fields), ORDERS_PER_PAGE)


def invoices(fields: Fields) -> Listing | None:
    """A page of invoices; user_seller_reference restricts nothing."""
    return _listing(fields, "invoice_id", None, INVOICES_PER_PAGE)


def order(fields: Fields, *, restricted: bool) -> Single | None:
    """One order.

    restricted: user_seller_reference restricts it as it does the list
    """
    return _single(fields, "order_id", _contact(fields) if restricted else None)


def invoice(fields: Fields) -> Single | None:
    """One invoice."""
    return _single(fields, "invoice_id", None)


def balance(fields: Fields) -> str | None:
    """Whose account."""
    code = _needed(fields, "customer_code")
    fields.refuse()
    return code if storable(code) else None


def _listing(fields: Fields, number: str, contact: str | None, per_page: int) -> Listing | None:
    asked = Listing(
        customer_code=_needed(fields, "customer_code"),
        narrowed=_filter(fields.child("filters", empty_list=True), number, contact),
        page=fields.whole("current_page", low=1, high=_LAST_PAGE, digits_only=True) or 1,
        per_page=fields.whole("per_page", low=1, high=MOST_PER_PAGE, digits_only=True) or per_page,
    )
    fields.refuse()
    narrowed = asked.narrowed
    texts = (asked.customer_code, narrowed.number, narrowed.customer_po, narrowed.third_party_number, contact)
    return asked if contact != "" and all(storable(text) for text in texts if text) else None


def _single(fields: Fields, number: str, contact: str | None) -> Single | None:
    asked = Single(_needed(fields, "customer_code"), _needed(fields, number), contact)
    fields.refuse()
    texts = (asked.customer_code, asked.number, contact or "")
    return asked if contact != "" and all(storable(text) for text in texts) else None


def _filter(filters: Fields | None, number: str, contact: str | None) -> Filter:
    if filters is None:
        return Filter(contact=contact)
    return Filter(
        number=_text(filters, number),
        customer_po=_text(filters, "customer_po"),
        third_party_number=_text(filters, "third_party_order_number") if number == "order_id" else None,
        start_ms=_bound(filters, "start_date", "date_from", time(tzinfo=UTC)),
        end_ms=_bound(filters, "end_date", "date_to", _END_OF_DAY),
        contact=contact,
    )


def _bound(filters: Fields, name: str, alias: str, clock: time) -> int | None:
    """One end of the dates asked for; the alias counts only where the name is not given.

    clock: at which a bare day begins or ends
    """
    raw = filters.raw(name)
    given = raw is not None and not (isinstance(raw, str) and not raw.strip())
    found = filters.moment(name if given else alias)
    if found is None:
        return None
    return ((found.at or datetime.combine(found.on, clock)) - _EPOCH) // _MILLISECOND


def _contact(fields: Fields) -> str | None:
    """The user's own id; "" is nobody's, only null stands for "may see all"."""
    return fields.text("user_seller_reference", empty=True, numbers="whole", any_character=True)


def _needed(fields: Fields, name: str) -> str:
    return fields.need_text(name, numbers="whole", any_character=True)


def _text(fields: Fields, name: str) -> str | None:
    return fields.text(name, numbers="whole", any_character=True)
