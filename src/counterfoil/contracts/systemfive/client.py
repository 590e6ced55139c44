"""We call a real System Five: push a document, and look for one whose call was not answered.

source: System Five contract, section 10
"""

from __future__ import annotations

import base64
import random
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from counterfoil.contracts.systemfive import outgoing
from counterfoil.contracts.systemfive.connections import SYSTEM, Connection
from counterfoil.contracts.systemfive.outgoing import Entry
from counterfoil.core.errors import Invalid, Problem, Unavailable
from counterfoil.core.ports import (
    Answered,
    Outcall,
    Outgoing,
    Prepared,
    Search,
    Sighting,
    TargetBroken,
    TargetRefused,
    TargetSilent,
)
from counterfoil.wire import codec
from counterfoil.wire.client import Answer, Client, Patience, Rejected, Unanswered
from counterfoil.wire.read import Fields

_BASE = "/Windward/WebAPI"
ADD = f"{_BASE}/Invoice/addInvoice"
_READ = f"{_BASE}/Invoice/Invoices"
_CHANGES = f"{_BASE}/TServerMethodsWebAPI/RecState_FetchChanges"
_INVOICES = 9
_MAX_DEPTH = 64
#: More changed invoices than this are not read one by one.
_MOST_READ = 2000
_WORDS_IN_ERROR = 500


class SystemFive:
    """One System Five, as the office pushes into it.

    wait: pauses between calls; may raise to leave the run
    """

    contract = SYSTEM

    def __init__(
        self,
        connection: Connection,
        *,
        wait: Callable[[float], None] = time.sleep,
        chance: random.Random | None = None,
    ) -> None:
        self.name = connection.target
        self._connection = connection
        secret = base64.b64encode(f"{connection.user}:{connection.password}".encode()).decode()
        headers = {"Authorization": f"Basic {secret}", "Accept": "application/json", "User-Agent": "Counterfoil/1.0"}
        patience = Patience(attempts=3, longest=connection.timeout, deadline=connection.timeout)
        self._client = Client(
            connection.base_url, headers, patience, wait=wait, chance=chance, plain_http=connection.plain_http
        )

    def close(self) -> None:
        """Close all connections: each takes a seat of the service's licence."""
        self._client.close()

    def prepare(self, one: Outgoing) -> Prepared:
        """The document as entries of addInvoice."""
        return outgoing.prepare(one, self._connection)

    def call(self, prepared: Prepared, part: int, number: str) -> Outcall:
        """One addInvoice with one entry; later parts add lines to the number that the first one got."""
        entry: Entry = prepared.parts[part]
        node = dict(entry.node)
        if part:
            node["InvoiceHeader"] = {**node["InvoiceHeader"], "InvoiceNumber": number}
        body = {"Invoice": [node], "ConnectionInfo": {"TerminalNumber": self._connection.terminal}}
        return Outcall(ADD, codec.encode(body))

    def send(self, call: Outcall) -> Answered:
        """Post it once; what is no plain yes and no plain no leaves it in doubt."""
        try:
            answer = self._client.post(call.path, call.body, lambda found: found, repeatable=False)
        except Rejected as error:
            answer = error.answer
        except Unanswered as error:
            raise TargetSilent(error.problems[0], acted=error.acted) from error
        if answer.status in (401, 403):
            raise TargetBroken(Problem("unauthorised", "", f"System Five answered {answer.status}: {_worded(answer)}"))
        record = _record(answer)
        if record is not None:
            return _told(record, answer)
        if answer.status >= 400:
            raise _refused(f"System Five answered {answer.status}: {_worded(answer)}", answer)
        raise _unclear(f"the answer holds no record: {_worded(answer)}", answer)

    def find(self, prepared: Prepared, sent_on: date) -> Search:
        """Every invoice that changed since a day before it was sent, held against what was sent."""
        body = codec.encode({"FileNumber": _INVOICES, "EffectiveDate": (sent_on - timedelta(days=1)).isoformat()})
        try:
            ids = self._client.post(_CHANGES, body, _changed, repeatable=True)
        except Rejected as error:
            if error.answer.status in (401, 403):
                raise TargetBroken(Problem("unauthorised", "", _worded(error.answer))) from error
            ids = None
        if ids is None:
            return Search((), "it does not tell which invoices have changed")
        if len(ids) > _MOST_READ:
            return Search((), f"{len(ids)} invoices have changed since, too many to look through")
        found = [(number, shown) for number in ids for shown in self._shown(number)]
        whole: Entry = prepared.parts[-1]
        named = [(number, shown) for number, shown in found if _reference(shown) == prepared.key]
        named = [(number, shown) for number, shown in named if _is_for(whole.customer, shown)]
        sightings = [_sighting(prepared, number, shown) for number, shown in named or found]
        fitting = tuple(one for one in sightings if one is not None)
        if named and len(fitting) < len(named):
            numbers = ", ".join(str(_header(shown).get("InvoiceNumber")) for _, shown in named)
            return Search((), f"ReferenceNo {prepared.key} is there with other content: {numbers}")
        return Search(fitting)

    def seen(self, prepared: Prepared, remote_id: str) -> Sighting | None:
        """One invoice there, by number or id, if it is this document."""
        for shown in self._shown(remote_id):
            return _sighting(prepared, str(_header(shown).get("InvoiceUnique") or remote_id), shown)
        return None

    def _shown(self, number: str) -> Iterator[Mapping[str, Any]]:
        try:
            rows = self._client.get(f"{_READ}/{number}", (), lambda answer: _rows(answer, "Invoice"))
        except Rejected as error:
            if error.answer.status == 404:
                return
            raise Unavailable(Problem("remote_error", "", _worded(error.answer))) from error
        yield from (row for row in rows or [] if isinstance(row, dict))


def _payload(answer: Answer) -> Mapping[str, Any] | None:
    """What is inside of an answer, in whichever of the three wrappers it came; None where it is none."""
    try:
        found = codec.decode(answer.body, max_depth=_MAX_DEPTH)
    except Invalid:
        return None
    if isinstance(found, list):
        found = found[0] if found else None
    if isinstance(found, dict) and isinstance(found.get("result"), list):
        found = found["result"][0] if found["result"] else None
    return found if isinstance(found, dict) else None


def _rows(answer: Answer, root: str) -> list[Any] | None:
    payload = _payload(answer)
    rows = payload.get(root) if payload else None
    return rows if isinstance(rows, list) else None


def _record(answer: Answer) -> Mapping[str, Any] | None:
    rows = _rows(answer, "Invoice")
    return rows[0] if rows and isinstance(rows[0], dict) else None


def _told(record: Mapping[str, Any], answer: Answer) -> Answered:
    """Stored only if it says so and names the invoice."""
    number = record.get("RecordDesc")
    if record.get("ActionSuccess") is True and isinstance(number, str | int) and str(number).strip():
        warnings = record.get("Warnings")
        say = "; ".join(str(one) for one in warnings) if isinstance(warnings, list) else ""
        return Answered(str(record.get("RecordId", "")), str(number).strip(), say, answer.status, answer.body)
    if record.get("ActionSuccess") is False:
        say = str(record.get("ActionResult") or record.get("ErrorCode") or "refused without a reason")
        raise _refused(say[:_WORDS_IN_ERROR], answer)
    raise _unclear("the record says neither that it was stored nor that it was not", answer)


def _refused(say: str, answer: Answer) -> TargetRefused:
    return TargetRefused(Problem("refused_there", "", say), answer.status, answer.body)


def _unclear(say: str, answer: Answer) -> TargetSilent:
    problem = Problem("answer_unclear", "", say)
    return TargetSilent(problem, acted=True, status=answer.status, reply=answer.body)


def _worded(answer: Answer) -> str:
    payload = _payload(answer)
    error = payload.get("error") if payload else None
    return error[:_WORDS_IN_ERROR] if isinstance(error, str) else answer.quoted


def _changed(answer: Answer) -> list[str] | None:
    """The ids of changed records; None where the feed is not served as we know it."""
    payload = _payload(answer)
    if payload is None or payload.get("Response") != "Success" or not isinstance(payload.get("Results"), list):
        return None
    return [str(row["RecordID"]) for row in payload["Results"] if isinstance(row, dict) and row.get("RecordID")]


def _header(shown: Mapping[str, Any]) -> Mapping[str, Any]:
    header = shown.get("InvoiceHeader")
    return header if isinstance(header, dict) else {}


def _reference(shown: Mapping[str, Any]) -> str:
    return str(_header(shown).get("ReferenceNo") or "").strip()


def _is_for(customer: int | None, shown: Mapping[str, Any]) -> bool:
    """A customer that was made there by its billing address has an id that we do not know."""
    return customer is None or Fields(_header(shown)).whole("InvoiceCustomer") == customer


def _sighting(prepared: Prepared, remote_id: str, shown: Mapping[str, Any]) -> Sighting | None:
    """The invoice as the document, as far as it has come, if it is that.

    By ReferenceNo where it is told; always by customer, date and lines, and by the total once all lines are there.
    """
    header = Fields(_header(shown))
    whole: Entry = prepared.parts[-1]
    reference = _reference(shown)
    if (reference and reference != prepared.key) or not _is_for(whole.customer, shown):
        return None
    moment = header.moment("InvoiceDate")
    if moment is None or moment.on != whole.on:
        return None
    lines = _lines(shown)
    parts = next((n for n, part in enumerate(prepared.parts, start=1) if part.lines == lines), 0)
    if not parts:
        return None
    if parts == len(prepared.parts):
        amounts = (header.decimal("InvoiceSubTotal", places=None), header.decimal("InvoiceTaxTotal", places=None))
        if sum((amount or Decimal(0) for amount in amounts), Decimal(0)) != whole.total:
            return None
    number = header.text("InvoiceNumber") or ""
    return Sighting(remote_id, number, parts) if number else None


def _lines(shown: Mapping[str, Any]) -> tuple[tuple[int, Decimal, Decimal], ...] | None:
    fields = Fields(shown)
    found = []
    for line in fields.children("InvoiceLines"):
        part = line.whole("PartUnique")
        ordered, price = (line.decimal(name, places=None) for name in ("Ordered", "Price"))
        if part is None or ordered is None or price is None:
            return None
        found.append((part, ordered, price))
    return tuple(found)
