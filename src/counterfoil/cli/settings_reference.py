"""`counterfoil settings`: every setting with its default and meaning, read off the types that hold them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import fields
from typing import Any, get_args, get_type_hints

import msgspec
import typer

from counterfoil.cli.desk import app
from counterfoil.config import VARIABLES, Settings
from counterfoil.core.reference import Policy

_MEANING = re.compile(r"^ *(?P<names>\w+(?:, \w+)*): +(?P<say>.+)$")


@app.command("settings")
def settings_reference() -> None:
    """Print the reference of all settings, as docs/settings.md holds it."""
    typer.echo("\n".join(reference()))


def reference() -> Iterator[str]:
    """The reference as lines of Markdown."""
    # Imported late, as in the app module: only this command looks at the doors.
    from counterfoil.contracts import INSTALLED

    variables = {place: name for name, place in VARIABLES.items()}
    yield "| process setting | environment | default | meaning |"
    yield "|---|---|---|---|"
    for section in msgspec.structs.fields(Settings):
        if isinstance(section.type, type) and issubclass(section.type, msgspec.Struct):
            for name, default, say in _settings(section.type):
                variable = variables.get((section.name, name), "")
                yield f"| `{section.name}.{name}` | {_code(variable)} | {default} | {say} |"
    for contract in sorted(INSTALLED, key=lambda one: one.name):
        rows = list(_tables(contract.settings, f"contracts.{contract.name}"))
        if rows:
            yield ""
            yield f"| setting of the door {contract.name} | default | meaning |"
            yield "|---|---|---|"
            yield from (f"| `{name}` | {default} | {say} |" for name, default, say in rows)
    meanings = _meanings(Policy)
    yield ""
    yield "| setting of the book | default | meaning |"
    yield "|---|---|---|"
    for entry in fields(Policy):
        default = _default(entry.default) if isinstance(entry.default, bool | int | str | None) else ""
        yield f"| `{entry.name}` | {default} | {meanings.get(entry.name, '')} |"


def _tables(kind: type[Any], place: str) -> Iterator[tuple[str, str, str]]:
    """The settings of a table and of those inside it."""
    for entry in msgspec.structs.fields(kind) if issubclass(kind, msgspec.Struct) else ():
        inner = _struct_in(get_type_hints(kind)[entry.name])
        name = f"{place}.{entry.name}"
        if inner is not None:
            yield from _tables(inner, name)
        else:
            yield from ((name, default, say) for found, default, say in _settings(kind) if found == entry.name)


def _struct_in(kind: Any) -> type[Any] | None:
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return kind
    return next((found for part in get_args(kind) if (found := _struct_in(part))), None)


def _settings(kind: type[Any]) -> Iterator[tuple[str, str, str]]:
    """(name, default, meaning) of each setting in a table."""
    meanings = _meanings(kind)
    for entry in msgspec.structs.fields(kind):
        default = "required" if entry.required else _default(entry.default)
        yield entry.name, default, meanings.get(entry.name, "")


def _default(value: Any) -> str:
    if value is None or value is msgspec.NODEFAULT or value in ((), ""):
        return ""
    if isinstance(value, tuple):
        return ", ".join(_default(part) for part in value)
    return _code(str(value).lower() if isinstance(value, bool) else str(value))


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _meanings(kind: type[Any]) -> dict[str, str]:
    """What a type's docstring says of each of its members."""
    found: dict[str, str] = {}
    names: list[str] = []
    for line in (inspect.getdoc(kind) or "").splitlines()[1:]:
        said = _MEANING.match(line)
        if said:
            names = said["names"].split(", ")
            found |= dict.fromkeys(names, said["say"])
        elif names and line.strip():
            found |= {name: f"{found[name]} {line.strip()}" for name in names}
    return {name: say.replace("|", "\\|") for name, say in found.items()}
