"""What a list takes, refuses, and shows of relations."""

from __future__ import annotations

from decimal import Decimal

import pytest

from counterfoil.core.document import Kind, LineKind, SaleLine
from counterfoil.services import drafting, invoicing, ordering
from tests.conformance.traede.puller import Puller, faults
from tests.desk import asked


def more(puller: Puller, count: int) -> list[int]:
    """Invoices of a plain customer."""
    customer = puller.desk.customer("C2")
    return [puller.desk.issue(customer, [(None, "1", str(n + 1))]).document_id for n in range(count)]


def test_pages_count_from_zero_and_hold_at_most_sixty(puller: Puller) -> None:
    ids = [puller.ids["invoice"], *more(puller, 64)]
    assert puller.ids_of("invoices") == ids[:20]
    assert puller.ids_of("invoices", page=1) == ids[20:40]
    assert puller.ids_of("invoices", limit=999) == ids[:60]
    assert puller.ids_of("invoices", limit=60, page=1) == ids[60:]
    assert puller.ids_of("invoices", limit=7, page=3, start=2) == ids[2:9]
    assert puller.listed("invoices", page=9)["total"] == 65
    assert puller.ids_of("invoices", page=10**14) == []


@pytest.mark.parametrize(
    ("query", "code", "where"),
    [
        ("", 10000, "system_id"),
        ("system_id=", 10000, "system_id"),
        ("system_id=%20", 10000, "system_id"),
        ("system_id[]=a", 10000, "system_id"),
        ("system_id=" + "x" * 192, 10000, "system_id"),
        ("system_id=%00", 10000, "system_id"),
        ("system_id=s&limit=0", 10001, "limit"),
        ("system_id=s&limit=1.5", 10001, "limit"),
        ("system_id=s&page=-1", 10001, "page"),
        ("system_id=s&page[]=1", 10001, "page"),
        ("system_id=s&start=x", 10001, "start"),
        ("system_id=s&not_exported_since=yesterday", 10001, "not_exported_since"),
        ("system_id=s&not_export_since=2024-13-01", 10001, "not_export_since"),
        ("system_id=s&include_non_booked=2", 10001, "include_non_booked"),
        ("system_id=s&includes=lines", 10001, "includes"),
        ("system_id=s&includes[]=lines&includes[]=payments", 10001, "includes.1"),
        ("system_id=s&includes[0][x]=lines", 10001, "includes.0"),
        ("system_id=s&filter_groups=abc", 10001, "filter_groups"),
        ("system_id=s&filter_groups[0]=abc", 10001, "filter_groups.0"),
        ("system_id=s&filter_groups[0][or]=1", 10001, "filter_groups.0"),
        ("system_id=s&filter_groups[0][filters]=x", 10001, "filter_groups.0.filters"),
        ("system_id=s&filter_groups[0][filters][0]=x", 10001, "filter_groups.0.filters.0"),
        ("system_id=s&filter_groups[0][filters][0][key]=id", 10001, "filter_groups.0.filters.0.value"),
        ("system_id=s&filter_groups[0][filters][0][key]=nope&a=1", 10001, "filter_groups.0.filters.0.key"),
        ("system_id=s&sort=created_at", 10001, "sort"),
        ("system_id=s&sort[0]=nope", 10001, "sort.0.key"),
        ("system_id=s&sort[0][key]=id&sort[0][direction]=up", 10001, "sort.0.direction"),
        ("system_id=s&a" + "[a]" * 9 + "=1", 10001, "a"),
        ("system_id=%FF", 10001, "the query is not UTF-8"),
        ("&".join(f"a{n}=1" for n in range(600)), 10001, "the query has more than 500 parameters"),
    ],
)
def test_what_a_list_refuses(puller: Puller, query: str, code: int, where: str) -> None:
    answer = puller.get("invoices", query)
    assert (answer.status_code, faults(answer)) == (422, [(code, where)])


def test_everything_wrong_is_named_at_once(puller: Puller) -> None:
    wrong = {"system_id": "", "limit": "x", "includes": ["nope"], "sort": ["nope"], "unknown": "ignored"}
    assert [where for _, where in puller.refused("invoices", **wrong)] == [
        "limit",
        "system_id",
        "sort.0.key",
        "includes.0",
    ]


def test_brackets_come_in_every_spelling(puller: Puller) -> None:
    for query in ("includes[]=lines", "includes[0]=lines", "includes%5B%5D=lines", "includes%5B7%5D=lines"):
        answer = puller.get("invoices", f"system_id=my_system&{query}")
        assert b'"lines":[{' in answer.data, query


def test_relations_are_left_out_unless_asked_for(puller: Puller) -> None:
    (bare,) = puller.listed("invoices")["invoices"]
    assert "lines" not in bare
    assert "customer" not in bare
    (with_lines,) = puller.listed("invoices", includes=["lines.product"])["invoices"]
    assert with_lines["lines"][0]["product"]["item_number"] == "1000-Black-S"
    assert "variant" not in with_lines["lines"][0]


def test_relations_as_ids_or_beside_the_list(puller: Puller) -> None:
    reply = puller.listed("invoices", includes=["lines:ids", "customer:ids"])
    assert (reply["invoices"][0]["lines"], reply["invoices"][0]["customer"]) == ([2], 1)
    assert set(reply) == {"invoices", "total"}
    more(puller, 2)
    reply = puller.listed(
        "invoices", includes=["lines", "lines.product:sideload", "customer:sideload", "lines.variant:x"]
    )
    assert [invoice["customer"] for invoice in reply["invoices"]] == [1, 2, 2]
    assert [customer["id"] for customer in reply["customer"]] == [1, 2]
    assert [line["product"] for invoice in reply["invoices"] for line in invoice["lines"]] == [1]
    assert [product["id"] for product in reply["lines.product"]] == [1]
    assert reply["invoices"][0]["lines"][0]["variant"]["sku"] == "1000-Black-S"
    reply = puller.listed("invoices", includes=["lines:sideload", "lines.product"])
    assert [line["product"]["id"] for line in reply["lines"]] == [1]
    assert reply["invoices"][0]["lines"] == [2]


def test_accounting_entries_have_no_relations(puller: Puller) -> None:
    assert puller.refused("accounting-entries", includes=["lines"]) == [(10001, "includes.0")]
    assert puller.get("accounting-entries", "system_id=s&include_non_booked=7").status_code == 200


def test_drafts_are_shown_when_asked_for_and_once_more_when_booked(puller: Puller) -> None:
    draft, booked = puller.ids["draft"], puller.ids["invoice"]
    assert puller.ids_of("invoices") == [booked]
    assert puller.ids_of("invoices", include_non_booked="true") == [booked, draft]
    puller.mark("invoices", "invoices", "invoice_id", booked, draft)
    assert puller.ids_of("invoices", include_non_booked=1) == []
    puller.desk.do(lambda work: drafting.post(work, draft))
    (shown,) = puller.listed("invoices", include_non_booked=1)["invoices"]
    assert (shown["id"], shown["status"], shown["invoice_number"]) == (draft, "booked", "INV-000002")


def test_what_was_marked_later_than_an_instant_is_shown_again(puller: Puller) -> None:
    first, second = puller.ids["invoice"], more(puller, 1)[0]
    puller.mark("invoices", "invoices", "invoice_id", first)
    at = f"{puller.now:%Y-%m-%d %H:%M:%S}"
    puller.mark("invoices", "invoices", "invoice_id", second)
    assert puller.ids_of("invoices") == []
    assert puller.ids_of("invoices", not_exported_since=at) == [second]
    assert puller.ids_of("invoices", not_export_since="2024-05-02") == [first, second]
    assert puller.ids_of("invoices", not_exported_since="2024-05-02T00:00:00.000+00:00", system_id="My_System") == [
        first,
        second,
    ]
    assert puller.ids_of("invoices", not_exported_since="2099-01-01") == []


def test_orders_by_where_they_stand(puller: Puller) -> None:
    desk, shop = puller.desk, puller.desk.customer("C2")
    quote, open_, gone, done = (
        desk.enter(kind, shop, [(None, "1", "9")]).document_id
        for kind in (Kind.QUOTE, Kind.WORK_ORDER, Kind.SALES_ORDER, Kind.SALES_ORDER)
    )
    desk.do(lambda work: ordering.void(work, gone))
    desk.do(lambda work: ordering.invoice(work, done))
    approved = [puller.ids["order"], open_]
    assert puller.ids_of("orders") == approved
    assert puller.ids_of("orders", include_not_approved=1) == [*approved[:1], quote, open_]
    everything = puller.listed("orders", include_not_approved=1, include_cancelled=1, include_archived=1)["orders"]
    assert [(row["id"], row["status"]) for row in everything] == [
        (approved[0], "approved"),
        (quote, "not_approved"),
        (open_, "approved"),
        (gone, "cancelled"),
        (done, "archived"),
    ]
    puller.mark("orders", "orders", "order_id", *approved)
    assert puller.ids_of("orders") == []


def test_a_reversed_invoice_says_so(puller: Puller) -> None:
    (number,) = more(puller, 1)
    puller.desk.do(lambda work: invoicing.reverse(work, number))
    metas = {row["id"]: row["meta"] for row in puller.listed("invoices")["invoices"]}
    assert metas[puller.ids["invoice"]] == {}
    assert set(metas[number]) == {"reversed_on"}


def test_what_a_system_brought_is_not_listed_to_it(puller: Puller) -> None:
    with puller.desk.work() as work:
        customer = work.unit.parties.customer_by_code("1000")
    assert customer is not None
    theirs = puller.desk.issue(customer.id, [(None, "1", "5")]).document_id
    assert theirs in puller.ids_of("invoices")
    assert theirs not in puller.ids_of("invoices", system_id="tester")
    puller.mark("invoices", "invoices", "invoice_id", puller.ids["invoice"], system="tester")
    assert puller.ids_of("invoices", system_id="tester", not_exported_since="2020-01-01") == [puller.ids["invoice"]]
    later = puller.desk.issue(customer.id, [(None, "1", "5")]).document_id
    assert later not in puller.ids_of("invoices", system_id="tester")


def test_a_line_without_an_item_has_no_product(puller: Puller) -> None:
    line = SaleLine(kind=LineKind.TEXT, description="Thanks", unit_price=Decimal(0))
    sale = asked(Kind.SALES_INVOICE, 1, [line], currency="DKK")
    puller.desk.do(lambda work: invoicing.issue(work, sale))
    *_, last = puller.listed("invoices", includes=["lines.product", "lines.variant:ids"])["invoices"]
    assert (last["lines"][0]["product"], last["lines"][0]["variant"], last["lines"][0]["sku"]) == (None, None, None)
