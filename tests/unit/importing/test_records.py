"""Lines as records: NDJSON, and tables whose rows are put together."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.core.errors import Invalid
from counterfoil.importing.records import LONGEST_LINE, MOST_ROWS, Record, lines_of, objects, table


def read(text: str, part: str = "lines", group: str = "number") -> list[Record]:
    return list(table(text.encode().splitlines(keepends=True), part, group))


def codes(records: list[Record]) -> list[str]:
    return [problem.code for record in records for problem in record.problems]


def test_dotted_columns_are_keys_within_objects() -> None:
    (record,) = read("code,billing.city,billing.state,refs.shop\nA,Kelowna,BC,7\n")
    assert record.found == {"code": "A", "billing": {"city": "Kelowna", "state": "BC"}, "refs": {"shop": "7"}}
    assert (record.line, record.raw) == (2, b"code,billing.city,billing.state,refs.shop\nA,Kelowna,BC,7\n")


def test_rows_of_one_number_are_one_document() -> None:
    text = "number,on,lines.sku,lines.quantity\n1,2024-01-01,A,1\n1,,B,2\n,,C,3\n2,2024-01-02,D,4\n"
    first, second = read(text)
    assert first.found == {
        "number": "1",
        "on": "2024-01-01",
        "lines": [{"sku": "A", "quantity": "1"}, {"sku": "B", "quantity": "2"}, {"sku": "C", "quantity": "3"}],
    }
    assert (first.line, second.line) == (2, 5)
    assert second.found == {"number": "2", "on": "2024-01-02", "lines": [{"sku": "D", "quantity": "4"}]}
    assert first.raw.count(b"\n") == 4


def test_without_a_list_equal_rows_stay_apart() -> None:
    assert len(read("number,amount\n1,5\n1,5\n", part="", group="")) == 2


def test_empty_cells_are_not_given_and_empty_rows_are_skipped() -> None:
    (record,) = read("code,name,billing.city\n,,\n  ,x, \n")
    assert (record.found, record.line) == ({"name": "x"}, 3)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_the_headers(delimiter: str) -> None:
    (record,) = read(f"a{delimiter}b\n1{delimiter}2\n")
    assert record.found == {"a": "1", "b": "2"}


def test_a_cell_may_go_over_lines_and_hold_the_delimiter() -> None:
    first, second = read('a,b\n"x\ny","1,2"\nz,3\n', part="", group="")
    assert (first.found, first.line) == ({"a": "x\ny", "b": "1,2"}, 2)
    assert (second.found, second.line) == ({"a": "z", "b": "3"}, 4)


def test_a_cell_beyond_the_header_is_an_unknown_field() -> None:
    (record,) = read("a\n1,2\n")
    assert record.found == {"a": "1", "column 2": "2"}


@pytest.mark.parametrize(
    ("header", "code"), [(b"", "header_missing"), (b"a,a\n", "header_twice"), (b"\xff\n", "not_text")]
)
def test_a_table_without_a_readable_header_is_refused_whole(header: bytes, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        list(table([header], "", ""))
    assert caught.value.problems[0].code == code


def test_a_byte_order_mark_does_not_matter() -> None:
    (record,) = table([b"\xef\xbb\xbfa,b\n", b"1,2\n"], "", "")
    assert record.found == {"a": "1", "b": "2"}


def test_a_line_that_is_no_text_is_bad_alone() -> None:
    records = list(table([b"a,b\n", b"1,\xff\n", b"2,3\n"], "", ""))
    assert codes(records) == ["not_text"]
    assert [record.line for record in records] == [2, 3]
    assert records[1].found == {"a": "2", "b": "3"}


@pytest.mark.parametrize("broken", ['1,"x', '1,"x"y', '1,"' + "x" * 200_000])
def test_a_quote_that_does_not_close_takes_no_other_line_with_it(broken: str) -> None:
    records = read(f'a,b\n0,y\n{broken}\n2,y\n3,"z"\n4,w\n', part="", group="")
    assert [(record.line, record.found and record.found["a"]) for record in records] == [
        (2, "0"),
        (3, None),
        (4, "2"),
        (5, "3"),
        (6, "4"),
    ]
    assert codes(records) == ["not_csv"]
    assert records[1].rows[1][0] == "1" or len(broken) > 100_000
    assert records[1].raw.endswith(broken.encode() + b"\n")


def test_a_row_that_cannot_be_read_makes_its_whole_document_bad() -> None:
    rows = [b"1,A\n", b"1,\xff\n", b"1,C\n", b"2,D\n", b'2,"E\n', b"3,F\n"]
    records = list(table([b"number,lines.sku\n", *rows], "lines", "number"))
    assert [(record.line, [(one.where, one.code) for one in record.problems]) for record in records] == [
        (2, [("lines.1", "not_text")]),
        (5, [("lines.1", "not_csv")]),
        (7, []),
    ]
    assert [len(record.rows) for record in records] == [4, 3, 2]


def test_lines_that_end_in_a_carriage_return_are_refused_whole() -> None:
    with pytest.raises(Invalid) as caught:
        list(table([b"a,b\r1,2\r"], "", ""))
    assert caught.value.problems[0].code == "not_csv"


def test_too_many_rows_of_one_document_are_one_problem() -> None:
    rows = "".join("1,A\n" for _ in range(MOST_ROWS + 1))
    first, second = read(f"number,lines.sku\n{rows}2,B\n")
    assert codes([first]) == ["too_many_rows"]
    assert second.found == {"number": "2", "lines": [{"sku": "B"}]}


def test_ndjson_is_an_object_per_line() -> None:
    lines = [b'{"a": 1}\n', b"\n", b"[]\n", b"{\n", b'{"a": "\\ud800"}\n', b'{"b": 1.50}']
    records = list(objects(lines))
    assert [record.line for record in records] == [1, 3, 4, 5, 6]
    assert codes(records) == ["not_an_object", "not_json", "not_text"]
    assert str(records[-1].found) == "{'b': Decimal('1.50')}"


def test_reasons_of_an_earlier_run_are_skipped() -> None:
    (line,) = objects([b'{"a": 1, "problems": "b: is required"}'])
    (row,) = read("a,problems\n1,b: is required\n", part="", group="")
    assert (line.found, row.found) == ({"a": 1}, {"a": "1"})


def test_an_endless_line_is_cut_off_and_the_next_one_read() -> None:
    text = b'{"a": "' + b"x" * (3 * LONGEST_LINE) + b'"}\n{"a": 1}\n'
    records = list(objects(lines_of(io.BytesIO(text))))
    assert codes(records) == ["too_long"]
    assert (records[1].line, records[1].found) == (2, {"a": 1})


@given(st.lists(st.binary(max_size=40), max_size=8))
def test_no_bytes_break_the_readers(lines: list[bytes]) -> None:
    for read_all in (objects(lines), table([b"number,lines.a,b\n", *lines], "lines", "number")):
        for record in read_all:
            assert record.problems or isinstance(record.found, dict)
            json.dumps(record.found, default=str)
