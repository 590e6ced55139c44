"""What was said to us and what we answered; keys that bind a repeated request to its first result."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam as p

from counterfoil.store.engine import Connection, Row, Statement, one_of
from counterfoil.store.rows import from_ms, to_json, to_ms
from counterfoil.store.schema import idempotency, message, message_body

_claim = Statement(
    sa.text(
        "INSERT INTO idempotency (principal_id, contract, key, content)"
        " VALUES (:principal_id, :contract, :key, :content)"
        " ON CONFLICT (principal_id, contract, key) DO NOTHING RETURNING 1"
    )
)
_known = Statement(
    sa.select(idempotency.c.content, idempotency.c.result).where(
        idempotency.c.principal_id == p("principal_id"),
        idempotency.c.contract == p("contract"),
        idempotency.c.key == p("key"),
    )
)
_message = Statement(sa.select(message).where(message.c.id == p("id")))
_body = Statement(
    sa.select(message_body.c.body).where(
        message_body.c.request_id == p("request_id"), message_body.c.sha256 == p("sha256")
    )
)
_known_of = Statement(
    sa.select(idempotency.c.key, idempotency.c.content, idempotency.c.result).where(
        idempotency.c.principal_id == p("principal_id"),
        idempotency.c.contract == p("contract"),
        one_of(idempotency.c.key, "keys", "text"),
        idempotency.c.result.is_not(None),
    )
)
_FREE = "ON CONFLICT (principal_id, contract, key) DO NOTHING"
_CONCLUDED = "ON CONFLICT (principal_id, contract, key) DO UPDATE SET result = excluded.result"
_used_elsewhere = Statement(
    sa.select(sa.func.count()).where(
        idempotency.c.principal_id == p("principal_id"),
        idempotency.c.contract == p("contract"),
        idempotency.c.key >= p("prefix"),
        idempotency.c.key < p("beyond"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One call, or one part of it that stands or falls alone.

    part:    0, or the place of the part in a call that carries several
    headers: an allow-list, never a credential
    path:    without credentials
    refused: it had no effect; None where that was not kept yet
    """

    request_id: str
    part: int
    contract: str
    operation: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    status: int
    reply: str
    caller: str
    received_at: datetime
    document_id: int | None
    refused: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageKept(Message):
    """A message on file; its body is kept apart, and empty here.

    sha256: of the body, which stays when the body is purged
    """

    id: int
    sha256: str


class Evidence:
    """Messages, and the idempotency keys that they carried."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def claim(self, principal_id: int, contract: str, key: str, content: bytes) -> tuple[bytes, Any] | None:
        """Take a key for a content; where it is taken, wait for its holder and give back (content, result)."""
        binding = {"principal_id": principal_id, "contract": contract, "key": key}
        if self._connection.row(_claim, **binding, content=content.hex()):
            return None
        row = self._connection.row(_known, **binding)
        assert row is not None, "a key that is taken is on file"
        return bytes.fromhex(row[0]), json.loads(row[1])

    def claim_each(
        self, principal_id: int, contract: str, contents: Mapping[str, bytes]
    ) -> dict[str, tuple[bytes, Any]]:
        """Take several keys, each for its content; (content, result) of those that are taken, once that is certain."""
        binding = {"principal_id": principal_id, "contract": contract}
        rows = [{**binding, "key": key, "content": content.hex(), "result": None} for key, content in contents.items()]
        self._connection.insert(idempotency, rows, _FREE)
        found = self._connection.rows(_known_of, **binding, keys=list(contents))
        return {key: (bytes.fromhex(content), json.loads(result)) for key, content, result in found}

    def conclude(self, principal_id: int, contract: str, key: str, content: bytes, result: Mapping[str, Any]) -> None:
        """File what came of a key that was claimed."""
        row = {
            "principal_id": principal_id,
            "contract": contract,
            "key": key,
            "content": content.hex(),
            "result": to_json(dict(result)),
        }
        self._connection.insert(idempotency, [row], _CONCLUDED)

    def ask_keys_with(self, principal_id: int, contract: str, prefix: str) -> Callable[[], int]:
        """Ask how many keys of a caller begin with a text."""
        asked = self._connection.ask(
            _used_elsewhere, principal_id=principal_id, contract=contract, prefix=prefix, beyond=prefix + "\U0010ffff"
        )
        return lambda: sum(count for (count,) in asked.rows())

    def message(self, message_id: int) -> MessageKept | None:
        """A message by its id."""
        row = self._connection.row(_message, id=message_id)
        return _kept(row) if row else None

    def body(self, kept: MessageKept) -> bytes | None:
        """The exact bytes of a message's call; None when they were purged."""
        found = self._connection.value(_body, request_id=kept.request_id, sha256=kept.sha256)
        return None if found is None else bytes(found)

    def messages(self, narrowed: Mapping[str, Any], before: int | None, limit: int) -> list[MessageKept]:
        """Messages, latest first.

        narrowed: contract, operation, caller, request_id, refused
        before:   id of the message that ended the page before
        """
        given = {**narrowed, **({} if before is None else {"before": before})}
        return [_kept(row) for row in self._connection.rows(_messages(tuple(sorted(given))), limit=limit, **given)]

    def file(self, message_id: int, said: Message) -> None:
        """File a message, and its body once per call."""
        received, digest = to_ms(said.received_at), sha256(said.body).hexdigest()
        row = {
            "id": message_id,
            "request_id": said.request_id,
            "part": said.part,
            "contract": said.contract,
            "operation": said.operation,
            "path": said.path,
            "headers": to_json(dict(said.headers)),
            "sha256": digest,
            "status": said.status,
            "reply": said.reply,
            "caller": said.caller,
            "received_at": received,
            "document_id": said.document_id,
            "refused": said.refused,
        }
        self._connection.insert(message, [row])
        body = {
            "request_id": said.request_id,
            "sha256": digest,
            "body": self._connection.blob(said.body),
            "received_at": received,
        }
        self._connection.insert(message_body, [body], "ON CONFLICT (request_id, sha256) DO NOTHING")


@cache
def _messages(given: tuple[str, ...]) -> Statement:
    conditions: dict[str, sa.ColumnElement[bool]] = {
        name: message.c[name] == p(name) for name in ("contract", "operation", "caller", "request_id", "refused")
    }
    conditions["before"] = message.c.id < p("before")
    return Statement(
        sa.select(message).where(*(conditions[name] for name in given)).order_by(message.c.id.desc()).limit(p("limit"))
    )


def _kept(row: Row) -> MessageKept:
    fields = dict(zip(message.columns.keys(), row, strict=True))
    headers, received = json.loads(fields.pop("headers")), from_ms(fields.pop("received_at"))
    refused = None if fields["refused"] is None else bool(fields["refused"])
    return MessageKept(**{**fields, "refused": refused}, headers=headers, received_at=received, body=b"")
