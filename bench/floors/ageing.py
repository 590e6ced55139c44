"""Ageing by hand: one query over the open items, a row per customer."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import psycopg

from counterfoil.store import open_store

_EDGES = (0, 30, 60, 90, 120)
_NOW = (
    "SELECT party_id, currency, due_on, remaining AS part, remaining > 0 AS is_charge FROM open_item_state"
    " WHERE remaining <> 0 AND dated_on <= :as_of"
)
_LATER = (
    "SELECT i.party_id, i.currency, i.due_on, {sign} a.amount, i.amount > 0 FROM application a"
    " JOIN open_item i ON i.id = a.{side} WHERE a.dated_on > :as_of AND i.dated_on <= :as_of"
)
_PARTS = (
    f"{_NOW} UNION ALL {_LATER.format(sign='', side='debit_id')} UNION ALL {_LATER.format(sign='-', side='credit_id')}"
)
_BUCKETS = ", ".join(
    f"sum(CASE WHEN is_charge AND {bounds} THEN part ELSE 0 END)"
    for bounds in (
        "due_on >= :d0",
        *(f"due_on < :d{late} AND due_on >= :d{later}" for late, later in pairwise(_EDGES)),
        "due_on < :d120",
    )
)
_QUERY = (
    f"SELECT p.code, p.name, x.* FROM (SELECT party_id, currency, {_BUCKETS},"
    f" sum(CASE WHEN is_charge THEN 0 ELSE part END) FROM ({_PARTS}) parts GROUP BY party_id, currency) x"
    " JOIN party p ON p.id = x.party_id ORDER BY p.code"
)


def _params(as_of: date) -> dict[str, str]:
    days = {f"d{edge}": (as_of - timedelta(edge)).isoformat() for edge in _EDGES}
    return {"as_of": as_of.isoformat(), **days}


@contextlib.contextmanager
def ageing(url: str) -> Iterator[Callable[[date], list[Any]]]:
    """Asks for the ageing of all customers as of a date."""
    engine = open_store(url).engine
    if engine.dialect == "sqlite":
        with contextlib.closing(sqlite3.connect(str(engine.path))) as db:
            yield lambda as_of: db.execute(_QUERY, _params(as_of)).fetchall()
        return
    text = _QUERY
    for name in _params(date.min + timedelta(max(_EDGES))):
        text = text.replace(f":{name} ", f"%({name})s ").replace(f":{name})", f"%({name})s)")
    address = engine.core().url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True, options=f"-csearch_path={engine.schema}") as connection:
        yield lambda as_of: connection.execute(text, _params(as_of)).fetchall()
