"""Burstable instances can't run up CPU credit charges."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import LAUNCH_TEMPLATE
from policies.checks import strings
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.table import must_be

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A burstable instance type is launched with standard credits."""
    types = strings(resource.get("instanceType"))
    burstable = not types or any(kind.startswith("t") for kind in types)
    if burstable:
        yield from must_be("creditSpecification.cpuCredits", "standard").check(resource, context)


RULE = Rule(
    id="compute-burst-credits",
    title="Burstable instances can't run up CPU credit charges",
    severity=Severity.HIGH,
    why=("T3 and T4g instances start in unlimited mode: sustained load is billed on top, $0.04 for each vCPU-hour."),
    fix="Set creditSpecification.cpuCredits to standard.",
    source="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/burstable-performance-instances-unlimited-mode.html",
    types=LAUNCH_TEMPLATE,
    check=check,
    passing={"template": (LAUNCH_TEMPLATE[0], {"creditSpecification": {"cpuCredits": "standard"}})},
    failing={"template": (LAUNCH_TEMPLATE[0], {})},
)
