"""Names fit into what AWS allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import (
    BUCKET,
    LOAD_BALANCER,
    METRIC_ALARM,
    QUEUE,
    REPLICATION_GROUP,
    ROLE,
    SCHEDULE,
    SECURITY_GROUP,
    SERVERLESS_CACHE,
    STATE_MACHINE,
    TARGET_GROUP,
    TOPIC,
    WEB_ACL,
)
from policies.context import Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = {
    **dict.fromkeys(LOAD_BALANCER, ("name", 32)),
    **dict.fromkeys(TARGET_GROUP, ("name", 32)),
    **dict.fromkeys(ROLE, ("name", 64)),
    **dict.fromkeys(SCHEDULE, ("name", 64)),
    **dict.fromkeys(STATE_MACHINE, ("name", 80)),
    **dict.fromkeys(QUEUE, ("name", 80)),
    **dict.fromkeys(SERVERLESS_CACHE, ("name", 40)),
    **dict.fromkeys(REPLICATION_GROUP, ("replicationGroupId", 40)),
    **dict.fromkeys(WEB_ACL, ("name", 128)),
    **dict.fromkeys(BUCKET, ("bucket", 63)),
    **dict.fromkeys(TOPIC, ("name", 256)),
    **dict.fromkeys(SECURITY_GROUP, ("name", 255)),
    **dict.fromkeys(METRIC_ALARM, ("name", 255)),
}


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A name fits into what AWS allows."""
    path, longest = LONGEST[resource.type]
    value = resource.inputs.get(path)
    if isinstance(value, str) and len(value) > longest:
        yield Problem(f"{path} has {len(value)} characters; AWS allows {longest}", path)


RULE = Rule(
    id="naming-lengths",
    title="Names fit into what AWS allows",
    severity=Severity.MEDIUM,
    risk=Risk.REFUSAL,
    why="AWS refuses a long name in the middle of a deployment.",
    fix="Shorten the name, or leave it out and let Pulumi make one.",
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html",
    types=tuple(LONGEST),
    check=check,
    passing={"alb": (LOAD_BALANCER[0], {"name": "plant-dev"})},
    failing={"alb": (LOAD_BALANCER[0], {"name": "plant-" * 6})},
)
