"""Roles: who may assume them, what they may do, and the boundary they can't leave."""

import json

import pytest

ROLE, POLICY, MANAGED = "aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy", "aws:iam/policy:Policy"


@pytest.fixture(params=["dev", "prod", "parked"])
def whole(graph, request):
    return graph(request.param)


def workloads(whole):
    return [role for role in whole.of_type(ROLE) if whole.component_of(role) and "-ci-" not in role.name]


def test_every_workload_role_has_the_boundary(whole):
    assert len(workloads(whole)) >= 5
    for role in workloads(whole):
        assert whole.referenced(role, "permissionsBoundary", "aws:iam/policy:Policy"), role.name


@pytest.mark.parametrize("kind", ["preview", "deploy"])
def test_what_a_workflow_may_do_is_its_boundary_too(graph, one, kind):
    dev = graph("dev")
    role = one(dev, ROLE, f"plant-ci-{kind}-role")
    (policy,) = dev.referenced(role, "permissionsBoundary", MANAGED)
    assert policy.name == f"plant-ci-{kind}-policy"
    attached = one(dev, "aws:iam/rolePolicyAttachment:RolePolicyAttachment", f"plant-ci-{kind}-attachment")
    assert (attached.get("role"), attached.get("policyArn")) == (role.outputs["name"], policy.outputs["arn"])


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
    policy = json.loads(one(graph("dev"), MANAGED, "plant-ci-preview-policy").get("policy"))
    actions = [action for statement in policy["Statement"] for action in statement["Action"]]
    reading = ("Describe", "Get", "List", "View", "Validate")
    assert all(action.partition(":")[2].startswith(reading) for action in actions)


def test_roles_that_a_deployment_makes_need_the_boundary_and_the_path(graph, one):
    statements = json.loads(one(graph("dev"), MANAGED, "plant-ci-deploy-policy").get("policy"))["Statement"]
    for action in ("iam:CreateRole", "iam:PutRolePolicy", "iam:PutRolePermissionsBoundary"):
        (making,) = [found for found in statements if action in found["Action"]]
        assert making["Resource"] == [f"arn:aws:iam::{ACCOUNT}:role/plant/plant-dev/*"]
        assert list(making["Condition"]["StringEquals"]) == ["iam:PermissionsBoundary"]


def test_roles_are_passed_to_the_services_that_assume_them_only(whole, one):
    statements = json.loads(one(whole, MANAGED, "plant-ci-deploy-policy").get("policy"))["Statement"]
    (passing,) = [found for found in statements if "iam:PassRole" in found["Action"]]
    services = {
        json.loads(role.get("assumeRolePolicy"))["Statement"][0]["Principal"]["Service"]
        for role in workloads(whole)
        if role.get("path") == "/plant/plant-prod/" or role.get("path") == "/plant/plant-dev/"
    }
    assert services <= set(passing["Condition"]["StringEquals"]["iam:PassedToService"])


def test_boundary_forbids_users_keys_and_other_regions(graph, one):
    statements = json.loads(one(graph("dev"), MANAGED, "plant-boundary-policy").get("policy"))["Statement"]
    denied = [action for found in statements if found["Effect"] == "Deny" for action in found["Action"]]
    assert {"iam:CreateUser", "iam:CreateAccessKey", "iam:DeleteRolePermissionsBoundary"} <= set(denied)
    allowed = next(found for found in statements if "autoscaling:*" in found["Action"])
    assert allowed["Condition"] == {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}


def test_everything_a_workload_may_do_lies_within_the_boundary(graph, one):
    from fnmatch import fnmatchcase

    dev = graph("dev")
    statements = json.loads(one(dev, MANAGED, "plant-boundary-policy").get("policy"))["Statement"]
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
    "kms:CreateAlias": f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/plant-dev",
    "ssm:PutParameter": f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/plant/plant-dev/contract",
    "ssm:AddTagsToResource": f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/plant/plant-dev/contract",
    "iam:AddRoleToInstanceProfile": f"arn:aws:iam::{ACCOUNT}:instance-profile/plant/plant-dev/x",
    "route53:ChangeResourceRecordSets": "arn:aws:route53:::hostedzone/Z0123456789EXAMPLEDEV",
    "acm:RequestCertificate": "*",
    "elasticloadbalancing:SetWebAcl": "*",
    "eks:DescribeAccessEntry": f"arn:aws:eks:us-east-1:{ACCOUNT}:access-entry/platform/role/{ACCOUNT}/x/1",
    "acm:DescribeCertificate": f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/1",
    "appconfig:CreateApplication": "*",
    "logs:PutResourcePolicy": "*",
    "logs:CreateLogDelivery": "*",
    "iam:UpdateAssumeRolePolicy": f"arn:aws:iam::{ACCOUNT}:role/plant/plant-dev/plant-rollout-workflow-role-1a2b3c4",
    "iam:CreateServiceLinkedRole": f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/spot.amazonaws.com/x",
    "autoscaling:CreateAutoScalingGroup": f"arn:aws:autoscaling:us-east-1:{ACCOUNT}:autoScalingGroup:1:x",
    "s3:ListBucket": f"arn:aws:s3:::plant-dev-logs-{ACCOUNT}",
}
"""What a deployment calls, and on what (Service Authorization Reference): first those that are easily forgotten."""


def answers(statements, effect, action, resource):
    from fnmatch import fnmatchcase

    return [
        found
        for found in statements
        if found["Effect"] == effect
        and (effect == "Allow" or "Condition" not in found)
        and any(fnmatchcase(action, pattern) for pattern in found["Action"])
        and any(
            fnmatchcase(resource, pattern)
            for pattern in ([found["Resource"]] if isinstance(found["Resource"], str) else found["Resource"])
        )
    ]


@pytest.mark.parametrize("action", NEEDED)
def test_deploying_role_may_do_what_a_deployment_needs(graph, one, action):
    statements = json.loads(one(graph("dev"), MANAGED, "plant-ci-deploy-policy").get("policy"))["Statement"]
    assert answers(statements, "Allow", action, NEEDED[action])
    assert not answers(statements, "Deny", action, NEEDED[action])


OUT_OF_REACH = {
    "iam:PutRolePolicy": f"arn:aws:iam::{ACCOUNT}:role/plant-restraint/plant-dev/plant-ci-deploy-role-1",
    "iam:UpdateAssumeRolePolicy": f"arn:aws:iam::{ACCOUNT}:role/plant-restraint/plant-dev/plant-budget-guard-role-1",
    "iam:AttachRolePolicy": f"arn:aws:iam::{ACCOUNT}:role/plant/plant-dev/plant-rollout-workflow-role-1",
    "iam:PassRole": f"arn:aws:iam::{ACCOUNT}:role/plant/plant-prod/plant-rollout-workflow-role-1",
    "iam:CreatePolicyVersion": f"arn:aws:iam::{ACCOUNT}:policy/plant-restraint/plant-dev/plant-dev-no-new-capacity",
    "iam:CreateUser": f"arn:aws:iam::{ACCOUNT}:user/x",
    "kms:CreateKey": "*",
    "sns:Unsubscribe": "*",
    "budgets:ModifyBudget": f"arn:aws:budgets::{ACCOUNT}:budget/plant-budget-budget-1",
    "route53:ChangeResourceRecordSets": "arn:aws:route53:::hostedzone/Z9999999999ABCDEFGHIJ",
    "ssm:SendCommand": f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/i-1",
    "ssm:PutParameter": f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/plant/plant-prod/contract",
    "s3:PutObject": "arn:aws:s3:::plant-prod-state/x",
}
"""What would raise its rights, loosen what restrains it, or reach what isn't the stack's."""


@pytest.mark.parametrize("action", OUT_OF_REACH)
def test_deploying_role_has_no_way_to_more_rights_or_to_another_stack(graph, one, action):
    statements = json.loads(one(graph("dev"), MANAGED, "plant-ci-deploy-policy").get("policy"))["Statement"]
    assert not answers(statements, "Allow", action, OUT_OF_REACH[action])


def test_deploying_role_leaves_alone_what_bears_the_tag_of_another_stack(graph, one):
    statements = json.loads(one(graph("dev"), MANAGED, "plant-ci-deploy-policy").get("policy"))["Statement"]
    (denied,) = [found for found in statements if found["Effect"] == "Deny"]
    assert denied["Condition"] == {
        "StringNotEquals": {"aws:ResourceTag/StackId": "plant-dev"},
        "Null": {"aws:ResourceTag/StackId": "false"},
    }
    writing = {action.partition(":")[0] for found in statements for action in found["Action"] if action.endswith(":*")}
    assert writing - {"s3"} <= {action.partition(":")[0] for action in denied["Action"]}


def test_deploying_role_tags_no_key_that_is_not_its_own_already(whole, one):
    from fnmatch import fnmatchcase

    statements = json.loads(one(whole, MANAGED, "plant-ci-deploy-policy").get("policy"))["Statement"]
    tagging = [
        found
        for found in statements
        if found["Effect"] == "Allow" and any(fnmatchcase("kms:TagResource", action) for action in found["Action"])
    ]
    for found in tagging:
        assert any("aws:ResourceTag/StackId" in keys for keys in found["Condition"].values())


def test_deploying_role_fits_into_what_iam_takes(whole, one):
    # IAM quotas: a managed policy, without white space.
    assert len(one(whole, MANAGED, "plant-ci-deploy-policy").get("policy").replace(" ", "")) <= 6_144
