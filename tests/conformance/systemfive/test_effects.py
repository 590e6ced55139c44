"""System Five: the printed examples, what each type does, and the sums that it posts."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from decimal import Decimal

import pytest

from counterfoil.core.document import State
from counterfoil.core.money import Money
from counterfoil.core.party import Address
from counterfoil.services import ordering, periods, registry
from counterfoil.services.office import Work
from counterfoil.services.statements import documents
from tests.conformance import given_systemfive as given
from tests.conformance.books import counts, journal
from tests.conformance.golden import message, parsed
from tests.conformance.systemfive.till import (
    ABROAD,
    BLOCK,
    FREIGHT,
    GAITERS,
    HOME,
    LAMP,
    Till,
    entry,
    line,
    paid,
)


def test_the_printed_examples_one_after_another(till: Till) -> None:
    before = counts(till.store)
    for name in ("sample-1-customer", "sample-2-billing", "sample-3-customer") * 2:
        answer = till.knock.message(message(given.GOLDEN / name / "request.http"))
        assert parsed(answer.data)["APIResponse"]["IsSuccess"] is True
    after = counts(till.store)
    assert after["party"] - before["party"] == 1
    assert after["document"] - before["document"] == 3
    for effect in ("entry", "open_item", "stock_move"):
        assert after[effect] == before[effect]
    first, second, third = (till.document(f"W-00000{n}") for n in (1, 2, 3))
    assert [str(part) for part in (first.subtotal, first.total, first.tenders[0].amount)] == [
        "128.00 CAD",
        "128.00 CAD",
        "131.00 CAD",
    ]
    assert first.asserted.subtotal is not None
    assert first.asserted.subtotal.amount == 131
    assert first.terminal == 1
    for order in (second, third):
        assert [str(part) for part in (order.subtotal, order.tax_total, order.total)] == [
            "49.99 CAD",
            "6.00 CAD",
            "55.99 CAD",
        ]
        assert [part.tax.amount for part in order.taxes] == [Decimal("2.50"), Decimal("3.50")]
    made = till.customer(second)
    assert (made.name, made.billing.first_name, made.billing.state) == ("Michelle MaBelle", "Michelle", "BC")
    assert second.billing == made.billing
    assert second.lines[1].description == " Date: 11/21/2019 4:47:11 PM"
    till.do(lambda opened: ordering.invoice(opened, first.id, on=date(2020, 1, 10)))
    with till.store.reader() as reader:
        (left,) = [owed.item.remaining for owed in reader.reports.open_items(date(2020, 2, 1))]
    assert left == Money(-300, left.currency)


def test_what_each_type_does(till: Till) -> None:
    start = till.level()
    entries = len(journal(till.store))
    quote = till.filed(entry("E", line(ordered=3), InvoiceSubType="E"))
    assert (quote.state, till.level(), quote.customer_id) == (State.OPEN, start, None)
    order = till.filed(entry("w ", line(ordered=4), line(GAITERS, ordered=-1), tenders=[paid(10, "W")]))
    assert (order.state, till.level()) == (State.OPEN, (start[0], start[1] + 4))
    assert till.level("4K88310") == (Decimal(60), Decimal(0))
    assert len(journal(till.store)) == entries
    till.stored(entry("A", line(ordered=2), InvoiceCustomer=HOME, tenders=[paid(5, "K")]))
    assert till.level() == (start[0] - 2, start[1] + 4)
    sale, receipt = journal(till.store)[entries:]
    assert "Accounts receivable                      87.36 CAD" in sale
    assert "Accounts receivable                      -5.00 CAD" in receipt
    till.stored(entry("C", line(ordered=1), InvoiceCustomer=HOME, tenders=[paid(100)]))
    assert till.level() == (start[0] - 3, start[1] + 4)
    cash = journal(till.store)[-1]
    assert "Cash clearing                            43.68 CAD" in cash
    assert "receivable" not in cash
    till.stored(entry("C", line(ordered=-1), tenders=[paid("-43.68")]))
    till.stored(entry("A", line(ordered="-0.5"), InvoiceCustomer=HOME))
    assert till.level() == (start[0] - Decimal("1.5"), start[1] + 4)


def test_stock_may_go_negative_with_a_warning_and_orders_need_not_reserve(till: Till) -> None:
    record = till.send(entry("A", line(ordered=101), InvoiceCustomer=HOME))
    assert any("2W01102: -1 on hand" in text for text in record["Warnings"])
    assert till.document(record["RecordDesc"]).lines[0].quantity == 101
    record = till.send(entry("W", line(GAITERS, ordered=61)))
    assert any("4K88310: -1 available" in text for text in record["Warnings"])
    till.do(lambda opened: registry.set_policy(opened, "work_orders_reserve_stock", False))
    till.stored(entry("W", line(LAMP)))
    assert till.level("1B14252") == (Decimal(80), Decimal(0))


def test_a_deposit_may_be_posted_at_once(till: Till) -> None:
    till.do(lambda opened: registry.set_policy(opened, "post_work_order_deposits", True))
    entries = len(journal(till.store))
    till.stored(entry("W", tenders=[paid(10, "W")], InvoiceCustomer=HOME))
    (deposit,) = journal(till.store)[entries:]
    assert "Card clearing" in deposit
    assert "10.00 CAD" in deposit


def test_what_is_paid_too_much_stays_and_a_return_may_be_paid_out(till: Till) -> None:
    till.stored(entry("A", InvoiceCustomer=ABROAD, tenders=[paid(50, "W")]))
    with till.store.reader() as reader:
        (left,) = [str(owed.item.remaining) for owed in reader.reports.open_items(date(2020, 2, 20))]
    assert left == "-11.00 CAD"
    kinds = len(list(documents(till.store)))
    till.stored(entry("A", line(ordered=-1), InvoiceCustomer=ABROAD, tenders=[paid(-39, "W")]))
    assert [row.kind for row in documents(till.store)][kinds:] == ["credit_note", "refund"]


def test_placeholder_tenders_are_dropped_unseen(till: Till) -> None:
    nothing = [{"Type": "string", "Amount": 0}, {"Amount": "0.00"}, {"Type": 5, "Amount": 0}]
    for kind, more in (("E", []), ("W", []), ("C", [paid("43.68")])):
        assert len(till.filed(entry(kind, tenders=[*nothing, *more])).tenders) == len(more)


def test_a_cash_sale_over_nothing_needs_no_tender(till: Till) -> None:
    assert till.filed(entry("C", line(ordered=0), line(FREIGHT, price=0))).total.amount == 0
    assert till.filed(entry("C", line(), line(price=-39, ordered=1))).total.amount == 0


def test_the_lines_rule(till: Till) -> None:
    sale = till.filed(
        entry(
            "A",
            line(price="0.125"),
            line(price="-0.125"),
            line(ordered="3.3333", price="1.4999"),
            InvoiceCustomer=ABROAD,
        )
    )
    assert [part.net.amount for part in sale.lines] == [Decimal("0.13"), Decimal("-0.13"), Decimal("5.00")]
    record = till.send(entry("A", InvoiceCustomer=ABROAD, InvoiceSubTotal="40.005"))
    assert any("40.01" in text and "39.00" in text for text in record["Warnings"])
    filed = till.document(record["RecordDesc"])
    assert filed.asserted.subtotal is not None
    assert (filed.subtotal.amount, filed.asserted.subtotal.amount) == (Decimal(39), Decimal("40.01"))
    assert "Warnings" not in till.send(entry("A", InvoiceCustomer=ABROAD, InvoiceSubTotal=39))


def test_tax_within_tolerance_is_taken_over(till: Till) -> None:
    # 4.68 on one line, two components: 0.02 either way.
    for said in ("4.66", "4.70"):
        sale = till.filed(entry("A", InvoiceCustomer=HOME, InvoiceTaxTotal=said))
        assert (sale.tax_total.amount, sale.total.amount) == (Decimal(said), 39 + Decimal(said))
        assert [part.tax.amount for part in sale.taxes] == [Decimal("1.95"), Decimal(said) - Decimal("1.95")]
    assert till.filed(entry("A", InvoiceCustomer=HOME, InvoiceTaxTotal="4.704")).tax_total.amount == Decimal("4.70")
    six = [line() for _ in range(6)]
    assert till.filed(entry("A", *six, InvoiceCustomer=HOME, InvoiceTaxTotal="28.14")).tax_total.amount == Decimal(
        "28.14"
    )
    assert till.send(entry("A", *six, InvoiceCustomer=HOME, InvoiceTaxTotal="28.15"))["ErrorCode"] == "TAX_MISMATCH"
    for absent in (None, "", " "):
        assert till.filed(entry("A", InvoiceCustomer=HOME, InvoiceTaxTotal=absent)).tax_total.amount == Decimal("4.68")


@pytest.mark.parametrize("kind", ["E", "W"])
def test_a_wrong_tax_is_a_warning_until_it_is_posted(till: Till, kind: str) -> None:
    record = till.send(entry(kind, InvoiceCustomer=HOME, InvoiceTaxTotal=1))
    assert any("1.00" in text and "4.68" in text for text in record["Warnings"])
    order = till.document(record["RecordDesc"])
    assert order.tax_total.amount == Decimal("4.68")
    till.do(lambda opened: ordering.invoice(opened, order.id))
    assert till.document("INV-000001").total.amount == Decimal("43.68")


def test_exemptions_of_items_and_customers(till: Till) -> None:
    def add(opened: Work) -> None:
        codes = {code.code: code.id for code in opened.reference.tax_codes.values()}
        registry.add_item(
            opened, "BOOK", "Trail guide", stocked=False, exempt_from=[codes["PST-BC"]], refs={"systemfive": "900"}
        )
        place = asdict(till.customer(till.document("W-000001")).billing)
        home = Address(**place | {"name": "Band council"})
        registry.add_customer(
            opened, "BAND", "Band council", billing=home, exempt_from=codes.values(), refs={"systemfive": "901"}
        )

    till.stored(entry(InvoiceCustomer=HOME))
    till.do(add)
    assert till.filed(entry("A", line(900, price=100), InvoiceCustomer=HOME)).tax_total.amount == 5
    assert till.filed(entry("A", line(900, price=100), InvoiceCustomer=901)).tax_total.amount == 0


def test_where_it_is_taxed(till: Till) -> None:
    """InvoiceShipTo, then InvoiceShipping, then the bill-to, then the store; what lies nowhere falls through."""
    abroad = BLOCK | {"StateProvince": "WA", "Country": "US"}
    unknown = BLOCK | {"StateProvince": "", "Country": ""}
    for expected, one in (
        ("4.68", entry("W")),
        ("0", entry("W", InvoiceCustomer=ABROAD)),
        ("4.68", entry("W", InvoiceCustomer=ABROAD, InvoiceShipTo=HOME)),
        ("0", entry("W", InvoiceCustomer=HOME, InvoiceShipTo=ABROAD, shipping=BLOCK)),
        ("0", entry("W", InvoiceCustomer=HOME, shipping=abroad)),
        ("0", entry("W", InvoiceCustomer=HOME, shipping=BLOCK | {"StateProvince": " wa", "Country": "United States"})),
        ("0", entry("W", InvoiceCustomer=ABROAD, shipping=unknown)),
        ("0", entry("W", billing=abroad)),
        ("4.68", entry("W", billing=unknown)),
        ("0", entry("W", billing=abroad, shipping={"AName": "-", **{k: v for k, v in BLOCK.items() if k != "AName"}})),
    ):
        assert till.filed(one).tax_total.amount == Decimal(expected), one


def test_book_month_and_date(till: Till) -> None:
    till.do(lambda opened: periods.close(opened, 202001))
    sale = till.filed(
        entry("A", InvoiceCustomer=HOME, InvoiceDate="2020-01-31", InvoiceBookMonth="2020-02-11T00:00:00Z")
    )
    assert (sale.on, sale.book_month) == (date(2020, 1, 31), 202002)
    order = till.filed(entry("W", InvoiceDate="2020-01-31", InvoiceCustomer=HOME))
    assert order.book_month == 202001
    for absent in ("", None, "0001-01-01", "0001-01-01T00:00:00"):
        today = till.filed(entry("W", InvoiceDate=absent, InvoiceOrdered=absent, InvoiceBookMonth=absent))
        assert (today.on, today.ordered_on, today.book_month) == (date(2020, 3, 2), date(2020, 3, 2), 202003)


def test_dates_are_days_as_written(till: Till) -> None:
    for written in (
        "2020-02-29",
        " 2020-02-29 ",
        "2020-02-29T23:59:59.9999999-11:00",
        "2020-02-29T00:00:00+14:00",
        "2020-02-29T10:00",
        "2020-02-29T10:00:00Z",
    ):
        order = till.filed(entry("W", InvoiceDate=written, InvoiceOrdered=written))
        assert (order.on, order.ordered_on, order.book_month) == (date(2020, 2, 29), date(2020, 2, 29), 202002)
        assert order.extras == {"InvoiceDate": written, "InvoiceOrdered": written}
