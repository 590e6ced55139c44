"""The laws of the book as queries: each finds the rows that break it, and finds none in a sound book.

source: docs/laws.md
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from counterfoil.store.engine import Connection, Statement

#: How many rows of one law are named.
MOST = 20


@dataclass(frozen=True, slots=True)
class Law:
    """A law, the query for rows that break it, and how to say one.

    sql: names of _NAMED in braces stand for what they name
    """

    name: str
    sql: str
    say: str


@dataclass(frozen=True, slots=True)
class Breach:
    """A row that breaks a law."""

    law: str
    say: str


def _playing(role: str) -> str:
    """Ids of the accounts that play a role or ever did, as a query."""
    return (
        "SELECT a.id FROM account a JOIN setting s ON s.value = '\"' || a.code || '\"'"  # noqa: S608 - names of ours
        f" WHERE s.name = 'account.{role}' OR s.name LIKE 'account.%.{role}'"
    )


#: What the queries name in braces.
_NAMED = {
    "sales": "'sales_invoice', 'credit_note', 'cash_sale'",
    "sale_rules": "'sales_invoice/1', 'credit_note/1', 'cash_sale/1'",
    "orders": "'quote', 'work_order', 'sales_order'",
    **{role: _playing(role) for role in ("tax", "inventory", "deposits", "goods_received", "disputed")},
}

# Every query reads whole tables once, or looks rows up by their keys: it grows with the book and no faster.
LAWS: tuple[Law, ...] = (
    Law(
        "an entry sums to zero per currency",
        "SELECT entry_id, currency, sum(amount) FROM posting GROUP BY entry_id, currency HAVING sum(amount) <> 0",
        "entry {0} is off by {2} {1}",
    ),
    Law(
        "base amounts of an entry sum to zero",
        "SELECT entry_id, sum(base) FROM posting GROUP BY entry_id HAVING sum(base) <> 0",
        "entry {0} is off by {1} in the base currency",
    ),
    Law(
        "an amount in the base currency is the same in base",
        "SELECT entry_id, position, amount, base FROM posting"
        " WHERE amount <> 0 AND base <> amount AND currency = (SELECT currency FROM book)",
        "posting {1} of entry {0} is {2}, in base {3}",
    ),
    Law(  # goods of one account may come and go at several rates within one entry
        "an amount in another currency has its sign in base",
        "SELECT p.entry_id, p.position, p.amount, p.base FROM posting p JOIN entry e ON e.id = p.entry_id"
        " WHERE ((p.amount > 0 AND p.base < 0) OR (p.amount < 0 AND p.base > 0))"
        " AND e.rule NOT IN ('goods_receipt/1', 'supplier_invoice/1')",
        "posting {1} of entry {0} is {2}, in base {3}",
    ),
    Law(
        "no posting is zero",
        "SELECT entry_id, position FROM posting WHERE amount = 0 AND base = 0",
        "posting {1} of entry {0} is zero",
    ),
    Law(
        "every entry has postings and every posting an entry",
        "SELECT id, 'has no postings' FROM entry e WHERE NOT EXISTS (SELECT 1 FROM posting p WHERE p.entry_id = e.id)"
        " UNION ALL SELECT DISTINCT entry_id, 'has postings but no head' FROM posting p"
        " WHERE NOT EXISTS (SELECT 1 FROM entry e WHERE e.id = p.entry_id)",
        "entry {0} {1}",
    ),
    Law(
        "the sequence of entries is dense",
        "SELECT before, seq FROM (SELECT seq, lag(seq, 1, 0) OVER (ORDER BY seq) AS before FROM entry) numbered"
        " WHERE seq <> before + 1",
        "entry number {0} is followed by {1}",
    ),
    Law(
        "a reversal is the exact negation, once",
        "SELECT e.id, e.reverses_id FROM entry e WHERE e.reverses_id IS NOT NULL AND EXISTS ("
        " SELECT account_id, currency, party_id FROM posting p WHERE p.entry_id IN (e.id, e.reverses_id)"
        " GROUP BY account_id, currency, party_id HAVING sum(amount) <> 0 OR sum(base) <> 0)"
        " UNION ALL SELECT max(id), reverses_id FROM entry WHERE reverses_id IS NOT NULL"
        " GROUP BY reverses_id HAVING count(*) > 1",
        "entry {0} is not the one negation of entry {1}",
    ),
    Law(
        "nothing is posted into a closed period",
        "SELECT e.id, e.month FROM entry e,"
        " (SELECT closed_through, changed_at FROM period_event ORDER BY id DESC LIMIT 1) c"
        " WHERE e.month <= c.closed_through AND e.made_at > c.changed_at",
        "entry {0} was posted into {1} after that was closed",
    ),
    Law(
        "an entry bears the date and the book month of its document",
        "SELECT e.id, e.dated_on, d.number FROM entry e JOIN document d ON d.id = e.document_id"
        " WHERE e.rule IN ({sale_rules}, 'receipt/1', 'refund/1', 'remittance/1', 'accounting_entry/1',"
        " 'stock_adjustment/1', 'goods_receipt/1') AND (e.dated_on <> d.dated_on OR e.month <> d.book_month)",
        "entry {0} bears {1}, its document {2} another date or month",
    ),
    Law(
        "every posting on a control account is an open item",
        "SELECT p.entry_id, p.position FROM posting p JOIN account a ON a.id = p.account_id"
        " LEFT JOIN open_item i ON i.entry_id = p.entry_id AND i.position = p.position"
        " WHERE a.control <> '' AND p.amount <> 0 AND (i.id IS NULL OR i.amount <> p.amount OR i.base <> p.base"
        " OR i.currency <> p.currency OR i.party_id <> coalesce(p.party_id, 0) OR i.account_id <> p.account_id)",
        "posting {1} of entry {0} has no open item of its amount",
    ),
    Law(
        "every open item stands for a posting on a control account, of its entry's date",
        "SELECT i.id FROM open_item i LEFT JOIN posting p ON p.entry_id = i.entry_id AND p.position = i.position"
        " LEFT JOIN entry e ON e.id = i.entry_id LEFT JOIN account a ON a.id = p.account_id AND a.control <> ''"
        " WHERE a.id IS NULL OR p.amount <> i.amount OR e.id IS NULL OR e.dated_on <> i.dated_on",
        "open item {0} stands for no posting",
    ),
    Law(
        "an open item is its document's party's, in its currency, and due when it is",
        "SELECT i.id, d.number FROM open_item i JOIN entry e ON e.id = i.entry_id"
        " JOIN document d ON d.id = e.document_id LEFT JOIN party h ON h.id = i.party_id"
        " LEFT JOIN party o ON o.id = d.customer_id WHERE coalesce(i.document_id, 0) <> d.id"
        " OR i.currency <> d.currency"
        " OR coalesce(h.merged_into, h.id, 0) <> coalesce(o.merged_into, o.id, 0)"
        " OR (e.rule IN ('sales_invoice/1', 'credit_note/1', 'opening_item/1', 'supplier_invoice/1')"
        " AND i.due_on <> d.due_on)",
        "open item {0} is not as its document {1} says",
    ),
    Law(
        "what remains of an item is its amount less its applications",
        "SELECT i.id, s.remaining, i.amount - coalesce(x.applied, 0) FROM open_item i"
        " LEFT JOIN open_item_state s ON s.item_id = i.id LEFT JOIN ("
        " SELECT item_id, sum(part) AS applied FROM (SELECT debit_id AS item_id, amount AS part FROM application"
        " UNION ALL SELECT credit_id, -amount FROM application) parts GROUP BY item_id) x ON x.item_id = i.id"
        " WHERE s.item_id IS NULL OR s.remaining <> i.amount - coalesce(x.applied, 0) OR s.amount <> i.amount"
        " OR s.party_id <> i.party_id OR s.dated_on <> i.dated_on OR s.due_on <> i.due_on OR s.currency <> i.currency"
        " OR s.account_id <> i.account_id",
        "open item {0} is shown with {1} remaining, {2} by its applications",
    ),
    Law(
        "an item is never applied beyond its amount, on any date",
        "SELECT DISTINCT item_id, dated_on, upto FROM ("
        " SELECT x.item_id, x.dated_on, i.amount,"
        " sum(x.part) OVER (PARTITION BY x.item_id ORDER BY x.dated_on RANGE UNBOUNDED PRECEDING) AS upto"
        " FROM (SELECT debit_id AS item_id, dated_on, amount AS part FROM application"
        " UNION ALL SELECT credit_id, dated_on, -amount FROM application) x JOIN open_item i ON i.id = x.item_id) r"
        " WHERE (amount > 0 AND (upto < 0 OR upto > amount)) OR (amount < 0 AND (upto > 0 OR upto < amount))",
        "open item {0} has {2} applied on {1}",
    ),
    Law(
        "an application joins a charge and a credit of one party, account and currency, dated after both",
        "SELECT a.id FROM application a LEFT JOIN open_item d ON d.id = a.debit_id"
        " LEFT JOIN open_item c ON c.id = a.credit_id"
        " WHERE d.id IS NULL OR c.id IS NULL OR d.amount < 0 OR c.amount > 0"
        " OR d.account_id <> c.account_id OR d.currency <> c.currency"
        " OR coalesce((SELECT merged_into FROM party WHERE id = d.party_id), d.party_id)"
        " <> coalesce((SELECT merged_into FROM party WHERE id = c.party_id), c.party_id)"
        " OR a.dated_on < d.dated_on OR a.dated_on < c.dated_on",
        "application {0} joins items that do not belong together",
    ),
    Law(
        "the control accounts hold what is open",
        "SELECT c.account_id, c.currency, c.held, coalesce(o.open_now, 0) FROM ("
        " SELECT p.account_id, p.currency, sum(p.amount) AS held FROM posting p JOIN account a ON a.id = p.account_id"
        " WHERE a.control <> '' GROUP BY p.account_id, p.currency) c LEFT JOIN ("
        " SELECT account_id, currency, sum(remaining) AS open_now FROM open_item_state GROUP BY account_id, currency) o"
        " ON o.account_id = c.account_id AND o.currency = c.currency WHERE c.held <> coalesce(o.open_now, 0)",
        "account {0} holds {2} {1}, its open items {3}",
    ),
    Law(
        "whoever has nothing open is worth nothing in base",
        "SELECT x.party_id, x.account_id, x.held FROM ("
        " SELECT p.account_id, coalesce(h.merged_into, h.id) AS party_id, sum(p.base) AS held FROM posting p"
        " JOIN account a ON a.id = p.account_id JOIN party h ON h.id = p.party_id WHERE a.control <> ''"
        " GROUP BY p.account_id, coalesce(h.merged_into, h.id) HAVING sum(p.base) <> 0) x LEFT JOIN ("
        " SELECT DISTINCT s.account_id, coalesce(h.merged_into, h.id) AS party_id FROM open_item_state s"
        " JOIN party h ON h.id = s.party_id WHERE s.remaining <> 0) o"
        " ON o.account_id = x.account_id AND o.party_id = x.party_id WHERE o.party_id IS NULL",
        "party {0} has nothing open on account {1}, and {2} in base",
    ),
    Law(
        "a document's totals are its lines and taxes",
        "SELECT d.id, d.number FROM document d LEFT JOIN ("
        " SELECT document_id, sum(net) AS net, sum(tax) AS tax, sum(discount) AS discount FROM document_line"
        " GROUP BY document_id) l ON l.document_id = d.id LEFT JOIN ("
        " SELECT document_id, sum(tax) AS tax FROM document_tax GROUP BY document_id) t ON t.document_id = d.id"
        " WHERE d.kind NOT IN ('receipt', 'refund', 'supplier_invoice', 'settlement', 'remittance', 'opening_item')"
        " AND (d.subtotal <> coalesce(l.net, 0)"
        " OR d.tax_total <> coalesce(l.tax, 0) OR d.tax_total <> coalesce(t.tax, 0)"
        " OR d.discount_total <> coalesce(l.discount, 0))"
        " UNION ALL SELECT id, number FROM document WHERE total <> subtotal + tax_total",
        "document {1} ({0}) does not add up",
    ),
    Law(
        "asserted = computed + variance",
        "SELECT id, number FROM document WHERE (asserted_total IS NULL) <> (variance IS NULL)"
        " OR asserted_total <> total + variance",
        "document {1} ({0}) has another variance",
    ),
    Law(
        "a posted sale's postings are its total, its tax and its lines",
        "SELECT d.id, d.number, x.rule FROM document d JOIN ("
        " SELECT e.document_id, e.rule,"
        " sum(CASE WHEN p.line_id IS NOT NULL THEN p.amount ELSE 0 END) AS income,"
        " sum(CASE WHEN a.control <> '' THEN p.amount ELSE 0 END) AS owed"
        " FROM entry e JOIN posting p ON p.entry_id = e.id JOIN account a ON a.id = p.account_id"
        " WHERE e.rule IN ({sale_rules})"
        " GROUP BY e.document_id, e.rule) x ON x.document_id = d.id"
        " WHERE -x.income <> d.subtotal OR (d.kind <> 'cash_sale' AND x.owed <> d.total)"
        " OR (d.kind = 'cash_sale' AND x.owed <> 0)",
        "document {1} ({0}) and its entry {2} differ",
    ),
    Law(
        "a posted sale that charges anything has exactly one entry of its own",
        "SELECT d.id, d.number FROM document d LEFT JOIN ("
        " SELECT document_id, count(*) AS n FROM entry"
        " WHERE rule IN ({sale_rules}) GROUP BY document_id) x"
        " ON x.document_id = d.id WHERE d.state = 'posted' AND d.kind IN ({sales})"
        " AND coalesce(x.n, 0) <> 1 AND (d.total <> 0 OR x.n > 1)",
        "document {1} ({0}) has no entry, or several",
    ),
    Law(
        "sales and accounting entries are posted line by line",
        "SELECT l.document_id, l.line_no, x.net, x.posted FROM ("
        " SELECT line_id, sum(net) AS net, sum(posted) AS posted FROM ("
        " SELECT l.id AS line_id, CASE WHEN l.kind = 'entry' THEN l.net ELSE -l.net END AS net, 0 AS posted"
        " FROM document d JOIN document_line l ON l.document_id = d.id"
        " WHERE d.state = 'posted' AND d.kind IN ({sales}, 'accounting_entry')"
        " UNION ALL SELECT p.line_id, 0, p.amount FROM entry e JOIN posting p ON p.entry_id = e.id"
        " WHERE e.rule IN ({sale_rules}, 'accounting_entry/1') AND p.line_id IS NOT NULL) both_sides"
        " GROUP BY line_id HAVING sum(net) <> sum(posted)) x JOIN document_line l ON l.id = x.line_id",
        "line {1} of document {0} comes to {2} and is posted as {3}",
    ),
    Law(
        "a posted sale's tax is on the tax accounts",
        "SELECT d.id, d.number, d.tax_total, coalesce(x.tax, 0) FROM document d LEFT JOIN ("
        " SELECT e.document_id, -sum(p.amount) AS tax FROM entry e JOIN posting p ON p.entry_id = e.id"
        " WHERE e.rule IN ({sale_rules}) AND p.line_id IS NULL AND p.party_id IS NULL"
        " AND p.account_id IN ({tax}) GROUP BY e.document_id) x ON x.document_id = d.id"
        " WHERE d.state = 'posted' AND d.kind IN ({sales}) AND d.tax_total <> coalesce(x.tax, 0)",
        "document {1} ({0}) has tax of {2}, {3} is posted",
    ),
    Law(
        "what a document moves in stock it posts to inventory",
        "SELECT d.id, d.number, x.moved, x.posted FROM ("
        " SELECT document_id, sum(moved) AS moved, sum(posted) AS posted FROM ("
        " SELECT l.document_id, m.value - m.variance AS moved, 0 AS posted FROM stock_move m"
        " JOIN document_line l ON l.id = m.line_id"
        " UNION ALL SELECT e.document_id, 0, p.base FROM posting p JOIN entry e ON e.id = p.entry_id"
        " JOIN document d ON d.id = e.document_id WHERE p.account_id IN ({inventory})"
        " AND d.kind IN ({sales}, 'stock_adjustment', 'goods_receipt')) both_sides"
        " GROUP BY document_id HAVING sum(moved) <> sum(posted)) x JOIN document d ON d.id = x.document_id",
        "document {1} ({0}) moves goods worth {2} and posts {3}",
    ),
    Law(
        "money received or given back is posted once, for its total",
        "SELECT d.id, d.number FROM document d LEFT JOIN ("
        " SELECT e.document_id, count(DISTINCT e.id) AS n, sum(p.amount) AS owed FROM entry e"
        " JOIN posting p ON p.entry_id = e.id JOIN account a ON a.id = p.account_id AND a.control = 'receivable'"
        " WHERE e.rule IN ('receipt/1', 'refund/1') GROUP BY e.document_id) x ON x.document_id = d.id"
        " WHERE d.kind IN ('receipt', 'refund') AND (coalesce(x.n, 0) <> 1"
        " OR x.owed <> CASE WHEN d.kind = 'receipt' THEN -d.total ELSE d.total END)",
        "document {1} ({0}) and its entry differ",
    ),
    Law(
        "receipts, refunds and remittances come to their tenders",
        "SELECT d.id, d.number, d.total, coalesce(t.paid, 0) FROM document d LEFT JOIN ("
        " SELECT document_id, sum(amount - change) AS paid FROM document_tender GROUP BY document_id) t"
        " ON t.document_id = d.id"
        " WHERE d.kind IN ('receipt', 'refund', 'remittance') AND d.total <> coalesce(t.paid, 0)",
        "document {1} ({0}) is over {2}, its tenders come to {3}",
    ),
    Law(
        "an opening item is posted once, for its total",
        "SELECT d.id, d.number FROM document d LEFT JOIN ("
        " SELECT e.document_id, count(*) AS n, sum(i.amount) AS amount FROM entry e"
        " JOIN open_item i ON i.entry_id = e.id WHERE e.rule = 'opening_item/1' GROUP BY e.document_id) x"
        " ON x.document_id = d.id JOIN party p ON p.id = d.customer_id WHERE d.kind = 'opening_item'"
        " AND (coalesce(x.n, 0) <> 1 OR x.amount <> CASE WHEN p.kind = 'supplier' THEN -d.total ELSE d.total END)",
        "opening item {1} ({0}) and its entry differ",
    ),
    Law(
        "what an earlier system closed posts nothing, moves nothing and takes none of our numbers",
        "SELECT d.id, d.number FROM document d WHERE d.state = 'history' AND (d.is_ours OR d.reserves"
        " OR EXISTS (SELECT 1 FROM entry e WHERE e.document_id = d.id)"
        " OR EXISTS (SELECT 1 FROM open_item i WHERE i.document_id = d.id)"
        " OR EXISTS (SELECT 1 FROM document_line l JOIN stock_move m ON m.line_id = l.id WHERE l.document_id = d.id))",
        "document {1} ({0}) has had an effect",
    ),
    Law(
        "a customer that was merged leads to one that was not, of the same currency",
        "SELECT p.id, s.id FROM party p JOIN party s ON s.id = p.merged_into"
        " WHERE s.merged_into IS NOT NULL OR s.id = p.id OR p.currency <> s.currency",
        "customer {0} is merged into {1}, which does not go on for it",
    ),
    Law(
        "a cash sale is settled at once",
        "SELECT d.id, d.number FROM document d LEFT JOIN ("
        " SELECT document_id, sum(amount - change) AS paid FROM document_tender GROUP BY document_id) t"
        " ON t.document_id = d.id WHERE d.kind = 'cash_sale'"
        " AND d.state = 'posted' AND coalesce(t.paid, 0) <> d.total",
        "cash sale {1} ({0}) is not settled",
    ),
    Law(
        "quotes, shipments, purchase orders and settlements post nothing, orders no revenue",
        "SELECT d.id, d.number, e.rule FROM document d JOIN entry e ON e.document_id = d.id"
        " WHERE d.kind IN ('quote', 'shipment', 'purchase_order', 'supplier_shipment', 'settlement')"
        " OR (d.kind IN ('work_order', 'sales_order') AND e.rule NOT IN ('deposit/1', 'reversal/1'))",
        "document {1} ({0}) has an entry {2}",
    ),
    Law(
        "an invoiced order is charged whole, one that was called off not at all, and none beyond what was ordered",
        "SELECT d.id, d.number, d.state, l.line_no FROM document d JOIN document_line l ON l.document_id = d.id"
        " LEFT JOIN (SELECT c.order_line_id AS id,"
        " sum(CASE WHEN k.kind = 'shipment' THEN 0 ELSE c.quantity END) AS charged,"
        " sum(CASE WHEN k.kind = 'shipment' THEN c.quantity ELSE 0 END) AS shipped"
        " FROM document_line c JOIN document k ON k.id = c.document_id"
        " WHERE c.order_line_id IS NOT NULL AND k.kind IN ('shipment', {sales}) GROUP BY c.order_line_id) f"
        " ON f.id = l.id WHERE d.kind IN ({orders})"
        " AND ((d.state = 'invoiced' AND coalesce(f.charged, 0) <> l.quantity)"
        " OR (d.state = 'void' AND f.id IS NOT NULL)"
        " OR (l.quantity >= 0 AND (f.charged < 0 OR f.charged > l.quantity OR f.shipped > l.quantity))"
        " OR (l.quantity < 0 AND (f.charged > 0 OR f.charged < l.quantity OR f.shipped <> 0)))",
        "line {3} of order {1} ({0}), which is {2}, is charged or shipped otherwise",
    ),
    Law(
        "an order that was invoiced or called off holds no deposit",
        "SELECT o.id, o.number, sum(x.amount) FROM ("
        " SELECT CASE WHEN d.kind IN ({orders}) THEN d.id ELSE d.order_id END AS order_id, p.amount, p.base"
        " FROM posting p JOIN entry e ON e.id = p.entry_id JOIN document d ON d.id = e.document_id"
        " WHERE p.account_id IN ({deposits})"
        " AND (e.rule IN ('deposit/1', 'receipt/1', 'refund/1', 'cash_sale/1')"
        " OR (e.rule = 'reversal/1' AND d.kind IN ({orders})))) x JOIN document o ON o.id = x.order_id"
        " WHERE o.state IN ('invoiced', 'void') GROUP BY o.id, o.number"
        " HAVING sum(x.amount) <> 0 OR sum(x.base) <> 0",
        "deposits hold {2} of order {1} ({0})",
    ),
    Law(
        "an invoice on account has a customer",
        "SELECT id, number FROM document WHERE kind IN ('sales_invoice', 'credit_note') AND customer_id IS NULL",
        "document {1} ({0}) has no customer",
    ),
    Law(
        "our numbers are unique and without gaps",
        "SELECT s.kind, s.next - 1, coalesce(x.n, 0) FROM number_series s LEFT JOIN ("
        " SELECT kind, count(DISTINCT number) AS n FROM document WHERE is_ours GROUP BY kind) x ON x.kind = s.kind"
        " WHERE s.kind <> 'entry' AND s.next - 1 <> coalesce(x.n, 0)",
        "of {1} numbers drawn for {0}, {2} are in use",
    ),
    Law(  # the last six digits, so that a series may change its prefix and grow beyond a million
        "a number of ours is one that its series has given",
        "SELECT x.kind, x.number, x.n FROM (SELECT kind, tail, min(number) AS number, count(*) AS n,"
        " CASE WHEN length(tail) = 6 AND rtrim(tail, '0123456789') = '' THEN CAST(tail AS integer) END AS place FROM ("
        " SELECT kind, number, substr(number, length(number) - 5) AS tail FROM document WHERE is_ours) numbered"
        " GROUP BY kind, tail) x LEFT JOIN number_series s ON s.kind = x.kind"
        ' WHERE s.kind IS NULL OR x.place IS NULL OR x.place > s."next" - 1'
        ' OR x.n <> (s."next" - 1 - x.place) / 1000000 + CASE WHEN x.place = 0 THEN 0 ELSE 1 END',
        "{0} {1} is no number of its series, or one of {2} alike",
    ),
    Law(
        "an invoice line is not credited beyond its quantity",
        "SELECT l.id, l.quantity, x.back FROM document_line l JOIN ("
        " SELECT returns_line_id, sum(quantity) AS back FROM document_line r JOIN document d ON d.id = r.document_id"
        " WHERE returns_line_id IS NOT NULL AND d.is_ours AND NOT EXISTS (SELECT 1 FROM entry e"
        " JOIN entry b ON b.reverses_id = e.id WHERE e.document_id = d.id)"
        " GROUP BY returns_line_id) x ON x.returns_line_id = l.id"
        " WHERE abs(x.back) > abs(l.quantity) AND NOT EXISTS (SELECT 1 FROM setting"
        " WHERE name = 'credit_over_invoice' AND value = 'true')",
        "line {0} of {1} millionths is credited with {2}",
    ),
    Law(
        "stock on hand is the sum of its moves",
        "SELECT l.item_id, l.department_id, l.on_hand, coalesce(m.moved, 0) FROM stock_level l LEFT JOIN ("
        " SELECT item_id, department_id, sum(quantity) AS moved FROM stock_move GROUP BY item_id, department_id) m"
        " ON m.item_id = l.item_id AND m.department_id = l.department_id WHERE l.on_hand <> coalesce(m.moved, 0)"
        " UNION ALL SELECT m.item_id, m.department_id, NULL, sum(m.quantity) FROM stock_move m"
        " WHERE NOT EXISTS (SELECT 1 FROM stock_level l"
        " WHERE l.item_id = m.item_id AND l.department_id = m.department_id)"
        " GROUP BY m.item_id, m.department_id HAVING sum(m.quantity) <> 0",
        "item {0} in department {1} is shown with {2}, its moves come to {3}",
    ),
    Law(
        "an item's value is the sum of its moves",
        "SELECT v.item_id, v.value, coalesce(m.worth, 0) FROM stock_value v LEFT JOIN ("
        " SELECT item_id, sum(value - variance) AS worth, sum(quantity) AS moved FROM stock_move GROUP BY item_id) m"
        " ON m.item_id = v.item_id WHERE v.value <> coalesce(m.worth, 0) OR v.on_hand <> coalesce(m.moved, 0)",
        "item {0} is valued at {1}, its moves come to {2}",
    ),
    Law(
        "reserved stock is what open orders wait for",
        "SELECT w.item_id, w.department_id, w.reserved, w.wanted FROM ("
        " SELECT item_id, department_id, sum(reserved) AS reserved, sum(wanted) AS wanted FROM ("
        " SELECT item_id, department_id, reserved, 0 AS wanted FROM stock_level"
        " UNION ALL SELECT l.item_id, d.department_id, 0, l.quantity - coalesce(("
        " SELECT sum(c.quantity) FROM document_line c JOIN document i ON i.id = c.document_id"
        " WHERE c.order_line_id = l.id AND i.kind <> 'shipment'), 0)"
        " FROM document_line l JOIN document d ON d.id = l.document_id"
        " WHERE d.reserves AND d.state = 'open' AND l.stocked AND l.item_id IS NOT NULL AND l.quantity > 0) both_sides"
        " GROUP BY item_id, department_id) w WHERE w.reserved <> w.wanted",
        "item {0} in department {1} has {2} reserved, open orders wait for {3}",
    ),
    Law(
        "a customer's tally is what stands on its shelf",
        "SELECT customer_id, shelf, sum(n), sum(told) FROM ("
        " SELECT customer_id, shelf, currency, '' AS contact, 1 AS n, 0 AS told FROM document"
        " WHERE shelf <> 0 AND customer_id IS NOT NULL"
        " UNION ALL SELECT customer_id, shelf, currency, contact, 1, 0 FROM document"
        " WHERE shelf <> 0 AND customer_id IS NOT NULL AND contact <> ''"
        " UNION ALL SELECT customer_id, shelf, currency, contact, 0, documents FROM customer_tally) both_sides"
        " GROUP BY customer_id, shelf, currency, contact HAVING sum(n) <> sum(told)",
        "customer {0} has {2} documents on shelf {1}, the tally says {3}",
    ),
    Law(
        "a booked supplier invoice owes its total, a remittance pays its own",
        "SELECT d.id, d.number FROM document d LEFT JOIN ("
        " SELECT e.document_id, sum(p.amount) AS owed FROM entry e JOIN posting p ON p.entry_id = e.id"
        " JOIN account a ON a.id = p.account_id WHERE a.control = 'payable'"
        " AND e.rule IN ('supplier_invoice/1', 'remittance/1') GROUP BY e.document_id) x ON x.document_id = d.id"
        " WHERE (d.kind = 'supplier_invoice' AND d.state = 'posted' AND -coalesce(x.owed, 0) <> d.total)"
        " OR (d.kind = 'remittance' AND coalesce(x.owed, 0) <> d.total)"
        " OR (d.kind = 'supplier_invoice' AND d.state <> 'posted' AND x.owed IS NOT NULL)",
        "document {1} ({0}) and what it owes or pays differ",
    ),
    Law(
        "a supplier's invoice is listed as what it comes to",
        "SELECT d.id, d.number FROM supplier_invoice s JOIN document d ON d.id = s.document_id"
        " WHERE (d.state = 'posted' AND s.total <> d.total) OR (d.state <> 'void' AND s.unresolved <> EXISTS ("
        " SELECT 1 FROM dispute p WHERE p.invoice_id = d.id AND NOT p.removed AND p.amount <> coalesce(("
        " SELECT sum(a.amount) FROM resolve_action a WHERE a.dispute_id = p.id AND NOT a.removed), 0)))",
        "supplier invoice {1} ({0}) is listed otherwise",
    ),
    Law(
        "goods that came in are posted at what their receipt comes to",
        "SELECT d.id, d.number, d.total, coalesce(x.posted, 0) FROM document d LEFT JOIN ("
        " SELECT e.document_id, -sum(p.amount) AS posted FROM entry e JOIN posting p ON p.entry_id = e.id"
        " WHERE e.rule = 'goods_receipt/1' AND p.account_id IN ({goods_received})"
        " GROUP BY e.document_id) x ON x.document_id = d.id"
        " WHERE d.kind = 'goods_receipt' AND d.total <> coalesce(x.posted, 0)",
        "goods receipt {1} ({0}) comes to {2}, {3} is posted",
    ),
    Law(
        "goods received and not invoiced are worth what is received and not booked, at order price",
        "SELECT currency, sum(held), sum(worth), sum(held_base), sum(worth_base) FROM ("
        " SELECT p.currency, -p.amount AS held, -p.base AS held_base, 0 AS worth, 0 AS worth_base FROM posting p"
        " JOIN entry e ON e.id = p.entry_id WHERE e.rule IN ('goods_receipt/1', 'supplier_invoice/1')"
        " AND p.account_id IN ({goods_received})"
        " UNION ALL SELECT currency, 0, 0, received_cost - relieved_cost, received_base - relieved_base"
        " FROM shipment_line) both_sides"
        " GROUP BY currency HAVING sum(held) <> sum(worth) OR sum(held_base) <> sum(worth_base)",
        "goods received hold {1} {0}, in base {3}; what is not invoiced is worth {2}, in base {4}",
    ),
    Law(
        "what is shipped was received and matched as its documents say",
        "SELECT s.id, s.received, coalesce(r.received, 0), s.matched, coalesce(m.matched, 0) FROM shipment_line s"
        " LEFT JOIN (SELECT l.order_line_id AS id, sum(l.quantity) AS received, sum(l.net) AS cost FROM document_line l"
        " JOIN document d ON d.id = l.document_id WHERE d.kind = 'goods_receipt' GROUP BY l.order_line_id) r"
        " ON r.id = s.id LEFT JOIN (SELECT i.shipment_line_id AS id, sum(i.quantity) AS matched,"
        " sum(coalesce(i.expected_quantity, i.quantity)) AS expected, sum(i.relieved) AS relieved FROM invoice_line i"
        " JOIN document d ON d.id = i.invoice_id WHERE NOT i.removed AND d.state <> 'void'"
        " GROUP BY i.shipment_line_id) m ON m.id = s.id"
        " WHERE s.received <> coalesce(r.received, 0) OR s.received_cost <> coalesce(r.cost, 0)"
        " OR s.matched <> coalesce(m.matched, 0)"
        " OR s.expected <> coalesce(m.expected, 0) OR s.relieved <> coalesce(m.relieved, 0)",
        "shipment line {0} shows {1} received and {3} matched, its documents say {2} and {4}",
    ),
    Law(
        "what invoices are expected to charge of a shipment's line was received",
        "SELECT s.id, s.expected, s.received FROM shipment_line s WHERE s.expected > s.received AND NOT EXISTS ("
        " SELECT 1 FROM invoice_line i WHERE i.shipment_line_id = s.id AND i.expectation_given AND NOT i.removed)"
        " AND NOT EXISTS (SELECT 1 FROM document_line l JOIN document d ON d.id = l.document_id"
        " WHERE l.order_line_id = s.id AND d.kind = 'goods_receipt' AND l.quantity < 0)",
        "invoices are expected to charge {1} of shipment line {0}, {2} came in",
    ),
    Law(
        "disputes of booked invoices are resolved, and nothing stays on the disputed account",
        "SELECT d.number, x.disputed, x.resolved FROM document d JOIN ("
        " SELECT p.invoice_id, p.amount AS disputed, coalesce((SELECT sum(a.amount) FROM resolve_action a"
        " WHERE a.dispute_id = p.id AND NOT a.removed), 0) AS resolved FROM dispute p WHERE NOT p.removed) x"
        " ON x.invoice_id = d.id WHERE d.state = 'posted' AND x.disputed <> x.resolved"
        " UNION ALL SELECT d.number, sum(p.amount), 0 FROM posting p JOIN entry e ON e.id = p.entry_id"
        " JOIN document d ON d.id = e.document_id WHERE e.rule IN ('supplier_invoice/1', 'dispute_resolved/1')"
        " AND p.account_id IN ({disputed}) GROUP BY d.id, d.number, p.currency HAVING sum(p.amount) <> 0",
        "{0}: {1} disputed, {2} resolved",
    ),
    Law(
        "a settlement on account is what its invoice came to",
        "SELECT d.id, d.number, d.total, coalesce(x.settled, 0) FROM document d LEFT JOIN ("
        " SELECT original_id, sum(total) AS settled FROM document WHERE kind = 'settlement' GROUP BY original_id) x"
        " ON x.original_id = d.id WHERE d.kind = 'supplier_invoice' AND d.total <> coalesce(x.settled, 0)"
        " AND (x.original_id IS NOT NULL OR (d.state = 'posted'"
        " AND EXISTS (SELECT 1 FROM invoice_line l WHERE l.invoice_id = d.id AND NOT l.removed)))",
        "invoice {1} ({0}) comes to {2}, {3} is settled on its orders",
    ),
    Law(
        "every document may leave the book",
        "SELECT d.id, d.number FROM document d WHERE d.kind IN"
        " ('sales_invoice', 'cash_sale', 'credit_note', 'accounting_entry', 'quote', 'work_order', 'sales_order')"
        " AND NOT EXISTS (SELECT 1 FROM export_feed f WHERE f.document_id = d.id AND f.topic ="
        " CASE WHEN d.kind IN ('quote', 'work_order', 'sales_order') THEN 'order' ELSE d.kind END)"
        " UNION ALL SELECT d.id, d.number FROM document d WHERE d.kind = 'supplier_invoice' AND d.state = 'posted'"
        " AND NOT EXISTS (SELECT 1 FROM export_feed f WHERE f.document_id = d.id AND f.topic = 'supplier_invoice')"
        " UNION ALL SELECT f.document_id, f.topic FROM export_feed f"
        " WHERE NOT EXISTS (SELECT 1 FROM document d WHERE d.id = f.document_id)",
        "document {1} ({0}) is offered to no system, or is none",
    ),
    Law(
        "what a system has exported is what it was last told",
        "SELECT s.document_id, s.topic, s.system FROM export_state s LEFT JOIN ("
        " SELECT e.system, e.topic, e.document_id, max(e.at) AS at FROM export_event e"
        " WHERE e.state = 'acknowledged' AND NOT EXISTS (SELECT 1 FROM export_event o WHERE o.system = e.system"
        " AND o.topic = e.topic AND o.document_id = e.document_id AND o.id > e.id"
        " AND (o.state = 'reopened' OR o.draft <> e.draft))"
        " GROUP BY e.system, e.topic, e.document_id) x"
        " ON x.system = s.system AND x.topic = s.topic AND x.document_id = s.document_id"
        " WHERE coalesce(s.exported_at, -1) <> coalesce(x.at, -1)",
        "{1} {0} has another export state for {2} than its events tell",
    ),
    Law(
        "what waits for a system is what it has not exported",
        "SELECT f.document_id, f.topic, y.system FROM export_feed f JOIN export_system y ON y.topic = f.topic"
        " AND y.system <> f.source LEFT JOIN export_state s ON s.system = y.system AND s.topic = f.topic"
        " AND s.document_id = f.document_id AND NOT s.draft LEFT JOIN export_pending w ON w.system = y.system"
        " AND w.topic = f.topic AND w.document_id = f.document_id"
        " WHERE (s.exported_at IS NULL) <> (w.document_id IS NOT NULL)"
        " UNION ALL SELECT w.document_id, w.topic, w.system FROM export_pending w"
        " WHERE NOT EXISTS (SELECT 1 FROM export_feed f JOIN export_system y ON y.topic = f.topic"
        " WHERE f.topic = w.topic AND f.document_id = w.document_id AND y.system = w.system AND y.system <> f.source)",
        "{1} {0} waits for {2} and should not, or the other way round",
    ),
    Law(
        "every document has its evidence",
        "SELECT d.id, d.number FROM document d LEFT JOIN message m ON m.id = d.message_id WHERE m.id IS NULL",
        "document {1} ({0}) has no message",
    ),
    Law(
        "what a message brought is in the book",
        "SELECT m.id, m.document_id FROM message m WHERE m.document_id IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM document d WHERE d.id = m.document_id)"
        " AND NOT EXISTS (SELECT 1 FROM draft d WHERE d.id = m.document_id)",
        "message {0} brought document {1}, which is not in the book",
    ),
    Law(
        "a draft that was booked is a document, another is none",
        "SELECT f.id, f.state FROM draft f"
        " WHERE (f.state = 'booked') <> EXISTS (SELECT 1 FROM document d WHERE d.id = f.id)",
        "draft {0} is {1}, and a document or none",
    ),
    Law(
        "every change has an actor",
        "SELECT 'document', id FROM document WHERE actor = '' UNION ALL SELECT 'entry', id FROM entry WHERE actor = ''"
        " UNION ALL SELECT 'application', id FROM application WHERE actor = ''"
        " UNION ALL SELECT 'setting', id FROM setting WHERE actor = ''"
        " UNION ALL SELECT 'period_event', id FROM period_event WHERE actor = ''"
        " UNION ALL SELECT 'draft', id FROM draft WHERE actor = ''"
        " UNION ALL SELECT 'export_event', id FROM export_event WHERE actor = ''"
        " UNION ALL SELECT 'sync_event', their_id FROM sync_event WHERE actor = ''"
        " UNION ALL SELECT 'invoice_change', id FROM invoice_change WHERE actor = ''",
        "{0} {1} has no actor",
    ),
    Law(
        "every pulled document that was taken is in the book, and no two are the same one",
        "SELECT flow, their_id, 'is not in the book' FROM sync_document"
        " WHERE state IN ('imported', 'marked', 'changed') AND document_id IS NULL"
        " UNION ALL SELECT max(flow), max(their_id), 'shares its document with another' FROM sync_document"
        " WHERE document_id IS NOT NULL GROUP BY document_id HAVING count(*) > 1",
        "{0} {1} {2}",
    ),
    Law(
        "every key leads to a result",
        "SELECT principal_id, contract FROM idempotency WHERE result IS NULL",
        "a key of principal {0} on {1} leads nowhere",
    ),
)
_STATEMENTS = tuple((law, Statement(sa.text(law.sql.format(**_NAMED).replace(":", "\\:")))) for law in LAWS)


def breaches(connection: Connection) -> Iterator[tuple[Law, list[Breach]]]:
    """Every law with the rows that break it, at most MOST of each."""
    for law, statement in _STATEMENTS:
        found: list[Breach] = []
        for row in connection.rows(statement):
            found.append(Breach(law.name, law.say.format(*row)))
            if len(found) == MOST:
                break
        yield law, found
