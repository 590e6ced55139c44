"""What a credential may do: scopes, each a resource and a verb, either of them a star for all."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

from counterfoil.core.errors import Invalid, Problem


class Verb(StrEnum):
    """What can be done to a resource; manage covers all of them, and such things as closing a period."""

    READ = "read"
    CREATE = "create"
    EDIT = "edit"
    DELETE = "delete"
    MANAGE = "manage"


#: A resource, as it stands in paths, and what is done to it.
Scope = tuple[str, Verb]

_RESOURCE = re.compile(r"\*|[a-z][a-z0-9-]*")


def scopes(texts: Iterable[str]) -> frozenset[str]:
    """Scopes as `resource:verb`, `resource:*`, `*:verb` or `*`; a star alone is written out as `*:*`.

    raises: Invalid naming every one that is none
    """
    found, problems = set(), []
    for text in texts:
        resource, _, verb = ("*:*" if text == "*" else text).partition(":")
        if not _RESOURCE.fullmatch(resource) or verb not in ("*", *Verb):
            say = f"{text!r} is no scope: it is resource:verb, the verbs are {', '.join(Verb)}, a star stands for all"
            problems.append(Problem("scope_invalid", "scope", say))
        found.add(f"{resource}:{verb}")
    if problems:
        raise Invalid(problems)
    return frozenset(found)


def allows(held: frozenset[str] | None, resource: str, verb: str) -> bool:
    """Whether scopes cover a verb on a resource; None covers everything."""
    if held is None:
        return True
    return any(f"{what}:{how}" in held for what in (resource, "*") for how in (verb, Verb.MANAGE, "*"))
