"""Query strings as PHP writes and reads them: `a[b][0]=x` is a tree. Pure.

source: the README beside this file; `a[]=x`, `a[0]=x` and percent-encoded brackets are the same
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from counterfoil.core.errors import Invalid, Problem

#: What stands under each key, in the order of arrival: text or another tree; the keys of a list are digits.
Tree = dict[str, "str | Tree"]

_KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_STEP = re.compile(r"\[([^\[\]]*)\]")
_INDEX = re.compile(r"[0-9]{1,9}")
_MOST = 500
_DEEPEST = 6


def parse(query: str) -> Tree:
    """The parameters of a query string; of equal ones the last holds.

    raises: Invalid with code "bad_query" when it is too long, too deep or not UTF-8
    """
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=_MOST, errors="strict")
    except UnicodeDecodeError as error:
        raise _bad("", "the query is not UTF-8") from error
    except ValueError as error:
        raise _bad("", f"the query has more than {_MOST} parameters") from error
    tree: Tree = {}
    for key, value in pairs:
        match = _KEY.fullmatch(key)
        steps = [key] if match is None else [match[1], *_STEP.findall(match[2])]
        if len(steps) > _DEEPEST:
            raise _bad(steps[0], f"is nested more than {_DEEPEST} deep")
        _put(tree, steps, value)
    return tree


def _put(tree: Tree, steps: list[str], value: str) -> None:
    for step in steps[:-1]:
        name = step or _next(tree)
        below = tree.get(name)
        if not isinstance(below, dict):
            below = tree[name] = {}
        tree = below
    tree[steps[-1] or _next(tree)] = value


def _next(tree: Tree) -> str:
    return str(max((int(key) for key in tree if _INDEX.fullmatch(key)), default=-1) + 1)


def members(node: str | Tree | None, where: str) -> list[str | Tree]:
    """The members of a list, none where it is not given; Invalid where it is something else."""
    if node is None:
        return []
    if isinstance(node, str) or not all(_INDEX.fullmatch(key) for key in node):
        raise _bad(where, "is not a list")
    return list(node.values())


def _bad(where: str, say: str) -> Invalid:
    return Invalid(Problem("bad_query", where, say))
