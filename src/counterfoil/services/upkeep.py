"""Keeping a book in order: letting old bodies go."""

from __future__ import annotations

from datetime import timedelta

from counterfoil.services.office import Context

#: So many bodies go in one unit of work, so that no door waits for long.
_AT_ONCE = 2000


def purge_bodies(ctx: Context, older_than: timedelta) -> int:
    """Let the bodies of calls go that came in before so long ago; how many went. Their hashes and answers stay."""
    gone, part = 0, 0
    while True:
        with ctx.work(part) as work:
            went = work.unit.upkeep.purge_bodies(ctx.now - older_than, _AT_ONCE)
        gone, part = gone + went, part + 1
        if went < _AT_ONCE:
            return gone
