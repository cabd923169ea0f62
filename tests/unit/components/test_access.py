"""Roles: who may assume them, what they may do, and the boundary they can't leave."""

import json

import pytest

ROLE, POLICY = "aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"


@pytest.fixture(params=["dev", "prod", "parked"])
def whole(graph, request):
    return graph(request.param)


def workloads(whole):
    return [role for role in whole.of_type(ROLE) if whole.component_of(role) and "-ci-" not in role.name]


def test_every_workload_role_has_the_boundary(whole):
    assert len(workloads(whole)) >= 5
    for role in workloads(whole):
        assert whole.referenced(role, "permissionsBoundary", "aws:iam/policy:Policy"), role.name


def test_workflows_deploy_what_the_boundary_keeps_from_workloads(graph, one):
    for role in ("plant-ci-preview-role", "plant-ci-deploy-role"):
        assert "permissionsBoundary" not in one(graph("dev"), ROLE, role).inputs


def test_services_assume_roles_for_this_account_only(whole):
    for role in workloads(whole):
        (statement,) = json.loads(role.get("assumeRolePolicy"))["Statement"]
        service = statement["Principal"]["Service"]
        assert service.endswith(".amazonaws.com")
        if service != "ec2.amazonaws.com":
            assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}, role.name


def test_no_policy_allows_everything(whole):
    for policy in whole.of_type(POLICY):
        for statement in json.loads(policy.get("policy"))["Statement"]:
            assert "*" not in statement["Action"], policy.name


def test_wildcard_resources_are_for_reading_logging_and_tracing_only(whole):
    harmless = ("Describe", "Get", "List", "View", "Validate", "Put", "Create", "Delete", "Update")
    for policy in whole.of_type(POLICY):
        for statement in json.loads(policy.get("policy"))["Statement"]:
            if statement["Resource"] != "*" or "Condition" in statement:
                continue
            for action in statement["Action"]:
                service, _, verb = action.partition(":")
                allowed = harmless if service in ("logs", "xray") else harmless[:5]
                assert verb.startswith(allowed), f"{policy.name}: {action}"


def test_instances_read_and_write_only_what_is_theirs(graph, one):
    dev = graph("dev")
    statements = json.loads(one(dev, POLICY, "plant-instances-instance-policy").get("policy"))["Statement"]
    by_action = {action: found["Resource"] for found in statements for action in found["Action"]}
    assert by_action["ssm:GetParameter"] == [
        one(dev, "aws:ssm/parameter:Parameter", "plant-contract-parameter").get("arn")
    ]
    assert by_action["logs:PutLogEvents"][0].endswith(":log-group:/plant/plant-dev/requests:*")
    assert len(by_action["elasticache:Connect"]) == 2


def test_workload_waits_for_the_rights_of_its_role(graph, one):
    dev = graph("dev")
    machine = one(dev, "aws:sfn/stateMachine:StateMachine", "plant-rollout-machine")
    policy = one(dev, POLICY, "plant-rollout-workflow-policy")
    assert policy.urn in machine.property_dependencies["roleArn"]


@pytest.mark.parametrize(
    ("role", "subject"),
    [("plant-ci-preview-role", "pull_request"), ("plant-ci-deploy-role", "environment:dev")],
)
def test_workflows_of_one_repository_assume_the_ci_roles(graph, one, role, subject):
    (statement,) = json.loads(one(graph("dev"), ROLE, role).get("assumeRolePolicy"))["Statement"]
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    claims = statement["Condition"]["StringEquals"]
    assert claims == {
        "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
        "token.actions.githubusercontent.com:sub": f"repo:plant-api/plant-api-stack:{subject}",
    }


def test_preview_role_changes_nothing(graph, one):
    policy = json.loads(one(graph("dev"), POLICY, "plant-ci-preview-policy").get("policy"))
    actions = [action for statement in policy["Statement"] for action in statement["Action"]]
    reading = ("Describe", "Get", "List", "View", "Validate")
    assert all(action.partition(":")[2].startswith(reading) for action in actions)


def test_roles_that_a_deployment_makes_need_the_boundary(graph, one):
    statements = json.loads(one(graph("dev"), POLICY, "plant-ci-deploy-policy").get("policy"))["Statement"]
    (creating,) = [found for found in statements if "iam:CreateRole" in found["Action"]]
    assert list(creating["Condition"]["StringEquals"]) == ["iam:PermissionsBoundary"]


def test_boundary_forbids_users_keys_and_other_regions(graph, one):
    statements = json.loads(one(graph("dev"), "aws:iam/policy:Policy", "plant-boundary-policy").get("policy"))[
        "Statement"
    ]
    denied = [action for found in statements if found["Effect"] == "Deny" for action in found["Action"]]
    assert {"iam:CreateUser", "iam:CreateAccessKey", "iam:DeleteRolePermissionsBoundary"} <= set(denied)
    allowed = next(found for found in statements if "autoscaling:*" in found["Action"])
    assert allowed["Condition"] == {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}


def test_everything_a_workload_may_do_lies_within_the_boundary(graph, one):
    from fnmatch import fnmatchcase

    dev = graph("dev")
    statements = json.loads(one(dev, "aws:iam/policy:Policy", "plant-boundary-policy").get("policy"))["Statement"]
    bounds = [action for found in statements if found["Effect"] == "Allow" for action in found["Action"]]
    for policy in dev.of_type(POLICY):
        if "-ci-" in policy.name:
            continue
        for statement in json.loads(policy.get("policy"))["Statement"]:
            for action in statement["Action"]:
                assert any(fnmatchcase(action, bound) for bound in bounds), f"{policy.name}: {action}"


ACCOUNT = "123456789012"
NEEDED = {
    "ec2:RunInstances": "arn:aws:ec2:us-east-1::image/ami-0a1b",
    "ssm:GetParameters": "arn:aws:ssm:us-east-1::parameter/aws/service/ami-amazon-linux-latest/x",
    "cloudwatch:PutDashboard": f"arn:aws:cloudwatch::{ACCOUNT}:dashboard/plant-dev",
    "kms:CreateKey": "*",
    "acm:RequestCertificate": "*",
    "acm:DescribeCertificate": f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/1",
    "appconfig:CreateApplication": "*",
    "logs:PutResourcePolicy": "*",
    "logs:CreateLogDelivery": "*",
    "iam:CreatePolicy": f"arn:aws:iam::{ACCOUNT}:policy/plant-budget-no-new-capacity-1a2b3c4",
    "iam:DetachRolePolicy": f"arn:aws:iam::{ACCOUNT}:role/plant-rollout-workflow-role-1a2b3c4",
    "iam:UpdateAssumeRolePolicy": f"arn:aws:iam::{ACCOUNT}:role/plant-rollout-workflow-role-1a2b3c4",
    "iam:CreateServiceLinkedRole": f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/spot.amazonaws.com/x",
    "autoscaling:CreateAutoScalingGroup": f"arn:aws:autoscaling:us-east-1:{ACCOUNT}:autoScalingGroup:1:x",
    "s3:ListBucket": "arn:aws:s3:::plant-logs-bucket-1a2b3c4",
}
"""What a deployment calls, and on what (Service Authorization Reference): first those that are easily forgotten."""


def answers(statements, effect, action, resource):
    from fnmatch import fnmatchcase

    return [
        found
        for found in statements
        if found["Effect"] == effect
        and any(fnmatchcase(action, pattern) for pattern in found["Action"])
        and any(
            fnmatchcase(resource, pattern)
            for pattern in ([found["Resource"]] if isinstance(found["Resource"], str) else found["Resource"])
        )
    ]


@pytest.mark.parametrize("action", NEEDED)
def test_deploying_role_may_do_what_a_deployment_needs(graph, one, action):
    statements = json.loads(one(graph("dev"), POLICY, "plant-ci-deploy-policy").get("policy"))["Statement"]
    assert answers(statements, "Allow", action, NEEDED[action])
    assert not answers(statements, "Deny", action, NEEDED[action])


@pytest.mark.parametrize("action", ["iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:AttachRolePolicy"])
def test_deploying_role_can_not_raise_its_own_rights(graph, one, action):
    statements = json.loads(one(graph("dev"), POLICY, "plant-ci-deploy-policy").get("policy"))["Statement"]
    own, boundary = (
        f"arn:aws:iam::{ACCOUNT}:{name}" for name in ("role/plant-ci-deploy-role-1", "policy/plant-boundary-policy-1")
    )
    assert answers(statements, "Deny", action, own)
    assert not answers(statements, "Allow", "iam:CreatePolicyVersion", boundary)


def test_deploying_role_fits_into_what_iam_takes(graph, one):
    # IAM quotas: all inline policies of a role together, without white space.
    assert len(one(graph("dev"), POLICY, "plant-ci-deploy-policy").get("policy").replace(" ", "")) <= 10_240
