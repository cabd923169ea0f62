"""Permissions before AWS's Service Authorization Reference, which policy_sentry brings along."""

from __future__ import annotations

import json
from functools import cache

import pytest
from conftest import STACKS

from deployment.graph import Resource, ResourceGraph
from deployment.tokens import IAM_POLICY, ROLE, ROLE_POLICY, STATE_MACHINE
from judges.tools import find
from policies.context import Context
from policies.examples import example_graph
from policies.rules._documents import Statement, statements
from policies.rules._grants import granting, matches
from policies.rules._permissions import may, permissions
from policies.rules._workflows import definition, tasks

IN_THE_CALLERS_NAME = {
    "iam:PassRole": "no call of a workflow names a role that a service is to act as",
    "iam:CreateServiceLinkedRole": "the account has it since the deployment",
}
"""Dependent actions that no workflow needs, and why."""

NARROWER = {
    # The reference lists those of every kind of protected resource; AWS WAF's guide ("Permissions for protected
    # resources") names one for a load balancer.
    "wafv2:DisassociateWebACL": {"elasticloadbalancing:SetWebAcl"},
    # Done under ElastiCache's service-linked role (ElastiCache guide, "Using service-linked roles").
    "elasticache:DeleteReplicationGroup": set(),
    # For a budget over a billing view (Budgets reference, Budget.BillingViewArn); ours are over the account.
    "budgets:ViewBudget": set(),
}
"""Action -> what it depends on here, where the reference says more."""


@pytest.fixture(params=STACKS)
def stack(request, graph):
    find("policy_sentry")
    return graph(request.param)


@cache
def resource_types(action: str) -> tuple[str, ...]:
    """Forms of the ARNs that `action` can be bound to, ``*`` for none; empty for an action that is none."""
    from policy_sentry.querying.actions import get_action_data

    service, _, name = action.partition(":")
    found = get_action_data(service, name)
    return tuple(row["resource_arn_format"] for rows in found.values() for row in rows) if found else ()


@cache
def actions_of(service: str) -> tuple[str, ...]:
    from policy_sentry.querying.actions import get_actions_for_service

    return tuple(get_actions_for_service(service))


def dependent_actions(action: str) -> set[str]:
    """What has to be allowed beside `action`."""
    from policy_sentry.querying.actions import get_action_data

    if action in NARROWER:
        return NARROWER[action]
    service, _, name = action.partition(":")
    rows = [row for found in (get_action_data(service, name) or {}).values() for row in found]
    return {dependent for row in rows for dependent in row["dependent_actions"]}


def granted(graph: ResourceGraph) -> list[tuple[str, Statement]]:
    return [
        (resource.name, statement)
        for resource in graph.of_type(*ROLE_POLICY, *IAM_POLICY)
        for statement in statements(resource.get("policy")) or ()
    ]


def unknown_actions(found: list[tuple[str, Statement]]) -> set[str]:
    return {
        f"{name}: {pattern}"
        for name, statement in found
        for pattern in statement.actions
        if not any(matches(action, pattern) for action in actions_of(pattern.partition(":")[0]))
    }


def unbindable(found: list[tuple[str, Statement]]) -> set[str]:
    """Actions that know no resources, allowed on some: they are not allowed at all."""
    return {
        f"{name}: {action} on {statement.resources[0]}"
        for name, statement in found
        if statement.allows and statement.resources and "*" not in statement.resources
        for action in statement.actions
        if "*" not in action and set(resource_types(action)) == {"*"}
    }


def called(graph: ResourceGraph) -> list[tuple[Resource, str]]:
    return [
        (machine, task.action)
        for machine in graph.of_type(*STATE_MACHINE)
        for task in tasks(definition(machine) or {})
        if task.action
    ]


def missing_dependents(graph: ResourceGraph) -> set[str]:
    context = Context(graph)
    found = set()
    for machine, action in called(graph):
        (role,) = graph.referenced(machine, "roleArn", *ROLE)
        given = permissions(role, context)
        assert given is not None
        for dependent in dependent_actions(action) - IN_THE_CALLERS_NAME.keys():
            if not may(given, dependent):
                found.add(f"{role.name}: {dependent}, for {action}")
    return found


def test_every_action_is_one_of_its_service(stack):
    assert unknown_actions(granted(stack)) == set()


def test_every_action_knows_the_kind_of_resource_that_it_is_bound_to(stack):
    assert unbindable(granted(stack)) == set()


def test_every_call_of_a_workflow_is_an_action(stack):
    calls = called(stack)
    assert calls
    assert {action for _, action in calls if not resource_types(action)} == set()


def test_a_workflow_may_do_what_its_calls_depend_on(stack):
    assert missing_dependents(stack) == set()


def example(*actions: str, resource: str = "*") -> list[tuple[str, Statement]]:
    return [("example", one) for one in statements(granting(*actions, resource=resource)) or ()]


def test_an_action_that_is_none_is_noticed():
    assert unknown_actions(example("s3:ReadObject", "s3:GetObject", "nowhere:Get*")) == {
        "example: s3:ReadObject",
        "example: nowhere:Get*",
    }


def test_a_binding_that_allows_nothing_is_noticed():
    arn = "arn:aws:ecr:us-east-1:123456789012:repository/a"
    found = unbindable(example("ecr:GetAuthorizationToken", "ecr:BatchGetImage", resource=arn))
    assert found == {f"example: ecr:GetAuthorizationToken on {arn}"}


def test_a_dependent_action_that_is_missing_is_noticed():
    call = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:elasticache:deleteServerlessCache", "End": True}
    graph = example_graph(
        {
            "role": (ROLE[0], {"assumeRolePolicy": "{}"}),
            "policy": (ROLE_POLICY[0], {"role": "id:role", "policy": granting("elasticache:*")}),
            "machine": (
                STATE_MACHINE[0],
                {"roleArn": "arn:role", "definition": json.dumps({"StartAt": "A", "States": {"A": call}})},
            ),
        }
    )
    assert missing_dependents(graph) == {"role: ec2:DescribeTags, for elasticache:DeleteServerlessCache"}
