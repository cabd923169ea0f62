"""Instance and cache node types are on the allowed list."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.unknown import UNKNOWN
from policies.finding import Severity
from policies.pack import PackConfig, PackSettings
from policies.rule import Context, Problem, Rule, undecided
from policies.rules._tokens import CACHE_CLUSTER, INSTANCE, LAUNCH_TEMPLATE, REPLICATION_GROUP, SCALING_GROUP

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Every instance and cache node type is one that the pack's configuration allows."""
    allowed = context.config.settings.allowed_instance_types
    if not allowed:
        return
    for path in ("instanceType", "nodeType", "mixedInstancesPolicy.launchTemplate.overrides[*].instanceType"):
        for value in resource.all(path):
            if value is UNKNOWN:
                yield undecided(path)
            elif isinstance(value, str) and not any(fnmatchcase(value, pattern) for pattern in allowed):
                yield Problem(f"{path} is {value}; allowed: {', '.join(allowed)}", path)


RULE = Rule(
    id="cost-instance-types-allowed",
    title="Instance and cache node types are on the allowed list",
    severity=Severity.HIGH,
    why="One large type spends the month's budget in hours.",
    fix="Take a type that pack-settings.allowedInstanceTypes lists.",
    source="docs/architecture.md, the budget",
    types=(*LAUNCH_TEMPLATE, *INSTANCE, *SCALING_GROUP, *REPLICATION_GROUP, *CACHE_CLUSTER),
    check=check,
    passing={"template": (LAUNCH_TEMPLATE[0], {"instanceType": "t4g.nano"})},
    failing={"template": (LAUNCH_TEMPLATE[0], {"instanceType": "m7g.16xlarge"})},
    example_config=PackConfig(PackSettings(allowed_instance_types=("t4g.*",))),
)
