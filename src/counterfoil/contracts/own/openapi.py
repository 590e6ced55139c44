"""The API as an OpenAPI 3.1 document, made of the same Structs and operations that serve it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from counterfoil.contracts.own.replies import Failure
from counterfoil.contracts.own.resource import BASE, Operation, Resource
from counterfoil.wire.shapes import NUMBER

Json = dict[str, Any]
_REF = "#/components/schemas/{name}"
_MEMBER = re.compile(r"^ {4}([a-z0-9_, ]+): +(.+)$")
_PROBLEMS = {
    "400": "The request cannot be read; every problem is named.",
    "401": "No token, or not the right one.",
    "403": "The token's scopes do not cover this.",
    "404": "There is no such thing.",
    "409": "It is in the wrong state, or the key was used with other content.",
    "412": "It has changed since it was read.",
    "413": "The body is too large.",
    "422": "A rule of the book forbids it.",
    "429": "Too many calls with this token.",
    "503": "The book does not answer now.",
}
_DESCRIPTION = """\
Everything the book knows, readable and, where the book allows it, writable.

Amounts are sent as numbers or text and shown as numbers, in major units of the currency beside them. Lists come in
pages: `next` of one page is the `cursor` of the following one. A write with an `Idempotency-Key` has its effect once,
however often it is sent. A change with an `If-Match` is refused where somebody else was first."""
#: Changes when what is served does no longer understand what was served before.
VERSION = "1"


def document(resources: Sequence[Resource]) -> Json:
    """The whole document."""
    operations = [one for resource in resources for one in resource.operations]
    paths: dict[str, Json] = {}
    for resource in resources:
        for one in resource.operations:
            paths.setdefault(BASE + one.path, {})[one.method.lower()] = _operation(
                one, resource, _links(one, operations)
            )
    return {
        "openapi": "3.1.0",
        "info": {"title": "Counterfoil", "version": VERSION, "description": _DESCRIPTION},
        "security": [{"token": []}, {"password": []}],
        "tags": [{"name": resource.name, "description": resource.title} for resource in resources],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "password": {"type": "http", "scheme": "basic"},
            },
            "schemas": _schemas(operations),
        },
    }


def _schemas(operations: Iterable[Operation]) -> Json:
    asked: set[type[Struct]] = {one.asked for one in operations if one.writes}
    shown: set[type[Struct]] = {one.reply for one in operations if one.reply is not None} | {Failure}
    narrowed = {one.reply.__name__ for one in operations if one.reply is not None and "fields" in _query_names(one)}
    taken, given = _components(asked, _TAKEN), _components(shown, _GIVEN)
    queries: set[type[Struct]] = {one.asked for one in operations if not one.writes}
    whole = {shape.__name__ for shape in queries}
    taken |= {name: schema for name, schema in _components(queries, _TAKEN).items() if name not in whole}
    for name in narrowed:
        given[name].pop("required", None)
    return dict(sorted((given | taken).items()))


_TAKEN: Json = {"anyOf": [{"type": "number"}, {"type": "string", "pattern": NUMBER}]}
_GIVEN: Json = {"type": "number"}


def _components(shapes: set[type[Struct]], number: Json) -> dict[str, Json]:
    _, found = msgspec.json.schema_components(sorted(shapes, key=lambda shape: shape.__name__), ref_template=_REF)
    return {name: _described(_numbered(schema, number)) for name, schema in found.items()}


def _numbered(schema: Any, number: Json) -> Any:
    """A schema with decimals as this API writes them."""
    if isinstance(schema, list):
        return [_numbered(part, number) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("format") == "decimal":
        return {key: part for key, part in schema.items() if key not in ("type", "format")} | number
    return {key: _numbered(part, number) for key, part in schema.items()}


def _described(schema: Json) -> Json:
    """A schema whose members have the lines that its description says of them."""
    lines = str(schema.get("description", "")).splitlines()
    members = schema.get("properties", {})
    kept = []
    for line in lines:
        match = _MEMBER.match(line)
        names = [name.strip() for name in match[1].split(",")] if match else []
        if match and all(name in members for name in names):
            for name in names:
                members[name] = {**members[name], "description": match[2]}
        else:
            kept.append(line)
    if "description" in schema:
        schema["description"] = "\n".join(kept).strip()
    return schema


def _links(one: Operation, operations: Iterable[Operation]) -> Json:
    """What can be done next with a thing that was just made, or with one that was shown."""
    if one.reply is None or one.lists or "id" not in one.reply.__struct_encode_fields__:
        return {}
    path = re.sub(r"/\{id\}.*", "", one.path)
    following = (next_ for next_ in operations if next_.path.startswith(f"{path}/{{id}}") and next_ is not one)
    same = one.path in (path, f"{path}/{{id}}")
    parameters = {"id": "$response.body#/id"}
    return {next_.name: {"operationId": next_.name, "parameters": parameters} for next_ in following} if same else {}


def _operation(one: Operation, resource: Resource, links: Json) -> Json:
    made: Json = {
        "operationId": one.name,
        "summary": one.summary,
        "description": f"Scope `{resource.name}:{one.verb}`.",
        "tags": [resource.name],
        "parameters": [*_path_parameters(one), *_query_parameters(one), *_header_parameters(one)],
        "responses": {str(one.status): _answer(one), **_failures(one)},
    }
    if links:
        made["responses"][str(one.status)]["links"] = links
    if one.writes and one.asked.__struct_fields__:
        schema = {"$ref": _REF.format(name=one.asked.__name__)}
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return made


def _path_parameters(one: Operation) -> list[Json]:
    schema = {"type": "integer", "minimum": 1, "maximum": 2**31 - 1}
    return [
        {"name": name, "in": "path", "required": True, "schema": schema} for name in re.findall(r"\{(\w+)\}", one.path)
    ]


def _query_names(one: Operation) -> tuple[str, ...]:
    return () if one.writes else one.asked.__struct_encode_fields__


def _query_parameters(one: Operation) -> list[Json]:
    if one.writes:
        return []
    schema = _components({one.asked}, _TAKEN)[one.asked.__name__]
    required = set(schema.get("required", ()))
    found = []
    for name, member in schema["properties"].items():
        bare = _not_null(member)
        made: Json = {"name": name, "in": "query", "required": name in required, "schema": bare}
        if "description" in bare:
            made["description"] = bare.pop("description")
        found.append(made)
    return found


def _not_null(member: Json) -> Json:
    """What a parameter may be: one that is not given is left out."""
    parts = [part for part in member.get("anyOf", ()) if part != {"type": "null"}]
    kept = {key: value for key, value in member.items() if key != "anyOf" and value is not None}
    return {**kept, **parts[0]} if len(parts) == 1 else dict(kept)


def _header_parameters(one: Operation) -> list[Json]:
    found = []
    if one.writes and one.bare is None:
        schema = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"}
        found.append({"name": "Idempotency-Key", "in": "header", "required": False, "schema": schema})
    if one.writes and one.tagged:
        found.append({"name": "If-Match", "in": "header", "required": False, "schema": {"type": "string"}})
    return found


def _answer(one: Operation) -> Json:
    if one.reply is None:
        return {"description": one.summary}
    schema: Json = {"$ref": _REF.format(name=one.reply.__name__)}
    if one.lists:
        schema = {
            "type": "object",
            "properties": {
                "data": {"type": "array", "items": schema},
                "next": {"anyOf": [{"type": "string"}, {"type": "null"}]},
            },
            "required": ["data", "next"],
        }
    made: Json = {"description": one.summary, "content": {"application/json": {"schema": schema}}}
    if one.tagged:
        made["headers"] = {"ETag": {"schema": {"type": "string"}}}
    return made


def _failures(one: Operation) -> Json:
    codes = {"400", "401", "403", "429", "503"} | ({"404"} if "{" in one.path or not one.writes else set())
    if one.writes:
        codes |= {"404", "409", "413", "422"}
    if one.writes and one.tagged:
        codes.add("412")
    content = {"application/json": {"schema": {"$ref": _REF.format(name="Failure")}}}
    return {code: {"description": _PROBLEMS[code], "content": content} for code in sorted(codes)}
