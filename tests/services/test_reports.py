"""Every report: what it says, that it ties, and that all forms of it show the same."""

from __future__ import annotations

import csv
import io
import re
import xml.etree.ElementTree as ET
import zipfile
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from counterfoil.cli import rendering
from counterfoil.core.document import Kind
from counterfoil.core.money import Money, currency
from counterfoil.services import merging, registry
from counterfoil.services.reports import REPORTS, draw, forms
from counterfoil.services.reports.asking import period
from counterfoil.services.reports.model import Column, ColumnKind, Part, Report, plain
from counterfoil.services.why import tell
from counterfoil.store import Store
from tests.buyer import Buyer
from tests.desk import TODAY, VANCOUVER, Desk, refused

_CELL = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def report(desk: Desk, name: str, **texts: str) -> Report:
    drawn = draw(desk.store, name, texts, lambda: desk.now)
    assert drawn.holds is not False, drawn.says
    return drawn


def rows(drawn: Report) -> list[tuple[Any, ...]]:
    return [tuple(map(plain, row)) for row in drawn.rows]


@pytest.fixture
def month(desk: Desk) -> Desk:
    """A February with tax, goods, a payment, a credit, a dollar customer, and sales booked outside of their month."""
    desk.british_columbia()
    desk.customer("ACME", billing=VANCOUVER)
    desk.customer("USCO", unit="USD")
    desk.change(lambda work: registry.set_rate(work, "USD", date(2024, 1, 1), Decimal("1.25")))
    apple = desk.item("APPLE", on_hand="10", cost="4")
    acme, usco = (customer(desk, code) for code in ("ACME", "USCO"))
    february = date(2024, 2, 10)
    sold = desk.issue(acme, [(apple, "2", "10")], on=february)
    desk.issue(usco, [(apple, "1", "8")], on=february)
    desk.issue(acme, [(apple, "1", "30")], on=date(2024, 1, 31), book_month=202402)
    desk.issue(acme, [(apple, "1", "50")], on=date(2024, 2, 29), book_month=202403)
    desk.credit(sold, {1: Decimal(1)}, on=date(2024, 2, 20))
    desk.receive("ACME", "11.20", on=date(2024, 2, 25), invoices=[sold.number])
    return desk


def customer(desk: Desk, code: str) -> int:
    with desk.store.reader() as reader:
        found = reader.parties.customer_by_code(code)
    assert found is not None
    return found.id


def test_income_by_book_month_and_what_the_calendar_says(month: Desk) -> None:
    found = report(month, "income", period="202402")
    assert rows(found) == [
        ("income", "4000", "Sales", Decimal("50.00")),  # 20 + 8 x 1.25 + 30 - 10
        ("expense", "5000", "Cost of goods sold", Decimal("12.00")),
    ]
    assert [(row[0], plain(row[3])) for row in found.reconciling] == [
        ("dated elsewhere", Decimal("-26.00")),
        ("booked elsewhere", Decimal("46.00")),
        ("", Decimal("58.00")),
    ]
    assert plain(found.totals[-1][3]) == Decimal("38.00")


def test_tax_per_rate_and_what_else_moved_the_account(month: Desk) -> None:
    found = report(month, "tax", period="202402")
    assert rows(found) == [
        ("GST", "GST", Decimal(5), 3, "CAD", Decimal("40.00"), Decimal("2.00")),
        ("PST", "PST", Decimal(7), 3, "CAD", Decimal("40.00"), Decimal("2.80")),
    ]
    assert "4.80 CAD" in found.says[0]
    assert rows(report(month, "tax", period="202403"))[0][5] == Decimal("50.00")


def test_a_reversed_sale_takes_its_tax_back_in_the_month_of_the_reversal(desk: Desk) -> None:
    desk.british_columbia()
    acme, apple = desk.customer(billing=VANCOUVER), desk.item()
    sold = desk.issue(acme, [(apple, "1", "100")], on=date(2024, 2, 10))
    desk.reverse(sold, date(2024, 3, 1))
    assert [row[6] for row in rows(report(desk, "tax", period="2024-02"))] == [Decimal(5), Decimal(7)]
    assert [row[6] for row in rows(report(desk, "tax", period="2024-03"))] == [Decimal(-5), Decimal(-7)]
    assert [row[6] for row in rows(report(desk, "tax", period="202402..202403"))] == [0, 0]


def test_the_balance_sheet_splits_the_result_by_fiscal_year(month: Desk) -> None:
    found = {row[2]: row[3] for row in rows(report(month, "balance-sheet", as_of="2024-03-31"))}
    assert found["Earnings of earlier years, not closed into an account"] == 0
    assert found["Result since 2024-01-01"] == Decimal("124.00")  # 84 of sales, and the first stock of 40
    later = {row[2]: row[3] for row in rows(report(month, "balance-sheet", as_of="2025-01-01"))}
    assert later["Earnings of earlier years, not closed into an account"] == Decimal("124.00")
    assert later["Result since 2025-01-01"] == 0


def test_stock_and_what_was_posted_without_goods(month: Desk) -> None:
    found = report(month, "stock", as_of="2024-03-31")
    assert rows(found) == [("APPLE", "Apple", "EA", Decimal(6), Decimal("24.00"))]
    assert "ties to 1200 Inventory: 24.00 CAD" in found.says[0]


def test_a_statement_is_open_items_or_everything_since(month: Desk) -> None:
    short = report(month, "statement", party="ACME", as_of="2024-02-29")
    assert [row[1] for row in short.rows] == ["INV-000003", "INV-000004"]
    whole = report(month, "statement", **{"party": "ACME", "from": "2024-02-10", "as_of": "2024-02-29"})
    assert plain(whole.rows[0][8]) == Decimal("33.60")
    assert plain(whole.totals[0][8]) == plain(short.totals[0][8]) == Decimal("89.60")
    with refused("customer_not_found"):
        report(month, "statement", party="NOBODY")
    with refused("party_required"):
        report(month, "statement")


def test_numbers_without_a_gap(month: Desk) -> None:
    found = {row[0]: row for row in rows(report(month, "numbers"))}
    assert found["sales invoice"] == ("sales invoice", "INV-", "INV-000004", 4, 4, 0)
    assert found["quote"] == ("quote", "Q-", "", 0, 0, 0)


def test_the_journal_of_a_month_names_what_the_calendar_puts_elsewhere(month: Desk) -> None:
    found = report(month, "journal", period="202402")
    assert {row[2] for row in found.rows} == {"2024-02"}
    assert [(row[3], row[6]) for row in found.reconciling] == [
        ("INV-000003", "dated elsewhere"),
        ("INV-000004", "booked elsewhere"),
    ]
    days = report(month, "journal", **{"from": "2024-02-01", "as_of": "2024-02-29"})
    assert {row[3] for row in days.rows} >= {"INV-000004"}
    assert {row[3] for row in days.rows}.isdisjoint({"INV-000003"})


def test_ageing_ties_and_says_to_what(month: Desk) -> None:
    found = report(month, "aging", as_of="2024-02-29")
    assert [row[:3] for row in found.rows] == [("ACME", "Acme", "CAD"), ("USCO", "Usco", "USD")]
    assert found.says == (
        "The ageing ties to the receivable account: 89.60 CAD in 1100 Accounts receivable.",
        "The ageing ties to the receivable account: 8.00 USD in 1100 Accounts receivable.",
    )
    owed = report(month, "payables")
    assert owed.rows == ()
    assert owed.says[-1].endswith("0.00 CAD in 2000 Accounts payable.")


def test_a_report_that_does_not_tie_says_so(month: Desk) -> None:
    with month.store.engine.writing() as connection:
        connection.script("UPDATE open_item_state SET remaining = remaining - 1 WHERE item_id = 4")
    for name, texts in (("aging", {}), ("open-items", {}), ("statement", {"party": "ACME"}), ("trial-balance", {})):
        found = draw(month.store, name, texts, lambda: month.now)
        assert found.holds is False, name
        assert any("NOT TIE" in line for line in found.says), name
    with month.store.engine.writing() as connection:
        connection.script("UPDATE open_item_state SET remaining = remaining + 1 WHERE item_id = 4")


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("202402", 202402, 202402),
        ("2024-02", 202402, 202402),
        ("2024", 202401, 202412),
        ("202311..202402", 202311, 202402),
        ("2023..2024-02", 202301, 202402),
    ],
)
def test_a_period_is_a_month_a_year_or_from_to(text: str, first: int, last: int) -> None:
    found = period(text)
    assert (found.first, found.last) == (first, last)


@pytest.mark.parametrize(
    "text", ["", "24", "202413", "202400", "0000", "x", "2024..2023", "..", "2024..", "\uff12\uff10\uff12\uff14"]
)
def test_what_is_no_period_is_said(text: str) -> None:
    with refused("period_invalid"):
        period(text)


def test_every_problem_of_a_question_at_once(desk: Desk) -> None:
    from counterfoil.core.errors import Invalid

    with pytest.raises(Invalid) as caught:
        draw(desk.store, "statement", {"as_of": "soon", "from": "later", "colour": "red"})
    assert sorted(problem.where for problem in caught.value.problems) == ["as_of", "colour", "from", "party"]
    with refused("report_unknown"):
        draw(desk.store, "everything", {})


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_every_form_shows_the_same(month: Desk, name: str, tmp_path: Path) -> None:
    texts = {"party": "ACME"} if "party" in REPORTS[name].takes else {}
    texts |= {"period": "202402"} if "period" in REPORTS[name].takes else {}
    same_everywhere(report(month, name, **texts), tmp_path)


def test_odd_amounts_and_texts_survive_every_form(tmp_path: Path) -> None:
    most = Money(10**13 - 1, currency("CAD"))
    cells = ("=SUM(A1)", date(2024, 2, 29), 2**31, Decimal("-0.000001"), -most)
    odd = Report(
        name="odd",
        title="[bold]Odd[/bold]",
        columns=tuple(Column(kind.value, kind.value, kind) for kind in ColumnKind),
        rows=(cells, (None,) * 5, ("https://example.org", None, 0, Decimal(7), Money(12345, currency("KWD")))),
        totals=(("Total", None, None, None, Money(5, currency("JPY"))),),
        says=("It is odd.",),
    )
    same_everywhere(odd, tmp_path)
    assert "'=SUM(A1)" in forms.as_csv(odd)


def same_everywhere(drawn: Report, folder: Path) -> None:
    """JSON, CSV, workbook and table hold the report's own rows, reconciling rows and totals."""
    from counterfoil.wire.codec import decode

    expected = [(part.value, *map(text_of, row)) for part, row in drawn.lines()]
    told: Any = decode(rendering.as_json(drawn).encode(), max_depth=5)
    names = [column.name for column in drawn.columns]
    parts = {Part.ROW: "rows", Part.TOTAL: "totals", Part.RECONCILING: "reconciling"}
    in_json = [(p.value, *(text_of(row[name]) for name in names)) for p, key in parts.items() for row in told[key]]
    assert in_json == expected
    in_csv = list(csv.reader(io.StringIO(forms.as_csv(drawn))))
    assert in_csv[0] == ["part", *names]
    assert [(row[0], *(text_of(cell.removeprefix("'")) for cell in row[1:])) for row in in_csv[1:]] == expected
    (folder / "report.xlsx").write_bytes(forms.as_workbook(drawn))
    assert workbook_rows(folder / "report.xlsx", len(names) + 1)[: len(expected)] == expected
    shown = io.StringIO()
    rendering.table(Console(file=shown, width=400), drawn)
    for part, row in drawn.lines():
        if part is Part.TOTAL:
            assert all(forms.text(cell) in shown.getvalue() for cell in row)
    for line in drawn.says:
        assert line in shown.getvalue()


def text_of(cell: object) -> str:
    """A cell's meaning: a number without trailing zeros, everything else as it is."""
    if isinstance(cell, Money):
        cell = cell.amount
    if cell is None:
        return ""
    shown = str(cell)
    if isinstance(cell, int | Decimal) or re.fullmatch(r"-?\d+\.\d+", shown):
        return f"{Decimal(shown).normalize() + 0:f}"
    return shown


def workbook_rows(file: Path, width: int) -> list[tuple[str, ...]]:
    """The cells of a workbook's sheet from its fourth row on, dates as ISO text."""
    with zipfile.ZipFile(file) as packed:
        texts = [
            "".join(node.itertext())
            for node in ET.fromstring(packed.read("xl/sharedStrings.xml"))  # noqa: S314 - our own
        ]
        styles = ET.fromstring(packed.read("xl/styles.xml"))  # noqa: S314 - our own
        sheet = ET.fromstring(packed.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - our own
    formats = {f.get("numFmtId"): f.get("formatCode") for f in styles.iter(f"{_CELL}numFmt")}
    kinds = [formats.get(xf.get("numFmtId")) for xf in styles.find(f"{_CELL}cellXfs") or ()]
    assert not list(sheet.iter(f"{_CELL}f")), "no cell is a formula"
    found = []
    for line in sheet.iter(f"{_CELL}row"):
        if int(line.get("r") or 0) < 4:
            continue
        cells = [""] * width
        for cell in line.iter(f"{_CELL}c"):
            place = column_of(cell.get("r") or "")
            value = cell.findtext(f"{_CELL}v")
            if value is None or place >= width:
                continue
            if cell.get("t") == "s":
                cells[place] = text_of(texts[int(value)])
            elif kinds[int(cell.get("s") or 0)] == "yyyy-mm-dd":
                cells[place] = (date(1899, 12, 30) + timedelta(days=int(value))).isoformat()
            else:
                cells[place] = text_of(Decimal(value))
        found.append(tuple(cells))
    return found


def column_of(reference: str) -> int:
    number = 0
    for letter in re.match(r"[A-Z]+", reference)[0]:  # type: ignore[index]
        number = number * 26 + ord(letter) - 64
    return number - 1


def test_kinds_that_post_nothing_are_in_no_report_of_the_ledger(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item()
    desk.enter(Kind.QUOTE, acme, [(apple, "1", "10")])
    assert report(desk, "journal").rows == ()
    assert report(desk, "trial-balance", as_of=TODAY.isoformat()).rows == ()


def test_what_is_owed_to_suppliers_is_aged_apart(book: Store) -> None:
    """A supplier's invoice is a charge among payables and in no report of what customers owe."""
    buyer = Buyer(book)
    line = buyer.delivered()
    invoice = buyer.register("563.26", due_on=date(2024, 4, 30))
    buyer.match(invoice, line, "10")
    booked = buyer.book(invoice)
    aged = draw(book, "payables", {"as_of": "2024-05-30"}, lambda: buyer.now)
    assert rows(aged)[0][3:5] == (Decimal(0), Decimal("563.26"))
    assert aged.holds
    assert aged.says == ("The ageing ties to the payable account: 563.26 CAD in 2000 Accounts payable.",)
    (item,) = rows(draw(book, "payable-items", {"as_of": "2024-05-30"}, lambda: buyer.now))
    assert item[-2:] == (Decimal("563.26"), Decimal("563.26"))
    assert draw(book, "aging", {"as_of": "2024-05-30"}, lambda: buyer.now).rows == ()
    assert draw(book, "open-items", {}, lambda: buyer.now).rows == ()
    stock = draw(book, "stock", {}, lambda: buyer.now)
    assert (stock.holds, stock.reconciling) == (True, ())
    told = tell(book, buyer.document(booked).number, lambda: buyer.now)
    assert told.lives[0].customer == "MILL"


def test_a_merged_customer_is_in_the_statement_of_the_one_that_goes_on(desk: Desk) -> None:
    apple = desk.item()
    for code in ("OLD", "NEW"):
        desk.issue(desk.customer(code), [(apple, "1", "10")])
    desk.change(lambda work: merging.merge(work, "OLD", "NEW"))
    for code in ("OLD", "NEW"):
        found = report(desk, "statement", party=code)
        assert found.title.startswith("Statement of NEW")
        assert plain(found.totals[0][8]) == Decimal("20.00")
    assert [row[0] for row in report(desk, "aging").rows] == ["NEW"]
