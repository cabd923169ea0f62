"""What a stack on a shared platform adds to the platform's own bill: the increment is charged to the stack.

The hours of the load balancer, the web ACL and the cache are the platform's; what the stack's requests make
them bill beyond that is the stack's. It belongs to no resource of the graph, so it is told at its root.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import Amount, Charge, Driver
from cost.pricers.aws.lb import EVALUATIONS_PER_LCU_HOUR, LOAD_BALANCERS, RULES, lcu, outbound
from cost.pricers.aws.wafv2 import RULE_GROUP, WEB_ACL
from cost.scope import Scope
from cost.uptime import Metering
from deployment import tokens

CACHES: Final = (
    *tokens.SERVERLESS_CACHE,
    *tokens.REPLICATION_GROUP,
    *tokens.CACHE_CLUSTER,
)


def increment(scope: Scope) -> Iterator[Charge]:
    """Charges of the shared load balancer, web ACL and cache for this stack's use. `scope` is of the root."""
    graph, traffic = scope.graph, scope.traffic
    if not graph.of_type(*LOAD_BALANCERS):
        yield lcu(scope, rules=0)
        if rules := len(graph.of_type(*RULES)):
            yield scope.use(
                "Rule evaluations on the platform's listener",
                ("elb", "alb_lcu_hour"),
                scope.requests * rules / EVALUATIONS_PER_LCU_HOUR,
            )
        yield outbound(scope)
    if not graph.of_type(WEB_ACL, RULE_GROUP):
        yield scope.use("Requests inspected by the platform's web ACL", ("wafv2", "million_requests"), scope.requests)
    if not graph.of_type(*CACHES):
        yield scope.charge(
            "Data in the platform's cache",
            ("elasticache", "serverless_valkey_gb_hour"),
            Amount.fixed(traffic.cache_data_gb),
            Metering.FULL_HOURS,
        )
        units = scope.requests * max(Decimal(1), traffic.cache_kb_per_request)
        yield scope.use(
            "Processing units of the platform's cache",
            ("elasticache", "serverless_valkey_million_ecpu"),
            units,
            Driver.TRAFFIC,
        )
