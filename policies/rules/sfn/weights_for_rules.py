"""A rollout sets the rules that the stack has, with the checks that they have."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import LISTENER_RULE, STATE_MACHINE
from policies.checks import mappings, number, strings
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._workflows import definition, tasks

MOVES: Final = "elasticloadbalancing:ModifyRule"


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """What the machine sets is the declared actions of each forwarding rule of the stack, but for the weights."""
    document = definition(resource)
    if document is None or not any(task.action == MOVES for task in tasks(document)):
        return
    declared = context.once(splitting)
    for entries in settings_of(document):
        seen = {entry.get("RuleArn") for entry in entries}
        for arn, rule in declared.items():
            if arn not in seen:
                yield Problem(f"a step leaves {rule.name} out; set the weights of every rule", "definition")
        for entry in entries:
            yield from entry_problems(entry, declared)


def splitting(context: Context) -> dict[str, Resource]:
    """ARN -> listener rule that splits traffic."""
    return {
        arn: rule
        for rule in context.graph.of_type(*LISTENER_RULE)
        if isinstance(arn := rule.outputs.get("arn"), str) and forwards_by_weight(rule)
    }


def settings_of(value: Any) -> Iterator[list[Mapping[str, Any]]]:
    """Lists of what is set on rules, anywhere in a definition."""
    if isinstance(value, Mapping):
        for item in value.values():
            yield from settings_of(item)
    elif isinstance(value, list):
        entries = mappings(value)
        if entries and any("RuleArn" in entry for entry in entries):
            yield entries
        else:
            for item in value:
                yield from settings_of(item)


def entry_problems(entry: Mapping[str, Any], declared: Mapping[str, Resource]) -> Iterator[Problem]:
    """What differs between the actions that are set and those that are declared."""
    rule = declared.get(str(entry.get("RuleArn")))
    if rule is None:
        yield Problem(f"it sets weights on {entry.get('RuleArn')}, which is no rule of this stack", "definition")
        return
    actions = mappings(entry.get("Actions"))
    if [checks(action) for action in actions] != [checks_declared(action) for action in mappings(rule.get("actions"))]:
        yield Problem(
            f"it sets other actions on {rule.name} than are declared: the checks of the token, or the target groups, "
            "would "
            "change with the weights",
            "definition",
        )
    weights = [
        number(group.get("Weight"))
        for action in actions
        for forward in mappings(action.get("ForwardConfig"))
        for group in mappings(forward.get("TargetGroups"))
    ]
    if len(weights) < 2 or None in weights or sum(one or 0 for one in weights) != 100:
        yield Problem(f"the weights that it sets on {rule.name} are not 100 together", "definition")


def forwards_by_weight(rule: Resource) -> bool:
    """True for a rule that splits traffic."""
    groups = [
        one
        for action in mappings(rule.get("actions"))
        for forward in mappings(action.get("forward"))
        for one in mappings(forward.get("targetGroups"))
    ]
    return len(groups) > 1


def checks(action: Mapping[str, Any]) -> Any:
    """An action as the API writes it, without the weights."""
    token = (mappings(action.get("JwtValidationConfig")) or [{}])[0]
    claims = [
        (claim.get("Name"), claim.get("Format"), strings(claim.get("Values")))
        for claim in mappings(token.get("AdditionalClaims"))
    ]
    forward = (mappings(action.get("ForwardConfig")) or [{}])[0]
    groups = [group.get("TargetGroupArn") for group in mappings(forward.get("TargetGroups"))]
    return action.get("Type"), action.get("Order"), token.get("Issuer"), token.get("JwksEndpoint"), claims, groups


def checks_declared(action: Mapping[str, Any]) -> Any:
    """The same of an action as Pulumi writes it."""
    token = (mappings(action.get("jwtValidation")) or [{}])[0]
    claims = [
        (claim.get("name"), claim.get("format"), strings(claim.get("values")))
        for claim in mappings(token.get("additionalClaims"))
    ]
    forward = (mappings(action.get("forward")) or [{}])[0]
    groups = [group.get("arn") for group in mappings(forward.get("targetGroups"))]
    return action.get("type"), action.get("order"), token.get("issuer"), token.get("jwksEndpoint"), claims, groups


def _stack(issuer: str) -> dict[str, Any]:
    groups = ["arn:stable", "arn:canary"]
    forward = {"TargetGroups": [{"TargetGroupArn": arn, "Weight": 50} for arn in groups]}
    actions = [
        {"Type": "jwt-validation", "Order": 1, "JwtValidationConfig": {"Issuer": issuer}},
        {"Type": "forward", "Order": 2, "ForwardConfig": forward},
    ]
    move = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:elasticloadbalancingv2:modifyRule", "End": True}
    plan = [{"RuleArn": "arn:read", "Actions": actions}]
    states = {"Plan": {"Type": "Pass", "Result": {"weights": plan}, "Next": "Set"}, "Set": move}
    declared = [
        {"type": "jwt-validation", "order": 1, "jwtValidation": {"issuer": "https://login.example.com"}},
        {"type": "forward", "order": 2, "forward": {"targetGroups": [{"arn": arn} for arn in groups]}},
    ]
    return {
        "read": (LISTENER_RULE[0], {"actions": declared}),
        "rollout": (STATE_MACHINE[0], {"definition": json.dumps({"StartAt": "Plan", "States": states})}),
    }


RULE = Rule(
    id="rollout-weights-for-rules",
    title="A rollout sets the rules that the stack has, with the checks that they have",
    severity=Severity.CRITICAL,
    why="ModifyRule replaces all actions: a rollout that forgets the token's check opens the API to everybody.",
    fix="Make the plan of the state machine from the same actions as the listener rules.",
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyRule.html",
    types=STATE_MACHINE,
    reads_graph=True,
    check=check,
    passing=_stack("https://login.example.com"),
    failing=_stack("https://login.example.org"),
)
