"""Every scenario, in the order in which they run."""

from bench.scenario import Scenario
from bench.scenarios import ageing, post_inprocess

ALL: tuple[Scenario, ...] = (
    *post_inprocess.SCENARIOS,
    *ageing.SCENARIOS,
)
