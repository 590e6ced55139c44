"""One order with its lines, 16 connections, random orders."""

from functools import partial

from bench import live
from bench.scenario import Scenario, Target

SCENARIOS = (
    Scenario(
        "live_order_detail",
        "requests/s",
        Target(at_least=0.6),
        partial(live.ours, endpoint="order"),
        partial(live.floor, endpoint="order"),
    ),
)
