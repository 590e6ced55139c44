"""The published page: everything escaped, nothing loaded; and the names of all shapes are told apart."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from counterfoil.contracts.own import openapi, page
from counterfoil.contracts.own.publishing import PAGES
from counterfoil.contracts.own.resources import RESOURCES


class _Looker(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def _look(document: dict[str, Any]) -> _Looker:
    looker = _Looker()
    looker.feed(page.html(document))
    return looker


def test_the_page_loads_nothing_and_shows_every_operation() -> None:
    document = openapi.document((*RESOURCES, PAGES))
    looker = _look(document)
    assert not {tag for tag, _ in looker.tags} & {"script", "img", "link", "iframe", "form", "object"}
    for _, attributes in looker.tags:
        assert "src" not in attributes
        assert str(attributes.get("href") or "#").startswith("#")
    ids = {attributes.get("id") for _, attributes in looker.tags}
    links = {str(attributes["href"])[1:] for tag, attributes in looker.tags if tag == "a"}
    assert links <= ids
    assert {one.name for resource in RESOURCES for one in resource.operations} <= ids


def test_what_is_described_is_text_on_the_page() -> None:
    document = openapi.document(RESOURCES)
    bad = '"><script>alert(1)</script>'
    document["info"]["description"] = document["info"]["title"] = bad
    document["tags"][0] = {"name": "customers", "description": bad}
    document["components"]["schemas"]["Customer"]["properties"][bad] = {"type": bad, "description": bad}
    looker = _look(document)
    assert "script" not in {tag for tag, _ in looker.tags}
    assert "".join(looker.text).count(bad) >= 5


def test_shapes_have_one_name_each_and_no_vendor_of_decimals() -> None:
    document = openapi.document(RESOURCES)
    names = document["components"]["schemas"]
    assert all(re.fullmatch(r"[A-Z][A-Za-z]+", name) for name in names)
    assert "decimal" not in str(document)
    asked = {one.asked.__name__ for resource in RESOURCES for one in resource.operations if one.writes}
    taken = [names[name] for name in asked if name in names]
    assert all(schema["additionalProperties"] is False for schema in taken)


def test_operations_have_one_name_each() -> None:
    names = [one.name for resource in (*RESOURCES, PAGES) for one in resource.operations]
    assert len(set(names)) == len(names)
