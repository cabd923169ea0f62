"""Permissions before AWS's Service Authorization Reference, which policy_sentry brings along."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cache
from typing import Any

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
from workbench.emulator.api import operation_model
from workbench.emulator.behaviour.access import Ask, allows
from workbench.emulator.registry import type_for

BY_AN_ADMINISTRATOR = {
    "budgets:CreateBudgetAction": "the budget restrains the role",
    "budgets:ModifyBudget": "the budget restrains the role",
    "budgets:TagResource": "the budget restrains the role",
    "budgets:UntagResource": "the budget restrains the role",
    "eks:CreateAccessEntry": "who may do what in a cluster is not for a job to say",
    "eks:CreatePodIdentityAssociation": "who may do what in a cluster is not for a job to say",
    "iam:AttachRolePolicy": "managed policies are those of the restraint only",
    "iam:CreatePolicy": "managed policies are those of the restraint only",
    "iam:CreatePolicyVersion": "managed policies are those of the restraint only",
    "iam:DeletePolicy": "managed policies are those of the restraint only",
    "iam:DeletePolicyVersion": "managed policies are those of the restraint only",
    "iam:DetachRolePolicy": "managed policies are those of the restraint only",
    "iam:TagPolicy": "managed policies are those of the restraint only",
    "iam:UntagPolicy": "managed policies are those of the restraint only",
    "kms:CreateKey": "whoever may tag a key without a tag makes it the stack's",
    "logs:DeleteResourcePolicy": "knows no resource: prod's log policies would be within reach of dev",
    "sns:SetSubscriptionAttributes": "knows no resource: prod's subscribers would be within reach of dev",
    "sns:Unsubscribe": "knows no resource: prod's subscribers would be within reach of dev",
}
"""Action of a deployment that its role may not do, and why: the component's docstring says who does."""

ACTION_OF_CALL = {
    "budgets:CreateBudget": "budgets:ModifyBudget",
    "budgets:CreateNotification": "budgets:ModifyBudget",
    "budgets:DeleteBudget": "budgets:ModifyBudget",
    "budgets:DeleteNotification": "budgets:ModifyBudget",
    "budgets:DescribeBudget": "budgets:ViewBudget",
    "budgets:DescribeNotificationsForBudget": "budgets:ViewBudget",
    "budgets:DescribeSubscribersForNotification": "budgets:ViewBudget",
    "budgets:UpdateBudget": "budgets:ModifyBudget",
    "s3:DeleteBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:DeleteBucketLifecycle": "s3:PutLifecycleConfiguration",
    "s3:DeleteBucketOwnershipControls": "s3:PutBucketOwnershipControls",
    "s3:DeletePublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:PutBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
}
"""Calls that another action allows (Service Authorization Reference, "Actions" of AWS Budgets and Amazon S3)."""

ALWAYS_THERE = ("aws:requestedregion", "aws:sourceaccount", "aws:sourcearn", "aws:securetransport", "aws:viaawsservice")
"""Condition keys that come with a request whatever it is for (IAM user guide, "AWS global condition context keys")."""

HARMLESS = {
    "acm:AddTagsToCertificate": "a certificate gets its tag by it while it is made; nothing else tells its maker",
    "acm:RenewCertificate": "makes nothing worse",
    "acm:RequestCertificate": "makes a new one",
    "acm:ResendValidationEmail": "its owner decides",
    "appconfig:CreateApplication": "makes a new one",
    "appconfig:CreateDeploymentStrategy": "makes a new one",
    "appconfig:StartConfigurationSession": "reads",
    "appconfig:ValidateConfiguration": "changes nothing",
    "ec2:CreateInternetGateway": "makes a new one, which leads nowhere yet",
    "ec2:CreateLaunchTemplate": "makes a new one; whose profile it has iam:PassRole decides",
    "ec2:CreateSecurityGroup": "makes a new one, which nothing has yet",
    "elasticloadbalancing:SetWebAcl": "half of a call; the other half is bound",
    "logs:CreateLogDelivery": "no call: what a service does that is told to log",
    "logs:DeleteLogDelivery": "no call: what a service does that is told to log",
    "logs:UpdateLogDelivery": "no call: what a service does that is told to log",
    "wafv2:UpdateManagedRuleSetVersionExpiryDate": "sellers of rule sets alone have any",
}
"""Action that a deployment may do to what bears no stack's tag and no stack's name -> why that is as it should be."""

IN_THE_CALLERS_NAME = {
    "iam:PassRole": "no call of a workflow names a role that a service is to act as",
    "iam:CreateServiceLinkedRole": "the account has it since the deployment",
}
"""Dependent actions that no workflow needs, and why."""

NARROWER = {
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


@cache
def rows(action: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """Form of the ARN, and condition keys without the name of a tag, of each kind of resource that `action` knows."""
    from policy_sentry.querying.actions import get_action_data

    service, _, name = action.partition(":")
    found = [row for kinds in (get_action_data(service, name) or {}).values() for row in kinds]
    return tuple(
        (row["resource_arn_format"], frozenset(key.partition("${")[0].lower() for key in row["condition_keys"]))
        for row in found
    )


def can_be(form: str, resource: str) -> bool:
    """Whether an ARN of this form can be what the `resource` of a statement says, wildcards on both sides."""
    if form == "*" or resource == "*":
        return form == resource or resource == "*"
    parts = re.split(r"\$\{(\w+)\}", form)
    where = {"Partition": "aws", "Region": "us-east-1", "Account": "123456789012"}
    known = [where.get(part, "*") if index % 2 else part for index, part in enumerate(parts)]
    return overlap("".join(known), resource)


@cache
def overlap(one: str, other: str) -> bool:
    """Whether some text fits both patterns, whose only wildcard is ``*``."""
    if not one or not other:
        return not (one + other).strip("*")
    if one[0] == "*" or other[0] == "*":
        first, second = (one, other) if one[0] == "*" else (other, one)
        return overlap(first[1:], second) or overlap(first, second[1:])
    return one[0] == other[0] and overlap(one[1:], other[1:])


def keys_that_are_never_there(found: list[tuple[str, Statement]]) -> set[str]:
    """Conditions on what no request for a kind of resource tells: the statement then allows nothing of that kind."""
    return {
        f"{name}: {key}, for {action} on {form}"
        for name, statement in found
        if statement.allows
        for action in statement.actions
        if "*" not in action
        for form, keys in rows(action)
        if any(can_be(form, resource) for resource in statement.resources)
        for operands in statement.conditions.values()
        for key in operands
        if not key.lower().startswith(ALWAYS_THERE) and not {key.lower(), f"{key.lower().rpartition('/')[0]}/"} & keys
    }


def calls_of(kind: str) -> set[str]:
    """Actions that making, reading, changing and deleting resources of a type take."""
    row = type_for(kind)
    parts = (row.create, *row.steps, *row.read, *row.update, *row.before_delete, *(row.tagging or ()))
    found = set()
    for part in (*parts, *((row.delete,) if row.delete else ())):
        service = part.service or row.service
        name = f"{ACTION_PREFIX.get(service, service)}:{operation_model(service, part.operation).name}"
        found.add(ACTION_OF_CALL.get(name, name))
    return found


ACTION_PREFIX = {"elbv2": "elasticloadbalancing", "stepfunctions": "states"}


def out_of_reach(given: Iterable[Statement], kinds: Iterable[str]) -> set[str]:
    """Actions that resources of these types take, and that the statements allow on no resource that they know."""
    allowing = [statement for statement in given if statement.allows]
    wanted = {action for kind in kinds for action in calls_of(kind)}
    if "aws:wafv2/webAclAssociation:WebAclAssociation" in kinds:
        wanted.add("elasticloadbalancing:SetWebAcl")  # AWS WAF's guide, "Permissions for AssociateWebACL"
    return {
        action
        for action in wanted
        if not any(
            can_be(form, resource)
            for statement in allowing
            if any(matches(action, pattern) for pattern in statement.actions)
            for form, _ in rows(action)
            for resource in statement.resources
        )
    }


def changed_of_others(documents: list[Any], services: Iterable[str]) -> set[str]:
    """Actions that change something, and that policies allow on each resource that these take, though it is
    somebody else's: without a tag, and with another name than a stack's."""
    return {
        action
        for service in services
        for action in actions_of(service)
        if level(action) not in ("Read", "List")
        and all(allows(documents, Ask(action, form, context=NOBODYS)) for form in somebody_elses(action))
    }


NOBODYS = {"aws:RequestedRegion": "us-east-1", "aws:ResourceTag/StackId": "", "aws:ViaAWSService": "false"}


def level(action: str) -> str:
    from policy_sentry.querying.actions import get_action_data

    service, _, name = action.partition(":")
    return str(get_action_data(service, name)[service][0]["access_level"])


def somebody_elses(action: str) -> list[str]:
    """An ARN of each kind of resource that an action takes, as somebody else in the account would have it."""
    where = {"${Partition}": "aws", "${Region}": "us-east-1", "${Account}": "123456789012"}
    found = [form for form in resource_types(action) if form != "*"] or ["*"]
    for known, value in where.items():
        found = [form.replace(known, value) for form in found]
    return [re.sub(r"\$\{\w+\}", "a1b2c3d", form) for form in found]


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


def test_every_condition_asks_for_what_a_request_tells(stack):
    assert keys_that_are_never_there(granted(stack)) == set()


def test_a_deployment_may_make_read_change_and_delete_what_the_stack_has(stack):
    (policy,) = (one for one in stack.of_type(*IAM_POLICY) if one.name == "plant-ci-deploy-policy")
    kinds = {resource.type for resource in stack.resources if resource.type.startswith("aws:")}
    found = out_of_reach(statements(policy.get("policy")) or (), kinds)
    assert found - BY_AN_ADMINISTRATOR.keys() == set()


def test_a_deployment_changes_nothing_of_somebody_elses(stack):
    documents = [
        json.loads(one.get("policy"))
        for one in stack.of_type(*IAM_POLICY, *ROLE_POLICY)
        if one.name in ("plant-ci-deploy-policy", "plant-ci-deploy-denials")
    ]
    assert len(documents) == 2
    for document in documents:  # what bears another stack's tag is denied apart
        document["Statement"] = [one for one in document["Statement"] if not is_about_tags_alone(one)]
    services = {
        action.partition(":")[0]
        for document in documents
        for statement in document["Statement"]
        for action in statement["Action"]
    }
    assert changed_of_others(documents, services) - HARMLESS.keys() == set()


BY_A_WORKLOAD = {
    "appconfig:StartConfigurationSession": "reads",
    "kms:Decrypt": "the platform's key; what is encrypted by others' is out of reach",
    "kms:GenerateDataKey": "the platform's key",
    "logs:CreateLogDelivery": "no call: what a service does that is told to log",
    "logs:CreateLogStream": "adds to a log",
    "logs:DeleteLogDelivery": "no call: what a service does that is told to log",
    "logs:PutLogEvents": "adds to a log",
    "logs:UpdateLogDelivery": "no call: what a service does that is told to log",
    "sns:Publish": "says something",
    "xray:PutTelemetryRecords": "adds to traces, which are the account's",
    "xray:PutTraceSegments": "adds to traces, which are the account's",
}
"""The same for roles within the boundary, which a deployment may make and write the policies of."""


def test_a_role_that_a_deployment_makes_changes_nothing_of_somebody_elses(stack):
    (boundary,) = (one for one in stack.of_type(*IAM_POLICY) if one.name == "plant-boundary-policy")
    document = json.loads(boundary.get("policy"))
    actions = [action for statement in document["Statement"] for action in statement["Action"]]
    services = {action.partition(":")[0] for action in actions}
    assert changed_of_others([document], services) - BY_A_WORKLOAD.keys() == set()


def is_about_tags_alone(statement: dict[str, Any]) -> bool:
    return "aws:ResourceTag/StackId" in statement.get("Condition", {}).get("Null", {})


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


def test_a_condition_that_no_request_meets_is_noticed():
    arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/*"
    tagged = {"StringEquals": {"aws:ResourceTag/Stack": "dev"}}
    document = {
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["wafv2:DisassociateWebACL", "elasticloadbalancing:DeleteLoadBalancer"],
                "Resource": arn,
                "Condition": tagged,
            }
        ]
    }
    (told,) = keys_that_are_never_there([("example", one) for one in statements(json.dumps(document)) or ()])
    assert told.startswith("example: aws:ResourceTag/Stack, for wafv2:DisassociateWebACL on arn:")


def test_a_right_that_a_deployment_lacks_is_noticed():
    kinds = ["aws:sns/topicSubscription:TopicSubscription", "aws:wafv2/webAclAssociation:WebAclAssociation"]
    document = granting("sns:*", "wafv2:*", "elasticloadbalancing:*", resource="arn:aws:*:us-east-1:123456789012:*")
    assert out_of_reach(statements(document) or (), kinds) == {
        "elasticloadbalancing:SetWebAcl",
        "sns:GetSubscriptionAttributes",
        "sns:SetSubscriptionAttributes",
        "sns:Unsubscribe",
    }


def test_a_right_on_what_is_somebody_elses_is_noticed():
    document = json.loads(granting("ec2:*Route", resource="arn:aws:ec2:us-east-1:123456789012:*"))
    own = {"StringNotEquals": {"aws:ResourceTag/StackId": "plant-dev"}}
    tables = "arn:aws:ec2:us-east-1:123456789012:route-table/*"
    denied = {"Effect": "Deny", "Action": "ec2:*", "Resource": tables, "Condition": own}
    found = changed_of_others([document, {"Statement": [denied]}], ["ec2"])
    assert "ec2:DeleteTransitGatewayRoute" in found
    assert "ec2:DeleteRoute" not in found


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
