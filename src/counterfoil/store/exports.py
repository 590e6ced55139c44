"""How far each system has come with the book's documents: events, and the lists that are kept from them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import bindparam as p

from counterfoil.core.exporting import ExportEvent, ExportState, Topic
from counterfoil.store.engine import Connection, Statement, one_of
from counterfoil.store.refs import Mint
from counterfoil.store.rows import from_ms, to_ms
from counterfoil.store.schema import (
    document,
    draft,
    export_event,
    export_feed,
    export_pending,
    export_state,
    export_system,
)

_of_topic = sa.and_(export_state.c.system == p("system"), export_state.c.topic == p("topic"))
_is_registered = Statement(
    sa.select(export_system.c.topic).where(export_system.c.topic == p("topic"), export_system.c.system == p("system"))
)
_register = Statement(
    sa.text("INSERT INTO export_system VALUES (:topic, :system) ON CONFLICT DO NOTHING RETURNING topic")
)
_not_theirs = sa.and_(export_feed.c.topic == p("topic"), export_feed.c.source != p("system"))
_waiting = sa.select(sa.cast(p("system"), sa.String), export_feed.c.topic, export_feed.c.document_id)
_columns = [column.name for column in export_pending.columns]
_backlog = Statement(sa.insert(export_pending).from_select(_columns, _waiting.where(_not_theirs)))
_offer_filed = Statement(
    sa.insert(export_feed).from_select(
        ["topic", "document_id", "source"],
        sa.select(sa.cast(p("topic"), sa.String), document.c.id, document.c.actor).where(document.c.id == p("id")),
    )
)
_again = Statement(
    sa.insert(export_pending).from_select(
        _columns,
        _waiting.where(
            _not_theirs,
            one_of(export_feed.c.document_id, "ids"),
            ~sa.exists().where(
                export_pending.c.system == p("system"),
                export_pending.c.topic == export_feed.c.topic,
                export_pending.c.document_id == export_feed.c.document_id,
            ),
        ),
    )
)
_offered = Statement(
    sa.select(export_feed.c.document_id).where(
        export_feed.c.topic == p("topic"), one_of(export_feed.c.document_id, "ids")
    )
)
_drafts = Statement(
    sa.select(draft.c.id).where(
        one_of(draft.c.id, "ids"), draft.c.kind == p("topic"), draft.c.state == sa.literal_column("'draft'")
    )
)
_states = Statement(
    sa.select(export_state.c.document_id, export_state.c.draft, export_state.c.exported_at, export_state.c.remote_id)
    .where(_of_topic, one_of(export_state.c.document_id, "ids"))
    .order_by(export_state.c.document_id)
    .with_for_update()
)
_taken = Statement(
    sa.delete(export_pending).where(
        export_pending.c.system == p("system"),
        export_pending.c.topic == p("topic"),
        one_of(export_pending.c.document_id, "ids"),
    )
)
_history = Statement(
    sa.select(export_event).where(export_event.c.document_id == p("document_id")).order_by(export_event.c.id)
)
_holders = Statement(
    sa.select(export_state.c.system)
    .where(
        export_state.c.system.in_(sa.select(export_system.c.system).where(export_system.c.topic == p("topic"))),
        export_state.c.topic == p("topic"),
        export_state.c.document_id == p("document_id"),
        export_state.c.exported_at.is_not(None),
    )
    .order_by(export_state.c.system)
)
_of_state = export_event.alias("of_state")
_newest = (
    sa.select(_of_state.c.id)
    .where(
        _of_state.c.document_id == export_state.c.document_id,
        _of_state.c.system == export_state.c.system,
        _of_state.c.topic == export_state.c.topic,
    )
    .order_by(_of_state.c.at.desc(), _of_state.c.id.desc())
    .limit(sa.literal_column("1"))
    .scalar_subquery()
)
_unsettled = Statement(
    sa.select(
        export_state.c.topic,
        export_state.c.document_id,
        document.c.number,
        export_state.c.state,
        export_event.c.note,
        export_event.c.at,
        export_state.c.remote_id,
    )
    .join(document, document.c.id == export_state.c.document_id)
    .join(export_event, export_event.c.id == _newest)
    .where(
        export_state.c.system == p("system"),
        export_state.c.state != ExportState.ACKNOWLEDGED.value,
    )
    .order_by(export_state.c.document_id, export_state.c.topic)
)
_count_states = Statement(
    sa.select(export_state.c.topic, export_state.c.state, sa.func.count())
    .where(export_state.c.system == p("system"))
    .group_by(export_state.c.topic, export_state.c.state)
)
_first_waiting = (
    sa.select(sa.func.min(export_pending.c.document_id))
    .where(export_pending.c.system == export_system.c.system, export_pending.c.topic == export_system.c.topic)
    .scalar_subquery()
)
_oldest = Statement(
    sa.select(export_system.c.system, export_system.c.topic, document.c.entered_at)
    .select_from(sa.join(export_system, document, document.c.id == _first_waiting))
    .order_by(export_system.c.system, export_system.c.topic)
)
_sources = Statement(
    sa.select(export_feed.c.document_id, export_feed.c.source).where(
        export_feed.c.topic == p("topic"), one_of(export_feed.c.document_id, "ids")
    )
)
_latest = Statement(sa.select(export_state.c.state).where(_of_topic, export_state.c.document_id == p("document_id")))
_REPLACE = (
    "ON CONFLICT (system, topic, document_id) DO UPDATE SET state = excluded.state, draft = excluded.draft,"
    " exported_at = excluded.exported_at, remote_id = excluded.remote_id"
)


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A document on its way into a system, with what was noted last."""

    topic: Topic
    document_id: int
    number: str
    state: ExportState
    note: str
    at: datetime
    remote_id: str


class Exports:
    """The exports of a book, inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def offer(self, topic: Topic, document_id: int, source: str) -> None:
        """Let a document leave the book as something besides itself.

        source: the system that it came from
        """
        self._connection.insert(export_feed, [{"topic": topic.value, "document_id": document_id, "source": source}])

    def offer_filed(self, topic: Topic, document_id: int) -> None:
        """The same for a document that is on file already: it came from whoever filed it."""
        self._connection.run(_offer_filed, topic=topic.value, id=document_id)

    def register(self, system: str, topic: Topic) -> None:
        """Keep a list of what a system has still to take of a topic; does nothing if there is one."""
        params = {"system": system, "topic": topic.value}
        if self._connection.row(_is_registered, **params):
            return
        if self._connection.dialect == "postgresql":
            # Whoever is filing a document has looked for systems and may not have seen this one: wait for them all.
            self._connection.script("LOCK TABLE export_feed IN SHARE MODE")
        if self._connection.row(_register, **params):
            self._connection.run(_backlog, **params)

    def known(self, topic: Topic, ids: Collection[int]) -> dict[int, bool]:
        """Which of some documents may leave as a topic: id -> whether it is a draft still."""
        params = {"topic": topic.value, "ids": list(ids)}
        offered, drafts = self._connection.ask(_offered, **params), self._connection.ask(_drafts, **params)
        return {row[0]: False for row in offered.rows()} | {row[0]: True for row in drafts.rows()}

    def record(self, events: Sequence[ExportEvent], mint: Mint, request_id: str) -> None:
        """File events of one system, topic and state, one for each document, and what follows from them."""
        first = events[0]
        self.register(first.system, first.topic)
        self._connection.insert(export_event, [_event_row(event, mint, request_id) for event in events])
        ids = [event.document_id for event in events]
        known = self._connection.rows(_states, system=first.system, topic=first.topic.value, ids=ids)
        before = {row[0]: (bool(row[1]), row[2], row[3]) for row in known}
        self._connection.insert(
            export_state, [_state_row(event, *before.get(event.document_id, _NOTHING)) for event in events], _REPLACE
        )
        booked = [event.document_id for event in events if not event.draft]
        if first.state is ExportState.ACKNOWLEDGED:
            self._connection.run(_taken, system=first.system, topic=first.topic.value, ids=booked)
        if first.state is ExportState.REOPENED:
            self._connection.run(_again, system=first.system, topic=first.topic.value, ids=booked)

    def state(self, system: str, topic: Topic, document_id: int) -> ExportState | None:
        """How far a document has come on its way into a system; None before its first event."""
        found = self._connection.value(_latest, system=system, topic=topic.value, document_id=document_id)
        return None if found is None else ExportState(found)

    def unsettled(self, system: str) -> list[Unsettled]:
        """What a system has been told of and has not acknowledged."""
        return [
            Unsettled(Topic(row[0]), row[1], row[2], ExportState(row[3]), row[4], from_ms(row[5]), row[6])
            for row in self._connection.rows(_unsettled, system=system)
        ]

    def counts(self, system: str) -> dict[tuple[Topic, ExportState], int]:
        """How many documents stand where with a system."""
        rows = self._connection.rows(_count_states, system=system)
        return {(Topic(topic), ExportState(state)): int(count) for topic, state, count in rows}

    def oldest(self) -> list[tuple[str, str, datetime]]:
        """Since when the oldest document waits that a system has not taken: (system, topic, entered)."""
        return [(row[0], row[1], from_ms(row[2])) for row in self._connection.rows(_oldest)]

    def sources(self, topic: Topic, ids: Collection[int]) -> dict[int, str]:
        """Who brought some documents into the book."""
        return {row[0]: row[1] for row in self._connection.rows(_sources, topic=topic.value, ids=list(ids))}

    def holders(self, topic: Topic, document_id: int) -> list[str]:
        """The systems that have taken a document."""
        rows = self._connection.rows(_holders, topic=topic.value, document_id=document_id)
        return [row[0] for row in rows]

    def history(self, document_id: int) -> list[ExportEvent]:
        """Everything that was ever told about a document's exports, oldest first."""
        return [
            ExportEvent(
                topic=Topic(row[2]),
                document_id=row[3],
                system=row[1],
                state=ExportState(row[4]),
                at=from_ms(row[8]),
                actor=row[9],
                note=row[6],
                remote_id=row[7],
                draft=bool(row[5]),
            )
            for row in self._connection.rows(_history, document_id=document_id)
        ]


#: A document that no system has heard of: not a draft, never exported, without a name there.
_NOTHING: tuple[bool, int | None, str] = (False, None, "")


def _event_row(event: ExportEvent, mint: Mint, request_id: str) -> dict[str, object]:
    return {
        "id": mint.take("export_event"),
        "system": event.system,
        "topic": event.topic.value,
        "document_id": event.document_id,
        "state": event.state.value,
        "draft": event.draft,
        "note": event.note,
        "remote_id": event.remote_id,
        "at": to_ms(event.at),
        "actor": event.actor,
        "request_id": request_id,
    }


def _state_row(event: ExportEvent, was_draft: bool, exported_at: int | None, remote_id: str) -> dict[str, object]:
    before = exported_at if was_draft == event.draft else None
    if event.state is ExportState.ACKNOWLEDGED:
        before = max(to_ms(event.at), before or 0)
    if event.state is ExportState.REOPENED:
        before = None
    return {
        "system": event.system,
        "topic": event.topic.value,
        "document_id": event.document_id,
        "state": event.state.value,
        "draft": event.draft,
        "exported_at": before,
        "remote_id": event.remote_id or remote_id,
    }
