"""Roles: who may assume them, what they may do, and the boundary they can't leave."""

import json
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from components.access.ci_access import NAMED
from components.access.permissions_boundary import WORKLOAD_ACTIONS
from deployment.reader import graph_from_json
from workbench.emulator.behaviour.access import Ask, allows
from workbench.preview.synthesis import synthesize

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


def deploying(graph, one):
    """Both policies of the deploying role as one document: what it may, and what it may not whatever allows it."""
    may = json.loads(one(graph, MANAGED, "plant-ci-deploy-policy").get("policy"))
    may_not = json.loads(one(graph, POLICY, "plant-ci-deploy-denials").get("policy"))
    return {**may, "Statement": may["Statement"] + may_not["Statement"]}


def test_wildcard_resources_are_for_reading_logging_and_tracing_only(whole):
    harmless = ("Describe", "Get", "List", "View", "Validate", "Put", "Create", "Delete", "Update")
    for policy in whole.of_type(POLICY):
        for statement in json.loads(policy.get("policy"))["Statement"]:
            if statement["Effect"] == "Deny" or statement["Resource"] != "*" or "Condition" in statement:
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
    statements = deploying(graph("dev"), one)["Statement"]
    for action in ("iam:CreateRole", "iam:PutRolePolicy", "iam:PutRolePermissionsBoundary"):
        (making,) = [found for found in statements if action in found["Action"]]
        assert making["Resource"] == [f"arn:aws:iam::{ACCOUNT}:role/plant/plant-dev/*"]
        assert list(making["Condition"]["StringEquals"]) == ["iam:PermissionsBoundary"]


def test_roles_are_passed_to_the_services_that_assume_them_only(whole, one):
    statements = deploying(whole, one)["Statement"]
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
    allowed = next(found for found in statements if "autoscaling:UpdateAutoScalingGroup" in found["Action"])
    assert allowed["Condition"] == {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}


ACCOUNT = "123456789012"
BUS = f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/health"
CALLER = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:caller"
REPOSITORY = f"{ACCOUNT}.dkr-ecr.us-east-1.on.aws/plant-api@sha256:{'1f' * 32}"
STORES = [
    {"name": "a", "endpoint": "db.example.com", "port": 5432, "way": "security-group"}
    | {"security_group_id": "sg-0123456789abcdef0"}
    | {"rds_user_arn": f"arn:aws:rds-db:us-east-1:{ACCOUNT}:dbuser:db-ABC/plant"},
    {"name": "b", "endpoint": "dynamodb.us-east-1.amazonaws.com", "port": 443, "way": "gateway-endpoint"}
    | {"table_arn": f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/plants"},
]
MOST = {
    "dev": {
        "plant:data.stores": json.dumps(STORES),
        "plant:fleet.container_image": REPOSITORY,
        "plant:fleet.on_demand_percent_above_base": "100",
        "plant:fleet.warm_pool_size": "1",
        "plant:platform.health_aggregator": json.dumps({"event_bus_arn": BUS}),
    },
    "prod": {},
    "k8s": {
        "plant:platform.cluster.caller_function_arn": CALLER,
        "plant:platform.cluster.caller_role_arn": f"arn:aws:iam::{ACCOUNT}:role/caller",
        "plant:platform.cluster.public_endpoint": "false",
    },
}
"""Stack -> settings with which its roles may do most."""


@pytest.fixture(scope="module", params=MOST)
def most(request):
    return graph_from_json(synthesize(request.param, overrides=MOST[request.param]), request.param)


def done_by_workloads(whole):
    """(policy, action, resource) of all that roles within the boundary may do."""
    for policy in whole.of_type(POLICY):
        for statement in json.loads(policy.get("policy"))["Statement"]:
            resources = statement["Resource"] if statement["Effect"] == "Allow" else []
            for resource in [resources] if isinstance(resources, str) else resources:
                yield from ((policy.name, action, resource) for action in statement["Action"])


def test_everything_a_workload_may_do_lies_within_the_boundary(most, one):
    statements = json.loads(one(most, MANAGED, "plant-boundary-policy").get("policy"))["Statement"]
    for name, action, resource in done_by_workloads(most):
        assert answers(statements, "Allow", action, resource), f"{name}: {action} on {resource}"


def test_boundary_lets_nobody_do_what_no_workload_does():
    done = {
        action
        for stack, overrides in MOST.items()
        for _, action, _ in done_by_workloads(graph_from_json(synthesize(stack, overrides=overrides), stack))
    }
    patterns = [*WORKLOAD_ACTIONS]
    assert [pattern for pattern in patterns if not any(fnmatchcase(action, pattern) for action in done)] == [
        "elasticache:DeleteReplicationGroup"  # of a cache with fixed nodes
    ] * ("elasticache:DeleteReplicationGroup" not in done)


@pytest.fixture
def within(graph, one):
    """Whether a role that dev's deployment makes, with every right, may do something to a resource of a stack."""
    boundary = json.loads(one(graph("dev"), MANAGED, "plant-boundary-policy").get("policy"))

    def may(action, resource, stack):
        known = {"aws:RequestedRegion": "us-east-1", "aws:ResourceTag/StackId": stack}
        return allows([boundary], Ask(action, resource, context=known))

    return may


def test_a_role_that_a_deployment_makes_changes_nothing_of_another_stack(graph, within):
    """Dev's job writes the policies of dev's roles: a role of its own is as good as its own rights."""
    tried = 0
    for resource in graph("prod"):
        arn, tags = resource.outputs.get("arn"), resource.outputs.get("tagsAll")
        if not isinstance(arn, str) or not isinstance(tags, dict):
            continue
        for action in WORKLOAD_ACTIONS:
            if action.partition(":")[0] == arn.split(":")[2] and ":Describe" not in action:
                tried += 1
                assert within(action, arn, "plant-dev"), action
                assert not within(action, arn, "plant-prod"), f"{action} on {resource.name}"
    assert tried > 50


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("appconfig:StartDeployment", "application/a1b2c3d"),
        ("autoscaling:UpdateAutoScalingGroup", "autoScalingGroup:1:autoScalingGroupName/payments"),
        ("cloudwatch:DeleteAlarms", "alarm:payments"),
        ("elasticache:DeleteServerlessCache", "serverlesscache:platform"),
        ("elasticloadbalancing:DeleteLoadBalancer", "loadbalancer/app/platform/0a1b2c3d4e5f6071"),
        ("elasticloadbalancing:ModifyRule", "listener-rule/app/platform/0a1b2c3d4e5f6071/1/2"),
        ("states:StartExecution", "stateMachine:payments"),
        ("wafv2:DeleteWebACL", "regional/webacl/platform/0a1b2c3d"),
        ("wafv2:UpdateRuleGroup", "regional/rulegroup/payments/0a1b2c3d"),
    ],
)
def test_a_role_that_a_deployment_makes_changes_nothing_without_a_tag(within, action, resource):
    """That is the platform's, which prod stands on."""
    arn = f"arn:aws:{action.partition(':')[0]}:us-east-1:{ACCOUNT}:{resource}"
    assert within(action, arn, "plant-dev")
    assert not within(action, arn, "")


@pytest.mark.parametrize(
    ("action", "own", "other"),
    [
        ("cloudwatch:DeleteDashboards", f"cloudwatch::{ACCOUNT}:dashboard/plant-dev",
         f"cloudwatch::{ACCOUNT}:dashboard/plant-prod"),
        ("dynamodb:PutItem", f"dynamodb:us-east-1:{ACCOUNT}:table/plants",
         f"dynamodb:us-east-1:{ACCOUNT}:table/orders"),
        ("dynamodb:Query", f"dynamodb:us-east-1:{ACCOUNT}:table/plants/index/a",
         f"dynamodb:us-east-1:{ACCOUNT}:table/orders/index/a"),
        ("elasticache:Connect", f"elasticache:us-east-1:{ACCOUNT}:serverlesscache:plant-dev",
         f"elasticache:us-east-1:{ACCOUNT}:serverlesscache:platform"),
        ("elasticache:Connect", f"elasticache:us-east-1:{ACCOUNT}:user:plant-dev",
         f"elasticache:us-east-1:{ACCOUNT}:user:plant-prod"),
        ("rds-db:connect", f"rds-db:us-east-1:{ACCOUNT}:dbuser:db-ABC/plant",
         f"rds-db:us-east-1:{ACCOUNT}:dbuser:db-ABC/admin"),
    ],
)  # fmt: skip
def test_a_role_that_a_deployment_makes_reaches_the_data_of_its_stack_alone(one, action, own, other):
    dev = graph_from_json(synthesize("dev", overrides=MOST["dev"]), "dev")
    boundary = json.loads(one(dev, MANAGED, "plant-boundary-policy").get("policy"))
    assert allows([boundary], Ask(action, f"arn:aws:{own}"))
    assert not allows([boundary], Ask(action, f"arn:aws:{other}"))


ACTING_AS_OTHERS = (
    "ec2:RunInstances",
    "events:PutTargets",
    "iam:PassRole",
    "lambda:UpdateFunctionCode",
    "s3:GetObject",
    "ssm:SendCommand",
    "ssm:StartAutomationExecution",
    "ssm:StartSession",
    "states:UpdateStateMachine",
)


ELSEWHERE = f"210987654321.dkr-ecr.eu-west-1.on.aws/team/plant-api@sha256:{'1f' * 32}"


@pytest.mark.parametrize("key", ["plant:fleet.container_image", "plant:rollout.candidate_image"])
def test_an_instance_pulls_the_image_of_another_region_and_account(one, key):
    dev = graph_from_json(synthesize("dev", overrides={key: ELSEWHERE}), "dev")
    own = json.loads(one(dev, POLICY, "plant-instances-instance-policy").get("policy"))
    boundary = json.loads(one(dev, MANAGED, "plant-boundary-policy").get("policy"))
    repository = "arn:aws:ecr:eu-west-1:210987654321:repository/team/plant-api"

    def may(action, resource, region):
        ask = Ask(action, resource, context={"aws:RequestedRegion": region})
        return allows([own], ask) and allows([boundary], ask)

    assert may("ecr:GetAuthorizationToken", "*", "eu-west-1")
    assert may("ecr:BatchGetImage", repository, "eu-west-1")
    assert not may("ecr:BatchGetImage", repository.replace("team", "other"), "eu-west-1")
    assert not may("ecr:BatchGetImage", repository, "eu-central-1")
    for policy in (own, boundary):
        asked = Ask("kms:Decrypt", "*", context={"aws:RequestedRegion": "eu-west-1"})
        assert policy is own or not allows([policy], asked)


@pytest.mark.parametrize("action", ACTING_AS_OTHERS)
def test_a_role_that_a_deployment_makes_can_become_nobody_else(within, action):
    assert not within(action, "*", "")


def test_a_role_that_a_deployment_makes_reads_no_secrets_of_others(within):
    path = f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter"
    assert within("ssm:GetParameter", f"{path}/plant/plant-dev/contract", "plant-dev")
    for other in ("/plant/plant-prod/contract", "/plant/plant-dev-2/contract", "/payments/api-key"):
        assert not within("ssm:GetParameter", f"{path}{other}", "")


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
    "autoscaling:CreateAutoScalingGroup": (
        f"arn:aws:autoscaling:us-east-1:{ACCOUNT}:autoScalingGroup:*:autoScalingGroupName/plant-stable-group-1a2b3c4"
    ),
    "scheduler:CreateSchedule": f"arn:aws:scheduler:us-east-1:{ACCOUNT}:schedule/plant-dev/plant-reaper-looks-1a2b3c4",
    "events:PutTargets": f"arn:aws:events:us-east-1:{ACCOUNT}:rule/plant-feed-rule-1a2b3c4",
    "s3:ListBucket": f"arn:aws:s3:::plant-dev-logs-{ACCOUNT}",
    "s3:PutObject": f"arn:aws:s3:::plant-dev-state-{ACCOUNT}/.pulumi/stacks/plant/dev.json",
}
"""What a deployment calls, and on what (Service Authorization Reference): first those that are easily forgotten."""


def answers(statements, effect, action, resource):
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
    statements = deploying(graph("dev"), one)["Statement"]
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
    "logs:DeleteResourcePolicy": "*",
    "budgets:ModifyBudget": f"arn:aws:budgets::{ACCOUNT}:budget/plant-budget-budget-1",
    "route53:ChangeResourceRecordSets": "arn:aws:route53:::hostedzone/Z9999999999ABCDEFGHIJ",
    "ssm:SendCommand": f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/i-1",
    "ssm:PutParameter": f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/plant/plant-prod/contract",
    "s3:PutObject": "arn:aws:s3:::plant-prod-state/x",
    "ec2:ModifyInstanceAttribute": f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/i-1",
    "ec2:AssociateIamInstanceProfile": f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/i-1",
    "ec2:ReplaceIamInstanceProfileAssociation": f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/i-1",
    "ec2:CreateSnapshot": f"arn:aws:ec2:us-east-1:{ACCOUNT}:volume/vol-1",
    "ec2:ModifySnapshotAttribute": f"arn:aws:ec2:us-east-1:{ACCOUNT}:snapshot/snap-1",
    "ec2:CreateReplaceRootVolumeTask": f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/i-1",
    "ec2:GetPasswordData": f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/i-1",
    "ec2:GetLaunchTemplateData": f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/i-1",
    "states:UpdateStateMachine": f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:payments",
    "states:StartExecution": f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:payments",
    "events:PutTargets": f"arn:aws:events:us-east-1:{ACCOUNT}:rule/payments",
    "scheduler:UpdateSchedule": f"arn:aws:scheduler:us-east-1:{ACCOUNT}:schedule/plant-prod/plant-brake-look-1a2b3c4",
    "scheduler:DeleteSchedule": f"arn:aws:scheduler:us-east-1:{ACCOUNT}:schedule/plant-dev-2/plant-reaper-1a2b3c4",
    "scheduler:CreateSchedule": f"arn:aws:scheduler:us-east-1:{ACCOUNT}:schedule/default/plant-reaper-1a2b3c4",
    "scheduler:DeleteScheduleGroup": f"arn:aws:scheduler:us-east-1:{ACCOUNT}:schedule-group/plant-dev-2",
    "sns:DeleteTopic": f"arn:aws:sns:us-east-1:{ACCOUNT}:payments",
    "cloudwatch:DeleteAlarms": f"arn:aws:cloudwatch:us-east-1:{ACCOUNT}:alarm:payments",
    "elasticache:DeleteServerlessCache": f"arn:aws:elasticache:us-east-1:{ACCOUNT}:serverlesscache:platform",
    "elasticloadbalancing:DeleteLoadBalancer": (
        f"arn:aws:elasticloadbalancing:us-east-1:{ACCOUNT}:loadbalancer/app/platform/0a1b2c3d4e5f6071"
    ),
    "elasticloadbalancing:ModifyListener": (
        f"arn:aws:elasticloadbalancing:us-east-1:{ACCOUNT}:listener/app/platform/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081"
    ),
    "logs:DeleteLogGroup": f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/lambda/payments",
    "wafv2:UpdateWebACL": f"arn:aws:wafv2:us-east-1:{ACCOUNT}:regional/webacl/platform/0a1b2c3d",
    "s3:DeleteObject": f"arn:aws:s3:::plant-dev-2-logs-{ACCOUNT}/network/x",
    "s3:PutBucketPolicy": f"arn:aws:s3:::plant-dev-2-state-{ACCOUNT}",
    "autoscaling:UpdateAutoScalingGroup": (
        f"arn:aws:autoscaling:us-east-1:{ACCOUNT}:autoScalingGroup:1:autoScalingGroupName/payments"
    ),
    "cloudwatch:DeleteDashboards": f"arn:aws:cloudwatch::{ACCOUNT}:dashboard/plant-prod",
}
"""What would raise its rights, loosen what restrains it, or reach what isn't the stack's."""


@pytest.mark.parametrize("action", OUT_OF_REACH)
def test_deploying_role_has_no_way_to_more_rights_or_to_another_stack(graph, one, action):
    statements = deploying(graph("dev"), one)["Statement"]
    assert not answers(statements, "Allow", action, OUT_OF_REACH[action])


def test_deploying_role_leaves_alone_what_bears_the_tag_of_another_stack(graph, one):
    statements = deploying(graph("dev"), one)["Statement"]
    of_another = {
        "StringNotEquals": {"aws:ResourceTag/StackId": "plant-dev"},
        "Null": {"aws:ResourceTag/StackId": "false"},
    }
    (denied,) = [found for found in statements if found.get("Condition") == of_another]
    assert denied["Effect"] == "Deny"
    writing = {action.partition(":")[0] for found in statements for action in found["Action"] if action.endswith(":*")}
    writing |= {"ec2"}
    assert writing - {"s3"} <= {action.partition(":")[0] for action in denied["Action"]}


def about_others(graph, one):
    """The deploying role's rights on what bears no stack's tag: that of another stack is denied apart."""
    whole = deploying(graph, one)
    kept = [
        one for one in whole["Statement"] if "aws:ResourceTag/StackId" not in one.get("Condition", {}).get("Null", {})
    ]
    return {**whole, "Statement": kept}


TEMPLATE = f"arn:aws:ec2:us-east-1:{ACCOUNT}:launch-template/lt-1"


@pytest.mark.parametrize(
    ("action", "known", "allowed"),
    [
        pytest.param("ec2:CreateLaunchTemplateVersion", {"aws:ResourceTag/StackId": "plant-dev"}, True, id="own"),
        pytest.param("ec2:ModifyLaunchTemplate", {"aws:ResourceTag/StackId": "plant-prod"}, False, id="of-prod"),
        pytest.param("ec2:CreateTags", {"aws:ResourceTag/StackId": "plant-dev"}, True, id="tags-of-own"),
        pytest.param("ec2:CreateTags", {"ec2:CreateAction": "CreateLaunchTemplate"}, True, id="tags-of-new"),
        pytest.param("ec2:CreateLaunchTemplate", {}, True, id="new-one"),
    ],
)
def test_deploying_role_changes_launch_templates_of_its_stack_only(graph, one, action, known, allowed):
    policy = deploying(graph("dev"), one)
    assert allows([policy], Ask(action, TEMPLATE, context=known)) is allowed


def test_deploying_role_makes_no_template_its_own_by_a_tag(graph, one):
    statements = deploying(graph("dev"), one)["Statement"]
    (tagging,) = [found for found in statements if found["Effect"] == "Deny" and "ec2:CreateTags" in found["Action"]]
    assert tagging["NotResource"] == f"{NETWORK}:security-group-rule/*"
    assert tagging["Condition"] == {
        "StringNotEquals": {"aws:ResourceTag/StackId": "plant-dev"},
        "Null": {"ec2:CreateAction": "true"},
    }


NETWORK = f"arn:aws:ec2:us-east-1:{ACCOUNT}"


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("ec2:DeleteVpc", "vpc/vpc-0a1b2c3d4e5f60718"),
        ("ec2:DeleteSubnet", "subnet/subnet-0a1b2c3d4e5f60711"),
        ("ec2:CreateRoute", "route-table/rtb-1"),
        ("ec2:ReplaceRoute", "route-table/rtb-1"),
        ("ec2:ReplaceRouteTableAssociation", "subnet/subnet-0a1b2c3d4e5f60711"),
        ("ec2:DisassociateRouteTable", "subnet/subnet-0a1b2c3d4e5f60711"),
        ("ec2:DeleteRoute", "route-table/rtb-1"),
        ("ec2:DetachInternetGateway", "internet-gateway/igw-1"),
        ("ec2:RevokeSecurityGroupIngress", "security-group/sg-0c"),
        ("ec2:AuthorizeSecurityGroupIngress", "security-group/sg-0c"),
        ("ec2:ModifySecurityGroupRules", "security-group/sg-0c"),
        ("ec2:DeleteSecurityGroup", "security-group/sg-0c"),
        ("ec2:DeleteVpcEndpoints", "vpc-endpoint/vpce-1"),
        ("ec2:CreateLaunchTemplateVersion", "launch-template/lt-1"),
        ("ec2:ModifyVpcEndpoint", "vpc-endpoint/vpce-1"),
        ("ec2:DeleteFlowLogs", "vpc-flow-log/fl-1"),
        ("ec2:AttachInternetGateway", "vpc/vpc-0a1b2c3d4e5f60718"),
        ("ec2:CreateSubnet", "vpc/vpc-0a1b2c3d4e5f60718"),
        ("ec2:CreateVpcEndpoint", "vpc/vpc-0a1b2c3d4e5f60718"),
    ],
)
def test_deploying_role_changes_the_network_of_its_stack_only(graph, one, action, resource):
    """What bears no stack's tag is the platform's, whose network prod is in."""
    policy, arn = deploying(graph("dev"), one), f"{NETWORK}:{resource}"
    assert allows([policy], Ask(action, arn, context={"aws:ResourceTag/StackId": "plant-dev"}))
    for owner in ("plant-prod", "plant-dev-2"):
        assert not allows([policy], Ask(action, arn, context={"aws:ResourceTag/StackId": owner})), owner
    assert not allows([about_others(graph("dev"), one)], Ask(action, arn, context={"aws:ResourceTag/StackId": ""}))


CERTIFICATE = f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/6f8b1d2e"
FLAGS = f"arn:aws:appconfig:us-east-1:{ACCOUNT}"


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("ec2:CreateTransitGatewayRoute", "transit-gateway-route-table/tgw-rtb-1"),
        ("ec2:DeleteTransitGatewayRouteTable", "transit-gateway-route-table/tgw-rtb-1"),
        ("ec2:CreateVpnConnectionRoute", "vpn-connection/vpn-1"),
        ("ec2:ModifyVpcEndpointServicePermissions", "vpc-endpoint-service/vpce-svc-1"),
        ("ec2:DisassociateSubnetCidrBlock", "subnet/subnet-0a1b2c3d4e5f60711"),
        ("ec2:AssociateSecurityGroupVpc", "vpc/vpc-0a1b2c3d4e5f60718"),
    ],
)
def test_deploying_role_has_no_rights_on_a_network_that_no_stack_has(graph, one, action, resource):
    assert not allows([deploying(graph("dev"), one)], Ask(action, f"{NETWORK}:{resource}"))


@pytest.mark.parametrize("store", ["", "endpoint"])
def test_deploying_role_makes_endpoints_in_the_platforms_network_for_its_data_stores_only(one, store):
    stores = [{"name": "a", "endpoint": "db.example.com", "port": 5432, "way": "vpc-endpoint"}
              | {"endpoint_service": "com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0"}]  # fmt: skip
    overrides = {"plant:data.stores": json.dumps(stores)} if store else {}
    policy = about_others(graph_from_json(synthesize("prod", overrides=overrides), "prod"), one)
    for vpc, allowed in (("vpc-0a1b2c3d4e5f60718", bool(store)), ("vpc-0fffffffffffffff0", False)):
        known = {"aws:ResourceTag/StackId": "", "ec2:VpcID": vpc}
        assert allows([policy], Ask("ec2:CreateVpcEndpoint", f"{NETWORK}:vpc/{vpc}", context=known)) is allowed


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("acm:DeleteCertificate", CERTIFICATE),
        ("acm:UpdateCertificateOptions", CERTIFICATE),
        *((f"appconfig:{verb}Application", f"{FLAGS}:application/{'a1b2c3d'[:length]}")
          for verb in ("Delete", "Update") for length in range(4, 8)),
        ("appconfig:CreateEnvironment", f"{FLAGS}:application/a1b2c3d"),
        ("appconfig:CreateHostedConfigurationVersion", f"{FLAGS}:application/a1b2c3d"),
        ("appconfig:StartDeployment", f"{FLAGS}:application/a1b2c3d"),
        ("appconfig:StopDeployment", f"{FLAGS}:application/a1b2c3d"),
        ("appconfig:TagResource", f"{FLAGS}:application/a1b2c3d"),
        ("appconfig:TagResource", f"{FLAGS}:deploymentstrategy/a1b2c3d"),
        ("appconfig:UpdateDeploymentStrategy", f"{FLAGS}:deploymentstrategy/a1b2c3d"),
        ("appconfig:DeleteExtension", f"{FLAGS}:extension/a1b2c3d/1"),
    ],
)  # fmt: skip
def test_deploying_role_changes_what_has_ids_only_where_it_bears_the_tag_of_its_stack(graph, one, action, resource):
    policy = deploying(graph("dev"), one)
    assert allows([policy], Ask(action, resource, context={"aws:ResourceTag/StackId": "plant-dev"}))
    for owner in ("plant-prod", "plant-dev-2"):
        assert not allows([policy], Ask(action, resource, context={"aws:ResourceTag/StackId": owner})), owner
    assert not allows([about_others(graph("dev"), one)], Ask(action, resource, context={"aws:ResourceTag/StackId": ""}))


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        # Versions bear no tag; a call on them is one on their application, too.
        ("appconfig:DeleteHostedConfigurationVersion",
         f"{FLAGS}:application/a1b2c3d/configurationprofile/e4f5a6b/hostedconfigurationversion/1"),
        ("appconfig:TagResource", f"{FLAGS}:application/a1b2c3d/environment/e4f5a6b/deployment/1"),
        ("acm:AddTagsToCertificate", CERTIFICATE),
    ],
)  # fmt: skip
def test_deploying_role_makes_what_has_no_tag_yet(graph, one, action, resource):
    assert allows([about_others(graph("dev"), one)], Ask(action, resource, context={"aws:ResourceTag/StackId": ""}))


@pytest.mark.parametrize("action", ["acm:ExportCertificate", "acm:ImportCertificate", "acm:RevokeCertificate"])
def test_deploying_role_has_no_use_for_the_key_of_a_certificate(graph, one, action):
    own = {"aws:ResourceTag/StackId": "plant-dev"}
    assert not allows([deploying(graph("dev"), one)], Ask(action, CERTIFICATE, context=own))


def test_deploying_role_adds_to_what_the_platform_lends_and_to_nothing_else_of_it(graph, one):
    prod = graph("prod")
    policy, none = about_others(prod, one), {"aws:ResourceTag/StackId": ""}
    (rule, *_) = prod.of_type("aws:lb/listenerRule:ListenerRule")
    listener = rule.get("listenerArn")
    group = next(
        found.get("securityGroupId")
        for found in prod.of_type("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule")
        if str(found.get("securityGroupId")).startswith("sg-0a1b2c3d")
    )

    def may(action, arn):
        return allows([policy], Ask(action, arn, context=none))

    assert may("elasticloadbalancing:CreateRule", listener)
    assert not may("elasticloadbalancing:DeleteListener", listener)
    assert may("ec2:AuthorizeSecurityGroupEgress", f"{NETWORK}:security-group/{group}")
    assert may("ec2:AuthorizeSecurityGroupEgress", f"{NETWORK}:security-group-rule/*")
    assert not may("ec2:DeleteSecurityGroup", f"{NETWORK}:security-group/{group}")
    assert not may("ec2:AuthorizeSecurityGroupEgress", f"{NETWORK}:security-group/sg-0fffffffffffffff0")


def test_deploying_role_adds_metric_filters_to_the_log_of_the_cluster(graph, one):
    policy = about_others(graph("k8s"), one)
    log = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/eks/platform/cluster"
    assert allows([policy], Ask("logs:PutMetricFilter", log, context={"aws:ResourceTag/StackId": ""}))
    assert not allows([policy], Ask("logs:DeleteLogGroup", log, context={"aws:ResourceTag/StackId": ""}))


@pytest.mark.parametrize("action", ["states:StopExecution", "states:RedriveExecution"])
def test_deploying_role_stops_no_executions_whose_names_all_stacks_have(graph, one, action):
    execution = f"arn:aws:states:us-east-1:{ACCOUNT}:execution:plant-rollout-machine-1a2b3c4:1"
    assert not allows([deploying(graph("dev"), one)], Ask(action, execution))


def test_deploying_role_reaches_every_resource_of_its_stack_by_name(most, one):
    policy = one(most, MANAGED, "plant-ci-deploy-policy").get("policy")
    statements = json.loads(policy)["Statement"]
    named = {"scheduler", *NAMED}
    target = "aws:cloudwatch/eventTarget:EventTarget"  # its ARN is that of what it calls, which may be somebody else's
    found = [one for one in most if ":" in str(one.outputs.get("arn")) and one.type != target]
    # A scaling policy is none of IAM's resources: rights on it are rights on its group.
    arns = [arn for one in found if (arn := one.outputs["arn"]).split(":")[2] in named and "scalingPolicy" not in arn]
    # The listener and its rules are below the load balancer's name, which the preview does not put there.
    arns = [arn for arn in arns if ":listener" not in arn]
    assert len(arns) > 20
    for arn in arns:
        assert answers(statements, "Allow", f"{arn.split(':')[2]}:DeleteThis", arn), arn


@pytest.mark.parametrize(("by_a_service", "allowed"), [("true", True), ("false", False)])
def test_deploying_role_writes_no_log_policy_but_by_what_it_tells_to_log(graph, one, by_a_service, allowed):
    known = {"aws:RequestedRegion": "us-east-1", "aws:ViaAWSService": by_a_service}
    assert allows([deploying(graph("dev"), one)], Ask("logs:PutResourcePolicy", "*", context=known)) is allowed


@pytest.mark.parametrize(("by_a_service", "allowed"), [("true", True), ("false", False)])
def test_a_role_that_a_deployment_makes_writes_no_log_policy_by_itself(graph, one, by_a_service, allowed):
    """IAM binds the action to no policy: prod's would be within reach of dev's state machines."""
    boundary = json.loads(one(graph("dev"), MANAGED, "plant-boundary-policy").get("policy"))
    known = {"aws:RequestedRegion": "us-east-1", "aws:ViaAWSService": by_a_service}
    assert allows([boundary], Ask("logs:PutResourcePolicy", "*", context=known)) is allowed


def test_log_policies_stay_while_a_stack_is_parked(graph):
    """A session is made by the deploying role, which may write none."""
    kind = "aws:cloudwatch/logResourcePolicy:LogResourcePolicy"
    assert [one.name for one in graph("parked").of_type(kind)] == [one.name for one in graph("dev").of_type(kind)] != []


@pytest.mark.parametrize("action", ["logs:Unmask", "wafv2:GetSampledRequests"])
def test_deploying_role_reads_no_tokens(graph, one, action):
    policy = deploying(graph("dev"), one)
    assert not allows([policy], Ask(action, f"arn:aws:{action.partition(':')[0]}:us-east-1:{ACCOUNT}:x"))


def test_deploying_role_tags_no_key_that_is_not_its_own_already(whole, one):
    statements = deploying(whole, one)["Statement"]
    tagging = [
        found
        for found in statements
        if found["Effect"] == "Allow" and any(fnmatchcase("kms:TagResource", action) for action in found["Action"])
    ]
    for found in tagging:
        assert any("aws:ResourceTag/StackId" in keys for keys in found["Condition"].values())


def fits(policy):
    # IAM quotas: a managed policy, without white space.
    return len(json.dumps(json.loads(policy), separators=(",", ":"))) <= 6_144


def test_deploying_role_fits_into_what_iam_takes(whole, one):
    assert fits(one(whole, MANAGED, "plant-ci-deploy-policy").get("policy"))


@pytest.mark.parametrize("stack", ["dev", "prod", "k8s"])
def test_deploying_role_fits_with_the_longest_names_in_the_region_of_the_longest(stack, tmp_path):
    root, longest = Path(__file__).parents[3], "Feature_.-".ljust(100, "x")
    project = (root / "Pulumi.yaml").read_text().replace("main: infra", f"main: {root / 'infra'}")
    (tmp_path / "Pulumi.yaml").write_text(project)
    text = (root / f"Pulumi.{stack}.yaml").read_text().replace("us-east-1", "ap-southeast-1")
    text = text.replace("app/platform/", f"app/{'platform'.ljust(32, 'x')}/").replace(
        "name: platform", f"name: {'p' * 100}"
    )
    text = text.replace("kind: dedicated", "kind: dedicated\n    network: {zone_letters: abc}")
    (tmp_path / f"Pulumi.{longest}.yaml").write_text(text)
    state = synthesize(longest, root=tmp_path)
    policies = [
        resource["inputs"]["policy"] for resource in state["deployment"]["resources"] if resource["type"] == MANAGED
    ]
    assert len(policies) >= 4
    assert [len(policy) for policy in policies if not fits(policy)] == []


@pytest.mark.parametrize(("parameter", "read"), [("/plant/image", True), ("/plant/plant-dev/image", False)])
def test_the_deploying_role_reads_the_parameter_of_a_baked_image(one, parameter, read):
    graph = graph_from_json(synthesize("dev", overrides={"plant:fleet.image_parameter": parameter}), "baked")
    arn = f"arn:aws:ssm:us-east-1:123456789012:parameter{parameter}"
    asked = [said for said in deploying(graph, one)["Statement"] if said.get("Resource") == [arn]]
    assert [said["Action"] for said in asked] == ([["ssm:GetParameters"]] if read else [])
