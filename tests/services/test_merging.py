"""Two customers that were one: what was whose is the survivor's, and the ledger does not change."""

from __future__ import annotations

from decimal import Decimal

import pytest

from counterfoil.core.document import Kind
from counterfoil.core.history import Filter
from counterfoil.core.party import Customer
from counterfoil.services import history, merging, registry, statements
from counterfoil.services.office import Context, Said, Work
from counterfoil.store import Principal
from tests.desk import LATE, NOON, TODAY, Desk, refused


def merge(desk: Desk, gone: str, kept: str) -> Customer:
    return desk.change(lambda work: merging.merge(work, gone, kept))


def asking(desk: Desk) -> Context:
    return Context(desk.store, Principal(1, "shop"), Said("r", "evolutionx", "test"), lambda: NOON)


@pytest.fixture
def two(desk: Desk) -> Desk:
    """OLD and NEW, each with an invoice, a receipt and an order."""
    for code in ("OLD", "NEW"):
        number = desk.customer(code)
        item = desk.item(f"{code}-APPLE")
        desk.issue(number, [(item, "2", "50")], customer_po=f"PO-{code}", contact="ann")
        desk.receive(code, "30", invoices=())
        desk.enter(Kind.SALES_ORDER, number, [(item, "1", "7")])
    return desk


def test_both_pasts_are_shown_under_the_one_that_goes_on(two: Desk) -> None:
    merge(two, "OLD", "NEW")
    for code in ("OLD", "NEW"):
        page = history.invoices(asking(two), code, Filter(), 1, 10)
        assert page is not None
        assert (page.customer.code, page.total) == ("NEW", 2)
        assert sorted(row.customer_po for row in page.rows) == ["PO-NEW", "PO-OLD"]
        narrowed = history.invoices(asking(two), code, Filter(contact="ann", customer_po="po-old"), 1, 10)
        assert narrowed is not None
        assert narrowed.total == 1
        by_contact = history.invoices(asking(two), code, Filter(contact="ann"), 1, 10)
        assert by_contact is not None
        assert (by_contact.total, len(by_contact.rows)) == (2, 2)
        shown = history.invoice(asking(two), code, "INV-000001")
        assert shown is not None
        assert (shown.customer.code, shown.balance.minor, len(shown.invoice.lines)) == ("NEW", 100_00, 1)
        orders = history.orders(asking(two), code, Filter(), 1, 10)
        assert orders is not None
        assert orders.total == 2
        assert history.order(asking(two), code, "SO-000001") is not None
        account = history.account(asking(two), code)
        assert account is not None
        assert sum(money.minor for money in account.buckets.values()) == 140_00
        assert account.last_sale_at is not None


def test_nobody_else_is_shown_the_past_of_a_merged_customer(two: Desk) -> None:
    two.customer("OTHER")
    merge(two, "OLD", "NEW")
    assert history.invoice(asking(two), "OTHER", "INV-000001") is None
    page = history.invoices(asking(two), "OTHER", Filter(), 1, 10)
    assert page is not None
    assert page.total == 0


def test_the_ledger_and_the_sums_of_the_ageing_stay(two: Desk) -> None:
    before = two.accounts(), two.balance("OLD") + two.balance("NEW"), statements.aging(two.store, LATE).totals
    merge(two, "OLD", "NEW")
    after = statements.aging(two.store, LATE)
    assert (two.accounts(), two.balance("NEW"), after.totals) == before
    assert [row.code for row in after.rows] == ["NEW"]
    assert after.ties


def test_money_of_one_pays_an_invoice_of_the_other(two: Desk) -> None:
    merge(two, "OLD", "NEW")
    old, new = two.find("INV-000001"), two.find("INV-000002")
    two.receive("OLD", "150")
    assert two.balance("NEW") == -10_00
    owed = {item.item.number: item.item.remaining.minor for item in statements.open_items(two.store, LATE)}
    assert (old.number in owed, owed.get(new.number)) == (False, 50_00)
    credit = two.find("RC-000001")
    two.change(lambda work: _apply(work, credit.number, new.number))
    assert two.find("INV-000001").customer_id == two.find("INV-000002").customer_id


def _apply(work: Work, credit: str, invoice: str) -> None:
    from counterfoil.services import receipts

    receipts.apply(work, credit, invoice)


def test_an_invoice_of_the_merged_one_is_credited_and_reversed(two: Desk) -> None:
    merge(two, "OLD", "NEW")
    with two.work() as work:
        from counterfoil.services import invoicing

        filed = invoicing.credit(work, two.find("INV-000001").id)
        work.perform(lambda: filed)
    assert two.balance("NEW") == 40_00
    assert two.document(filed.document.id).customer_id == two.find("INV-000002").customer_id


def test_an_old_id_an_old_code_and_an_old_reference_lead_to_the_survivor(desk: Desk) -> None:
    old = desk.customer("OLD", refs={"shop": "17", "erp": "X"})
    new = desk.customer("NEW", refs={"shop": "18"})
    merge(desk, "OLD", "NEW")
    issued = desk.issue(old, [(None, "1", "5")])
    assert desk.document(issued).customer_id == new
    with desk.store.reader() as reader:
        assert reader.refs.ours("shop", "customer", "17") == new
        assert reader.refs.ours("erp", "customer", "X") == new
        assert (reader.refs.theirs("shop", "customer", new), reader.refs.theirs("erp", "customer", new)) == ("18", "X")
        found = reader.parties.customer(old)
    assert found is not None
    assert found.code == "NEW"


def test_contacts_go_along_and_none_is_lost(desk: Desk) -> None:
    for code in ("OLD", "NEW"):
        desk.customer(code)
        desk.change(lambda work, code=code: registry.add_contact(work, code, "Ann", "ann"))  # type: ignore[misc]
    desk.change(lambda work: registry.add_contact(work, "OLD", "Bob", "bob"))
    merge(desk, "OLD", "NEW")
    with desk.store.engine.reading() as connection:
        rows = connection.raw.execute(
            "SELECT p.code, c.reference FROM contact c JOIN party p ON p.id = c.customer_id ORDER BY 1, 2"
        ).fetchall()
    assert [tuple(row) for row in rows] == [("NEW", "ann"), ("NEW", "bob"), ("OLD", "ann")]


def test_a_chain_of_merges_leads_to_its_end(desk: Desk) -> None:
    for code in ("A", "B", "C"):
        desk.issue(desk.customer(code), [(None, "1", "5")])
    merge(desk, "A", "B")
    merge(desk, "B", "C")
    for code in ("A", "B", "C"):
        page = history.invoices(asking(desk), code, Filter(), 1, 10)
        assert page is not None
        assert (page.customer.code, page.total) == ("C", 3)
    assert desk.balance("C") == 15_00


def test_what_cannot_be_merged_is_refused(desk: Desk) -> None:
    desk.change(lambda work: registry.set_rate(work, "USD", TODAY, Decimal("1.3")))
    for code, unit in (("CAD1", "CAD"), ("CAD2", "CAD"), ("USD1", "USD"), ("NONE", None)):
        desk.customer(code, unit=unit)
    with refused("currency_differs"):
        merge(desk, "USD1", "CAD1")
    with refused("customer_not_found"):
        merge(desk, "NOBODY", "CAD1")
    with refused("same_customer"):
        merge(desk, "CAD1", "CAD1")
    merge(desk, "CAD1", "CAD2")
    with refused("merged_before"):
        merge(desk, "CAD1", "CAD2")
    with refused("merged_before"):
        merge(desk, "CAD2", "CAD1")
    with refused("currency_differs"):
        merge(desk, "CAD2", "USD1")
    merge(desk, "USD1", "NONE")
    with desk.store.reader() as reader:
        found = reader.parties.customer_by_code("USD1")
    assert found is not None
    assert (found.code, found.currency) == ("NONE", "USD")
