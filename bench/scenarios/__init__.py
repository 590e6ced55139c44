"""Every scenario, in the order in which they run."""

from bench.scenario import Scenario
from bench.scenarios import (
    ageing,
    cold_start,
    live_balance,
    live_invoices_list,
    live_order_detail,
    post_inprocess,
)

ALL: tuple[Scenario, ...] = (
    *post_inprocess.SCENARIOS,
    *live_invoices_list.SCENARIOS,
    *live_order_detail.SCENARIOS,
    *live_balance.SCENARIOS,
    *ageing.SCENARIOS,
    *cold_start.SCENARIOS,
)
