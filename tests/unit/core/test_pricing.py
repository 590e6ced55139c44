from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

import pytest

from counterfoil.core.document import Kind, LineKind, Sale, SaleLine
from counterfoil.core.errors import Invalid
from counterfoil.core.money import currency
from counterfoil.core.pricing import Priced, Pricing, price
from counterfoil.core.stock import Item
from counterfoil.core.tax import Jurisdiction, TaxCode, TaxRate, TaxRounding

CAD, USD = currency("CAD"), currency("USD")
DAY = date(2024, 3, 1)
ITEMS = {
    1: Item(id=1, sku="A", description="Apple", price=Decimal("39"), ledger_class="fruit"),
    2: Item(id=2, sku="B", description="Book", stocked=False, exempt_from=frozenset({12})),
}
CODES = tuple(
    TaxCode(number, name, name, (TaxRate("CA", date(2000, 1, 1), Decimal(rate)),))
    for number, name, rate in ((11, "GST", "0.05"), (12, "PST", "0.07"))
)
BC = Jurisdiction(1, "British Columbia", "CA", "BC", "", CODES)


def line(quantity: str = "1", price: str | None = None, item: int | None = 1, **more: Any) -> SaleLine:
    return SaleLine(
        item_id=item, quantity=Decimal(quantity), unit_price=None if price is None else Decimal(price), **more
    )


def priced(*lines: SaleLine, place: Jurisdiction | None = BC, binding: bool = True, **more: Any) -> Priced:
    using = {name: more.pop(name) for name in ("unit", "exempt", "strict") if name in more}
    sale = Sale(kind=Kind.SALES_INVOICE, on=DAY, lines=lines, **more)
    pricing = Pricing(
        items=ITEMS,
        unit=using.get("unit", CAD),
        base=CAD,
        exempt=using.get("exempt", frozenset()),
        place=place,
        binding=binding,
        strict=using.get("strict", False),
    )
    numbers = count(1)
    return price(sale, pricing, lambda: next(numbers))


def codes(found: Priced) -> list[str]:
    return [problem.code for problem in found.problems]


def test_the_printed_sample() -> None:
    """Two lines of 35.99 and 14.00 under a header of 35.99 with tax 6: the lines hold, and the tax agrees."""
    found = priced(line("1", "35.99"), line("1", "14"), asserted_subtotal=Decimal("35.99"), asserted_tax=Decimal("6"))
    assert not found.problems
    assert [code for code, _ in found.warnings] == ["subtotal_differs"]
    assert (found.subtotal.minor, found.tax_total.minor, found.total.minor) == (4999, 600, 5599)
    assert found.asserted.total is not None
    assert found.asserted.total.minor == 4199
    assert [part.tax.minor for part in found.taxes] == [250, 350]
    assert sum(one.tax.minor for one in found.lines) == 600


def test_a_line_is_rounded_before_its_discount() -> None:
    (one,) = priced(line("3", "0.335", discount=Decimal("0.01"))).lines
    assert (one.net.minor, one.discount.minor, one.sku, one.ledger_class, one.stocked) == (100, 1, "A", "fruit", True)


def test_an_item_gives_what_the_line_leaves_out() -> None:
    (one,) = priced(line("2")).lines
    assert (one.unit_price, one.net.minor, one.ordered) == (Decimal(39), 7800, Decimal(2))
    assert (one.description, one.uom) == ("Apple", "EA")
    (one,) = priced(line("2", description="", uom="", ordered=Decimal(5))).lines
    assert (one.description, one.uom, one.ordered) == ("", "", Decimal(5))


def test_list_prices_hold_in_the_base_currency_only() -> None:
    assert codes(priced(line(), unit=USD)) == ["price_missing"]
    assert codes(priced(line("1", "0"), unit=USD)) == []


def test_every_problem_at_once() -> None:
    assert codes(priced(line(item=9), line(item=2))) == ["item_not_found", "price_missing"]
    assert codes(priced()) == ["lines_required"]


def test_a_number_that_the_book_cannot_hold() -> None:
    with pytest.raises(Invalid) as caught:
        priced(line("0.0000001", "1"))
    assert caught.value.problems[0].code == "too_many_decimals"
    with pytest.raises(Invalid) as caught:
        priced(line("999999999", "999999999"))
    assert caught.value.problems[0].code == "amount_too_large"


def test_lines_that_add_up_to_more_than_the_book_can_hold() -> None:
    assert codes(priced(*[line("99", "999999999")] * 2, place=None)) == ["amount_too_large"]
    assert codes(priced(line("99.9", "999999999"), place=None)) == []
    assert codes(priced(line("99.9", "999999999"))) == ["amount_too_large"]


def test_items_and_customers_are_exempt() -> None:
    assert priced(line("1", "100", item=2)).tax_total.minor == 500
    assert priced(line("1", "100"), exempt=frozenset({11})).tax_total.minor == 700
    assert priced(line("1", "100"), place=None).tax_total.minor == 0


@pytest.mark.parametrize(("said", "posted"), [("5.98", 598), ("6.02", 602), (None, 600)])
def test_a_tax_within_tolerance_is_adopted(said: str | None, posted: int) -> None:
    found = priced(line("1", "49.99"), asserted_tax=None if said is None else Decimal(said))
    assert (found.tax_total.minor, codes(found)) == (posted, [])
    assert sum(one.tax.minor for one in found.lines) == posted


def test_a_tax_beyond_tolerance_binds_a_posted_document_only() -> None:
    for said in ("5.97", "6.03", "0"):
        assert codes(priced(line("1", "49.99"), asserted_tax=Decimal(said))) == ["tax_mismatch"]
        found = priced(line("1", "49.99"), asserted_tax=Decimal(said), binding=False)
        assert [code for code, _ in found.warnings] == ["tax_differs"]
        assert found.tax_total.minor == 600


def test_five_lines_allow_two_cents_and_a_half_and_no_more() -> None:
    five = [line("1", "10")] * 5
    only_gst = Jurisdiction(1, "Canada", "CA", "", "", CODES[:1])
    assert codes(priced(*five, place=only_gst, asserted_tax=Decimal("2.52"))) == []
    assert codes(priced(*five, place=only_gst, asserted_tax=Decimal("2.53"))) == ["tax_mismatch"]


def test_strict_totals_refuse_a_subtotal_that_differs() -> None:
    assert codes(priced(line(), asserted_subtotal=Decimal("39.01"), strict=True)) == ["total_mismatch"]
    assert codes(priced(line(), asserted_subtotal=Decimal("39.00"), strict=True)) == []


def test_delivered_tax_needs_no_agreement() -> None:
    found = priced(
        line("1", "100", tax={11: Decimal("4.44")}),
        asserted_tax=Decimal("9"),
        tax_rounding=TaxRounding.DELIVERED,
    )
    assert (found.tax_total.minor, codes(found)) == (444, [])
    assert found.lines[0].tax_parts[11].minor == 444


def test_text_and_charges_need_no_item() -> None:
    found = priced(
        line("1", "10", item=None, kind=LineKind.CHARGE),
        line("0", "0", item=None, kind=LineKind.TEXT, description="Thank you"),
    )
    assert found.subtotal.minor == 1000
    assert [one.stocked for one in found.lines] == [False, False]
