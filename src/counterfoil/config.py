"""Process settings: `counterfoil.toml`, overridden by the environment."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import msgspec

S = TypeVar("S")

DEFAULT_FILE = "counterfoil.toml"

# environment variable -> its place in the file
VARIABLES = {
    "COUNTERFOIL_DATABASE_URL": ("database", "url"),
    "COUNTERFOIL_HOST": ("server", "host"),
    "COUNTERFOIL_PORT": ("server", "port"),
    "COUNTERFOIL_WORKERS": ("server", "workers"),
    "COUNTERFOIL_THREADS": ("server", "threads"),
    "COUNTERFOIL_LOG_LEVEL": ("server", "log_level"),
}
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<key>[^`]*)`")
_PLACE = re.compile(r" - at `\$\.?(?P<place>[^`]*)`")


class SettingsError(ValueError):
    """The settings cannot be used; the message names the key and never a value that may be secret."""


class Database(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The book.

    url: `sqlite:///path` or `postgresql://user:password@host/database?schema=counterfoil`
    """

    url: str = "sqlite:///counterfoil.db"

    def __repr__(self) -> str:
        return f"Database({self.place!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("place", self.place)]

    @property
    def place(self) -> str:
        """The URL without user, password and options, fit to be shown."""
        scheme, _, rest = self.url.partition("://")
        return f"{scheme}://{rest.rpartition('@')[2].partition('?')[0]}"


class Listening(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where and how the server listens.

    host: address to listen on
    port: port to listen on
    workers: worker processes; about one per core
    threads: threads per worker process; more make CPU-bound work slower
    tls_certificate: PEM file, together with tls_key; TLS 1.2 or newer
    tls_key: PEM file, together with tls_certificate
    log_level: one JSON line per request at info
    """

    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 8080
    workers: Annotated[int, msgspec.Meta(ge=1, le=256)] = 2
    threads: Annotated[int, msgspec.Meta(ge=1, le=256)] = 2
    tls_certificate: str | None = None
    tls_key: str | None = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    def __post_init__(self) -> None:
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("tls_certificate and tls_key go together")


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All settings of a process.

    contracts: a raw table per contract; `of_contract` reads it with the contract's own class
    """

    database: Database = Database()
    server: Listening = Listening()
    contracts: dict[str, dict[str, Any]] = {}

    def __repr__(self) -> str:
        return f"Settings({self.database!r}, {self.server!r}, contracts={sorted(self.contracts)})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("database", self.database), ("server", self.server), ("contracts", sorted(self.contracts))]

    def of_contract(self, name: str, kind: type[S]) -> S:
        """The table `[contracts.<name>]` as the contract's own settings; its defaults where there is no table.

        raises: SettingsError
        """
        return _convert(self.contracts.get(name, {}), kind, f"contracts.{name}")


def load(environment: Mapping[str, str], file: Path | None = None) -> Settings:
    """The settings of this process.

    file:   else COUNTERFOIL_CONFIG, else `counterfoil.toml` here if there is one
    raises: SettingsError
    """
    tables = _read(file, environment.get("COUNTERFOIL_CONFIG"))
    for variable, (section, key) in VARIABLES.items():
        if variable in environment:
            table = tables.setdefault(section, {})
            if not isinstance(table, dict):
                raise SettingsError(f"{section}: is not a table")
            table[key] = _from_text(variable, environment[variable], whole=key in {"port", "workers", "threads"})
    return _convert(tables, Settings, "")


def _read(file: Path | None, named: str | None) -> dict[str, Any]:
    path = file or Path(named or DEFAULT_FILE)
    if file is None and named is None and not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: {error}") from error


def _from_text(variable: str, text: str, *, whole: bool) -> str | int:
    if not whole:
        return text
    try:
        return int(text)
    except ValueError as error:
        raise SettingsError(f"{variable}: '{text}' is not a whole number") from error


def _convert(table: object, kind: type[S], where: str) -> S:
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as error:
        raise SettingsError(_worded(str(error), where)) from error


def _worded(message: str, where: str) -> str:
    place = _PLACE.search(message)
    say = _PLACE.sub("", message)
    path = ".".join(part for part in (where, place["place"] if place else "") if part)
    unknown = _UNKNOWN.match(say)
    if unknown:
        return f"{path}.{unknown['key']}: unknown key" if path else f"{unknown['key']}: unknown key"
    return f"{path}: {say}" if path else say
