"""The rows of posted documents as plain tuples, for the builder and the floors."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

from bench import company

Row = tuple[Any, ...]
#: (item, whole quantity)
Goods = tuple[int, int]

MILLION = 1_000_000
DAY_MS = 86_400_000
BANK, RECEIVABLE, INVENTORY, TAX, OPENING, SALES, COST = 4, 5, 6, 7, 9, 11, 13
TRANSFER = 3
GST, PST = 1, 2

#: The columns that rows fill, in their order; nullable ones that are never filled are left out.
COLUMNS = {
    "party": "id kind code name currency terms_id exempt_from billing",
    "document": "id kind state number number_key is_ours customer_id billing shipping currency dated_on made_at sort_at"
    " due_on book_month type_code sub_type department_id reference customer_po customer_po_key third_party_number"
    " order_number order_id ordered_by comment reserves subtotal discount_total tax_total total asserted_subtotal"
    " asserted_tax asserted_total variance tax_rounding shelf entered_at actor message_id",
    "document_line": "id document_id line_no kind item_id sku description note uom quantity ordered unit_price discount"
    " net tax tax_parts ledger_class stocked unit_cost order_line_id",
    "document_tax": "document_id position tax_code_id rate base tax",
    "document_tender": "document_id position tender_type_id amount change",
    "entry": "id seq dated_on month document_id rule text made_at actor",
    "posting": "entry_id position account_id currency amount base party_id line_id",
    "open_item": "id entry_id position party_id account_id document_id currency amount base dated_on due_on",
    "open_item_state": "item_id party_id account_id currency amount remaining dated_on due_on",
    "application": "id debit_id credit_id amount dated_on made_at actor",
    "stock_move": "id item_id department_id line_id quantity value variance dated_on",
    "message": "id request_id part contract operation path headers sha256 status reply caller received_at document_id",
    "message_body": "request_id sha256 body received_at",
    "idempotency": "principal_id contract key content result",
    "customer_tally": "customer_id shelf currency contact documents",
    "export_feed": "topic document_id source",
}


def columns(table: str) -> list[str]:
    """The columns that a table's rows fill."""
    return COLUMNS[table].split()


class Figures(NamedTuple):
    """What a document comes to, in cents."""

    net: int
    gst: int
    pst: int

    @property
    def tax(self) -> int:
        """Both taxes."""
        return self.gst + self.pst

    @property
    def total(self) -> int:
        """Net and taxes."""
        return self.net + self.gst + self.pst


def figures(net: int) -> Figures:
    """5 % and 7 % of the net, rounded half up."""
    return Figures(net, (net * 5 + 50) // 100, (net * 7 + 50) // 100)


def midnight(day: date) -> int:
    """A day's first millisecond."""
    return (day.toordinal() - 719_163) * DAY_MS


def document(
    number: int,
    kind: str,
    state: str,
    text: str,
    customer: int,
    day: date,
    at: int | None,
    sums: Figures,
    shelf: int,
    order: tuple[int, str] | None,
    reference: str,
    message_id: int,
    now: int,
) -> Row:
    """order: (document, number) of the order that it settles."""
    address = company.address_text(customer)
    due = (day + timedelta(30)).isoformat() if kind == "sales_invoice" else None
    first = midnight(day)
    po = f"PO{number}"
    return (
        number, kind, state, text, text.lower(), True, customer, address, address, "CAD", day.isoformat(), at,
        first if at is None else at, due, day.year * 100 + day.month, "A", "", 1, reference, po, po.lower(), "",
        order[1] if order else "", order[0] if order else None, "", "", shelf == 1, sums.net, 0, sums.tax, sums.total,
        sums.net, sums.tax, sums.total, 0, "component", shelf, now, company.CALLER, message_id,
    )  # fmt: skip


def lines(number: int, first: int, goods: Sequence[Goods], sums: Figures, order_line: int | None) -> list[Row]:
    """first: id of the first line; order_line: that of the order line that it settles."""
    nets = [quantity * company.price(item) for item, quantity in goods]
    gsts, psts = _shares(nets, sums.gst, 5), _shares(nets, sums.pst, 7)
    return [
        (first + n, number, n + 1, "item", item, company.sku(item), f"Item {item}", "", "EA", quantity * MILLION,
         quantity * MILLION, company.price(item) * 10_000, 0, nets[n], gsts[n] + psts[n],
         f'{{"{GST}":{gsts[n]},"{PST}":{psts[n]}}}', "", True, company.cost(item) * 10_000,
         None if order_line is None else order_line + n)
        for n, (item, quantity) in enumerate(goods)
    ]  # fmt: skip


def _shares(nets: Sequence[int], tax: int, percent: int) -> list[int]:
    shares = [net * percent // 100 for net in nets]
    shares[0] += tax - sum(shares)
    return shares


def taxes(number: int, sums: Figures) -> list[Row]:
    """A row per component."""
    return [(number, 0, GST, 50_000, sums.net, sums.gst), (number, 1, PST, 70_000, sums.net, sums.pst)]


def sale_legs(customer: int, first: int, goods: Sequence[Goods], sums: Figures) -> list[Row]:
    """(account, cents, party, line) of a sales invoice's entry."""
    cost = sum(quantity * company.cost(item) for item, quantity in goods)
    return [
        (RECEIVABLE, sums.total, customer, None),
        *((SALES, -quantity * company.price(item), None, first + n) for n, (item, quantity) in enumerate(goods)),
        (TAX, -sums.gst, None, None),
        (TAX, -sums.pst, None, None),
        (INVENTORY, -cost, None, None),
        (COST, cost, None, None),
    ]


def postings(entry_id: int, legs: Sequence[Row]) -> list[Row]:
    """legs: (account, cents, party, line)."""
    return [(entry_id, n, account, "CAD", cents, cents, *of) for n, (account, cents, *of) in enumerate(legs)]


def entry(entry_id: int, seq: int, number: int, day: date, rule: str, text: str, now: int) -> Row:
    """number: id of the document that made it."""
    return (entry_id, seq, day.isoformat(), day.year * 100 + day.month, number, rule, text, now, company.CALLER)


def open_item(
    item_id: int, entry_id: int, position: int, number: int, customer: int, cents: int, day: date, due: date
) -> Row:
    """number: id of the document that opened it."""
    on, due_on = day.isoformat(), due.isoformat()
    return (item_id, entry_id, position, customer, RECEIVABLE, number, "CAD", cents, cents, on, due_on)


def moves(first: int, line: int, goods: Sequence[Goods], day: date) -> list[Row]:
    """first: id of the first move; line: of the first line."""
    return [
        (first + n, item, 1, line + n, -quantity * MILLION, -quantity * company.cost(item), 0, day.isoformat())
        for n, (item, quantity) in enumerate(goods)
    ]


def message(message_id: int, number: int, reference: str, body: bytes, reply: str, now: int) -> Row:
    """number: id of the document that came of it."""
    digest = sha256(body).hexdigest()
    return (message_id, reference, 0, "systemfive", "addInvoice", "/addInvoice", "{}", digest, 200, reply,
            company.CALLER, now, number)  # fmt: skip
