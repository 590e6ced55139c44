"""addInvoice by hand: the fields that are needed, one invoice per call, the reply in the door's own bytes."""

from __future__ import annotations

import time
from datetime import date

import msgspec

from bench import rows
from bench.floors.posting import Invoice, Poster


class _Header(msgspec.Struct):
    InvoiceSubTotal: float
    InvoiceTaxTotal: float
    InvoiceDate: str
    InvoiceCustomer: int
    ReferenceNo: str


class _Line(msgspec.Struct):
    PartUnique: int
    Ordered: int


class _Entry(msgspec.Struct):
    InvoiceHeader: _Header
    InvoiceLines: list[_Line]


class _Body(msgspec.Struct):
    Invoice: list[_Entry]


_REPLY = (
    b'{"Invoice":[%s],"APIResponse":'
    b'{"IsSuccess":true,"Response":"1 of 1 stored","ElapsedTime":"%.3f","RecordCount":"1"}}'
)
_decode = msgspec.json.Decoder(_Body).decode


def added(hand: Poster, body: bytes) -> bytes:
    """Post the invoice of a body."""
    began = time.perf_counter()
    (entry,) = _decode(body).Invoice
    head = entry.InvoiceHeader
    sums = rows.figures(round(head.InvoiceSubTotal * 100))
    goods = [(line.PartUnique, line.Ordered) for line in entry.InvoiceLines]
    made = Invoice(head.ReferenceNo, head.InvoiceCustomer, date.fromisoformat(head.InvoiceDate), goods, sums)
    return _REPLY % (hand.post(made, body).encode(), time.perf_counter() - began)
