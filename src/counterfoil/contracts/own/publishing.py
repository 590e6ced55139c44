"""The published document, and a page for people made of it; both are made once, when they are first asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from counterfoil.contracts.own import openapi, page
from counterfoil.contracts.own.resource import Operation, Resource
from counterfoil.contracts.own.resources import RESOURCES
from counterfoil.core.access import Verb
from counterfoil.services.office import Context
from counterfoil.wire.codec import encode
from counterfoil.wire.contract import Again, Reply, Request

#: The page loads nothing, runs nothing, and stands in no frame.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

Repeat = Callable[[Again], Reply | None]


@cache
def _document() -> bytes:
    return encode(openapi.document(RESOURCES))


@cache
def _page() -> bytes:
    return page.html(openapi.document(RESOURCES)).encode()


def _show_document(ctx: Context, request: Request, params: dict[str, int], asked: Any, repeat: Repeat) -> Reply:
    return Reply(200, _document())


def _show_page(ctx: Context, request: Request, params: dict[str, int], asked: Any, repeat: Repeat) -> Reply:
    headers = (("Content-Security-Policy", _POLICY), ("X-Content-Type-Options", "nosniff"))
    return Reply(200, _page(), headers, "text/html; charset=utf-8")


PAGES = Resource(
    "docs",
    "The published document",
    (
        Operation(
            method="GET",
            path="/openapi.json",
            name="getDocument",
            summary="This API as an OpenAPI document",
            verb=Verb.READ,
            bare=_show_document,
        ),
        Operation(
            method="GET", path="/docs", name="getPage", summary="The same for people", verb=Verb.READ, bare=_show_page
        ),
    ),
)
