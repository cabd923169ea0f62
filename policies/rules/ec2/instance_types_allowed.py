"""Instance and cache node types are on the allowed list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import CACHE_CLUSTER, INSTANCE, LAUNCH_TEMPLATE, REPLICATION_GROUP, SCALING_GROUP
from policies.context import Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.rules._globs import fits
from policies.settings import PackConfig, PackSettings

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Every instance and cache node type is one that the pack's configuration allows."""
    allowed = context.config.settings.allowed_instance_types
    if not allowed:
        return
    for path in ("instanceType", "nodeType", "mixedInstancesPolicy.launchTemplate.overrides[*].instanceType"):
        for value in resource.all(path):
            if isinstance(value, str) and not any(fits(value, pattern) for pattern in allowed):
                yield Problem(f"{path} is {value}; allowed: {', '.join(allowed)}", path)


RULE = Rule(
    id="cost-instance-types-allowed",
    title="Instance and cache node types are on the allowed list",
    severity=Severity.HIGH,
    risk=Risk.CONFIGURED,
    why="One large type spends the month's budget in hours.",
    fix="Take a type that pack-settings.allowedInstanceTypes lists.",
    source="docs/architecture.md, the budget",
    types=(*LAUNCH_TEMPLATE, *INSTANCE, *SCALING_GROUP, *REPLICATION_GROUP, *CACHE_CLUSTER),
    check=check,
    reads=("instanceType", "nodeType", "mixedInstancesPolicy"),
    passing={"template": (LAUNCH_TEMPLATE[0], {"instanceType": "t4g.nano"})},
    failing={"template": (LAUNCH_TEMPLATE[0], {"instanceType": "m7g.16xlarge"})},
    example_config=PackConfig(PackSettings(allowed_instance_types=("t4g.*",))),
)
