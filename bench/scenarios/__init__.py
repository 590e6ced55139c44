"""Every scenario, in the order in which they run; those that post into the big books come last."""

from bench.scenario import Scenario
from bench.scenarios import (
    ageing,
    bulk_import,
    cold_start,
    growth,
    live_balance,
    live_invoices_list,
    live_order_detail,
    live_while_posting,
    post_http_systemfive,
    post_inprocess,
    sync_import,
    worker_memory,
)

ALL: tuple[Scenario, ...] = (
    *post_inprocess.SCENARIOS,
    *post_http_systemfive.SCENARIOS,
    *sync_import.SCENARIOS,
    *bulk_import.SCENARIOS,
    *live_invoices_list.SCENARIOS,
    *live_order_detail.SCENARIOS,
    *live_balance.SCENARIOS,
    *ageing.SCENARIOS,
    *cold_start.SCENARIOS,
    *worker_memory.SCENARIOS,
    *growth.SCENARIOS,
    *live_while_posting.SCENARIOS,
)
