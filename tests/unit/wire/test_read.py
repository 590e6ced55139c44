"""Readers are lenient where contracts are, and find every problem at once."""

from decimal import Decimal

import pytest

from counterfoil.core.errors import Invalid, Problem
from counterfoil.wire.codec import decode
from counterfoil.wire.read import Fields


def fields(**found: object) -> Fields:
    return Fields(found)


def codes(found: Fields) -> list[str]:
    return [problem.code for problem in found.problems]


@pytest.mark.parametrize("value", [18220, "18220", " 18220 ", Decimal("18220.0"), "18220.0", Decimal("1.822E+4")])
def test_a_whole_number_in_every_spelling(value: object) -> None:
    assert fields(a=value).whole("a") == 18220


@pytest.mark.parametrize("value", [None, "", "  "])
def test_not_given(value: object) -> None:
    found = fields(a=value)
    assert found.whole("a") is None
    assert found.decimal("a", places=2) is None
    assert found.moment("a") is None
    assert found.text("a") is None
    assert found.whole("missing") is None
    assert found.problems == []


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (True, "not_a_number"),
        ("1e3", "not_a_number"),
        ("1,000", "not_a_number"),
        ("$5", "not_a_number"),
        ("+5", "not_a_number"),
        (".5", "not_a_number"),
        ("\u00b2", "not_a_number"),
        ("\uff11", "not_a_number"),
        ([], "not_a_number"),
        ("1.5", "not_whole"),
        (2**31, "out_of_range"),
        (-(2**31) - 1, "out_of_range"),
        (Decimal("1E+999999"), "out_of_range"),
        (Decimal("1E-999999"), "out_of_range"),
        ("9" * 5000, "out_of_range"),
    ],
)
def test_not_a_whole_number(value: object, code: str) -> None:
    found = fields(a=value)
    assert found.whole("a") is None
    assert codes(found) == [code]
    assert len(found.problems[0].say) < 200


def test_digits_only_refuses_signs_and_points_in_text() -> None:
    assert fields(a="15").whole("a", digits_only=True) == 15
    assert fields(a=Decimal("15.0")).whole("a", digits_only=True) == 15
    for text in ("15.0", "-1"):
        found = fields(a=text)
        assert found.whole("a", digits_only=True) is None
        assert codes(found) == ["not_a_number"]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("35.99", "35.99"),
        (Decimal("8.00"), "8"),
        ("1000.0000000", "1000"),
        (Decimal("1E+3"), "1000"),
        (0, "0"),
        (Decimal("-0.00"), "0"),
        ("-0.5", "-0.5"),
        (Decimal("0E-999999999"), "0"),
    ],
)
def test_a_decimal_is_plain(value: object, written: str) -> None:
    assert str(fields(a=value).decimal("a", places=4)) == written


@pytest.mark.parametrize(
    ("value", "code"),
    [("1.23456", "too_many_places"), (10**13, "out_of_range"), (-(10**13), "out_of_range"), (False, "not_a_number")],
)
def test_not_a_decimal(value: object, code: str) -> None:
    found = fields(a=value)
    assert found.decimal("a", places=4) is None
    assert codes(found) == [code]


def test_any_number_of_places() -> None:
    assert fields(a="1.23456").decimal("a", places=None) == Decimal("1.23456")


def test_text_takes_numbers_as_written() -> None:
    assert fields(a="  00123 ").text("a") == "00123"
    assert fields(a=" kept").text("a", trim=False) == " kept"
    assert fields(a=42).text("a") == "42"
    assert fields(a=Decimal("1.50")).text("a") == "1.50"
    assert fields(a="").text("a", empty=True) == ""


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (True, "not_text"),
        ({}, "not_text"),
        (Decimal("1E+999999999"), "not_text"),
        (Decimal("0E-999999999"), "not_text"),
        ("123456", "too_long"),
        ("a\x00", "control_character"),
        ("a\ud800", "control_character"),
    ],
)
def test_not_text(value: object, code: str) -> None:
    found = fields(a=value)
    assert found.text("a", max_length=5) is None
    assert codes(found) == [code]
    found.problems[0].say.encode()


def test_text_rules_that_differ_per_contract() -> None:
    assert fields(a="a\x00").text("a", any_character=True) == "a\x00"
    assert fields(a="tab\tand\r\nlines").text("a") == "tab\tand\r\nlines"
    found = fields(a=Decimal("1.5"))
    assert found.text("a", numbers="whole") is None
    assert codes(found) == ["not_text"]


def test_paths_lead_through_objects_and_lists() -> None:
    top = Fields.of(decode(b'{"Invoice": [{}, {"InvoiceHeader": {"InvoiceDate": "soon"}}]}', max_depth=9))
    header = top.children("Invoice")[1].child("InvoiceHeader")
    assert header is not None
    header.moment("InvoiceDate")
    with pytest.raises(Invalid) as caught:
        top.refuse()
    assert caught.value.problems == (
        Problem("not_a_date", "Invoice.1.InvoiceHeader.InvoiceDate", "'soon' is not a date of the form YYYY-MM-DD"),
    )


def test_every_problem_is_found_at_once() -> None:
    found = fields(a="x", b=True, d="nothing")
    assert found.need_whole("a") == 0
    assert found.need_text("b") == ""
    assert found.need_decimal("c", places=2) == 0
    assert found.need_text("d") == "nothing"
    assert [(problem.where, problem.code) for problem in found.problems] == [
        ("a", "not_a_number"),
        ("b", "not_text"),
        ("c", "required"),
    ]


def test_nodes_of_the_wrong_kind() -> None:
    found = fields(a=[], b={}, c=[{}, 5, "x"])
    assert found.child("a") is None
    assert found.children("b") == ()
    assert len(found.children("c")) == 1
    assert [(problem.where, problem.code) for problem in found.problems] == [
        ("a", "not_an_object"),
        ("b", "not_a_list"),
        ("c.1", "not_an_object"),
        ("c.2", "not_an_object"),
    ]
    assert fields(a=[]).child("a", empty_list=True) is None


def test_a_body_that_is_no_object() -> None:
    documents: tuple[object, ...] = ([], "x", 1, None, True)
    for document in documents:
        with pytest.raises(Invalid, match="not an object"):
            Fields.of(document)


def test_an_entry_apart_keeps_its_problems_to_itself() -> None:
    top = fields(Invoice=[{"a": "x"}])
    entry = top.children("Invoice")[0].apart()
    entry.whole("a")
    assert top.problems == []
    assert entry.problems[0].where == "Invoice.0.a"


def test_given_tells_null_from_empty() -> None:
    assert fields(a="").given("a")
    assert not fields(a=None).given("a")
    assert not fields().given("a")
