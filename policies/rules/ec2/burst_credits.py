"""Burstable instances can't run up CPU credit charges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from deployment.graph import Resource
from deployment.tokens import LAUNCH_TEMPLATE, SCALING_GROUP
from policies.checks import is_absent, strings
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.table import must_be

if TYPE_CHECKING:
    from collections.abc import Iterator


SPECIFICATION: Final = "mixedInstancesPolicy.launchTemplate.launchTemplateSpecification.launchTemplateId"
OVERRIDES: Final = "mixedInstancesPolicy.launchTemplate.overrides[*].instanceType"


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A burstable instance type is launched with standard credits, and no other type with any."""
    types = strings(resource.get("instanceType"))
    groups = context.pointing_at(resource, SPECIFICATION, *SCALING_GROUP)
    launched = [kind for group in groups for kind in strings(list(group.all(OVERRIDES)))] or types
    without = [kind for kind in launched if not kind.startswith("t")]
    if len(without) < len(launched) or not launched:
        yield from must_be("creditSpecification.cpuCredits", "standard").check(resource, context)
    if without and not is_absent(resource.get("creditSpecification")):
        yield Problem(
            f"creditSpecification is for T instances only, and {without[0]} is none: AWS refuses the launch; take it"
            " out, or launch T instances only",
            "creditSpecification",
        )


RULE = Rule(
    id="compute-burst-credits",
    title="Burstable instances can't run up CPU credit charges",
    severity=Severity.HIGH,
    why=("T3 and T4g instances start in unlimited mode: sustained load is billed on top, $0.04 for each vCPU-hour."),
    fix="Set creditSpecification.cpuCredits to standard.",
    source="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/burstable-performance-instances-unlimited-mode.html",
    types=LAUNCH_TEMPLATE,
    reads_graph=True,
    check=check,
    passing={"template": (LAUNCH_TEMPLATE[0], {"creditSpecification": {"cpuCredits": "standard"}})},
    failing={"template": (LAUNCH_TEMPLATE[0], {})},
)
