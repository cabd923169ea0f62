"""What the budget attaches at the limit denies everything that the stack is billed by the hour for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from deployment.graph import Resource
from deployment.tokens import (
    BUDGET_ACTION,
    CACHE_CLUSTER,
    IAM_POLICY,
    INSTANCE,
    LOAD_BALANCER,
    REPLICATION_GROUP,
    SCALING_GROUP,
    SERVERLESS_CACHE,
    WEB_ACL,
)
from policies.checks import number
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule, undecided
from policies.rules._documents import Statement, statements
from policies.rules._permissions import covers

if TYPE_CHECKING:
    from collections.abc import Iterator

BILLED: Final = {
    **dict.fromkeys(LOAD_BALANCER, ("elasticloadbalancing:CreateLoadBalancer",)),
    **dict.fromkeys(
        SCALING_GROUP,
        ("autoscaling:CreateAutoScalingGroup", "autoscaling:SetDesiredCapacity", "ec2:RunInstances"),
    ),
    **dict.fromkeys(INSTANCE, ("ec2:RunInstances",)),
    **dict.fromkeys(SERVERLESS_CACHE, ("elasticache:CreateServerlessCache",)),
    **dict.fromkeys(REPLICATION_GROUP, ("elasticache:CreateReplicationGroup",)),
    **dict.fromkeys(CACHE_CLUSTER, ("elasticache:CreateCacheCluster",)),
    **dict.fromkeys(WEB_ACL, ("wafv2:CreateWebACL",)),
    "aws:ec2/natGateway:NatGateway": ("ec2:CreateNatGateway",),
}
"""Type that is billed by the hour -> the calls that make more of it."""
PARKED: Final = (*LOAD_BALANCER, *SCALING_GROUP, *SERVERLESS_CACHE, *WEB_ACL)
"""Types that come back when a parked stack is unparked."""
GROWING: Final = "autoscaling:UpdateAutoScalingGroup"


def check(context: Context) -> Iterator[Problem]:
    """Each call that makes more of what the stack has is denied on everything, without conditions."""
    for action in context.graph.of_type(*BUDGET_ACTION):
        for policy in context.graph.referenced(action, "definition.iamActionDefinition.policyArn", *IAM_POLICY):
            found = statements(policy.get("policy"))
            if found is None:
                yield undecided("policy")._replace(resource=policy)
            else:
                yield from gaps(policy, found, context)


def gaps(policy: Resource, found: tuple[Statement, ...], context: Context) -> Iterator[Problem]:
    """What the policy leaves open."""
    denying = [one for one in found if one.effect == "Deny" and "*" in one.resources]
    if any(one.allows for one in found):
        yield Problem("the policy that the budget attaches allows something; let it deny only", "policy", policy)
    missing = []
    for token, calls in BILLED.items():
        if not (context.graph.of_type(token) or (context.parked and token in PARKED)):
            continue
        firm = [one for one in denying if not one.conditions]
        missing += [call for call in calls if not any(covers(one, call, None) for one in firm)]
        if token in SCALING_GROUP and not any(covers(one, GROWING, None) and grows(one) for one in denying):
            missing.append(GROWING)
    if missing:
        named = ", ".join(dict.fromkeys(missing))
        yield Problem(f"the policy that the budget attaches does not deny {named}; add it", "policy", policy)


def grows(statement: Statement) -> bool:
    """True when the statement denies every size above 0: a fleet may still be emptied."""
    if not statement.conditions:
        return True
    limits = [number(value) for value in statement.condition_values("autoscaling:MaxSize")]
    return any("NumericGreaterThan" in operator for operator in statement.conditions) and limits == [0]


def _denying(*calls: str) -> str:
    statement = {"Effect": "Deny", "Action": list(calls), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


RULE = Rule(
    id="cost-budget-action-denies",
    title="What the budget attaches at the limit denies all that is billed by the hour",
    severity=Severity.HIGH,
    why="A gap in it is where the money goes on after the limit.",
    fix="Deny the calls that the message names on Resource *, without conditions.",
    source="https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-controls.html",
    check_stack=check,
    passing={
        "action": (BUDGET_ACTION[0], {"definition": {"iamActionDefinition": {"policyArn": "arn:stop"}}}),
        "stop": (IAM_POLICY[0], {"policy": _denying("ec2:RunInstances")}),
        "machine": (INSTANCE[0], {}),
    },
    failing={
        "action": (BUDGET_ACTION[0], {"definition": {"iamActionDefinition": {"policyArn": "arn:stop"}}}),
        "stop": (IAM_POLICY[0], {"policy": _denying("rds:CreateDBInstance")}),
        "machine": (INSTANCE[0], {}),
    },
)
