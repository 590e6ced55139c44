"""Bringing a file in, a batch of lines at a time: every good line is filed, every bad one reported."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from itertools import islice
from typing import Any

from counterfoil.core.errors import BookError, Invalid, Problem, Unavailable
from counterfoil.importing import documents, goods, parties, purchases, reference, tables
from counterfoil.importing.finding import Finder
from counterfoil.importing.kind import Kind
from counterfoil.importing.records import Form, Record, objects, table
from counterfoil.services.batching import Batch, batch
from counterfoil.services.office import Context, Filed, Outcome
from counterfoil.wire.codec import encode
from counterfoil.wire.read import Fields

#: Lines that are committed together.
TOGETHER = 200
#: The key of a line that has one of its own.
KEY = "key"
_REFUSED = 422

KINDS: dict[str, Kind[Any]] = {
    kind.name: kind
    for kind in (
        tables.ACCOUNTS,
        tables.DEPARTMENTS,
        tables.SALESPEOPLE,
        tables.INVOICE_TYPES,
        tables.TENDER_TYPES,
        reference.TAX_CODES,
        tables.JURISDICTIONS,
        reference.TERMS,
        reference.EXCHANGE_RATES,
        parties.CUSTOMERS,
        parties.CONTACTS,
        parties.SUPPLIERS,
        goods.ITEMS,
        goods.STOCK,
        documents.OPENING_ITEMS,
        documents.SUPPLIER_ITEMS,
        tables.UNITS,
        purchases.ORDERS,
        documents.HISTORY,
        documents.ORDERS,
        documents.INVOICES,
        documents.CREDIT_NOTES,
        documents.RECEIPTS,
        documents.ACCOUNTING_ENTRIES,
        tables.EXTERNAL_REFS,
    )
}


class Status(StrEnum):
    """What became of a line: it was filed now, had been filed before, or could not be."""

    FILED = "filed"
    KNOWN = "known"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class LineOutcome:
    """What became of one line, or of the rows of one document.

    number:   what it is known by: a document's number, a code
    problems: why it was refused
    warnings: (code, sentence) of what the sender should know
    """

    line: int
    status: Status
    record: Record
    number: str = ""
    problems: tuple[Problem, ...] = ()
    warnings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that could be read: what it asks for, and the key and content that bind it."""

    record: Record
    wanted: Any
    key: str
    content: bytes


class _Stopped(Exception):
    """A line of a batch was refused."""

    def __init__(self, index: int, problems: tuple[Problem, ...]) -> None:
        super().__init__(index)
        self.index, self.problems = index, problems


def run(
    context: Context,
    kind: str,
    lines: Iterable[bytes],
    dry_run: bool = False,
    *,
    form: Form = Form.NDJSON,
    source: str = "",
) -> Iterator[LineOutcome]:
    """Bring lines in, and say of each what became of it, in their order.

    lines:   as they stand in the file, with their ends
    dry_run: everything is tried, nothing is kept; a line does not see what those of earlier batches would have filed
    source:  what binds a line without a key of its own: the file's hash, say; "" = the request alone
    raises:  Invalid for an unknown kind, or a table without a header
    """
    if kind not in KINDS:
        known = ", ".join(KINDS)
        raise Invalid(Problem("kind_unknown", "kind", f"{kind!r} cannot be brought in; these can: {known}"))
    return _Run(context, KINDS[kind], source or context.said.request_id, not dry_run).outcomes(lines, form)


def meaning(kind: str, lines: Iterable[bytes], form: Form) -> bytes:
    """A hash of what lines ask for; Invalid for a table without a header."""
    asked = sha256(kind.encode())
    for record in _records(KINDS[kind], lines, form):
        asked.update(f"\n{record.line}:".encode() + (record.content or record.raw))
    return asked.digest()


def _records(kind: Kind[Any], lines: Iterable[bytes], form: Form) -> Iterator[Record]:
    return table(lines, kind.part, kind.group) if form is Form.CSV else objects(lines)


class _Run:
    """One file on its way in."""

    def __init__(self, context: Context, kind: Kind[Any], source: str, keeps: bool) -> None:
        self._context, self._kind, self._source, self._keeps = context, kind, source, keeps
        self._fields = frozenset((*kind.fields, KEY))
        self._refused: list[LineOutcome] = []

    def outcomes(self, lines: Iterable[bytes], form: Form) -> Iterator[LineOutcome]:
        records = _records(self._kind, lines, form)
        size = 1 if self._kind.alone and not self._context.store.one_writer else TOGETHER
        while some := list(islice(records, size)):
            with _set_aside():
                done = self._outcomes(some)
            yield from done
        self._file_refusals()

    def _outcomes(self, records: Sequence[Record]) -> list[LineOutcome]:
        read = [self._read(record) for record in records]
        bad = [one for one in read if isinstance(one, LineOutcome)]
        self._refused += bad
        filed = self._filed([one for one in read if isinstance(one, _Line)])
        return sorted([*bad, *filed], key=lambda outcome: outcome.line)

    def _read(self, record: Record) -> _Line | LineOutcome:
        if record.found is None or record.problems:
            return _bad(record, record.problems)
        found = Fields(record.found)
        found.only(self._fields)
        own = found.text(KEY, max_length=200)
        wanted = self._kind.read(found)
        if found.problems:
            return _bad(record, tuple(found.problems))
        key = f"{self._kind.name}:key:{own}" if own else f"{self._kind.name}:{self._source}:{record.line}"
        return _Line(record, wanted, key, record.content)

    def _filed(self, lines: Sequence[_Line]) -> list[LineOutcome]:
        """File lines together; where that fails, those before the bad line together, and those after it.

        What is only tried leaves nothing that a later line could see: there the good ones are tried with it again.
        """
        done: list[LineOutcome] = []
        while lines:
            try:
                return done + self._together(lines)
            except _Stopped as stopped:
                before, after = lines[: stopped.index], lines[stopped.index + 1 :]
                done += self._filed(before) if self._keeps else []
                done.append(_bad(lines[stopped.index].record, stopped.problems))
                self._refused.append(done[-1])
                lines = after if self._keeps else [*before, *after]
            except Exception as error:
                # The database itself refused, at the commit at the latest, and did not say which line it was.
                if len(lines) > 1:
                    half = len(lines) // 2
                    return done + self._filed(lines[:half]) + self._filed(lines[half:])
                if not isinstance(error, BookError) or isinstance(error, Unavailable):
                    raise
                done.append(_bad(lines[0].record, error.problems))
                self._refused.append(done[-1])
                return done
        return done

    def _together(self, lines: Sequence[_Line]) -> list[LineOutcome]:
        """File lines in one unit of work, with the evidence of those that were refused meanwhile."""
        done = []
        with batch(self._context, self._keeps) as unit:
            unit.claim({line.key: line.content for line in lines})
            finder = Finder(unit)
            for line in lines:
                self._kind.ahead(finder, line.wanted)
            finder.ask()
            unit.unit.mint.several(self._kind.mints, len(lines))
            for index, line in enumerate(lines):
                try:
                    done.append(self._one(unit, finder, line))
                except Unavailable:
                    raise
                except BookError as error:
                    raise _Stopped(index, error.problems) from error
            self._evidence(unit)
        self._refused.clear()
        return done

    def _one(self, unit: Batch, finder: Finder, line: _Line) -> LineOutcome:
        record = line.record
        outcome = unit.known(line.key, line.content)
        if outcome is not None:
            return LineOutcome(record.line, Status.KNOWN, record, outcome.number, warnings=outcome.warnings)
        with unit.effect(record.line, record.raw) as work:
            made = self._kind.file(work, finder, line.wanted)
            outcome = work.perform(lambda: made) if isinstance(made, Filed) else Outcome(0, made)
            work.answer(200, encode({"number": outcome.number, "warnings": [say for _, say in outcome.warnings]}))
        unit.bind(line.key, line.content, outcome)
        return LineOutcome(record.line, Status.FILED, record, outcome.number, warnings=outcome.warnings)

    def _evidence(self, unit: Batch) -> None:
        for outcome in self._refused:
            unit.refuse(outcome.line, outcome.record.raw, _REFUSED, encode(said(outcome.problems)))

    def _file_refusals(self) -> None:
        if not self._refused:
            return
        with batch(self._context, self._keeps) as unit:
            self._evidence(unit)
        self._refused.clear()


@contextlib.contextmanager
def _set_aside() -> Iterator[None]:
    """Keep the garbage collector from going through all that was there before, time and again: a batch fills memory
    with thousands of values that live until it is committed. A serving process
    has set the program itself aside for good.
    """
    if gc.get_freeze_count():
        yield
        return
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _bad(record: Record, problems: tuple[Problem, ...]) -> LineOutcome:
    return LineOutcome(record.line, Status.REFUSED, record, problems=problems)


def said(problems: Iterable[Problem]) -> list[dict[str, str]]:
    """Problems as they are written back: code, field and sentence."""
    return [{"code": problem.code, "where": problem.where, "say": problem.say} for problem in problems]
