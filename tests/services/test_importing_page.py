"""docs/importing.md says what can be brought in; its examples are brought in as printed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from counterfoil.importing import KINDS, Form, Status, run
from counterfoil.importing.sales import HEAD, LINE
from tests.desk import Desk
from tests.services.test_importing import context

PAGE = (Path(__file__).parents[2] / "docs" / "importing.md").read_text("utf-8")
_EXAMPLE = re.compile(r"```(ndjson|csv) ([a-z-]+)\n(.*?)```", re.DOTALL)


@pytest.mark.parametrize("name", KINDS)
def test_every_field_of_a_kind_is_on_the_page(name: str) -> None:
    kind = KINDS[name]
    (row,) = re.findall(rf"^\| `{name}` \|(.*)\|$", PAGE, re.MULTILINE)
    own = [field for field in kind.fields if kind.inner != LINE or field not in HEAD]
    (shared,) = re.findall(r"^A document's fields:.*?^$", PAGE, re.MULTILINE | re.DOTALL)
    said = row + (shared if kind.inner == LINE else "")
    assert [field for field in (*own, *kind.inner) if f"`{field}`" not in said] == []


def test_every_field_of_a_document_is_on_the_page() -> None:
    (shared,) = re.findall(r"^A document's fields:.*?^$", PAGE, re.MULTILINE | re.DOTALL)
    assert [field for field in (*HEAD, *LINE) if f"`{field}`" not in shared] == []


def test_the_examples_come_in_as_printed(desk: Desk) -> None:
    desk.customer("ACME")
    desk.item("APPLE")
    examples = _EXAMPLE.findall(PAGE)
    assert [kind for _, kind, _ in examples] == ["opening-items", "history"]
    for form, kind, text in examples:
        lines = text.encode().splitlines(keepends=True)
        outcomes = list(run(context(desk.store), kind, lines, form=Form(form)))
        assert [outcome.status for outcome in outcomes] == [Status.FILED] * len(outcomes)
    assert desk.balance("ACME") == 100_50
    assert desk.find("10102").total.minor == 26_25
