"""A fleet gives instances time to start, and to finish."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from deployment.graph import Resource
from deployment.tokens import LIFECYCLE_HOOK, SCALING_GROUP, TARGET_GROUP
from policies.checks import number, shown
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

DEFAULT_GRACE: Final = 300
LONGEST: Final = 7_200
HEALTHY_PERCENT: Final = 50
TERMINATING: Final = "autoscaling:EC2_INSTANCE_TERMINATING"
SHARES: Final = ("instanceMaintenancePolicy.minHealthyPercentage", "instanceRefresh.preferences.minHealthyPercentage")


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """An instance isn't judged before it is up, half of the fleet stays while it is renewed, and requests end."""
    warm = number(resource.get("defaultInstanceWarmup"))
    grace = number(resource.get("healthCheckGracePeriod"))
    grace = Decimal(DEFAULT_GRACE) if grace is None and resource.get("healthCheckGracePeriod") is None else grace
    if grace is not None and resource.get("healthCheckType") == "ELB" and (grace < (warm or 1) or grace > LONGEST):
        yield Problem(
            f"healthCheckGracePeriod is {grace} s; give as long as an instance takes to serve "
            f"({shown(warm or 1)} s, defaultInstanceWarmup), and {LONGEST} at most",
            "healthCheckGracePeriod",
        )
    for path in ("defaultInstanceWarmup", "instanceRefresh.preferences.instanceWarmup"):
        seconds = number(resource.get(path))
        if seconds is not None and not 0 < seconds <= LONGEST:
            yield Problem(f"{path} is {seconds} s; give more than 0, and {LONGEST} at most", path)
    for path in SHARES:
        share = number(resource.get(path))
        if share is not None and share < HEALTHY_PERCENT:
            yield Problem(
                f"{path} is {share} %, so most of the fleet may go at once; give {HEALTHY_PERCENT} or more", path
            )
    yield from drain_problems(resource, context)


def drain_problems(group: Resource, context: Context) -> Iterator[Problem]:
    """Instances that go before their requests have ended."""
    hooks = context.pointing_at(group, "autoscalingGroupName", *LIFECYCLE_HOOK)
    given = [number(hook.get("heartbeatTimeout")) for hook in hooks if hook.get("lifecycleTransition") == TERMINATING]
    for target in context.graph.referenced(group, "targetGroupArns", *TARGET_GROUP):
        delay = number(target.get("deregistrationDelay"))
        if delay == 0:
            yield Problem(
                "deregistrationDelay is 0, so requests under way are cut; give them some seconds",
                "deregistrationDelay",
                target,
            )
        for seconds in given:
            if seconds is not None and delay is not None and seconds < delay:
                yield Problem(
                    f"the hook holds an instance for {seconds} s (heartbeatTimeout), and {target.name} drains for "
                    f"{delay} s "
                    "(deregistrationDelay); hold it as long",
                    "heartbeatTimeout",
                    hooks[0],
                )


def _fleet(grace: int) -> dict[str, Any]:
    timing = {"healthCheckType": "ELB", "healthCheckGracePeriod": grace, "defaultInstanceWarmup": 90}
    return {"fleet": (SCALING_GROUP[0], timing)}


RULE = Rule(
    id="reliability-fleet-timing",
    title="A fleet gives instances time to start, and to finish",
    severity=Severity.HIGH,
    why="An instance that is judged before it is up is replaced for ever; one that goes too soon cuts requests.",
    fix="Set the seconds or percents that the message names.",
    source="https://docs.aws.amazon.com/autoscaling/ec2/userguide/health-check-grace-period.html",
    types=SCALING_GROUP,
    reads_graph=True,
    check=check,
    passing=_fleet(300),
    failing=_fleet(30),
)
