"""A customer's account by lateness, 16 connections, random customers."""

from functools import partial

from bench import live
from bench.scenario import Scenario, Target

SCENARIOS = (
    Scenario(
        "live_balance",
        "requests/s",
        Target(at_least=0.6),
        partial(live.ours, endpoint="balance"),
        partial(live.floor, endpoint="balance"),
    ),
)
