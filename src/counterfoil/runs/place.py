"""Where the engine keeps what it knows: beside the book."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

_DEFAULT_SCHEMA = "counterfoil"


@dataclass(frozen=True, slots=True)
class Place:
    """A database URL, and on PostgreSQL the schema in it."""

    url: str
    schema: str | None

    def __repr__(self) -> str:
        return f"Place(schema={self.schema!r})"

    @classmethod
    def beside(cls, book: str) -> Place:
        """The place that belongs to a book: its own file, or the schema `<schema>_runs`."""
        parts = urlsplit(book)
        if parts.scheme.startswith("sqlite"):
            return cls(f"{book.removesuffix('.db')}-runs.db", None)
        options = dict(parse_qsl(parts.query))
        schema = options.pop("schema", _DEFAULT_SCHEMA)
        bare = parts._replace(scheme="postgresql", query=urlencode(options))
        return cls(urlunsplit(bare), f"{schema}_runs")
