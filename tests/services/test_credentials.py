"""Credentials: what they cover, and until when they hold."""

from __future__ import annotations

from datetime import timedelta

import pytest

from counterfoil.core.access import Verb
from counterfoil.core.errors import Invalid
from counterfoil.services import credentials
from counterfoil.store import Store
from tests.conformance.office import fixed, work

NOW = fixed("2024-06-30T12:00:00")


def test_a_credential_keeps_its_scopes_its_rate_and_its_end(book: Store) -> None:
    ends = NOW() + timedelta(days=1)
    with work(book, NOW) as opened:
        limited = credentials.issue(
            opened, "shop", "own", scopes=["invoices:read", "*:create"], expires_at=ends, per_minute=60
        )
        free = credentials.issue(opened, "shop", "own")
    keeper = credentials.Doorkeeper(book, NOW)
    known = keeper.recognise("own", limited.secret)
    assert known is not None
    assert (known.name, known.credential, known.per_minute, known.expires_at) == ("shop", limited.id, 60, ends)
    assert known.may("invoices", Verb.READ)
    assert known.may("customers", Verb.CREATE)
    assert not known.may("customers", Verb.READ)
    unlimited = keeper.recognise("own", free.secret)
    assert unlimited is not None
    assert unlimited.id == known.id
    assert unlimited.may("periods", Verb.MANAGE)
    listed = {row.id: row for row in credentials.listed(book)}
    assert listed[limited.id].scopes == frozenset({"invoices:read", "*:create"})
    assert (listed[limited.id].per_minute, listed[limited.id].expires_at) == (60, ends)
    assert (listed[free.id].scopes, listed[free.id].per_minute, listed[free.id].expires_at) == (None, None, None)


def test_a_credential_ends_at_its_instant_even_where_it_is_remembered(book: Store) -> None:
    now = [NOW()]
    with work(book, NOW) as opened:
        secret = credentials.issue(opened, "shop", "own", expires_at=NOW() + timedelta(minutes=1)).secret
    keeper = credentials.Doorkeeper(book, lambda: now[0])
    assert keeper.recognise("own", secret)
    now[0] += timedelta(minutes=1)
    assert keeper.recognise("own", secret) is None
    assert credentials.Doorkeeper(book, lambda: now[0]).recognise("own", secret) is None


def test_what_cannot_be_issued(book: Store) -> None:
    with work(book, NOW) as opened:
        for wrong in ({"scopes": ["invoices"]}, {"expires_at": NOW()}, {"per_minute": 0}):
            with pytest.raises(Invalid):
                credentials.issue(opened, "shop", "own", **wrong)
