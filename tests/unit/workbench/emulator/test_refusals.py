"""What AWS refuses beyond its service model is refused before it is sent, and what it accepts is not."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from workbench.emulator.refusals import problems

DONE = {"Type": "Succeed"}
LOOP = {"Type": "Map", "ItemProcessor": {"StartAt": "B", "States": {"B": DONE}}}
PATTERN = {
    "RegexString": "^x",
    "FieldToMatch": {"UriPath": {}},
    "TextTransformations": [{"Priority": 0, "Type": "URL_DECODE"}],
}


def machine(**states: Any) -> dict[str, str]:
    return {"definition": json.dumps({"StartAt": "A", "States": states})}


def template(**data: Any) -> dict[str, Any]:
    return {"LaunchTemplateData": data}


def host(name: str) -> dict[str, Any]:
    return {"Conditions": [{"Field": "host-header", "HostHeaderConfig": {"Values": [name]}}]}


def tokens(**config: Any) -> dict[str, Any]:
    check = {"Type": "jwt-validation", "Order": 1, "JwtValidationConfig": config}
    return {"Actions": [check, {"Type": "forward", "Order": 2, "TargetGroupArn": "arn"}]}


def forward(*weights: int) -> dict[str, Any]:
    groups = [{"TargetGroupArn": "arn", "Weight": weight} for weight in weights]
    return {"Actions": [{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}]}


def cache(**limits: Any) -> dict[str, Any]:
    return {"CacheUsageLimits": limits}


def at(expression: str) -> dict[str, Any]:
    return {"ScheduleExpression": expression, "ScheduleExpressionTimezone": "Europe/Vilnius"}


@pytest.mark.parametrize(
    ("service", "operation", "params", "message"),
    [
        pytest.param(
            "stepfunctions",
            "create_state_machine",
            machine(A={**LOOP, "Next": "B"}, B=DONE),
            "state B: 2 states have this name",
            id="one name inside a map and outside",
        ),
        pytest.param(
            "stepfunctions",
            "update_state_machine",
            machine(A={"Type": "Pass", "Next": "B"}),
            "goes on to B",
            id="a state that is missing",
        ),
        pytest.param(
            "wafv2",
            "create_rule_group",
            {"Capacity": 12, "Rules": [{"Statement": {"RegexMatchStatement": PATTERN}}]},
            "12 is less than the 13",
            id="too little capacity",
        ),
        pytest.param("scheduler", "create_schedule", at("cron(0 5 1-7 * SUN *)"), "has to have ?", id="both days"),
        pytest.param("scheduler", "create_schedule", at("cron(0 5 * * * *)"), "has to have ?", id="no ?"),
        pytest.param("scheduler", "update_schedule", at("cron(0 5 ? * 1#1,1#3 *)"), "n-th weekday", id="two n-th days"),
        pytest.param("scheduler", "create_schedule", at("cron(0 5 ? * SUN#6 *)"), "n-th weekday", id="a sixth Sunday"),
        pytest.param("scheduler", "create_schedule", at("cron(0 25 ? * SUN *)"), "outside 0 to 23", id="hour 25"),
        pytest.param("scheduler", "create_schedule", at("cron(0 5 ? * SUN)"), "six fields", id="no year"),
        pytest.param("scheduler", "create_schedule", at("every(week)"), "rate(…)", id="no expression"),
        pytest.param("elbv2", "create_rule", forward(1000), "1000 is not from 0 to 999", id="weight"),
        pytest.param("elbv2", "modify_rule", forward(1, 1, 1, 1, 1, 1), "6 target groups", id="six target groups"),
        pytest.param(
            "elasticache",
            "create_serverless_cache",
            cache(ECPUPerSecond={"Maximum": 500}),
            "500 ECPUs are not from 1,000",
            id="too few ECPUs",
        ),
        pytest.param(
            "elasticache",
            "create_serverless_cache",
            cache(DataStorage={"Minimum": 3, "Maximum": 2}),
            "the minimum is more than the maximum",
            id="bounds that cross",
        ),
        pytest.param(
            "elasticache",
            "modify_serverless_cache",
            {"SnapshotRetentionLimit": 36},
            "36 are more than 35",
            id="too many snapshots",
        ),
        pytest.param("autoscaling", "set_instance_protection", {"InstanceIds": []}, "0 are not from 1", id="nobody"),
        pytest.param(
            "autoscaling", "set_instance_protection", {"InstanceIds": ["i"] * 51}, "51 are not from 1", id="too many"
        ),
        pytest.param(
            "autoscaling",
            "create_auto_scaling_group",
            {"MinSize": 2, "MaxSize": 1},
            "MinSize: 2 is more than MaxSize",
            id="min over max",
        ),
        pytest.param(
            "autoscaling",
            "put_scheduled_update_group_action",
            {"MinSize": 1, "DesiredCapacity": 0, "MaxSize": 2},
            "MinSize: 1 is more than DesiredCapacity",
            id="desired under min",
        ),
        pytest.param(
            "ec2",
            "create_launch_template",
            template(InstanceType="m7g.medium", CreditSpecification={"CpuCredits": "standard"}),
            "m7g.medium is no T instance",
            id="credits of a type without",
        ),
        pytest.param(
            "ec2",
            "create_launch_template_version",
            template(UserData=base64.b64encode(b"x" * 16_385).decode()),
            "16,385 bytes are more than 16,384",
            id="long user data",
        ),
        pytest.param(
            "elbv2",
            "create_rule",
            {"Conditions": [{"Field": "path-pattern", "PathPatternConfig": {"Values": list("abcdef")}}]},
            "6 values are more than 5",
            id="many conditions",
        ),
        pytest.param(
            "elbv2",
            "create_rule",
            {"Conditions": [{"Field": "path-pattern", "PathPatternConfig": {"Values": list("abcd")}}]},
            "4 values of one condition are more than 3",
            id="many values of a condition",
        ),
        pytest.param(
            "elbv2",
            "create_rule",
            {"Conditions": [{"Field": "query-string", "QueryStringConfig": {"Values": [{"Value": "*?*?*?*"}]}}]},
            "7 wildcards are more than 5",
            id="many wildcards of a query",
        ),
        pytest.param(
            "elbv2",
            "modify_rule",
            {"Actions": [{"Type": "fixed-response", "FixedResponseConfig": {"MessageBody": "x" * 1025}}]},
            "1,025 characters are more than 1,024",
            id="a long answer",
        ),
        pytest.param(
            "elbv2",
            "modify_rule",
            {"Conditions": [{"Field": "path-pattern", "PathPatternConfig": {"Values": ["*******"]}}]},
            "7 wildcards are more than 5",
            id="many wildcards",
        ),
        pytest.param(
            "autoscaling", "put_lifecycle_hook", {"HeartbeatTimeout": 10}, "not from 30 to 7,200", id="a short hook"
        ),
        pytest.param("cloudwatch", "put_metric_alarm", {"Period": 45}, "45 is none of", id="an odd period"),
        pytest.param(
            "cloudwatch",
            "put_metric_alarm",
            {"Period": 300, "EvaluationPeriods": 300},
            "more than 86,400 s",
            id="over a day",
        ),
        pytest.param(
            "cloudwatch",
            "put_metric_alarm",
            {"Period": 60, "EvaluationPeriods": 2, "DatapointsToAlarm": 3},
            "3 are more than the 2",
            id="more datapoints than periods",
        ),
        pytest.param(
            "elasticache",
            "create_replication_group",
            {"Engine": "valkey", "EngineVersion": "7.0"},
            "its first version is 7.2",
            id="a version before the first one",
        ),
        pytest.param(
            "elasticache",
            "modify_replication_group",
            {"Engine": "valkey", "EngineVersion": "8"},
            "8 is no <major>.<minor>",
            id="a major version alone",
        ),
        pytest.param("logs", "put_retention_policy", {"retentionInDays": 42}, "42 is none of", id="no such retention"),
        pytest.param(
            "iam",
            "create_policy",
            {"PolicyDocument": "x y" * 3_073},
            "6,146 characters without white space are more than 6,144",
            id="a long managed policy",
        ),
        pytest.param(
            "iam",
            "create_role",
            {"AssumeRolePolicyDocument": "x" * 2_049},
            "more than 2,048",
            id="a long trust policy",
        ),
        pytest.param(
            "ssm", "put_parameter", {"Name": "/a", "Value": "x" * 4_097}, "of the standard tier", id="a long parameter"
        ),
        pytest.param("ssm", "put_parameter", {"Name": "/aws/a", "Value": "x"}, "begins with aws", id="AWS's own name"),
        pytest.param(
            "ssm", "put_parameter", {"Name": "/a" * 16, "Value": "x"}, "16 levels are more than 15", id="many levels"
        ),
        pytest.param(
            "wafv2",
            "create_web_acl",
            {"Rules": [{"Name": "a", "Priority": 1}, {"Name": "b", "Priority": 1}]},
            "2 rules have the Priority 1",
            id="one priority twice",
        ),
        pytest.param(
            "wafv2",
            "update_web_acl",
            {"Rules": [{"Name": "a", "Statement": {"RateBasedStatement": {"EvaluationWindowSec": 90}}}]},
            "90 is none of 60, 120, 300, 600",
            id="another window",
        ),
        pytest.param(
            "acm", "request_certificate", {"DomainName": "a" * 65}, "65 characters are more than 64", id="a long name"
        ),
        pytest.param("elbv2", "create_rule", host("a" * 129), "129 characters are more than 128", id="a long host"),
        pytest.param("elbv2", "create_rule", host("a.b1"), "more than letters after its last dot", id="a last label"),
        pytest.param("elbv2", "create_rule", tokens(Issuer="i" * 257), "257 characters", id="a long issuer"),
        pytest.param("elbv2", "modify_rule", tokens(JwksEndpoint="https://a"), "with a path", id="keys at no path"),
        pytest.param(
            "elbv2",
            "create_rule",
            tokens(AdditionalClaims=[{"Name": "exp", "Format": "single-string", "Values": ["1"]}]),
            "exp is validated by default",
            id="a claim that is checked anyway",
        ),
        pytest.param(
            "elbv2",
            "create_rule",
            tokens(AdditionalClaims=[{"Name": "scp", "Format": "space-separated-values", "Values": ["a b"]}]),
            "has a space",
            id="a value with a space",
        ),
        pytest.param(
            "ec2",
            "create_security_group",
            {"GroupName": "a", "Description": "the fleet's"},
            "the fleet's",
            id="an apostrophe",
        ),
        pytest.param(
            "ec2",
            "authorize_security_group_egress",
            {"IpPermissions": [{"IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "a & b"}]}]},
            "a & b",
            id="an ampersand",
        ),
        pytest.param("sns", "publish", {"Subject": "two\nlines"}, "no line of", id="a subject of two lines"),
        pytest.param("sns", "publish", {"Subject": "x" * 101}, "no line of", id="a long subject"),
        pytest.param(
            "budgets",
            "create_budget",
            {"NotificationsWithSubscribers": [{}] * 6},
            "6 are more than 5",
            id="many notifications",
        ),
        pytest.param(
            "budgets",
            "create_budget",
            {"NotificationsWithSubscribers": [{"Subscribers": [{"SubscriptionType": "SNS"}] * 2}]},
            "2 topics",
            id="two topics",
        ),
    ],
)
def test_what_aws_refuses(service: str, operation: str, params: dict[str, Any], message: str) -> None:
    (found,) = problems(service, operation, params)
    assert message in found


@pytest.mark.parametrize(
    ("service", "operation", "params"),
    [
        pytest.param("stepfunctions", "create_state_machine", machine(A={**LOOP, "End": True}), id="names that differ"),
        pytest.param("stepfunctions", "update_state_machine", {"roleArn": "arn"}, id="no new definition"),
        pytest.param("wafv2", "create_rule_group", {"Capacity": 1, "Rules": []}, id="no rules"),
        pytest.param("autoscaling", "update_auto_scaling_group", {"MinSize": 2}, id="one size only"),
        pytest.param("ec2", "create_launch_template", template(InstanceType="m7g.medium"), id="no credits"),
        pytest.param(
            "ec2",
            "create_launch_template",
            template(InstanceType="t4g.nano", CreditSpecification={"CpuCredits": "standard"}),
            id="credits of a T instance",
        ),
        pytest.param("sns", "publish", {"Subject": "Plant API rollout: next step"}, id="a subject"),
        pytest.param("cloudwatch", "put_metric_alarm", {"Period": 3600, "EvaluationPeriods": 100}, id="four days"),
        pytest.param(
            "elasticache", "create_replication_group", {"Engine": "valkey", "EngineVersion": "7.2"}, id="Valkey 7.2"
        ),
        pytest.param("scheduler", "create_schedule", at("cron(0 5 ? * 1#1 *)"), id="first Sunday"),
        pytest.param("scheduler", "create_schedule", at("cron(0 5 ? * 1L *)"), id="last Sunday"),
        pytest.param("scheduler", "create_schedule", at("cron(0/15 5 L * ? *)"), id="last day"),
        pytest.param("scheduler", "update_schedule", at("at(2199-01-09T02:00:00)"), id="a date"),
        pytest.param("ec2", "describe_vpcs", {}, id="a call without more rules"),
    ],
)
def test_what_aws_accepts(service: str, operation: str, params: dict[str, Any]) -> None:
    assert problems(service, operation, params) == []
