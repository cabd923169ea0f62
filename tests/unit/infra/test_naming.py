"""Names stay within AWS's limits, however long the stack's name is."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.naming import Names, bounded
from workbench.preview.stackfile import StackFile, read_stack
from workbench.preview.synthesis import REPOSITORY, record, run_program

LONGEST_STACK = "Feature_" + "x" * 92

LIMITS = {
    "aws:lb/loadBalancer:LoadBalancer": 32,
    "aws:lb/targetGroup:TargetGroup": 32,
    "aws:elasticache/serverlessCache:ServerlessCache": 40,
    "aws:elasticache/user:User": 40,
    "aws:elasticache/userGroup:UserGroup": 40,
    "aws:iam/role:Role": 64,
    "aws:iam/policy:Policy": 128,
    "aws:iam/rolePolicy:RolePolicy": 128,
    "aws:iam/instanceProfile:InstanceProfile": 128,
    "aws:s3/bucket:Bucket": 63,
    "aws:scheduler/schedule:Schedule": 64,
    "aws:scheduler/scheduleGroup:ScheduleGroup": 64,
    "aws:sfn/stateMachine:StateMachine": 80,
    "aws:appconfig/application:Application": 64,
    "aws:appconfig/environment:Environment": 64,
    "aws:appconfig/configurationProfile:ConfigurationProfile": 128,
    "aws:appconfig/deploymentStrategy:DeploymentStrategy": 64,
    "aws:cloudwatch/eventRule:EventRule": 64,
    "aws:cloudwatch/metricAlarm:MetricAlarm": 255,
    "aws:cloudwatch/logGroup:LogGroup": 512,
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": 512,
    "aws:budgets/budget:Budget": 100,
    "aws:ec2/launchTemplate:LaunchTemplate": 128,
    "aws:ec2/securityGroup:SecurityGroup": 255,
    "aws:autoscaling/group:Group": 255,
    "aws:autoscaling/policy:Policy": 255,
    "aws:autoscaling/lifecycleHook:LifecycleHook": 255,
    "aws:wafv2/webAcl:WebAcl": 128,
    "aws:wafv2/ipSet:IpSet": 128,
    "aws:wafv2/ruleGroup:RuleGroup": 128,
    "aws:sns/topic:Topic": 256,
    "aws:kms/alias:Alias": 256,
    "aws:ssm/parameter:Parameter": 1011,
    "aws:cloudwatch/dashboard:Dashboard": 255,
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": 255,
    "aws:cloudwatch/alarmMuteRule:AlarmMuteRule": 255,
}
"""Longest physical name of each type that has one (AWS API references, 2026-11)."""

OWN_PROPERTY = {
    "aws:cloudwatch/dashboard:Dashboard": "dashboardName",
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": "alarmName",
    "aws:elasticache/replicationGroup:ReplicationGroup": "replicationGroupId",
    "aws:elasticache/user:User": "userId",
    "aws:elasticache/userGroup:UserGroup": "userGroupId",
    "aws:s3/bucket:Bucket": "bucket",
}
"""Property with the physical name, where it is not `name`."""


@pytest.fixture(scope="module", params=["dev", "prod"])
def longest(request):
    """Resources of a stack with the longest name that Pulumi allows."""
    known = read_stack(REPOSITORY, request.param, {})
    values = {name: getattr(known, name) for name in StackFile.__dataclass_fields__} | {"stack": LONGEST_STACK}
    program = REPOSITORY / known.main / "__main__.py"
    deployment = record(lambda: run_program(program), StackFile(**values))
    return [state for state in deployment["deployment"]["resources"] if state["custom"]]


AUTONAME_SUFFIX_LENGTH = 8
"""Characters that Pulumi adds to a logical name: a dash and seven hex digits."""


def physical_name(state):
    """Name that AWS gets: declared, or the logical one and what Pulumi adds."""
    token = state["type"]
    naming = OWN_PROPERTY.get(token, "name")
    declared = state["inputs"].get(naming)
    if declared is not None:
        return declared
    return state["urn"].rpartition("::")[2] + "x" * AUTONAME_SUFFIX_LENGTH


def test_every_name_fits(longest):
    too_long = {
        state["urn"]: (len(physical_name(state)), LIMITS[state["type"]])
        for state in longest
        if state["type"] in LIMITS and len(physical_name(state)) > LIMITS[state["type"]]
    }
    assert too_long == {}


def test_names_that_must_be_lower_case_are(longest):
    for state in longest:
        if state["type"].startswith("aws:elasticache/") or state["type"] == "aws:s3/bucket:Bucket":
            assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", physical_name(state)), state["urn"]


def test_stack_name_shows_in_names_that_people_look_for():
    assert Names("plant", "dev").parameter("contract") == "/plant/plant-dev/contract"
    assert Names("plant", "dev").firewall_log_group == "aws-waf-logs-plant-dev"


def test_stacks_that_differ_in_case_only_have_different_names():
    assert Names("plant", "Dev").slug != Names("plant", "dev").slug
    assert Names("plant", "a.b").cache != Names("plant", "a_b").cache


@given(st.text(alphabet="abc-", min_size=1, max_size=200), st.integers(min_value=12, max_value=64))
def test_bounded_name_fits_and_is_stable(text, limit):
    assert len(bounded(text, limit)) <= limit
    assert bounded(text, limit) == bounded(text, limit)
    if len(text) <= limit:
        assert bounded(text, limit) == text


@given(st.text(alphabet="ab", min_size=41, max_size=60), st.text(alphabet="ab", min_size=41, max_size=60))
def test_different_long_names_stay_different(one, other):
    assert (bounded(one, 40) == bounded(other, 40)) == (one == other)


@given(st.from_regex(r"[A-Za-z0-9_.-]{1,100}", fullmatch=True))
def test_cache_name_is_one_that_elasticache_takes(stack):
    name = Names("plant", stack).cache
    assert len(name) <= 40
    assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name)


def test_two_stacks_of_one_account_share_no_physical_name(graph):
    """What one stack deletes or overwrites must not be the other's."""
    properties = ("name", "alarmName", "dashboardName", "policyName", "userId", "userGroupId", "replicationGroupId")

    def chosen(stack):
        return {
            (resource.type, name, resource.inputs[name])
            for resource in graph(stack)
            for name in properties
            if resource.type.startswith("aws:") and name in resource.inputs
        }

    assert len(chosen("dev")) > 10
    # A hosted zone holds one record of a name, and applications of AppConfig may share theirs.
    assert not chosen("dev") & chosen("prod")
