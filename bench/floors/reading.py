"""The live answers by hand: the fewest statements that hold them, straight into the same bytes.

Of a request only the fields are read that the benchmark sends; ids that other systems use are not looked up, and every
amount is taken to have two decimals.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec

from bench.floors.connections import Asking, Row

Answer = Callable[[Asking, dict[str, Any]], bytes]

_LIST = """
SELECT p.id, d.number, d.order_number, d.kind, d.sort_at, d.due_on, d.discount_total, d.subtotal, d.tax_total, d.total,
  d.customer_po, d.billing, d.shipping,
  (SELECT coalesce(sum(s.remaining), 0) FROM open_item i JOIN open_item_state s ON s.item_id = i.id
    WHERE i.document_id = d.id),
  EXISTS (SELECT 1 FROM entry e JOIN entry b ON b.reverses_id = e.id WHERE e.document_id = d.id),
  (SELECT t.documents FROM customer_tally t
    WHERE t.customer_id = p.id AND t.shelf = 2 AND t.currency = p.currency AND t.contact = '')
FROM party p JOIN document d ON d.customer_id = p.id AND d.shelf = 2 AND d.shelf <> 0 AND d.currency = p.currency
WHERE p.code = :code AND p.kind = 'customer'
ORDER BY d.sort_at DESC, d.number DESC, d.id DESC LIMIT :most OFFSET :skip
"""
_FOUND = """
FROM party p JOIN document d ON d.customer_id = p.id AND d.shelf = 1 AND d.currency = p.currency
WHERE p.code = :code AND d.number_key = :folded AND d.number = :number
"""
_ORDER = f"""
SELECT d.number, d.billing, d.shipping, d.kind, d.state, d.dated_on, d.made_at, d.ship_on, d.discount_total, d.subtotal,
  d.tax_total, d.total, d.ordered_by, d.customer_po, d.comment, d.third_party_number {_FOUND}
"""
_LINES = f"""
SELECT l.id, l.line_no, l.item_id, l.sku, l.description, l.note, l.uom, l.quantity, l.unit_price, l.tax, l.net
FROM document_line l WHERE l.document_id = (SELECT d.id {_FOUND}) AND l.kind = 'item' ORDER BY l.line_no
"""
_SHIPPED = f"""
SELECT l.order_line_id, sum(l.quantity) FROM document s JOIN document_line l ON l.document_id = s.id
WHERE s.order_id = (SELECT d.id {_FOUND}) AND s.kind = 'shipment' GROUP BY l.order_line_id
"""
_TRAVELS = f"""
SELECT t.carrier, t.delivery_charge, t.delivered_on, t.shipped_on, t.status, t.status_at, t.weight, t.note,
  t.tracking_number, t.url
FROM document s JOIN tracking t ON t.shipment_id = s.id WHERE s.order_id = (SELECT d.id {_FOUND})
"""
_NEWEST = """
(SELECT d.{column} FROM document d WHERE d.customer_id = p.id AND d.currency = p.currency AND {which}
  AND NOT EXISTS (SELECT 1 FROM entry e JOIN entry b ON b.reverses_id = e.id WHERE e.document_id = d.id)
  ORDER BY d.sort_at DESC LIMIT 1)
"""
_LAST = ", ".join(
    _NEWEST.format(column=column, which=which)
    for column, which in (
        ("sort_at", "d.shelf = 2 AND d.shelf <> 0 AND d.kind <> 'credit_note'"),
        ("sort_at", "d.shelf = 1 AND d.shelf <> 0 AND d.kind <> 'quote' AND d.state <> 'void'"),
        ("sort_at", "d.kind = 'receipt'"),
        ("total", "d.kind = 'receipt'"),
    )
)
_ACCOUNT = f"SELECT p.code, {_LAST} FROM party p WHERE p.code = :code AND p.kind = 'customer'"
_DUE = """
SELECT s.due_on, s.remaining > 0, sum(s.remaining) FROM party p JOIN open_item_state s ON s.party_id = p.id
WHERE p.code = :code AND s.remaining <> 0 AND s.currency = p.currency GROUP BY s.due_on, s.remaining > 0
"""
_TYPES = {"quote": "Quote", "work_order": "Work Order", "sales_order": "Sales Order"}
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - every instant here is UTC, and none says so


def invoices(db: Asking, asked: dict[str, Any]) -> bytes:
    """A page of a customer's invoices."""
    code, most = asked["customer_code"], asked["per_page"]
    skip = (asked["current_page"] - 1) * most
    (found,) = db.ask([(_LIST, {"code": code, "most": most, "skip": skip})])
    shown = [_listed(row, code) for row in found]
    return msgspec.json.encode({"invoices": shown, "total_invoices": found[0][15] if found else 0})


def _listed(row: Row, code: str) -> dict[str, Any]:
    customer, number, order, kind, at, due_on, off, subtotal, tax, total, po, billing, shipping, left, back, _ = row
    who = {"customer_id": str(customer), "customer_code": code}
    status = "Reversed" if back else "Credit" if kind == "credit_note" else "Open" if left else "Paid"
    return {
        "invoice_id": number,
        "customer_code": code,
        "billing_details": who | _address(billing),
        "shipping_details": who | _address(shipping),
        "order_id": order,
        "invoice_status_description": status,
        "invoice_date": _instant(at),
        **({"duedate": f"{due_on}T00:00:00"} if due_on else {}),
        "discount_total": _number(off),
        "sub_total": _number(subtotal),
        "tax_total": _number(tax),
        "sales_tax": _number(tax),
        "total": _number(total),
        "balance": _number(int(left)),
        "customer_po": po,
    }


def order(db: Asking, asked: dict[str, Any]) -> bytes:
    """One order with its lines."""
    code, number = asked["customer_code"], asked["order_id"]
    params = {"code": code, "number": number, "folded": number.lower()}
    heads, lines, shipped, travels = db.ask([(text, params) for text in (_ORDER, _LINES, _SHIPPED, _TRAVELS)])
    if not heads:
        return b"{}"
    (number, billing, shipping, kind, state, on, at, ship_on, off, subtotal, tax, total, by, po, comment, theirs) = (
        heads[0]
    )
    sent = {line: int(quantity) for line, quantity in shipped}
    if state == "invoiced" and not sent:
        sent = {line[0]: line[7] for line in lines}
    who = {"customer_code": code}
    return msgspec.json.encode(
        {
            "order_id": number,
            "customer_code": code,
            "billing_details": who | _address(billing),
            "shipping_details": who | _address(shipping),
            "order_type_description": _TYPES[kind],
            "order_status_description": state.capitalize(),
            "order_date": f"{on}T00:00:00" if at is None else _instant(at),
            **({"ship_date": f"{ship_on}T00:00:00"} if ship_on else {}),
            "discount_total": _number(off),
            "sub_total": _number(subtotal),
            "tax_total": _number(tax),
            "sales_tax": _number(tax),
            "total": _number(total),
            "ordered_by": by,
            "customer_po": po,
            "order_comments": comment,
            "third_party_order_number": theirs,
            "order_lines": [_line(line, sent) for line in lines],
            **({"tracking_information": [list(travel) for travel in travels]} if travels else {}),
        }
    )


def _line(line: Row, sent: dict[int, int]) -> dict[str, Any]:
    number, line_no, item, sku, description, note, uom, quantity, unit_price, tax, net = line
    return {
        "line_no": line_no,
        "product_id": str(item),
        "sku": sku,
        "description": description,
        "note": note,
        "uom": uom,
        "qty": f"{quantity / 1_000_000:g}",
        "qty_shipped": f"{sent.get(number, 0) / 1_000_000:g}",
        "unit_price": _number(unit_price, 1_000_000),
        "tax": _number(tax),
        "total": _number(net + tax),
    }


def balance(db: Asking, asked: dict[str, Any]) -> bytes:
    """What a customer owes, by lateness."""
    params = {"code": asked["customer_code"]}
    accounts, due = db.ask([(_ACCOUNT, params), (_DUE, params)])
    if not accounts:
        return b"{}"
    code, charge, ordered, paid, amount = accounts[0]
    today = datetime.now(UTC).date()
    late = [0, 0, 0, 0, 0, 0]
    credits = 0
    for due_on, is_charge, part in due:
        if not is_charge:
            credits += int(part)
            continue
        days = (today - date.fromisoformat(due_on)).days
        late[0 if days <= 0 else min(5, (days - 1) // 30 + 1)] += int(part)
    sold = max(at for at in (ordered, charge, 0) if at is not None)
    return msgspec.json.encode(
        {
            "customer_code": code,
            "balance": _number(sum(late) + credits),
            "total_due": _number(sum(late[1:])),
            **({"last_charge_date": _instant(charge)} if charge is not None else {}),
            **({"last_sale_date": _instant(sold)} if sold else {}),
            **({"last_payment_date": _instant(paid), "last_payment_amount": _number(amount)} if paid else {}),
            "due_30_days": _number(late[1]),
            "due_60_days": _number(late[2]),
            "due_90_days": _number(late[3]),
            "due_120_days": _number(late[4]),
            "due_over_120_days": _number(late[5]),
            "open_credits": _number(-credits),
        }
    )


def _address(text: str) -> dict[str, str]:
    found = msgspec.json.decode(text)
    names = ("name", "address1", "address2", "address3", "city", "state", "postal_code")
    return {name: found.get(name, "") for name in names}


def _number(minor: int, unit: int = 100) -> int | float:
    whole, rest = divmod(minor, unit)
    return minor / unit if rest else whole


def _instant(at: int) -> str:
    return (_EPOCH + timedelta(milliseconds=at)).isoformat(timespec="milliseconds" if at % 1000 else "seconds")


ANSWERS: dict[str, Answer] = {
    "/evolutionx/invoices": invoices,
    "/evolutionx/order": order,
    "/evolutionx/balance": balance,
}
