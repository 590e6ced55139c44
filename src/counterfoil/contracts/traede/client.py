"""TRAEDE's export endpoints, called: pages of what is not exported, and marks.

source: TRAEDE contract, §3 to §8
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from counterfoil.contracts.traede.accounts import SYSTEM, Account
from counterfoil.contracts.traede.inspecting import Inspection, inspect, payload_of
from counterfoil.contracts.traede.mapping import load
from counterfoil.contracts.traede.reading import Reader
from counterfoil.core.errors import Invalid, Problem, Unavailable
from counterfoil.core.money import Currency
from counterfoil.core.ports import (
    Fetched,
    Flow,
    Learned,
    Mark,
    MarksRefused,
    Page,
    SourceBroken,
    Taken,
    Told,
)
from counterfoil.wire import codec
from counterfoil.wire.client import Answer, Client, Garbled, Patience, Rejected

#: flow -> (path, root key, key of an id in a mark)
_ENDPOINTS = {
    Flow.INVOICES: ("invoices", "invoices", "invoice_id"),
    Flow.CREDIT_NOTES: ("credit-notes", "credit_notes", "credit_note_id"),
    Flow.ACCOUNTING_ENTRIES: ("accounting-entries", "accounting_entries", "accounting_entry_id"),
}
_INCLUDES = ("customer", "lines", "lines.product", "lines.variant")
_PER_PAGE = 60
_MAX_DEPTH = 32
_REFERENCE, _GUIDE = "reference", "guide"
#: A batch of marks that is answered so is split until the one that cannot be taken stands alone.
_REFUSALS = frozenset({400, 404, 409, 413, 422})


class Traede:
    """One account, as the office pulls it.

    wait: pauses between calls; may raise to leave the run
    """

    contract = SYSTEM

    def __init__(
        self,
        account: Account,
        home: Currency,
        *,
        wait: Callable[[float], None] = time.sleep,
        chance: random.Random | None = None,
    ) -> None:
        self.name, self.flows = account.source, account.flows
        chosen = account.accounting_mark_shape
        self.shapes: Sequence[str] = (_REFERENCE, _GUIDE) if chosen == "auto" else (chosen,)
        self._account = account
        self._reader = Reader(load(account.mapping), home, account.accounts)
        headers = {
            "Authorization": f"Bearer {account.token}",
            "X-Traede-App-Key": account.app_key,
            "User-Agent": "Counterfoil/1.0",
            "Accept": "application/json",
        }
        patience = Patience(attempts=account.attempts, deadline=account.timeout)
        self._client = Client(account.base_url, headers, patience, wait=wait, chance=chance)

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def page(self, flow: Flow, number: int, since: datetime | None = None) -> Page:
        """A page of what TRAEDE believes that we do not have."""
        path, root, _ = _ENDPOINTS[flow]
        params = [("system_id", self._account.system_id)]
        if flow is not Flow.ACCOUNTING_ENTRIES:
            params.append(("include_non_booked", "0"))
            params += [(f"includes[{n}]", name) for n, name in enumerate(_INCLUDES)]
        params += [("page", str(number)), ("limit", str(_PER_PAGE))]
        if since is not None:
            params.append(("not_exported_since", since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")))
        whole = f"/v10/{path}/export"
        try:
            found = self._client.get(whole, params, lambda answer: _rows(answer, root))
        except Rejected as error:
            raise _broken(whole, error.answer) from error
        rows = [self._fetched(flow, their_id, row) for row in found if (their_id := _id(row)) is not None]
        lost = len(found) - len(rows)
        say = f"{lost} of the documents on page {number} of {whole} have no whole-number id" if lost else ""
        return Page(f"{whole}?{urlencode(params)}", rows, say)

    def _fetched(self, flow: Flow, their_id: int, row: dict[str, Any]) -> Fetched:
        try:
            raw = codec.encode(row)
        except UnicodeEncodeError:
            raw = codec.encode(_whole_characters(row))
        return Fetched(their_id, raw, self._reader.number(flow, row))

    def read(self, flow: Flow, raw: bytes, learned: Learned) -> Taken:
        """A document in the book's words."""
        return self._reader.read(flow, self._reader.picker(flow, payload_of(raw)), self._signs(learned))

    def inspect(self, flow: Flow, raw: bytes, learned: Learned) -> Inspection:
        """A document explained, as it would be read."""
        return inspect(self._reader, flow, raw, self._signs(learned))

    def _signs(self, learned: Learned) -> str:
        chosen = self._account.credit_signs
        return learned.signs if chosen == "auto" else chosen

    def mark(self, flow: Flow, marks: Sequence[Mark], shape: str) -> Told:
        """Mark documents as exported; saying it twice is harmless."""
        path, root, key = _ENDPOINTS[flow]
        if flow is Flow.ACCOUNTING_ENTRIES and shape == _GUIDE:
            _, root, key = _ENDPOINTS[Flow.CREDIT_NOTES]
        system = self._account.system_id
        named = [{key: mark.their_id, "system_id": system, "note": mark.note} for mark in marks]
        body, whole = codec.encode({root: named}), f"/v10/{path}/mark-as-exported"
        try:
            answer = self._client.post(whole, body, lambda found: found, repeatable=True)
        except Rejected as error:
            told = Told(whole, body, error.answer.status, error.answer.body)
            if error.answer.status in _REFUSALS:
                raise MarksRefused(Problem("mark_refused", "", _worded(error.answer)), told) from error
            raise _broken(whole, error.answer) from error
        return Told(whole, body, answer.status, answer.body)


def _rows(answer: Answer, root: str) -> list[Any]:
    """The documents of a page; a page without its root key is no page without documents."""
    try:
        found = codec.decode(answer.body, max_depth=_MAX_DEPTH)
    except Invalid as error:
        raise Garbled(error.problems[0].say) from error
    rows = found.get(root) if isinstance(found, dict) else None
    if not isinstance(rows, list):
        raise Unavailable(Problem("contract_broken", root, f"the answer has no list {root!r}: {answer.quoted}"))
    return rows


def _id(row: object) -> int | None:
    number = row.get("id") if isinstance(row, dict) else None
    if isinstance(number, str) and number.isascii() and number.isdigit():
        number = int(number)
    is_one = isinstance(number, int) and not isinstance(number, bool) and 0 < number < 2**31
    return number if is_one else None


def _whole_characters(value: Any) -> Any:
    """The same with a replacement for each half of a character, as text that was cut off leaves it."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {_whole_characters(name): _whole_characters(part) for name, part in value.items()}
    return [_whole_characters(part) for part in value] if isinstance(value, list) else value


def _broken(path: str, answer: Answer) -> Unavailable:
    """Why a call is not to be repeated as it is; without rights there is nothing more to be asked."""
    say = f"TRAEDE answered {answer.status} to {path}: {_worded(answer)}"
    if answer.status in (401, 403):
        return SourceBroken(Problem("unauthorised", "", say))
    return Unavailable(Problem("contract_broken", "", say))


def _worded(answer: Answer) -> str:
    """What TRAEDE says of an error: its envelope's details, else the beginning of the answer."""
    try:
        found = codec.decode(answer.body, max_depth=_MAX_DEPTH)
    except Invalid:
        return answer.quoted
    if isinstance(found, Mapping):
        errors = found.get("errors")
        if isinstance(errors, list):
            details = [_detail(error) for error in errors]
            return "; ".join(detail for detail in details if detail) or answer.quoted
        if isinstance(found.get("message"), str):
            return str(found["message"])
    return answer.quoted


def _detail(error: Any) -> str:
    return str(error.get("detail") or error.get("title") or "") if isinstance(error, dict) else ""
