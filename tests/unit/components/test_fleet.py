"""Stable and canary fleet."""

import base64
import json
from decimal import Decimal

import pytest

from components.fleet import user_data
from components.fleet.container_image import private_repository
from components.fleet.fleet import _price
from components.fleet.instance_access import PULL

GROUP = "aws:autoscaling/group:Group"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"


@pytest.fixture(params=["dev", "prod"])
def whole(graph, request):
    return graph(request.param)


def test_canary_starts_empty_and_belongs_to_the_rollout(whole, one):
    canary = one(whole, GROUP, "plant-canary-group")
    assert (canary.get("minSize"), canary.get("desiredCapacity"), canary.get("maxSize")) == (0, 0, 2)
    assert canary.options["ignoreChanges"] == ["desiredCapacity", "minSize"]


def test_scaling_owns_the_desired_capacity_of_the_stable_fleet(whole, one):
    assert one(whole, GROUP, "plant-stable-group").options["ignoreChanges"] == ["desiredCapacity"]


def test_groups_span_zones_and_types_and_use_load_balancer_health(whole):
    for group in whole.of_type(GROUP):
        assert len(group.get("vpcZoneIdentifiers")) >= 2
        assert group.get("healthCheckType") == "ELB"
        assert group.get("capacityRebalance") is True
        overrides = group.get("mixedInstancesPolicy.launchTemplate.overrides")
        assert [override["instanceType"] for override in overrides] == ["t4g.nano", "t4g.micro"]


def test_new_template_version_starts_a_refresh_that_alarms_stop(whole):
    for group in whole.of_type(GROUP):
        version = group.get("mixedInstancesPolicy.launchTemplate.launchTemplateSpecification.version")
        assert version == "1"  # a number: $Latest would start no refresh
        refresh = group.get("instanceRefresh.preferences")
        # Auto Scaling API, RefreshPreferences.AutoRollback: not with a Parameter Store parameter as the image.
        assert refresh["autoRollback"] is False
        assert len(refresh["alarmSpecification"]["alarms"]) == 2


def test_instances_are_hardened(whole):
    for template in whole.of_type(TEMPLATE):
        assert template.get("metadataOptions.httpTokens") == "required"
        assert template.get("metadataOptions.httpPutResponseHopLimit") == 1
        assert template.get("networkInterfaces[0].associatePublicIpAddress") == "false"
        assert template.get("blockDeviceMappings[0].ebs.encrypted") == "true"
        assert template.get("creditSpecification.cpuCredits") == "standard"
        assert template.get("imageId").startswith("resolve:ssm:/aws/service/")


def test_instances_volumes_and_interfaces_carry_the_tags(whole):
    for template in whole.of_type(TEMPLATE):
        specifications = {found["resourceType"]: found["tags"] for found in template.get("tagSpecifications")}
        assert set(specifications) == {"instance", "volume", "network-interface"}
        assert all("CostCenter" in tags for tags in specifications.values())


def test_target_tracking_follows_requests_per_target(whole):
    tracking = [
        policy
        for policy in whole.of_type("aws:autoscaling/policy:Policy")
        if policy.get("policyType") == "TargetTrackingScaling"
    ]
    assert len(tracking) == 2
    for policy in tracking:
        metric = policy.get("targetTrackingConfiguration.predefinedMetricSpecification")
        assert metric["predefinedMetricType"] == "ALBRequestCountPerTarget"
        assert metric["resourceLabel"].startswith("app/")
        assert "/targetgroup/" in metric["resourceLabel"]


def test_target_tracking_waits_until_rules_tie_target_group_and_load_balancer(dev, one):
    policy = one(dev, "aws:autoscaling/policy:Policy", "plant-stable-track-requests")
    rules = {rule.urn for rule in dev.of_type("aws:lb/listenerRule:ListenerRule")}
    assert rules <= set(policy.property_dependencies["targetTrackingConfiguration"])


def test_tracked_value_is_what_capacity_derives_from_the_promise(dev, one):
    from infra.settings import load
    from infra.stack.fleet import tracked_requests
    from workbench.preview.stackfile import read_stack
    from workbench.preview.synthesis import REPOSITORY

    settings = load(read_stack(REPOSITORY, "dev", {}).config, "Pulumi.dev.yaml")
    policy = one(dev, "aws:autoscaling/policy:Policy", "plant-stable-track-requests")
    assert policy.get("targetTrackingConfiguration.targetValue") == tracked_requests(settings)


def test_spike_adds_instances_within_a_minute(dev, one):
    alarm = one(dev, "aws:cloudwatch/metricAlarm:MetricAlarm", "plant-stable-traffic-spike")
    assert (alarm.get("period"), alarm.get("evaluationPeriods")) == (60, 1)
    assert dev.referenced(alarm, "alarmActions", "aws:autoscaling/policy:Policy")[0].name == "plant-stable-answer-spike"
    tracked = one(dev, "aws:autoscaling/policy:Policy", "plant-stable-track-requests")
    assert alarm.get("threshold") == round(tracked.get("targetTrackingConfiguration.targetValue") * 1.5)


def test_terminating_instance_finishes_its_requests(whole):
    for hook in whole.of_type("aws:autoscaling/lifecycleHook:LifecycleHook"):
        assert hook.get("lifecycleTransition") == "autoscaling:EC2_INSTANCE_TERMINATING"
        assert hook.get("heartbeatTimeout") == 60


def test_user_data_starts_the_container_with_tls_and_contract(dev, one):
    script = base64.b64decode(one(dev, TEMPLATE, "plant-stable-template").get("userData")).decode()
    assert "PLANT_CONTRACT_PARAMETER=/plant/plant-dev/contract" in script
    assert "PLANT_FLEET=stable" in script
    assert "awslogs-group=/plant/plant-dev/requests" in script
    assert "openssl req -x509" in script
    assert "--read-only --cap-drop ALL" in script


def test_user_data_quotes_what_goes_into_the_shell():
    script = base64.b64decode(
        user_data.render(
            environment={}, image="x; rm -rf /", region="us-east-1", log_group="g", drain_seconds=1, lifetime_days=14
        )
    ).decode()
    assert "'x; rm -rf /'" in script


def test_instance_has_time_and_memory_for_its_first_boot(whole):
    for group in whole.of_type(GROUP):
        assert group.get("defaultInstanceWarmup") == 120
        assert group.get("healthCheckGracePeriod") == 5 * 120
    assert user_data.SCRIPT.index("swapon") < user_data.SCRIPT.index("dnf install")


@pytest.mark.parametrize(("stack", "cache"), [("dev", "plant-dev"), ("prod", "platform")])
def test_application_knows_the_cache_that_its_token_is_for(graph, stack, cache):
    (template,) = [found for found in graph(stack).of_type(TEMPLATE) if "stable" in found.name]
    assert f"\nPLANT_CACHE_NAME={cache}\n" in base64.b64decode(template.get("userData")).decode()


@pytest.fixture(scope="module")
def warm():
    """Dev with a warm pool, a scheduled size, and types that know no CPU credits."""
    return graph_of(
        {
            "plant:fleet.warm_pool_size": "1",
            "plant:fleet.on_demand_percent_above_base": "100",
            "plant:fleet.instance_types": '["m7g.medium","m6g.medium"]',
            "plant:fleet.scheduled_sizes": '[{"name":"night","cron":"0 1 * * *","min_size":1,"max_size":1}]',
        }
    )


def graph_of(overrides):
    from deployment.reader import graph_from_json
    from workbench.preview.synthesis import synthesize

    return graph_from_json(synthesize("dev", overrides=overrides), "dev with other settings")


def test_warm_pool_waits_for_the_first_start(warm, one):
    group = one(warm, GROUP, "plant-stable-group")
    (before,) = group.get("initialLifecycleHooks")
    after = one(warm, "aws:autoscaling/lifecycleHook:LifecycleHook", "plant-stable-launch")
    for name in ("name", "lifecycleTransition", "heartbeatTimeout", "defaultResult"):
        assert before[name] == after.get(name)
    assert (before["lifecycleTransition"], before["defaultResult"]) == (
        "autoscaling:EC2_INSTANCE_LAUNCHING",
        "ABANDON",
    )
    script = base64.b64decode(one(warm, TEMPLATE, "plant-stable-template").get("userData")).decode()
    assert f"--lifecycle-hook-name {before['name']} " in script
    assert "https://localhost:$PLANT_PORT/healthz" in script


def test_first_instances_are_waited_for_longer_than_their_launch_is_held_back(warm, one):
    group = one(warm, GROUP, "plant-stable-group")
    (hook,) = group.get("initialLifecycleHooks")
    assert int(group.get("waitForCapacityTimeout").removesuffix("m")) * 60 > hook["heartbeatTimeout"]


def test_a_launch_that_fails_once_ends_no_deployment(whole):
    """Provider, aws_autoscaling_group: a failed activity ends the wait for capacity unless it is told to ignore it."""
    assert all(group.get("ignoreFailedScalingActivities") is True for group in whole.of_type(GROUP))


def test_a_price_is_written_without_exponent():
    assert _price(Decimal("1E-7")) == "0.0000001"


def test_canary_has_no_warm_pool(warm, one):
    assert one(warm, GROUP, "plant-canary-group").get("initialLifecycleHooks") is None


def test_types_without_cpu_credits_get_none(warm):
    for template in warm.of_type(TEMPLATE):
        assert template.get("creditSpecification") is None


def test_scheduled_size_leaves_the_desired_capacity_alone(warm, one):
    # -1 is the provider's word for "not sent"; it sends 0 for what is left out (schedule.go).
    assert one(warm, "aws:autoscaling/schedule:Schedule", "plant-stable-night").get("desiredCapacity") == -1


@pytest.mark.parametrize(
    ("image", "registry", "arn"),
    [
        pytest.param(
            "123456789012.dkr-ecr.eu-west-1.on.aws/plant/api:1.2",
            "123456789012.dkr-ecr.eu-west-1.on.aws",
            "arn:aws:ecr:eu-west-1:123456789012:repository/plant/api",
            id="both families",
        ),
        pytest.param(
            "123456789012.dkr.ecr.us-east-1.amazonaws.com/api@sha256:0a",
            "123456789012.dkr.ecr.us-east-1.amazonaws.com",
            "arn:aws:ecr:us-east-1:123456789012:repository/api",
            id="IPv4, by digest",
        ),
        pytest.param(
            "123456789012.dkr.ecr-fips.us-east-1.amazonaws.com/api",
            "123456789012.dkr.ecr-fips.us-east-1.amazonaws.com",
            "arn:aws:ecr:us-east-1:123456789012:repository/api",
            id="FIPS, no tag",
        ),
    ],
)
def test_private_repository_is_the_one_that_the_image_names(image, registry, arn):
    found = private_repository(image)
    assert found is not None
    assert (found.registry, found.arn) == (registry, arn)


@pytest.mark.parametrize("image", ["ecr-public.aws.com/plant/api:1", "ghcr.io/a/b:1", "docker.io/library/x", "a/b"])
def test_other_registries_are_asked_without_a_role(image):
    assert private_repository(image) is None


def test_instances_pull_the_images_of_the_stack_only():
    images = {name: f"123456789012.dkr-ecr.us-east-1.on.aws/{name}:1" for name in ("stable", "candidate")}
    graph = graph_of(
        {"plant:fleet.container_image": images["stable"], "plant:rollout.candidate_image": images["candidate"]}
    )
    (policy,) = [one for one in graph.of_type("aws:iam/rolePolicy:RolePolicy") if "instance" in one.name]
    pulled = {
        action: statement["Resource"]
        for statement in json.loads(policy.get("policy"))["Statement"]
        for action in statement["Action"]
        if action.startswith("ecr:")
    }
    repositories = [f"arn:aws:ecr:us-east-1:123456789012:repository/{name}" for name in sorted(images)]
    assert pulled == {"ecr:GetAuthorizationToken": "*", **dict.fromkeys(PULL, repositories)}


def test_instances_of_a_warm_pool_complete_their_own_launch_only(warm):
    (policy,) = [one for one in warm.of_type("aws:iam/rolePolicy:RolePolicy") if "instance" in one.name]
    statements = json.loads(policy.get("policy"))["Statement"]
    (completing,) = [one for one in statements if "autoscaling:CompleteLifecycleAction" in one["Action"]]
    (arn,) = completing["Resource"]
    assert arn.endswith(":autoScalingGroup:*:autoScalingGroupName/plant-stable-group-*")


def test_public_images_take_no_permission(dev):
    assert not any("ecr:" in str(one.get("policy")) for one in dev.of_type("aws:iam/rolePolicy:RolePolicy"))
