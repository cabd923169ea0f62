"""The budget is watched by somebody who can hear of it, and at its limit new capacity is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, TypeAlias

from deployment.graph import Resource
from deployment.tokens import (
    BUDGET,
    BUDGET_ACTION,
    CACHE_CLUSTER,
    IAM_POLICY,
    INSTANCE,
    LAUNCH_TEMPLATE,
    LOAD_BALANCER,
    NAT_GATEWAY,
    REPLICATION_GROUP,
    SCALING_GROUP,
    SERVERLESS_CACHE,
    TOPIC,
    WEB_ACL,
)
from policies.checks import mappings, number, shown, strings
from policies.context import ROOT_TYPE, Context
from policies.examples import but, each
from policies.finding import Severity
from policies.property_schema import takes_tags
from policies.rule import Problem, Rule
from policies.rules._documents import Statement, statements
from policies.rules._permissions import covers
from policies.rules._tags import tags_of

JUST_OVER: Final = Decimal(101)
"""Percent of the limit that is spent, or forecast."""
CALLS: Final = {
    **dict.fromkeys(LOAD_BALANCER, ("elasticloadbalancing:CreateLoadBalancer",)),
    **dict.fromkeys(
        SCALING_GROUP, ("autoscaling:CreateAutoScalingGroup", "autoscaling:SetDesiredCapacity", "ec2:RunInstances")
    ),
    **dict.fromkeys(INSTANCE, ("ec2:RunInstances",)),
    **dict.fromkeys(SERVERLESS_CACHE, ("elasticache:CreateServerlessCache",)),
    **dict.fromkeys(REPLICATION_GROUP, ("elasticache:CreateReplicationGroup",)),
    **dict.fromkeys(CACHE_CLUSTER, ("elasticache:CreateCacheCluster",)),
    **dict.fromkeys(WEB_ACL, ("wafv2:CreateWebACL",)),
    **dict.fromkeys(NAT_GATEWAY, ("ec2:CreateNatGateway",)),
}
"""Type that is billed by the hour -> the calls that make more of it."""
PARKED: Final = (*LOAD_BALANCER, *SCALING_GROUP, *SERVERLESS_CACHE, *WEB_ACL)
"""Types that come back when a parked stack is unparked."""
GROWING: Final = "autoscaling:UpdateAutoScalingGroup"
KINDS: Final = {"ACTUAL": "is spent", "FORECASTED": "is forecast"}


def check(context: Context) -> Iterator[Problem]:
    """Let 101 % of the limit be spent: people hear of it, what is spent was seen, and more is refused."""
    watching = [one for one in context.graph.of_type(*BUDGET) if watches(one, context)]
    for kind, what in KINDS.items():
        if not any(told(budget, kind, context) for budget in watching):
            yield Problem(
                f"nobody hears of it when 101 % of the stack's limit {what}; add an aws.budgets.Budget of at most that "
                f"limit a month, with a notice of type {kind} that has subscribers"
            )
    yield from unseen(watching, context)
    refused = [statement for policy in attached(context) for statement in statements(policy.get("policy")) or ()]
    open_calls = [call for call in calls_of(context) if not any(denies(one, call) for one in refused)]
    if open_calls:
        yield Problem(
            f"at the limit {', '.join(open_calls)} stays allowed; add an aws.budgets.BudgetAction, AUTOMATIC at 100 % "
            "or less, whose policy denies it to the roles that deploy"
        )


def watches(budget: Resource, context: Context) -> bool:
    """True for a budget of what the stack costs in a month, of at most its own limit."""
    declared = (context.cost_basis or {}).get("budget")
    own = number(declared.get("monthlyLimitUsd")) if isinstance(declared, Mapping) else None
    amount = number(budget.get("limitAmount"))
    fits = amount is not None and 0 < amount <= (own or Decimal("Infinity"))
    return fits and budget.get("timeUnit") == "MONTHLY" and budget.get("budgetType") == "COST"


def told(budget: Resource, kind: str, context: Context) -> bool:
    """True when somebody hears of it as 101 % of the budget is reached."""
    topics = context.once(topic_arns)
    return any(
        notice.get("notificationType") == kind
        and notice.get("comparisonOperator") == "GREATER_THAN"
        and (number(notice.get("threshold")) or JUST_OVER) < JUST_OVER
        and (
            strings(notice.get("subscriberEmailAddresses"))
            or not topics.isdisjoint(strings(notice.get("subscriberSnsTopicArns")))
        )
        for notice in mappings(budget.get("notifications"))
    )


def topic_arns(context: Context) -> frozenset[Any]:
    """ARNs of the stack's topics."""
    return frozenset(topic.outputs.get("arn") for topic in context.graph.of_type(*TOPIC))


def tagged(context: Context) -> dict[str, dict[str | None, list[tuple[int, Resource, Any]]]]:
    """Key -> value -> (place in the graph, resource, value) of what carries it; None for what is no text, or not there.

    For the keys that budgets count by.
    """
    keys = {key for budget in context.graph.of_type(*BUDGET) for key, _ in filters(budget)}
    found: dict[str, dict[str | None, list[tuple[int, Resource, Any]]]] = {key: {} for key in keys}
    for place, resource in enumerate(context.graph):
        tags = tags_of(resource, context) if resource.custom and takes_tags(resource.type) else None
        if tags is not None:
            for key in keys:
                value = tags.get(key)
                group = value if isinstance(value, str) else None
                found[key].setdefault(group, []).append((place, resource, value))
    return found


def unseen(watching: Sequence[Resource], context: Context) -> Iterator[Problem]:
    """What the stack spends without a budget's seeing it; told of the first that counts by tags."""
    counting = list(dict.fromkeys(wanted for budget in watching if (wanted := tuple(filters(budget)))))
    if not counting:
        return
    first, *others = counting
    found = context.once(tagged)
    seen = {place for wanted in others for place in seen_by(wanted, found)}
    alike: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    for wanted in others:
        alike.setdefault(tuple(key for key, _ in wanted), set()).add(tuple(value for _, value in wanted))
    for key, value in first:
        beside = [one for given, group in found[key].items() if given != value for one in group if one[0] not in seen]
        for _, resource, given in sorted(beside, key=lambda one: one[0]):
            yield Problem(f"tags.{key} is {shown(given)}, and the budget counts {value} only; set it", "tags", resource)
        for template in context.graph.of_type(*LAUNCH_TEMPLATE):
            launched = {one.get("resourceType"): one.get("tags") for one in mappings(template.get("tagSpecifications"))}
            own = {kind: tags if isinstance(tags := launched.get(kind), Mapping) else {} for kind in LAUNCHED}
            lacking = [kind for kind, tags in own.items() if tags.get(key) != value]
            if lacking and not any(counts(keys, values, own) for keys, values in alike.items()):
                yield Problem(
                    f"tagSpecifications gives a launched {' and '.join(lacking)} no tag {key}={value}, by which the "
                    "budget counts; set it",
                    "tagSpecifications",
                    template,
                )


Tagged: TypeAlias = Mapping[str, Mapping[str | None, list[tuple[int, Resource, Any]]]]


def seen_by(wanted: Sequence[tuple[str, str]], found: Tagged) -> set[int]:
    """Places in the graph of what carries every tag that is `wanted`."""
    places = [{place for place, _, _ in found[key].get(value, ())} for key, value in wanted]
    return set.intersection(*places)


def counts(keys: tuple[str, ...], values: set[tuple[str, ...]], own: Mapping[str, Mapping[Any, Any]]) -> bool:
    """True when a budget that counts by `keys` has among its `values` what a template gives all that it launches."""
    given = {tuple(str(tags.get(key)) for key in keys) for tags in own.values()}
    return len(given) == 1 and given <= values


LAUNCHED: Final = ("instance", "volume")


def filters(budget: Resource) -> Iterator[tuple[str, str]]:
    """(key, value) of the tags that `budget` counts by."""
    for one in mappings(budget.get("costFilters")):
        for value in strings(one.get("values")):
            if one.get("name") == "TagKeyValue" and "$" in value:
                key, _, wanted = value.removeprefix("user:").partition("$")
                yield key, wanted


def attached(context: Context) -> Iterator[Resource]:
    """Policies that a budget attaches by itself, to some role, when its limit is reached."""
    for action in context.graph.of_type(*BUDGET_ACTION):
        percent = number(action.get("actionThreshold.actionThresholdValue"))
        by_itself = action.get("approvalModel") == "AUTOMATIC" and action.get("notificationType") == "ACTUAL"
        reached = percent is not None and 0 < percent < JUST_OVER
        if by_itself and reached and strings(action.get("definition.iamActionDefinition.roles")):
            yield from context.graph.referenced(action, "definition.iamActionDefinition.policyArn", *IAM_POLICY)


def calls_of(context: Context) -> list[str]:
    """Calls that would make more of what the stack is billed for by the hour."""
    found = [
        call
        for token, calls in CALLS.items()
        if context.graph.of_type(token) or (context.parked and token in PARKED)
        for call in (*calls, *([GROWING] if token in SCALING_GROUP else []))
    ]
    return list(dict.fromkeys(found))


def denies(statement: Statement, call: str) -> bool:
    """True when the statement refuses the call on everything; a fleet may still be emptied."""
    if statement.effect != "Deny" or "*" not in statement.resources or not covers(statement, call, None):
        return False
    limits = [number(value) for value in statement.condition_values("autoscaling:MaxSize")]
    growing = any("NumericGreaterThan" in operator for operator in statement.conditions) and limits == [0]
    return not statement.conditions or (call == GROWING and growing)


def _denying(*calls: str) -> str:
    return json.dumps({"Statement": [{"Effect": "Deny", "Action": list(calls), "Resource": "*"}]})


def _notice_of(kind: str) -> dict[str, Any]:
    return {
        "notificationType": kind,
        "comparisonOperator": "GREATER_THAN",
        "threshold": 100,
        "subscriberEmailAddresses": ["team@example.com"],
    }


_GOOD: Final[dict[str, Any]] = {
    "root": (ROOT_TYPE, {"costBasis": {"budget": {"monthlyLimitUsd": "5.00"}}}),
    "limit": (
        BUDGET[0],
        {
            "limitAmount": "5.00",
            "timeUnit": "MONTHLY",
            "budgetType": "COST",
            "costFilters": [{"name": "TagKeyValue", "values": ["user:Stack$api"]}],
            "notifications": [_notice_of("ACTUAL"), _notice_of("FORECASTED")],
            "tags": {"Stack": "api"},
        },
    ),
    "stop": (
        BUDGET_ACTION[0],
        {
            "approvalModel": "AUTOMATIC",
            "notificationType": "ACTUAL",
            "actionThreshold": {"actionThresholdValue": 100},
            "definition": {"iamActionDefinition": {"policyArn": "arn:deny", "roles": ["deploy"]}},
            "tags": {"Stack": "api"},
        },
    ),
    "deny": (IAM_POLICY[0], {"policy": _denying("ec2:RunInstances"), "tags": {"Stack": "api"}}),
    "machine": (INSTANCE[0], {"tags": {"Stack": "api"}}),
}
_LAUNCHED: Final = {
    "tagSpecifications": [{"resourceType": "instance", "tags": {"Stack": "api"}}],
    "tags": {"Stack": "api"},
}
_SECOND: Final = (
    BUDGET[0],
    {
        **_GOOD["limit"][1],
        "costFilters": [{"name": "TagKeyValue", "values": ["user:Stack$jobs"]}],
        "tags": {"Stack": "jobs"},
    },
)
_TEMPLATE: Final = (
    LAUNCH_TEMPLATE[0],
    {
        "tags": {"Stack": "jobs"},
        "tagSpecifications": [{"resourceType": kind, "tags": {"Stack": "jobs"}} for kind in LAUNCHED],
    },
)


RULE = Rule(
    id="cost-budget-watched",
    title="Somebody hears of the budget's limit, and at it new capacity is refused",
    severity=Severity.HIGH,
    why="Notices are read in the morning; an action works at night, and sees only what carries the budget's tag.",
    fix="Add an AWS Budget of the stack's own limit with notices, and an action that denies what makes capacity.",
    source="https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-controls.html",
    check_stack=check,
    walks=True,
    passing=_GOOD,
    also_passing=each(_GOOD, {"second": _SECOND, "template": _TEMPLATE}),
    failing=but(_GOOD, {"limit": None}),
    also_failing=each(
        _GOOD,
        {"limit.limitAmount": "50.00"},
        {"limit.notifications[1].threshold": 500},
        {"limit.notifications[0].subscriberEmailAddresses": []},
        {"machine.tags.Stack": "other"},
        {"template": (LAUNCH_TEMPLATE[0], _LAUNCHED)},
        {"stop": None},
        {"stop.approvalModel": "MANUAL"},
        {"stop.actionThreshold.actionThresholdValue": 1000},
        {"deny.policy": _denying("rds:CreateDBInstance")},
    ),
)
