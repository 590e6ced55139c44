"""Each law finds the row that breaks it, in a book that is sound but for that row."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest

from counterfoil.services import statements
from counterfoil.services.checking import check
from counterfoil.store import Store, open_store
from counterfoil.store.engine import Connection
from counterfoil.store.laws import LAWS
from counterfoil.store.migrating import migrate
from tests.services.played import play

AGEING = "the ageing agrees with the ledger"


class Case(NamedTuple):
    """A law, the SQL that breaks it, and the row that is named then. What stands in braces: documents and NAMES."""

    law: str
    breaks: str
    say: str


#: What the cases call things by, as queries for one value.
NAMES = {
    "acme": "SELECT id FROM party WHERE code = 'ACME'",
    "usco": "SELECT id FROM party WHERE code = 'USCO'",
    "merged": "SELECT id FROM party WHERE code = 'OLD'",
    "survivor": "SELECT id FROM party WHERE code = 'NEW'",
    "apple": "SELECT id FROM item WHERE sku = 'APPLE'",
    **{
        name: f"SELECT id FROM account WHERE code = '{code}'"  # noqa: S608
        for name, code in (
            ("receivable", "1100"),
            ("inventory", "1200"),
            ("disputed", "1400"),
            ("payable", "2000"),
            ("goods_in", "2100"),
            ("taxes", "2200"),
            ("cost", "5000"),
            ("expenses", "6000"),
        )
    },
    "entry": "SELECT id FROM entry WHERE document_id = {invoice}",
    "dollar_entry": "SELECT id FROM entry WHERE document_id = {dollars}",
    "entered_entry": "SELECT id FROM entry WHERE document_id = {entered}",
    "reversed_entry": "SELECT id FROM entry WHERE document_id = {reversed} AND reverses_id IS NULL",
    "reversal": "SELECT id FROM entry WHERE document_id = {reversed} AND reverses_id IS NOT NULL",
    "exchange": "SELECT min(id) FROM entry WHERE rule = 'exchange/1'",
    "bill_entry": "SELECT id FROM entry WHERE document_id = {bill} AND rule = 'supplier_invoice/1'",
    "resolved_entry": "SELECT min(id) FROM entry WHERE document_id = {bill} AND rule = 'dispute_resolved/1'",
    "received_entry": "SELECT id FROM entry WHERE document_id = {received}",
    "last_seq": "SELECT max(seq) FROM entry",
    "seq_before": "SELECT max(seq) - 1 FROM entry",
    "line": "SELECT id FROM document_line WHERE document_id = {invoice} AND line_no = 1",
    "item": "SELECT id FROM open_item WHERE document_id = {unpaid}",
    "dollar_item": "SELECT id FROM open_item WHERE document_id = {dollars}",
    "applied": "SELECT a.id FROM application a JOIN open_item i ON i.id = a.debit_id WHERE i.document_id = {dollars}",
    "held": "SELECT sum(amount) FROM posting WHERE account_id = {receivable} AND currency = 'DKK'",
    "one_less": "SELECT sum(remaining) - 1 FROM open_item_state WHERE account_id = {receivable} AND currency = 'DKK'",
    "remaining": "SELECT remaining FROM open_item_state WHERE item_id = {item}",
    "remaining_less": "SELECT remaining - 1 FROM open_item_state WHERE item_id = {item}",
    "tax_total": "SELECT tax_total FROM document WHERE id = {invoice}",
    "on_hand": "SELECT on_hand FROM stock_level WHERE item_id = {apple}",
    "on_hand_more": "SELECT on_hand + 1 FROM stock_level WHERE item_id = {apple}",
    "value": "SELECT value FROM stock_value WHERE item_id = {apple}",
    "value_more": "SELECT value + 1 FROM stock_value WHERE item_id = {apple}",
    "reserved": "SELECT reserved FROM stock_level WHERE item_id = {apple}",
    "reserved_more": "SELECT reserved + 1 FROM stock_level WHERE item_id = {apple}",
    "department": "SELECT department_id FROM stock_level WHERE item_id = {apple}",
    "shown": "SELECT documents FROM customer_tally WHERE customer_id = {acme} AND shelf = 2 AND contact = ''",
    "shown_more": "SELECT documents + 1 FROM customer_tally WHERE customer_id = {acme} AND shelf = 2 AND contact = ''",
    "shipped_line": "SELECT id FROM shipment_line WHERE currency = 'EUR'",
    "dispute": "SELECT min(id) FROM dispute WHERE invoice_id = {bill}",
    "settlement": "SELECT id FROM document WHERE kind = 'settlement'",
    "message": "SELECT message_id FROM document WHERE id = {invoice}",
    "pulled": "SELECT document_id FROM sync_document WHERE flow = 'invoices' AND their_id = 1",
    "principal": "SELECT principal_id FROM idempotency WHERE key = 'key'",
}

CASES = (
    # --- the book
    Case(
        "an entry sums to zero per currency",
        "UPDATE posting SET amount = amount + 1 WHERE entry_id = {entry} AND position = 0",
        "entry {entry} is off by 1 DKK",
    ),
    Case(
        "base amounts of an entry sum to zero",
        "UPDATE posting SET base = base + 1 WHERE entry_id = {entry} AND position = 0",
        "entry {entry} is off by 1 in the base currency",
    ),
    Case(
        "an amount in the base currency is the same in base",
        "UPDATE posting SET base = base + 1 WHERE entry_id = {entered_entry} AND position = 0",
        "posting 0 of entry {entered_entry} is 1000, in base 1001",
    ),
    Case(
        "an amount in another currency has its sign in base",
        "UPDATE posting SET base = -base WHERE entry_id = {dollar_entry} AND position = 0",
        "posting 0 of entry {dollar_entry} is 10000, in base -69000",
    ),
    Case(
        "no posting is zero",
        "INSERT INTO posting VALUES ({entry}, 99, {receivable}, 'DKK', 0, 0, {acme}, NULL)",
        "posting 99 of entry {entry} is zero",
    ),
    Case(
        "every entry has postings and every posting an entry",
        "DELETE FROM posting WHERE entry_id = {entered_entry}",
        "entry {entered_entry} has no postings",
    ),
    Case(
        "every entry has postings and every posting an entry",
        "DELETE FROM entry WHERE id = {entered_entry}",
        "entry {entered_entry} has postings but no head",
    ),
    Case(
        "the sequence of entries is dense",
        "UPDATE entry SET seq = seq + 1000 WHERE seq = {last_seq}",
        "entry number {seq_before} is followed by 1{last_seq:03}",
    ),
    Case(
        "a reversal is the exact negation, once",
        "UPDATE posting SET amount = amount * 2 WHERE entry_id = {reversal} AND position = 0",
        "entry {reversal} is not the one negation of entry {reversed_entry}",
    ),
    Case(
        "a reversal is the exact negation, once",
        "DROP INDEX uq_entry_reverses; INSERT INTO entry SELECT 9000, 9000, dated_on, month, document_id, rule, text,"
        " reverses_id, made_at, actor FROM entry WHERE id = {reversal}; INSERT INTO posting SELECT 9000, position,"
        " account_id, currency, amount, base, party_id, line_id FROM posting WHERE entry_id = {reversal}",
        "entry 9000 is not the one negation of entry {reversed_entry}",
    ),
    Case(
        "nothing is posted into a closed period",
        "UPDATE entry SET month = 202311, made_at = 9999999999999 WHERE id = {entry}",
        "entry {entry} was posted into 202311 after that was closed",
    ),
    Case(
        "an entry bears the date and the book month of its document",
        "UPDATE entry SET dated_on = '2024-03-14' WHERE id = {entry}",
        "entry {entry} bears 2024-03-14, its document INV-000001 another date or month",
    ),
    Case(
        "an entry bears the date and the book month of its document",
        "UPDATE entry SET month = 202404 WHERE id = {entry}",
        "entry {entry} bears 2024-03-15, its document INV-000001 another date or month",
    ),
    # --- open items
    Case(
        "every posting on a control account is an open item",
        "UPDATE open_item SET base = base + 1 WHERE id = {item}",
        "posting 0 of entry {unpaid_entry} has no open item of its amount",
    ),
    Case(
        "every posting on a control account is an open item",
        "UPDATE posting SET party_id = NULL WHERE entry_id = {unpaid_entry} AND position = 0",
        "posting 0 of entry {unpaid_entry} has no open item of its amount",
    ),
    Case(
        "every open item stands for a posting on a control account, of its entry's date",
        "UPDATE open_item SET dated_on = '2024-03-14' WHERE id = {item}",
        "open item {item} stands for no posting",
    ),
    Case(
        "every open item stands for a posting on a control account, of its entry's date",
        "INSERT INTO open_item SELECT 9000, entry_id, position, {acme}, account_id, {entered}, currency, amount, base,"
        " '2024-03-15', '2024-03-15' FROM posting WHERE entry_id = {entered_entry} AND position = 0",
        "open item 9000 stands for no posting",
    ),
    Case(
        "an open item is its document's party's, in its currency, and due when it is",
        "UPDATE open_item SET due_on = '2030-01-01' WHERE id = {item}",
        "open item {item} is not as its document INV-000003 says",
    ),
    Case(
        "an open item is its document's party's, in its currency, and due when it is",
        "UPDATE open_item SET party_id = {usco} WHERE id = {item}",
        "open item {item} is not as its document INV-000003 says",
    ),
    Case(
        "an open item is its document's party's, in its currency, and due when it is",
        "UPDATE open_item SET document_id = {invoice} WHERE id = {item}",
        "open item {item} is not as its document INV-000003 says",
    ),
    Case(
        "what remains of an item is its amount less its applications",
        "UPDATE open_item_state SET remaining = remaining - 1 WHERE item_id = {item}",
        "open item {item} is shown with {remaining_less} remaining, {remaining} by its applications",
    ),
    Case(
        "what remains of an item is its amount less its applications",
        "UPDATE open_item_state SET account_id = {payable} WHERE item_id = {item}",
        "open item {item} is shown with {remaining} remaining, {remaining} by its applications",
    ),
    Case(
        "an item is never applied beyond its amount, on any date",
        "UPDATE open_item SET amount = 9999 WHERE id = {dollar_item}",
        "open item {dollar_item} has 10000 applied on 2024-03-15",
    ),
    Case(
        "an application joins a charge and a credit of one party, account and currency, dated after both",
        "UPDATE application SET dated_on = '2024-03-01' WHERE id = {applied}",
        "application {applied} joins items that do not belong together",
    ),
    Case(
        "an application joins a charge and a credit of one party, account and currency, dated after both",
        "UPDATE application SET debit_id = {item} WHERE id = {applied}",
        "application {applied} joins items that do not belong together",
    ),
    Case(
        "the control accounts hold what is open",
        "UPDATE open_item_state SET remaining = remaining - 1 WHERE item_id = {item}",
        "account {receivable} holds {held} DKK, its open items {one_less}",
    ),
    Case(
        AGEING,
        "UPDATE open_item_state SET remaining = remaining - 1 WHERE item_id = {item}",
        "as of {today} the ageing and the receivable accounts differ",
    ),
    Case(
        "whoever has nothing open is worth nothing in base",
        "UPDATE posting SET base = base + 1 WHERE entry_id = {exchange} AND account_id = {receivable}",
        "party {usco} has nothing open on account {receivable}, and 1 in base",
    ),
    # --- documents
    Case(
        "a document's totals are its lines and taxes",
        "UPDATE document_line SET net = net + 1 WHERE id = {line}",
        "document INV-000001 ({invoice}) does not add up",
    ),
    Case(
        "a document's totals are its lines and taxes",
        "UPDATE document SET total = total + 1 WHERE id = {receipt}",
        "document RC-000002 ({receipt}) does not add up",
    ),
    Case(
        "asserted = computed + variance",
        "UPDATE document SET variance = variance + 1 WHERE id = {invoice}",
        "document INV-000001 ({invoice}) has another variance",
    ),
    Case(
        "asserted = computed + variance",
        "UPDATE document SET variance = 0 WHERE id = {unpaid}",
        "document INV-000003 ({unpaid}) has another variance",
    ),
    Case(
        "a posted sale's postings are its total, its tax and its lines",
        "UPDATE posting SET amount = amount + 1 WHERE entry_id = {entry} AND line_id = {line}",
        "document INV-000001 ({invoice}) and its entry sales_invoice/1 differ",
    ),
    Case(
        "a posted sale that charges anything has exactly one entry of its own",
        "UPDATE entry SET rule = 'other/1' WHERE id = {entry}",
        "document INV-000001 ({invoice}) has no entry, or several",
    ),
    Case(
        "sales and accounting entries are posted line by line",
        "UPDATE posting SET line_id = NULL WHERE entry_id = {entry} AND line_id = {line}",
        "line 1 of document {invoice} comes to -3000 and is posted as 0",
    ),
    Case(
        "sales and accounting entries are posted line by line",
        "UPDATE posting SET amount = amount + 1 WHERE entry_id = {entered_entry} AND position = 0",
        "line 1 of document {entered} comes to 1000 and is posted as 1001",
    ),
    Case(
        "a posted sale's tax is on the tax accounts",
        "UPDATE posting SET account_id = {expenses} WHERE entry_id = {entry} AND account_id = {taxes}",
        "document INV-000001 ({invoice}) has tax of {tax_total}, 0 is posted",
    ),
    Case(
        "what a document moves in stock it posts to inventory",
        "UPDATE posting SET account_id = {cost} WHERE entry_id = {entry} AND account_id = {inventory}",
        "document INV-000001 ({invoice}) moves goods worth -1214 and posts 0",
    ),
    Case(
        "money received or given back is posted once, for its total",
        "UPDATE entry SET rule = 'other/1' WHERE document_id = {receipt}",
        "document RC-000002 ({receipt}) and its entry differ",
    ),
    Case(
        "money received or given back is posted once, for its total",
        "UPDATE posting SET amount = 1 WHERE account_id = {receivable}"
        " AND entry_id = (SELECT id FROM entry WHERE document_id = {refund})",
        "document RF-000001 ({refund}) and its entry differ",
    ),
    Case(
        "receipts, refunds and remittances come to their tenders",
        "UPDATE document_tender SET amount = amount + 1 WHERE document_id = {receipt}",
        "document RC-000002 ({receipt}) is over 900, its tenders come to 901",
    ),
    Case(
        "an opening item is posted once, for its total",
        "UPDATE open_item SET amount = amount + 1 WHERE document_id = {opening}",
        "opening item OLD-1 ({opening}) and its entry differ",
    ),
    Case(
        "what an earlier system closed posts nothing, moves nothing and takes none of our numbers",
        "UPDATE document SET reserves = true WHERE id = {history}",
        "document H1 ({history}) has had an effect",
    ),
    Case(
        "what an earlier system closed posts nothing, moves nothing and takes none of our numbers",
        "UPDATE entry SET document_id = {history} WHERE id = {entry}",
        "document H1 ({history}) has had an effect",
    ),
    Case(
        "a customer that was merged leads to one that was not, of the same currency",
        "UPDATE party SET currency = 'USD' WHERE id = {merged}",
        "customer {merged} is merged into {survivor}, which does not go on for it",
    ),
    Case(
        "a cash sale is settled at once",
        "UPDATE document_tender SET change = change + 1 WHERE document_id = {cash}",
        "cash sale CS-000001 ({cash}) is not settled",
    ),
    Case(
        "quotes, shipments, purchase orders and settlements post nothing, orders no revenue",
        "UPDATE entry SET document_id = {quote} WHERE id = {entry}",
        "document Q-000001 ({quote}) has an entry sales_invoice/1",
    ),
    Case(
        "quotes, shipments, purchase orders and settlements post nothing, orders no revenue",
        "UPDATE entry SET document_id = {waiting} WHERE id = {entry}",
        "document W-000003 ({waiting}) has an entry sales_invoice/1",
    ),
    *(
        Case(
            "an invoiced order is charged whole, one that was called off not at all, and none beyond what was ordered",
            f"UPDATE document SET state = '{state}' WHERE id = {{shipped}}",  # noqa: S608
            f"line 1 of order SO-000001 ({{shipped}}), which is {state}, is charged or shipped otherwise",
        )
        for state in ("invoiced", "void")
    ),
    Case(
        "an invoiced order is charged whole, one that was called off not at all, and none beyond what was ordered",
        "UPDATE document_line SET quantity = 3000000 WHERE document_id = {shipment}",
        "line 1 of order SO-000001 ({shipped}), which is open, is charged or shipped otherwise",
    ),
    Case(
        "an order that was invoiced or called off holds no deposit",
        "UPDATE document SET state = 'invoiced' WHERE id = {waiting}",
        "deposits hold -600 of order W-000003 ({waiting})",
    ),
    Case(
        "an invoice on account has a customer",
        "UPDATE document SET customer_id = NULL WHERE id = {invoice}",
        "document INV-000001 ({invoice}) has no customer",
    ),
    Case(
        "our numbers are unique and without gaps",
        "UPDATE document SET is_ours = false WHERE id = {quote}",
        "of 1 numbers drawn for quote, 0 are in use",
    ),
    *(
        Case(
            "a number of ours is one that its series has given",
            f"UPDATE document SET number = '{number}' WHERE id = {{invoice}}",  # noqa: S608
            f"sales_invoice {number} is no number of its series, or one of 1 alike",
        )
        for number in ("INV-000099", "INV-00000A", "INV-000000", "1")
    ),
    Case(
        "an invoice line is not credited beyond its quantity",
        "UPDATE document_line SET quantity = -9000000 WHERE document_id = {credited}",
        "line {line} of 3000000 millionths is credited with -9000000",
    ),
    # --- stock and shelves
    Case(
        "stock on hand is the sum of its moves",
        "UPDATE stock_level SET on_hand = on_hand + 1 WHERE item_id = {apple}",
        "item {apple} in department {department} is shown with {on_hand_more}, its moves come to {on_hand}",
    ),
    Case(
        "stock on hand is the sum of its moves",
        "DELETE FROM stock_level WHERE item_id = {apple}",
        "item {apple} in department {department} is shown with None, its moves come to {on_hand}",
    ),
    Case(
        "an item's value is the sum of its moves",
        "UPDATE stock_value SET value = value + 1 WHERE item_id = {apple}",
        "item {apple} is valued at {value_more}, its moves come to {value}",
    ),
    Case(
        "reserved stock is what open orders wait for",
        "UPDATE stock_level SET reserved = reserved + 1 WHERE item_id = {apple}",
        "item {apple} in department {department} has {reserved_more} reserved, open orders wait for {reserved}",
    ),
    Case(
        "a customer's tally is what stands on its shelf",
        "UPDATE customer_tally SET documents = documents + 1 WHERE customer_id = {acme} AND shelf = 2 AND contact = ''",
        "customer {acme} has {shown} documents on shelf 2, the tally says {shown_more}",
    ),
    Case(
        "a customer's tally is what stands on its shelf",
        "DELETE FROM customer_tally WHERE contact = 'ann'",
        "customer {acme} has 2 documents on shelf 2, the tally says 0",
    ),
    Case(
        "a customer's tally is what stands on its shelf",
        "INSERT INTO customer_tally VALUES ({usco}, 1, 'USD', 'bob', 4)",
        "customer {usco} has 0 documents on shelf 1, the tally says 4",
    ),
    # --- suppliers
    Case(
        "a booked supplier invoice owes its total, a remittance pays its own",
        "UPDATE posting SET amount = amount + 1 WHERE entry_id = {bill_entry} AND account_id = {payable}",
        "document SI-000001 ({bill}) and what it owes or pays differ",
    ),
    Case(
        "a booked supplier invoice owes its total, a remittance pays its own",
        "UPDATE entry SET rule = 'other/1' WHERE document_id = {remitted}",
        "document RM-000001 ({remitted}) and what it owes or pays differ",
    ),
    Case(
        "a supplier's invoice is listed as what it comes to",
        "UPDATE supplier_invoice SET total = total + 1 WHERE document_id = {bill}",
        "supplier invoice SI-000001 ({bill}) is listed otherwise",
    ),
    Case(
        "a supplier's invoice is listed as what it comes to",
        "UPDATE supplier_invoice SET unresolved = false WHERE document_id = {unbooked}",
        "supplier invoice SI-000002 ({unbooked}) is listed otherwise",
    ),
    Case(
        "goods that came in are posted at what their receipt comes to",
        "UPDATE posting SET amount = amount - 1 WHERE entry_id = {received_entry} AND account_id = {goods_in}",
        "goods receipt GR-000001 ({received}) comes to 46550, 46551 is posted",
    ),
    Case(
        "goods received and not invoiced are worth what is received and not booked, at order price",
        "UPDATE shipment_line SET received_base = received_base + 1 WHERE id = {shipped_line}",
        "goods received hold 1010 EUR, in base 7535; what is not invoiced is worth 1010, in base 7536",
    ),
    Case(
        "goods received and not invoiced are worth what is received and not booked, at order price",
        "UPDATE shipment_line SET relieved_cost = relieved_cost + 1 WHERE id = {shipped_line}",
        "goods received hold 1010 EUR, in base 7535; what is not invoiced is worth 1009, in base 7535",
    ),
    Case(
        "what is shipped was received and matched as its documents say",
        "UPDATE shipment_line SET received = received + 1 WHERE id = {shipped_line}",
        "shipment line {shipped_line} shows 2000001 received and 1000000 matched,"
        " its documents say 2000000 and 1000000",
    ),
    Case(
        "what is shipped was received and matched as its documents say",
        "UPDATE shipment_line SET received_cost = received_cost + 1 WHERE id = {shipped_line}",
        "shipment line {shipped_line} shows 2000000 received and 1000000 matched,"
        " its documents say 2000000 and 1000000",
    ),
    Case(
        "what invoices are expected to charge of a shipment's line was received",
        "UPDATE shipment_line SET expected = 5000000 WHERE id = {shipped_line}",
        "invoices are expected to charge 5000000 of shipment line {shipped_line}, 2000000 came in",
    ),
    Case(
        "disputes of booked invoices are resolved, and nothing stays on the disputed account",
        "UPDATE resolve_action SET amount = amount - 1 WHERE dispute_id = {dispute}",
        "SI-000001: 5000 disputed, 4999 resolved",
    ),
    Case(
        "disputes of booked invoices are resolved, and nothing stays on the disputed account",
        "UPDATE posting SET account_id = {expenses} WHERE entry_id = {resolved_entry} AND account_id = {disputed}",
        "SI-000001: 5000 disputed, 0 resolved",
    ),
    Case(
        "a settlement on account is what its invoice came to",
        "UPDATE document SET total = total + 1, subtotal = subtotal + 1 WHERE id = {settlement}",
        "invoice SI-000001 ({bill}) comes to 56326, 56327 is settled on its orders",
    ),
    Case(
        "a settlement on account is what its invoice came to",
        "UPDATE document SET original_id = NULL WHERE id = {settlement}",
        "invoice SI-000001 ({bill}) comes to 56326, 0 is settled on its orders",
    ),
    # --- exports and evidence
    Case(
        "every document may leave the book",
        "DELETE FROM export_feed WHERE document_id = {unpaid} AND topic = 'sales_invoice'",
        "document INV-000003 ({unpaid}) is offered to no system, or is none",
    ),
    Case(
        "every document may leave the book",
        "DELETE FROM export_feed WHERE document_id = {bill}",
        "document SI-000001 ({bill}) is offered to no system, or is none",
    ),
    Case(
        "every document may leave the book",
        "INSERT INTO export_feed VALUES ('order', 99999, 'nobody')",
        "document order (99999) is offered to no system, or is none",
    ),
    Case(
        "what a system has exported is what it was last told",
        "UPDATE export_state SET exported_at = 1 WHERE document_id = {invoice}",
        "sales_invoice {invoice} has another export state for erp than its events tell",
    ),
    Case(
        "what waits for a system is what it has not exported",
        "DELETE FROM export_pending WHERE document_id = {unpaid}",
        "sales_invoice {unpaid} waits for erp and should not, or the other way round",
    ),
    Case(
        "what waits for a system is what it has not exported",
        "UPDATE export_feed SET source = 'erp' WHERE document_id = {unpaid} AND topic = 'sales_invoice'",
        "sales_invoice {unpaid} waits for erp and should not, or the other way round",
    ),
    Case(
        "every document has its evidence",
        "DELETE FROM message WHERE id = (SELECT message_id FROM document WHERE id = {quote})",
        "document Q-000001 ({quote}) has no message",
    ),
    Case(
        "what a message brought is in the book",
        "UPDATE message SET document_id = 99999 WHERE id = {message}",
        "message {message} brought document 99999, which is not in the book",
    ),
    Case(
        "a draft that was booked is a document, another is none",
        "UPDATE draft SET state = 'booked' WHERE id = {draft}",
        "draft {draft} is booked, and a document or none",
    ),
    Case(
        "a draft that was booked is a document, another is none",
        "UPDATE draft SET state = 'draft' WHERE id = {booked}",
        "draft {booked} is draft, and a document or none",
    ),
    *(
        Case(
            "every change has an actor",
            f"UPDATE {table} SET actor = '' WHERE {row}",  # noqa: S608
            f"{table} {named} has no actor",
        )
        for table, row, named in (
            ("entry", "id = {entry}", "{entry}"),
            ("document", "id = {invoice}", "{invoice}"),
            ("application", "id = {applied}", "{applied}"),
        )
    ),
    Case(
        "every pulled document that was taken is in the book, and no two are the same one",
        "UPDATE sync_document SET document_id = NULL WHERE flow = 'invoices' AND their_id = 1",
        "invoices 1 is not in the book",
    ),
    Case(
        "every pulled document that was taken is in the book, and no two are the same one",
        "UPDATE sync_document SET document_id = {pulled} WHERE flow = 'invoices' AND their_id = 2",
        "invoices 2 shares its document with another",
    ),
    Case(
        "every key leads to a result",
        "UPDATE idempotency SET result = NULL WHERE key = 'key'",
        "a key of principal {principal} on test leads nowhere",
    ),
)


class Played(NamedTuple):
    """A played book whose own guards are put aside, and what its rows are called by."""

    store: Store
    names: dict[str, Any]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """One book of each engine for all cases; every case undoes what it did."""
    server = ""
    if request.param == "sqlite":
        path: Path = tmp_path_factory.mktemp("laws") / "book.db"
        shutil.copy(request.getfixturevalue("empty_sqlite"), path)
        store = open_store(f"sqlite:///{path}")
    else:
        server = request.getfixturevalue("postgresql_url")
        store = open_store(f"{server}{'&' if '?' in server else '?'}schema=laws")
        migrate(store.engine)
    names: dict[str, Any] = dict(play(store))
    names["today"] = statements.today(store)
    with store.engine.reading() as connection:
        names["unpaid_entry"] = _value(connection, f"SELECT id FROM entry WHERE document_id = {names['unpaid']}")  # noqa: S608
        for name, query in NAMES.items():
            names[name] = _value(connection, query.format(**names))
        _put_guards_aside(connection)
    yield Played(store, names)
    store.engine.dispose()
    if server:
        with psycopg.connect(server, autocommit=True) as raw:
            raw.execute("DROP SCHEMA laws CASCADE")


def _value(connection: Connection, query: str) -> Any:
    (found,) = connection.raw.execute(query).fetchall()
    assert found[0] is not None, query
    return found[0]


def _put_guards_aside(connection: Connection) -> None:
    """Drop what would refuse the tampering: triggers and, on PostgreSQL, checks; what is left is put off or off."""
    if connection.dialect == "sqlite":
        for (name,) in connection.raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.script(f"DROP TRIGGER {name}")
        return
    checks = connection.raw.execute(
        "SELECT conrelid::regclass, conname FROM pg_constraint"
        " WHERE contype = 'c' AND connamespace = current_schema()::regnamespace"
    ).fetchall()
    for table, name in checks:
        connection.script(f"ALTER TABLE {table} DROP CONSTRAINT {name}")


@contextlib.contextmanager
def tampered(store: Store, sql: str) -> Iterator[Connection]:
    """A connection on which statements were run that are undone in the end."""
    with store.engine.snapshot() as connection:
        if connection.dialect == "sqlite":
            connection.script("PRAGMA ignore_check_constraints = ON")
        else:
            connection.script("SET TRANSACTION READ WRITE")
            connection.script("SET LOCAL session_replication_role = replica")
        for statement in sql.split("; "):
            connection.script(statement)
        yield connection


def test_the_played_book_is_sound(played: Played) -> None:
    assert [breach.say for finding in check(played.store) for breach in finding.breaches] == []


@pytest.mark.parametrize("case", CASES, ids=[f"{number}: {case.law}" for number, case in enumerate(CASES)])
def test_a_law_names_the_row_that_breaks_it(played: Played, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    with tampered(played.store, case.breaks.format(**played.names)) as connection:
        for door in ("snapshot", "reading"):
            monkeypatch.setattr(played.store.engine, door, lambda: contextlib.nullcontext(connection))
        (found,) = [finding for finding in check(played.store) if finding.law == case.law]
        monkeypatch.undo()
    assert [breach.say for breach in found.breaches] == [case.say.format(**played.names)]


def test_every_law_has_a_case() -> None:
    assert {case.law for case in CASES} == {law.name for law in LAWS} | {AGEING}
