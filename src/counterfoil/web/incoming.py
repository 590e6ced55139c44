"""What arrives through WSGI, in the contracts' own terms."""

import os
import re
import time
from collections.abc import Iterator, Mapping
from typing import IO, Any

Environ = dict[str, Any]

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_CHUNK = 65536


class Headers(Mapping[str, str]):
    """Request headers by lower-case name, looked up where the server left them."""

    __slots__ = ("_environ",)

    def __init__(self, environ: Environ) -> None:
        self._environ = environ

    def __getitem__(self, name: str) -> str:
        value: str = self._environ[_key(name)]
        return value

    def __iter__(self) -> Iterator[str]:
        for key in self._environ:
            if key.startswith("HTTP_"):
                yield key[5:].lower().replace("_", "-")
            elif key in _BARE:
                yield key.lower().replace("_", "-")

    def __len__(self) -> int:
        return sum(1 for _ in self)


def request_id(environ: Environ) -> str:
    """The caller's own X-Request-Id if it is fit to be repeated, else a new one that sorts by time."""
    given = environ.get("HTTP_X_REQUEST_ID")
    if given is not None and _REQUEST_ID.fullmatch(given):
        return str(given)
    return f"{time.time_ns() // 1_000_000:012x}{os.urandom(10).hex()}"


def path_of(environ: Environ) -> str:
    """The percent-decoded path; bytes that are not UTF-8 become U+FFFD, which no route holds.

    Slashes at its beginning count as one: a base URL that ends with a slash makes two of them.
    """
    path: str = environ["PATH_INFO"]
    if path.startswith("//"):
        path = f"/{path.lstrip('/')}"
    return path if path.isascii() else path.encode("latin-1", "replace").decode("utf-8", "replace")


def read_body(environ: Environ, limit: int) -> bytes | None:
    """The whole body; None if it is larger than the limit, and no more than one byte too many is kept."""
    source = environ["wsgi.input"]
    declared = environ.get("CONTENT_LENGTH") or ""
    if not (declared.isdecimal() and int(declared) > limit):
        body = b"".join(_parts(source, limit + 1))
        if len(body) <= limit:
            return body
    # Many clients look for the answer only when they have sent everything; let those near the limit get there.
    for _ in _parts(source, limit):
        pass
    return None


def _parts(source: IO[bytes], room: int) -> Iterator[bytes]:
    while room:
        part = source.read(min(room, _CHUNK))
        if not part:
            return
        room -= len(part)
        yield part


_BARE = frozenset({"CONTENT_TYPE", "CONTENT_LENGTH"})


def _key(name: str) -> str:
    key = name.upper().replace("-", "_")
    return key if key in _BARE else f"HTTP_{key}"
