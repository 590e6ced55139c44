"""We call a real EVA: suppliers' invoices that are booked here are registered, matched and booked there.

source: EVA supplier invoices, and its own client (contracts/eva, section 10)
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from counterfoil.contracts.eva import outgoing
from counterfoil.contracts.eva.connections import SYSTEM, Connection
from counterfoil.contracts.eva.outgoing import Step, Vocabulary
from counterfoil.contracts.eva.wire import MAX_DEPTH
from counterfoil.core.errors import Invalid, Problem, Refused, Unavailable
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
from counterfoil.wire.client import Answer, Client, Garbled, Patience, Rejected, Unanswered

_PAGE = 1000
_WORDS_IN_ERROR = 500


class Eva:
    """One EVA, as the office pushes into it.

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
        headers = {
            "authorization": f"Bearer {connection.token}",
            "eva-user-agent": connection.user_agent,
            "eva-ids-mode": "StringIDs",
        }
        patience = Patience(attempts=3, longest=connection.timeout, deadline=connection.timeout)
        self._client = Client(
            connection.base_url, headers, patience, wait=wait, chance=chance, plain_http=connection.plain_http
        )

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def prepare(self, one: Outgoing) -> Prepared:
        """The invoice as services to call, in their order."""
        return outgoing.prepare(one, self._words)

    def call(self, prepared: Prepared, part: int, number: str) -> Outcall:
        """The call of a service, with the ids that its invoice, lines and disputes have got there."""
        step: Step = prepared.parts[part]
        body = dict(step.body)
        if part == 0:
            # Nothing is registered that could not be matched.
            for later in prepared.parts:
                self._shipment_line(prepared, later)
        else:
            body |= self._ids(step, number)
            if step.shipment is not None:
                body = {
                    "InvoiceID": number,
                    "Lines": [{**step.body, "ShipmentLineID": self._shipment_line(prepared, step)}],
                }
        return Outcall(f"/message/{step.service}", codec.encode(body))

    def _ids(self, step: Step, number: str) -> dict[str, str]:
        """What the step hangs on there: the invoice, a line, an amount, a dispute."""
        there = outgoing.standing(self._invoice(number)).ids if any(mark for _, mark, _ in step.hangs_on) else {}
        found = {}
        for member, mark, place in step.hangs_on:
            alike = there.get(mark, ())
            if mark and place >= len(alike):
                raise Refused(Problem("not_there", member, f"what {step.service} hangs on is not to be seen there"))
            found[member] = alike[place] if mark else number
        return found

    def _shipment_line(self, prepared: Prepared, step: Step) -> str:
        """The id of the line of a shipment there that a line is to be matched with."""
        if step.shipment is None:
            return ""
        reference, item = step.shipment
        rows = [
            line
            for shipment in self._shipments(prepared.parts[0].body["CreditorOrganizationUnitID"], reference)
            for line in self._page("ListShipmentLinesToInvoice", {"ShipmentID": shipment})
            if str(line["ProductID"]) == item
        ]
        if not rows:
            say = f"no line of shipment {reference} waits there to be invoiced for product {item}"
            raise Refused(Problem("not_shipped_there", "lines", say))
        return str(min(rows, key=lambda row: _unlikeness(row, step))["ID"])

    def _shipments(self, creditor: str, reference: str) -> list[str]:
        found = self._page("ListShipmentsToInvoice", {"ShipFromOrganizationUnitID": creditor, "BackendID": reference})
        return [str(one["ID"]) for one in found]

    def send(self, call: Outcall) -> Answered:
        """Call a service once."""
        try:
            found, answer = self._client.post(call.path, call.body, _object, repeatable=False)
        except Rejected as error:
            raise self._no(error.answer) from error
        except Unanswered as error:
            raise TargetSilent(error.problems[0], acted=error.acted) from error
        if "Error" in found:
            raise self._no(answer)
        if not call.path.endswith("/CreateInvoice"):
            return Answered("", "", "", answer.status, answer.body)
        number = found.get("ID")
        if not number:
            problem = Problem("answer_unclear", "", f"the answer holds no ID: {answer.quoted}")
            raise TargetSilent(problem, acted=True, status=answer.status, reply=answer.body)
        warning = answer.headers.get("eva-warning", "")
        return Answered(str(number), str(number), warning, answer.status, answer.body)

    def find(self, prepared: Prepared, sent_on: date) -> Search:
        """Every invoice of the supplier that has its number, held against what was sent."""
        creditor = prepared.parts[0].body["CreditorOrganizationUnitID"]
        rows = self._page("ListInvoices", {"Number": prepared.key, "SupplierOrganizationUnitIDs": [creditor]})
        same = [str(row["ID"]) for row in rows if str(row.get("InvoiceNumber", prepared.key)) == prepared.key]
        found = [self.seen(prepared, number) for number in same]
        fitting = tuple(one for one in found if one is not None)
        if same and not fitting:
            return Search((), f"invoice {prepared.key} is there with other content: {', '.join(same)}")
        return Search(fitting)

    def seen(self, prepared: Prepared, remote_id: str) -> Sighting | None:
        """One invoice there, if it is this one."""
        try:
            there = outgoing.standing(self._invoice(remote_id))
        except TargetRefused:
            return None
        parts = outgoing.parts_there(prepared.parts, there)
        return Sighting(there.id, there.id, parts) if parts else None

    def _invoice(self, number: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._ask("GetInvoice", {"ID": number})["Invoice"]
        return found

    @cached_property
    def _words(self) -> Vocabulary:
        types = self._ask("GetInvoiceAdditionalAmountTypes", {}).get("InvoiceAdditionalAmountTypes", [])
        reasons = self._ask("GetInvoiceDisputeReasons", {}).get("InvoiceDisputeReasons", [])
        return Vocabulary(
            types=_named(types),
            reasons=_named(reasons),
            resolving=frozenset(str(one["ID"]) for one in reasons if one.get("AutoResolve")),
        )

    def _page(self, service: str, narrowed: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        config = {"Filter": narrowed, "Start": 0, "Limit": _PAGE}
        found: list[Mapping[str, Any]] = self._ask(service, {"PageConfig": config})["Result"]["Page"]
        return found

    def _ask(self, service: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Call a service that only looks."""
        try:
            found, answer = self._client.post(f"/message/{service}", codec.encode(dict(body)), _object, repeatable=True)
        except Rejected as error:
            raise self._no(error.answer) from error
        if "Error" in found:
            raise self._no(answer)
        return found

    @staticmethod
    def _no(answer: Answer) -> TargetRefused | Unavailable:
        say = f"EVA answered {answer.status}: {_worded(answer)}"
        if answer.status in (401, 403):
            return TargetBroken(Problem("unauthorised", "", say))
        return TargetRefused(Problem("refused_there", "", say), answer.status, answer.body)


def _object(answer: Answer) -> tuple[dict[str, Any], Answer]:
    try:
        found = codec.decode(answer.body or b"{}", max_depth=MAX_DEPTH)
    except Invalid as error:
        raise Garbled(str(error)) from error
    if not isinstance(found, dict):
        raise Garbled("it is no object")
    return found, answer


def _worded(answer: Answer) -> str:
    """Its error's name and message."""
    try:
        found = codec.decode(answer.body, max_depth=MAX_DEPTH)
    except Invalid:
        return answer.quoted
    error = found.get("Error") if isinstance(found, dict) else None
    if not isinstance(error, dict):
        return answer.quoted
    return f"{error.get('Type')}: {error.get('Message')}"[:_WORDS_IN_ERROR]


def _unlikeness(row: Mapping[str, Any], step: Step) -> tuple[bool, bool]:
    """Which of a shipment's lines for one product is ours: one at our order's price, with enough left to invoice."""
    left = Decimal(row["QuantityAvailableForInvoice"])
    return Decimal(row["UnitPrice"]) != step.ordered, left < Decimal(step.body["Quantity"])


def _named(rows: list[Mapping[str, Any]]) -> dict[str, str]:
    return {str(one["Name"]).lower(): str(one["ID"]) for one in rows}
