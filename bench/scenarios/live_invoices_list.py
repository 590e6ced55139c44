"""A page of 15 invoices with their balances and how many there are in all, 16 connections, random customers."""

from functools import partial

from bench import live
from bench.scenario import Scenario, Target

SCENARIOS = (
    Scenario(
        "live_invoices_list",
        "requests/s",
        Target(at_least=0.6),
        partial(live.ours, endpoint="invoices"),
        partial(live.floor, endpoint="invoices"),
    ),
)
