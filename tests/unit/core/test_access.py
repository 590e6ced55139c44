"""Scopes: what a credential covers."""

from __future__ import annotations

import pytest

from counterfoil.core.access import Verb, allows, scopes
from counterfoil.core.errors import Invalid


@pytest.mark.parametrize(
    ("held", "resource", "verb", "covered"),
    [
        (["*"], "periods", Verb.MANAGE, True),
        (["invoices:*"], "invoices", Verb.DELETE, True),
        (["invoices:*"], "supplier-invoices", Verb.READ, False),
        (["*:read"], "journal", Verb.READ, True),
        (["*:read"], "journal", Verb.CREATE, False),
        (["invoices:create"], "invoices", Verb.CREATE, True),
        (["invoices:create"], "invoices", Verb.READ, False),
        (["invoices:edit"], "invoices", Verb.DELETE, False),
        (["invoices:manage"], "invoices", Verb.EDIT, True),
        (["*:manage"], "invoices", Verb.READ, True),
        ([], "invoices", Verb.READ, False),
    ],
)
def test_what_scopes_cover(held: list[str], resource: str, verb: Verb, covered: bool) -> None:
    assert allows(scopes(held), resource, verb) is covered


def test_no_scopes_at_all_cover_everything() -> None:
    assert allows(None, "periods", Verb.MANAGE)


def test_every_text_that_is_no_scope_is_named() -> None:
    with pytest.raises(Invalid) as caught:
        scopes(["invoices:read", "invoices", "Invoices:read", "invoices:look", ":read", ""])
    assert [problem.code for problem in caught.value.problems] == ["scope_invalid"] * 5
