"""The published document as a page for people; plain HTML that loads nothing."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

Json = dict[str, Any]

_STYLE = """
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 62rem; padding: 1.5rem; }
nav ul { columns: 14rem; padding-left: 1rem; }
h2 { border-bottom: 1px solid; margin-top: 3rem; }
section.operation { margin: 1.5rem 0; }
h3 { font-size: 1rem; margin-bottom: .2rem; }
h3 code { font-size: 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border-top: 1px solid #8886; padding: .2rem .6rem .2rem 0; text-align: left; vertical-align: top; }
td:first-child { white-space: nowrap; }
p { margin: .3rem 0; white-space: pre-line; }
"""


def html(document: Json) -> str:
    """The whole page."""
    info = document["info"]
    return "\n".join(
        (
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(info['title'])} API</title><style>{_STYLE}</style></head><body>",
            f"<h1>{escape(info['title'])} API {escape(info['version'])}</h1>",
            f"<p>{escape(info['description'])}</p>",
            *_contents(document),
            *_operations(document),
            *_shapes(document),
            "</body></html>",
        )
    )


def _contents(document: Json) -> Iterator[str]:
    yield "<nav><ul>"
    for tag in document["tags"]:
        yield f'<li><a href="#{escape(tag["name"])}">{escape(tag["description"])}</a></li>'
    yield '<li><a href="#shapes">Shapes</a></li></ul></nav>'


def _operations(document: Json) -> Iterator[str]:
    for tag in document["tags"]:
        yield f'<h2 id="{escape(tag["name"])}">{escape(tag["description"])}</h2>'
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                if tag["name"] in operation["tags"]:
                    yield from _operation(path, method, operation)


def _operation(path: str, method: str, operation: Json) -> Iterator[str]:
    yield f'<section class="operation" id="{escape(operation["operationId"])}">'
    yield f"<h3><code>{escape(method.upper())} {escape(path)}</code></h3>"
    yield f"<p>{escape(operation['summary'])}. {escape(operation['description'])}</p>"
    if operation["parameters"]:
        yield "<table>"
        for one in operation["parameters"]:
            kind = f"{one['in']}, {_kind(one['schema'])}{', required' if one['required'] else ''}"
            yield _row(one["name"], kind, one.get("description", ""))
        yield "</table>"
    if "requestBody" in operation:
        yield f"<p>Body: {_kind(operation['requestBody']['content']['application/json']['schema'])}</p>"
    for status, answer in operation["responses"].items():
        if status.startswith("2") and "content" in answer:
            yield f"<p>{escape(status)}: {_kind(answer['content']['application/json']['schema'])}</p>"
    yield "</section>"


def _shapes(document: Json) -> Iterator[str]:
    yield '<h2 id="shapes">Shapes</h2>'
    for name, schema in document["components"]["schemas"].items():
        yield f'<section id="shape-{escape(name)}"><h3><code>{escape(name)}</code></h3>'
        yield f"<p>{escape(schema.get('description', ''))}</p>"
        if "enum" in schema:
            yield f"<p>{escape(', '.join(map(str, schema['enum'])))}</p>"
        required = set(schema.get("required", ()))
        yield "<table>"
        for member, part in schema.get("properties", {}).items():
            kind = f"{_kind(part)}{', required' if member in required else ''}"
            yield _row(member, kind, part.get("description", ""))
        yield "</table></section>"


def _row(name: str, kind: str, say: str) -> str:
    """A row of a table; kind is markup already."""
    return f"<tr><td><code>{escape(name)}</code></td><td>{kind}</td><td>{escape(say)}</td></tr>"


def _kind(schema: Json) -> str:
    """What a value may be, as markup."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#shape-{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_kind(part) for part in schema["anyOf"]))
    if "enum" in schema:
        return escape(", ".join(map(str, schema["enum"])))
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    if schema.get("type") == "object" and "data" in schema.get("properties", {}):
        return f"page of {_kind(schema['properties']['data']['items'])}"
    words = [str(schema.get("type", "any value")), str(schema.get("format", ""))]
    return escape(" ".join(word for word in words if word))
