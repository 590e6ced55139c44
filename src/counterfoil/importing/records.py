"""A file's lines as records: objects of NDJSON, or rows of CSV put together to objects."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from hashlib import sha256
from itertools import chain
from typing import BinaryIO

from counterfoil.core.errors import Invalid, Problem
from counterfoil.wire.codec import decode, encode

#: What one line may hold, in bytes; a file is never held whole.
LONGEST_LINE = 1 << 20
#: How many rows of a table may belong to one document.
MOST_ROWS = 1000
_MOST_DEPTH = 16
_DELIMITERS = ",;\t"
#: The column, or key, under which bad lines are told why; it is skipped when they are brought in again.
PROBLEMS = "problems"


class Form(StrEnum):
    """How a file is written."""

    NDJSON = "ndjson"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Record:
    """One thing to bring in.

    line:    where it begins, 1 = the first line of the file
    raw:     its bytes as evidence keeps them; a table's rows with their header
    rows:    a table's cells, header first
    found:   the decoded object, None where it could not be read
    content: its hash
    """

    line: int
    raw: bytes
    found: dict[str, object] | None = None
    rows: tuple[Sequence[str], ...] = ()
    problems: tuple[Problem, ...] = ()
    content: bytes = b""


def lines_of(file: BinaryIO) -> Iterator[bytes]:
    """A file's lines, an endless one cut off."""
    while line := file.readline(LONGEST_LINE + 1):
        rest = line
        while len(rest) > LONGEST_LINE and not rest.endswith(b"\n"):
            rest = file.readline(LONGEST_LINE + 1)
        yield line


def objects(lines: Iterable[bytes]) -> Iterator[Record]:
    """The records of NDJSON: one JSON object per line, empty lines left out."""
    for number, line in enumerate(lines, start=1):
        raw = line.strip()
        if not raw:
            continue
        try:
            if len(line) > LONGEST_LINE:
                raise Invalid(Problem("too_long", "", f"the line has more than {LONGEST_LINE} bytes"))
            found, content = _object(raw)
        except Invalid as error:
            yield Record(number, raw[:LONGEST_LINE], problems=error.problems)
            continue
        yield Record(number, raw, found, content=content)


def _object(raw: bytes) -> tuple[dict[str, object], bytes]:
    found = decode(raw, max_depth=_MOST_DEPTH)
    if not isinstance(found, dict):
        raise Invalid(Problem("not_an_object", "", "the line is no JSON object"))
    found.pop(PROBLEMS, None)
    try:
        return found, _hash(found)
    except UnicodeEncodeError as error:
        raise Invalid(Problem("not_text", "", "the line holds half a character")) from error


def _hash(found: object) -> bytes:
    return sha256(encode(found)).digest()


def table(lines: Iterable[bytes], part: str, group: str) -> Iterator[Record]:
    """The records of CSV with a header; a dotted column is a key within an object.

    part:  the list of which every row holds one element, in columns `part.…`; "" = none
    group: the column that ties rows together: those that repeat it or leave it empty belong to the row before
    """
    source = _Source(lines)
    header = source.header()
    names = _names(header)
    waiting: _Waiting | None = None
    for row in source.rows():
        head, element = _split(names, row.cells, part)
        key = str(head.get(group, "")) if part else ""
        if waiting and part and waiting.key and key in ("", waiting.key):
            waiting.add(row, element)
            continue
        if waiting:
            yield waiting.record(header, source.header_raw)
        waiting = _Waiting(head, part, key)
        waiting.add(row, element)
    if waiting:
        yield waiting.record(header, source.header_raw)


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    raw: bytes
    cells: list[str]
    problem: Problem | None = None


@dataclass(slots=True)
class _Waiting:
    """A record whose last row may not have been seen yet; one row that cannot be read makes all of it bad."""

    head: dict[str, object]
    part: str
    key: str
    elements: list[dict[str, object]] = field(default_factory=list)
    rows: list[_Row] = field(default_factory=list)
    count: int = 0
    problems: list[Problem] = field(default_factory=list)

    def add(self, row: _Row, element: dict[str, object]) -> None:
        self.count += 1
        if self.count > MOST_ROWS:
            return
        if row.problem is not None:
            where = f"{self.part}.{self.count - 1}" if self.part else ""
            self.problems.append(replace(row.problem, where=where))
        self.rows.append(row)
        if element:
            self.elements.append(element)

    def record(self, header: list[str], header_raw: bytes) -> Record:
        raw = header_raw + b"".join(row.raw for row in self.rows)
        rows = (header, *(row.cells for row in self.rows))
        if self.count > MOST_ROWS:
            say = f"{self.count} rows are one document, at most {MOST_ROWS} may be"
            return Record(self.rows[0].line, raw, rows=rows, problems=(Problem("too_many_rows", self.part, say),))
        if self.problems:
            return Record(self.rows[0].line, raw, rows=rows, problems=tuple(self.problems))
        found = {**self.head, self.part: self.elements} if self.part and self.elements else self.head
        return Record(self.rows[0].line, raw, found, rows, content=_hash(found))


class _Source:
    """Rows with the bytes that they were read from; a quoted cell may go over several lines."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = iter(lines)
        self._taken: list[bytes] = []
        self._number = 0
        self._unreadable: str | None = None
        self.header_raw = b""
        self._delimiter = ","

    def header(self) -> list[str]:
        """The names of the columns; Invalid where there are none."""
        first = next(self._lines, b"").removeprefix(b"\xef\xbb\xbf")
        self._number = 1
        try:
            text = first.decode()
        except UnicodeDecodeError as error:
            raise Invalid(Problem("not_text", "", "line 1: the header is not UTF-8")) from error
        self._delimiter = max(_DELIMITERS, key=text.count)
        self.header_raw = first if first.endswith(b"\n") else first + b"\n"
        try:
            header = next(self._reader([text]), [])
        except csv.Error as error:
            raise Invalid(Problem("not_csv", "", f"line 1: {_why(error)}")) from error
        if not any(header):
            raise Invalid(Problem("header_missing", "", "line 1: a table begins with the names of its columns"))
        return [name.strip() for name in header]

    def rows(self) -> Iterator[_Row]:
        """The rows that hold anything. Where one cannot be read, its first line is bad and the next begins a row."""
        reader = self._reader(self._texts())
        while True:
            line = self._number + 1
            self._unreadable = None
            try:
                cells = next(reader, None)
            except csv.Error as error:
                self._give_back(line)
                reader = self._reader(self._texts())
                raw = self._raw()
                yield _Row(line, raw, self._cells(raw), Problem("not_csv", "", _why(error)))
                continue
            if cells is None:
                return
            if self._unreadable:
                yield _Row(line, self._raw(), cells, Problem("not_text", "", self._unreadable))
            elif any(cells):
                yield _Row(line, self._raw(), cells)
            else:
                self._raw()

    def _reader(self, texts: Iterable[str], strict: bool = True) -> Iterator[list[str]]:
        """Strict: otherwise a quote that is not closed would take the following lines into its cell."""
        return csv.reader(texts, delimiter=self._delimiter, strict=strict)

    def _give_back(self, line: int) -> None:
        """Read the lines behind one once more, as if nothing stood before them."""
        self._lines = chain(self._taken[1:], self._lines)
        self._taken, self._number = self._taken[:1], line

    def _cells(self, raw: bytes) -> list[str]:
        """The cells of a line by itself, as far as they can be told apart."""
        text = raw.decode(errors="replace").rstrip("\r\n")
        try:
            return next(self._reader([text], strict=False), [])
        except csv.Error:
            return [text]

    def _texts(self) -> Iterator[str]:
        for line in self._lines:
            self._number += 1
            self._taken.append(line)
            if len(line) > LONGEST_LINE:
                self._unreadable = f"the line has more than {LONGEST_LINE} bytes"
            try:
                yield line[:LONGEST_LINE].decode()
            except UnicodeDecodeError:
                self._unreadable = "the line is not UTF-8"
                yield line[:LONGEST_LINE].decode(errors="replace")

    def _raw(self) -> bytes:
        raw, self._taken = b"".join(line[:LONGEST_LINE] for line in self._taken), []
        return raw


def _why(error: csv.Error) -> str:
    if "new-line" in str(error):
        return "a carriage return stands alone: lines end in LF or CRLF"
    return "a quote is not closed, or something stands behind the closing one"


def _names(header: list[str]) -> list[tuple[str, ...]]:
    if len(set(header)) != len(header):
        twice = sorted({name for name in header if header.count(name) > 1})
        raise Invalid(Problem("header_twice", "", f"line 1: columns named twice: {', '.join(twice)}"))
    return [tuple(name.split(".")) for name in header]


def _split(
    names: list[tuple[str, ...]], cells: Sequence[str], part: str
) -> tuple[dict[str, object], dict[str, object]]:
    """A row's own object and its element of the list; empty cells are left out."""
    head: dict[str, object] = {}
    element: dict[str, object] = {}
    for number, cell in enumerate(cells):
        if not cell.strip():
            continue
        name = names[number] if number < len(names) else (f"column {number + 1}",)
        if name == (PROBLEMS,):
            continue
        into, path = (element, name[1:]) if part and name[0] == part and len(name) > 1 else (head, name)
        for step in path[:-1]:
            inner = into.setdefault(step, {})
            if not isinstance(inner, dict):
                break
            into = inner
        else:
            into[path[-1]] = cell
    return head, element
