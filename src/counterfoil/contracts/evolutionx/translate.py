"""The book's own values -> the replies that EvolutionX reads."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

import msgspec
from msgspec import UNSET, UnsetType

from counterfoil.contracts.evolutionx.settings import Store
from counterfoil.contracts.evolutionx.wire import (
    Balance,
    Invoice,
    InvoiceAddress,
    InvoiceLine,
    Invoices,
    ListedInvoice,
    ListedOrder,
    Number,
    Order,
    OrderAddress,
    OrderLine,
    Orders,
    Tracking,
)
from counterfoil.core import document as core
from counterfoil.core.document import Document, Kind, Line, LineKind, State
from counterfoil.core.history import Account, InvoiceShown, Listed, OrderShown, Page
from counterfoil.core.money import Money
from counterfoil.core.open_item import PAST_DUE, AgingBucket
from counterfoil.core.party import Address
from counterfoil.wire.codec import plain

NOTE_LENGTH = 150

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = 86_400_000
_ORDER_TYPES = {Kind.QUOTE: "Quote", Kind.WORK_ORDER: "Work Order", Kind.SALES_ORDER: "Sales Order"}
_ORDER_STATES = {State.OPEN: "Open", State.INVOICED: "Invoiced", State.VOID: "Void", State.HISTORY: "Invoiced"}

_place = msgspec.json.Decoder(Address).decode


def orders(page: Page, store: Store) -> Orders:
    """A page of orders."""
    code, digits = page.customer.code, page.unit.digits
    return Orders([_listed_order(row, code, digits, store) for row in page.rows], page.total)


def _listed_order(row: Listed, code: str, digits: int, store: Store) -> ListedOrder:
    return ListedOrder(
        order_id=row.number,
        customer_code=code,
        order_type_description=_ORDER_TYPES[Kind(row.kind)],
        order_status_description=_ORDER_STATES[State(row.state)],
        order_date=_moment(row.sort_at),
        ship_date=_listed_day(row.ship_on),
        discount_total=_number(_discount(row.discount_total, row.subtotal, row.total, store), digits),
        sub_total=_number(row.subtotal, digits),
        tax_total=_number(row.tax_total, digits),
        total=_number(row.total, digits),
        customer_po=row.customer_po,
        order_comments=row.comment,
        third_party_order_number=row.third_party_number,
    )


def order(shown: OrderShown, store: Store) -> Order:
    """An order whole; its charges are in the subtotal and not among its lines."""
    found, code = shown.order, shown.customer.code
    tax = _amount(found.tax_total)
    return Order(
        order_id=found.number,
        customer_code=code,
        billing_details=_order_address(found.billing, code),
        shipping_details=_order_address(found.shipping, code),
        order_type_description=_ORDER_TYPES[found.kind],
        order_status_description=_ORDER_STATES[found.state],
        order_date=_made(found),
        ship_date=_day(found.ship_on),
        discount_total=_document_discount(found, store),
        sub_total=_amount(found.subtotal),
        tax_total=tax,
        sales_tax=tax,
        total=_amount(found.total),
        ordered_by=found.ordered_by,
        customer_po=found.customer_po,
        order_comments=found.comment,
        third_party_order_number=found.third_party_number,
        order_lines=[_order_line(line, shown) for line in _goods(found)],
        tracking_information=[_tracking(travel) for travel in shown.travels] or UNSET,
    )


def _order_line(line: Line, shown: OrderShown) -> OrderLine:
    return OrderLine(
        line_no=line.line_no,
        product_id=_item_id(line, shown.item_refs),
        sku=line.sku,
        description=line.description,
        note=line.note,
        uom=line.uom,
        qty=_quantity(line.quantity),
        qty_shipped=_quantity(shown.shipped.get(line.id, Decimal(0))),
        unit_price=_shortest(line.unit_price),
        tax=_amount(line.tax),
        total=_amount(line.net + line.tax),
    )


def _tracking(travel: core.Tracking) -> Tracking:
    return Tracking(
        carrier_account_number=travel.carrier,
        delivery_charge=travel.delivery_charge,
        delivery_date=_day(travel.delivered_on),
        shipping_date=_day(travel.shipped_on),
        status=travel.status,
        status_time=_known_instant(travel.status_at),
        weight=travel.weight,
        note=travel.note[:NOTE_LENGTH],
        tracking_number=travel.tracking_number,
        tracking_url=travel.url,
    )


def invoices(page: Page, store: Store) -> Invoices:
    """A page of invoices, credit notes and cash sales."""
    code = page.customer.code
    places = {
        text: _invoice_address(_place(text), page.customer_ref, code)
        for text in {text for row in page.rows for text in (row.billing, row.shipping)}
    }
    return Invoices([_listed_invoice(row, code, page.unit.digits, places, store) for row in page.rows], page.total)


def _listed_invoice(
    row: Listed, code: str, digits: int, places: Mapping[str, InvoiceAddress], store: Store
) -> ListedInvoice:
    tax = _number(row.tax_total, digits)
    return ListedInvoice(
        invoice_id=row.number,
        customer_code=code,
        billing_details=places[row.billing],
        shipping_details=places[row.shipping],
        order_id=row.order_number,
        invoice_status_description=_status(row.kind, row.total, row.balance, row.is_reversed),
        invoice_date=_moment(row.sort_at),
        duedate=_listed_day(row.due_on),
        discount_total=_number(_discount(row.discount_total, row.subtotal, row.total, store), digits),
        sub_total=_number(row.subtotal, digits),
        tax_total=tax,
        sales_tax=tax,
        total=_number(row.total, digits),
        balance=_number(row.balance, digits),
        customer_po=row.customer_po,
    )


def invoice(shown: InvoiceShown, store: Store) -> Invoice:
    """An invoice whole; its charges are in the subtotal and not among its lines."""
    found, code, ref = shown.invoice, shown.customer.code, shown.customer_ref
    discount, tax = _document_discount(found, store), _amount(found.tax_total)
    return Invoice(
        invoice_id=found.number,
        customer_code=code,
        billing_details=_invoice_address(found.billing, ref, code),
        shipping_details=_invoice_address(found.shipping, ref, code),
        order_id=found.order_number,
        invoice_status_description=_status(found.kind, found.total.minor, shown.balance.minor, shown.is_reversed),
        order_date=_known_instant(shown.ordered_at),
        invoice_date=_made(found),
        duedate=_day(found.due_on),
        discount=discount,
        discount_total=discount,
        sub_total=_amount(found.subtotal),
        tax_total=tax,
        sales_tax=tax,
        total=_amount(found.total),
        balance=_amount(shown.balance),
        customer_po=found.customer_po,
        note=found.comment,
        invoice_lines=[_invoice_line(line, shown) for line in _goods(found)],
    )


def _invoice_line(line: Line, shown: InvoiceShown) -> InvoiceLine:
    return InvoiceLine(
        line_no=line.line_no,
        item_id=_item_id(line, shown.item_refs),
        sku=line.sku,
        qty=_quantity(line.ordered),
        qty_shipped=_quantity(line.quantity),
        description=line.description,
        uom=line.uom,
        unit_price=_price(line.unit_price),
        tax=_amount(line.tax),
        price=_price((line.net + line.tax).amount),
        note=line.note,
    )


def _status(kind: str, total: int, balance: int, is_reversed: bool) -> str:
    if is_reversed:
        return "Reversed"
    if kind == Kind.CREDIT_NOTE or (kind == Kind.OPENING_ITEM and total < 0):
        return "Credit"
    return "Open" if balance else "Paid"


def balance(account: Account) -> Balance:
    """A customer's account."""
    unit, buckets = account.unit, account.buckets
    owed = sum(money.minor for money in buckets.values())
    limit = account.customer.credit_limit
    return Balance(
        customer_code=account.customer.code,
        balance=_number(owed, unit.digits),
        total_due=_number(sum(buckets[late].minor for late in PAST_DUE), unit.digits),
        last_charge_date=_known_instant(account.last_charge_at),
        last_sale_date=_known_instant(account.last_sale_at),
        last_payment_date=_known_instant(account.last_payment_at),
        last_payment_amount=UNSET if account.last_payment is None else _amount(account.last_payment),
        due_30_days=_amount(buckets[AgingBucket.DAYS_30]),
        due_60_days=_amount(buckets[AgingBucket.DAYS_60]),
        due_90_days=_amount(buckets[AgingBucket.DAYS_90]),
        due_120_days=_amount(buckets[AgingBucket.DAYS_120]),
        due_over_120_days=_amount(buckets[AgingBucket.OVER_120]),
        open_credits=_amount(-buckets[AgingBucket.CREDITS]),
        credit_available=UNSET if limit is None else _shortest(limit - Money(owed, unit).amount),
    )


def _goods(found: Document) -> Iterable[Line]:
    return (line for line in found.lines if line.kind is LineKind.ITEM)


def _item_id(line: Line, refs: Mapping[int, str]) -> str:
    return "" if line.item_id is None else refs[line.item_id]


def _order_address(place: Address, code: str) -> OrderAddress:
    return OrderAddress(
        code,
        _name(place),
        place.address1,
        place.address2,
        place.address3,
        place.city,
        place.state,
        place.postal_code,
    )


def _invoice_address(place: Address, customer_id: str, code: str) -> InvoiceAddress:
    return InvoiceAddress(
        customer_id,
        code,
        _name(place),
        place.address1,
        place.address2,
        place.address3,
        place.city,
        place.state,
        place.postal_code,
    )


def _name(place: Address) -> str:
    return place.name or f"{place.first_name} {place.last_name}".strip()


def _document_discount(found: Document, store: Store) -> Number:
    minor = _discount(found.discount_total.minor, found.subtotal.minor, found.total.minor, store)
    return _number(minor, found.total.currency.digits)


def _discount(taken_off: int, subtotal: int, total: int, store: Store) -> int:
    """What a store reads in discount_total; a surcharge is no discount, and what a credit note gives back of one is."""
    if store.discount_total == "after_discount":
        return subtotal
    return max(0, -taken_off if total < 0 else taken_off)


def _amount(money: Money) -> Number:
    return _number(money.minor, money.currency.digits)


def _number(minor: int, digits: int) -> Number:
    """Minor units as the shortest number of major units, written out: no decimal is made for it."""
    unit: int = 10**digits
    whole, rest = divmod(abs(minor), unit)
    if not rest:
        return whole if minor >= 0 else -whole
    text = f"{'-' if minor < 0 else ''}{whole}.{rest:0{digits}d}".rstrip("0")
    return msgspec.Raw(text.encode())


def _shortest(value: Decimal) -> Number:
    short = plain(value)
    return int(short) if short == short.to_integral_value() else short


def _quantity(value: Decimal) -> str:
    return f"{plain(value):f}"


def _price(value: Decimal) -> str:
    """At least two places, and as many as the price has."""
    short = plain(value)
    exponent = short.as_tuple().exponent
    return f"{short:.2f}" if isinstance(exponent, int) and exponent > -2 else f"{short:f}"


def _made(found: Document) -> str:
    return _instant(found.at) if found.at is not None else f"{found.on.isoformat()}T00:00:00"


def _day(on: date | None) -> str | UnsetType:
    return UNSET if on is None else f"{on.isoformat()}T00:00:00"


def _listed_day(on: str | None) -> str | UnsetType:
    return UNSET if on is None else f"{on}T00:00:00"


def _known_instant(at: datetime | None) -> str | UnsetType:
    return UNSET if at is None else _instant(at)


def _moment(milliseconds: int) -> str:
    """An instant as milliseconds since 1970; most stand for a whole day, and many for the same one."""
    days, rest = divmod(milliseconds, _DAY)
    return f"{_iso(days)}T00:00:00" if not rest else _instant(_EPOCH + timedelta(milliseconds=milliseconds))


@lru_cache(4096)
def _iso(days: int) -> str:
    return (_EPOCH + timedelta(days=days)).date().isoformat()


def _instant(at: datetime) -> str:
    bare = at.replace(tzinfo=None)
    return bare.isoformat(timespec="milliseconds" if at.microsecond >= 1000 else "seconds")
