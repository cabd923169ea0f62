"""Names of the CloudWatch metrics that the twin simulates. Imports nothing heavy: `predict` reads stacks, too."""

from __future__ import annotations

import ast
from typing import Final

CPU: Final = "CPUUtilization"
"""Of an Auto Scaling group: the mean over its instances."""

CREDITS: Final = "CPUCreditBalance"
"""The same: the fewest of its instances."""

NAMES: Final = frozenset(
    {
        CPU,
        "RequestCount",
        "RequestCountPerTarget",
        "TargetResponseTime",
        "HTTPCode_Target_5XX_Count",
        "HTTPCode_ELB_5XX_Count",
        "HTTPCode_ELB_503_Count",
        "HTTPCode_ELB_504_Count",
        "HealthyHostCount",
        "UnHealthyHostCount",
        "BlockedRequests",
        "GroupInServiceInstances",
        "GroupDesiredCapacity",
        CREDITS,
        "launch_attempts",
        "launch_failure_percent",
        "launch_failures",
        "launch_successes",
        "auto_scale_events",
    }
)
"""Metric names; their values are in `workbench.simulate.metrics`, and a test holds the two together."""

NAMESPACES: Final = {
    CPU: "AWS/EC2",
    CREDITS: "AWS/EC2",
    "BlockedRequests": "AWS/WAFV2",
    "GroupInServiceInstances": "AWS/AutoScaling",
    "GroupDesiredCapacity": "AWS/AutoScaling",
}
"""Where a metric is simulated: databases, caches and other load balancers have metrics of the same names."""
BALANCER: Final = "AWS/ApplicationELB"
"""Namespace of the others, but for those that a program makes itself."""


def is_simulated(namespace: str, name: str) -> bool:
    """Whether the metric `name` of `namespace` is one of the twin's."""
    if not namespace.startswith("AWS/"):
        return name in NAMES
    return name in NAMES and namespace == NAMESPACES.get(name, BALANCER)


FUNCTIONS: Final = frozenset({"IF", "FILL", "MAX", "MIN", "SUM"})
"""Functions of metric math that the twin evaluates."""


def expression_names(expression: str) -> frozenset[str]:
    """Metric ids that a metric-math expression uses; an unknown function counts as a name, so it is not known."""
    try:
        tree = ast.parse(expression.strip(), mode="eval")
    except (SyntaxError, ValueError):
        return frozenset({expression})
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return frozenset(names - FUNCTIONS)
