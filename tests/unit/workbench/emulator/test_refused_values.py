"""Values that AWS's documents refuse are refused, each for its own reason, and their neighbours are not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from workbench.emulator.refusals import problems
from workbench.emulator.refused_values import CHECKS

STATISTIC = {"Namespace": "n", "MetricName": "m"}


def trust(**more: Any) -> dict[str, str]:
    return {
        "AssumeRolePolicyDocument": json.dumps({"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", **more}]})
    }


def query(identifier: str, **more: Any) -> dict[str, Any]:
    return {"Id": identifier, "MetricStat": {"Metric": STATISTIC, "Stat": "Sum", "Period": 60}, **more}


def target(**more: Any) -> dict[str, Any]:
    return {"Targets": [{"Id": "1", "Arn": "arn:aws:sns:us-east-1:123456789012:t", **more}]}


def schedule(arn: str = "arn:aws:scheduler:::aws-sdk:sns:publish", window: Any = None, **more: Any) -> dict[str, Any]:
    return {
        "ScheduleExpression": "rate(1 hour)",
        "FlexibleTimeWindow": window or {"Mode": "OFF"},
        "Target": {"Arn": arn, "RoleArn": "arn", **more},
    }


def steps(*bounds: tuple[float | None, float | None]) -> dict[str, Any]:
    names = ("MetricIntervalLowerBound", "MetricIntervalUpperBound")
    return {
        "PolicyType": "StepScaling",
        "AdjustmentType": "ChangeInCapacity",
        "StepAdjustments": [
            {name: value for name, value in zip(names, bound, strict=True) if value is not None} for bound in bounds
        ],
    }


def rule(**more: Any) -> dict[str, Any]:
    return {"Rules": [{"Name": "r", "Priority": 1, **more}], "Capacity": 5_000}


MANAGED = {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "AWSManagedRulesCommonRuleSet"}}
GEO = {"GeoMatchStatement": {"CountryCodes": ["LT"]}}


def logging(destination: str, **more: Any) -> dict[str, Any]:
    return {"LoggingConfiguration": {"ResourceArn": "a" * 20, "LogDestinationConfigs": [destination], **more}}


def topic_policy(*actions: str) -> dict[str, str]:
    return {
        "TopicArn": "arn",
        "AttributeName": "Policy",
        "AttributeValue": json.dumps({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": list(actions)}]}),
    }


def key(*actions: str) -> dict[str, str]:
    return {"Policy": json.dumps({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": list(actions)}]})}


def record(kind: str, value: str) -> dict[str, Any]:
    return {"ChangeBatch": {"Changes": [{"ResourceRecordSet": {"Type": kind, "ResourceRecords": [{"Value": value}]}}]}}


def actions(*kinds: str) -> dict[str, Any]:
    return {"Actions": [{"Type": kind, "Order": number} for number, kind in enumerate(kinds, start=1)]}


def flags(content: Any) -> dict[str, Any]:
    return {"ContentType": "application/json", "Content": json.dumps(content).encode()}


def attribute(name: str, value: str) -> dict[str, Any]:
    return {"Attributes": [{"Key": name, "Value": value}]}


def ports(first: int, last: int) -> dict[str, Any]:
    return {"IpPermissions": [{"IpProtocol": "tcp", "FromPort": first, "ToPort": last}]}


FLAG = {"version": "1", "flags": {"a": {"name": "a"}}, "values": {"a": {"enabled": True}}}
CASES: tuple[tuple[str, str, dict[str, Any], str, dict[str, Any]], ...] = (
    ("appconfig", "create_hosted_configuration_version", flags(FLAG), "go together", flags({"values": {}})),
    (
        "appconfig",
        "create_hosted_configuration_version",
        flags(FLAG),
        "b has a value",
        flags({**FLAG, "values": {"b": {}}}),
    ),
    ("autoscaling", "create_auto_scaling_group", {"MaxInstanceLifetime": 0}, "a day", {"MaxInstanceLifetime": 60}),
    (
        "autoscaling",
        "update_auto_scaling_group",
        {"MaxInstanceLifetime": 86_400},
        "a day",
        {"MaxInstanceLifetime": 86_399},
    ),
    ("autoscaling", "put_scaling_policy", steps((0, 5), (5, None)), "next begins at 6", steps((0, 5), (6, None))),
    ("autoscaling", "put_scaling_policy", steps((0, None)), "next begins at 5", steps((0, None), (5, None))),
    (
        "autoscaling",
        "put_scaling_policy",
        steps((0, None)),
        "takes one",
        {"PolicyType": "StepScaling", "StepAdjustments": []},
    ),
    (
        "autoscaling",
        "put_scheduled_update_group_action",
        {"Recurrence": "0 8 * * 1-5"},
        "no cron",
        {"Recurrence": "61 8 * * *"},
    ),
    (
        "autoscaling",
        "put_scheduled_update_group_action",
        {"StartTime": "2199-01-01T00:00:00Z"},
        "past",
        {"StartTime": "2020-01-01T00:00:00Z"},
    ),
    (
        "cloudwatch",
        "put_metric_alarm",
        {"TreatMissingData": "ignore"},
        "none of breaching",
        {"TreatMissingData": "okay"},
    ),
    (
        "cloudwatch",
        "put_metric_alarm",
        {"AlarmActions": ["arn:aws:sns:us-east-1:123456789012:t"]},
        "nothing that an alarm starts",
        {"AlarmActions": ["arn:aws:sqs:us-east-1:123456789012:q"]},
    ),
    (
        "cloudwatch",
        "put_metric_alarm",
        {"ExtendedStatistic": "p99.9"},
        "are given",
        {"ExtendedStatistic": "p95", "Statistic": "Sum"},
    ),
    ("cloudwatch", "put_metric_alarm", {"ExtendedStatistic": "p100"}, "no percentile", {"ExtendedStatistic": "p101"}),
    (
        "cloudwatch",
        "put_metric_alarm",
        {"Metrics": [query("a", ReturnData=True)]},
        "exactly one",
        {"Metrics": [query("a")]},
    ),
    (
        "cloudwatch",
        "put_metric_alarm",
        {"Metrics": [query("a"), {"Id": "e", "Expression": "IF(a > 1, FILL(a, 0), 0)", "ReturnData": True}]},
        "e names b, which is no id",
        {"Metrics": [query("a"), {"Id": "e", "Expression": "FILL(b, 0) / a", "ReturnData": True}]},
    ),
    ("ec2", "authorize_security_group_ingress", ports(443, 443), "500 to 443", ports(500, 443)),
    ("ec2", "authorize_security_group_egress", ports(0, 65_535), "0 to 65536", ports(0, 65_536)),
    ("ec2", "create_subnet", {"CidrBlock": "10.0.0.0/28"}, "/16 to /28", {"CidrBlock": "10.0.0.0/29"}),
    ("ec2", "create_subnet", {"Ipv6CidrBlock": "2001:db8::/64"}, "/44", {"Ipv6CidrBlock": "2001:db8::/66"}),
    ("elasticache", "create_user", {"AccessString": "on ~a* +@read"}, "neither on", {"AccessString": "~* +@all"}),
    (
        "elasticache",
        "create_user",
        {"UserId": "a", "UserName": "a", "AuthenticationMode": {"Type": "iam"}},
        "is not the UserId",
        {"UserId": "a", "UserName": "b", "AuthenticationMode": {"Type": "iam"}},
    ),
    ("elbv2", "create_listener", {"Protocol": "HTTP"}, "HTTPS listener has one", {"Protocol": "HTTPS"}),
    (
        "elbv2",
        "create_listener",
        {"SslPolicy": "ELBSecurityPolicy-TLS13-1-3-2021-06"},
        "is none",
        {"SslPolicy": "TLS13"},
    ),
    ("elbv2", "create_load_balancer", {"Name": "plant-edge"}, "internal-", {"Name": "internal-edge"}),
    ("elbv2", "create_load_balancer", {"Name": "a" * 32}, "inner dashes", {"Name": "edge-"}),
    (
        "elbv2",
        "create_rule",
        actions("jwt-validation", "forward"),
        "does not end with",
        actions("forward", "jwt-validation"),
    ),
    ("elbv2", "modify_rule", actions("redirect"), "does not end with", actions("jwt-validation")),
    (
        "elbv2",
        "create_target_group",
        {"HealthCheckPath": "/health"},
        "does not begin with /",
        {"HealthCheckPath": "health"},
    ),
    (
        "elbv2",
        "modify_target_group",
        {"Matcher": {"HttpCode": "200-299"}},
        "200 to 499",
        {"Matcher": {"HttpCode": "100"}},
    ),
    (
        "elbv2",
        "modify_load_balancer_attributes",
        attribute("idle_timeout.timeout_seconds", "4000"),
        "can't be 4001",
        attribute("idle_timeout.timeout_seconds", "4001"),
    ),
    (
        "elbv2",
        "modify_target_group_attributes",
        attribute("slow_start.duration_seconds", "0"),
        "can't be 10",
        attribute("slow_start.duration_seconds", "10"),
    ),
    ("events", "put_targets", target(), "started by a role", target(Arn="arn:aws:states:us-east-1:1:stateMachine:m")),
    ("events", "put_targets", target(Input="{}"), "no JSON", target(Input="{")),
    ("events", "put_targets", target(), "more than 5", {"Targets": target()["Targets"] * 6}),
    ("events", "put_targets", target(Input="{}"), "exclude each other", target(Input="{}", InputPath="$.detail")),
    (
        "events",
        "put_targets",
        target(InputTransformer={"InputPathsMap": {"a": "$.a"}, "InputTemplate": '"<a>"'}),
        "does not begin with $",
        target(InputTransformer={"InputPathsMap": {"a": "a"}, "InputTemplate": '"<a>"'}),
    ),
    (
        "events",
        "put_targets",
        target(InputTransformer={"InputPathsMap": {}, "InputTemplate": '"<aws.events.rule-name>"'}),
        "is no name of InputPathsMap",
        target(InputTransformer={"InputPathsMap": {}, "InputTemplate": '"<b>"'}),
    ),
    ("iam", "create_role", trust(Principal={"Service": "ec2.amazonaws.com"}), "no Principal", trust()),
    ("iam", "create_role", trust(Principal="*"), "names a Resource", trust(Principal="*", Resource="*")),
    (
        "iam",
        "update_assume_role_policy",
        {"PolicyDocument": '{"Statement": {"Principal": "*"}}'},
        "no Principal",
        {"PolicyDocument": '{"Statement": {}}'},
    ),
    ("kms", "create_alias", {"AliasName": "alias/plant"}, "AWS's own", {"AliasName": "alias/aws/plant"}),
    ("kms", "create_key", key("kms:*"), "nobody could change it", key("kms:Decrypt")),
    ("kms", "put_key_policy", key("kms:PutKeyPolicy"), "nobody could change it", key("kms:Decrypt")),
    ("kms", "schedule_key_deletion", {"PendingWindowInDays": 7}, "7 to 30", {"PendingWindowInDays": 3}),
    ("logs", "put_metric_filter", {"filterPattern": "{ $.a = 1 }"}, "has no end", {"filterPattern": "{ $.a = 1"}),
    (
        "logs",
        "put_metric_filter",
        {"metricTransformations": [{"metricNamespace": "PlantApi", "defaultValue": 0}]},
        "exclude each other",
        {"metricTransformations": [{"metricNamespace": "a", "defaultValue": 0, "dimensions": {"a": "$.a"}}]},
    ),
    (
        "logs",
        "put_metric_filter",
        {"metricTransformations": [{"metricNamespace": "PlantApi"}]},
        "AWS's own",
        {"metricTransformations": [{"metricNamespace": "AWS/Plant"}]},
    ),
    ("route53", "change_resource_record_sets", record("AAAA", "2001:db8::1"), "no IPv6", record("AAAA", "10.0.0.1")),
    ("route53", "change_resource_record_sets", record("CNAME", "a.example.com"), "no IPv4", record("A", "a.example")),
    ("s3", "create_bucket", {"Bucket": "plant-dev-logs-1"}, "lower-case", {"Bucket": "Plant_logs"}),
    ("s3", "create_bucket", {"Bucket": "a.b"}, "lower-case", {"Bucket": "a..b"}),
    ("scheduler", "create_schedule", schedule(Input="{}"), "no JSON", schedule(Input="{")),
    (
        "scheduler",
        "create_schedule",
        schedule(),
        "only reads",
        schedule("arn:aws:scheduler:::aws-sdk:sns:getTopicAttributes"),
    ),
    (
        "scheduler",
        "update_schedule",
        schedule(window={"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 5}),
        "goes with FLEXIBLE",
        schedule(window={"Mode": "OFF", "MaximumWindowInMinutes": 5}),
    ),
    (
        "scheduler",
        "create_schedule",
        {"ScheduleExpression": "at(2199-01-01T00:00:00)"},
        "in the past",
        {"ScheduleExpression": "at(2020-01-01T00:00:00)"},
    ),
    ("sns", "set_topic_attributes", topic_policy("sns:Publish"), "done to a topic", topic_policy("sns:*")),
    (
        "sns",
        "subscribe",
        {"Protocol": "https", "Endpoint": "https://a.example"},
        "none for https",
        {"Protocol": "https", "Endpoint": "http://a.example"},
    ),
    (
        "sns",
        "subscribe",
        {"Protocol": "email", "Endpoint": "a@b.example"},
        "none for email",
        {"Protocol": "email", "Endpoint": "a"},
    ),
    ("ssm", "put_parameter", {"Name": "/plant/a"}, "does not begin with /", {"Name": "plant/a"}),
    ("ssm", "put_parameter", {"Name": "plant"}, "letters, digits", {"Name": "/a b"}),
    (
        "wafv2",
        "create_web_acl",
        {"CustomResponseBodies": {"b": {"Content": "x"}}},
        "more than 4,096",
        {"CustomResponseBodies": {"b": {"Content": "x" * 4_097}}},
    ),
    (
        "wafv2",
        "update_web_acl",
        rule(Statement=GEO, Action={"Block": {}}),
        "is not defined",
        rule(Statement=GEO, Action={"Block": {"CustomResponse": {"CustomResponseBodyKey": "b"}}}),
    ),
    (
        "wafv2",
        "create_web_acl",
        rule(Statement=MANAGED, OverrideAction={"None": {}}),
        "has no OverrideAction",
        rule(Statement=MANAGED, Action={"Block": {}}),
    ),
    (
        "wafv2",
        "create_web_acl",
        rule(Statement=GEO, Action={"Block": {}}),
        "refers to no group",
        rule(Statement=GEO, OverrideAction={"None": {}}),
    ),
    (
        "wafv2",
        "create_rule_group",
        rule(Statement=GEO, Action={"Block": {}}),
        "which a rule group can't",
        rule(Statement=MANAGED, OverrideAction={"None": {}}),
    ),
    (
        "wafv2",
        "update_rule_group",
        rule(Statement=GEO, Action={"Block": {}}),
        "is not defined",
        rule(Statement=GEO, Action={"Block": {"CustomResponse": {"CustomResponseBodyKey": "b"}}}),
    ),
    (
        "wafv2",
        "put_logging_configuration",
        logging("arn:aws:logs:us-east-1:123456789012:log-group:aws-waf-logs-plant"),
        "does not begin with aws-waf-logs-",
        logging("arn:aws:logs:us-east-1:123456789012:log-group:/plant"),
    ),
    (
        "wafv2",
        "put_logging_configuration",
        logging("arn:aws:s3:::aws-waf-logs-plant", RedactedFields=[{"SingleHeader": {"Name": "authorization"}}]),
        "Body is none of",
        logging("arn:aws:s3:::aws-waf-logs-plant", RedactedFields=[{"Body": {}}]),
    ),
)


@pytest.mark.parametrize(
    ("service", "operation", "accepted", "message", "refused"),
    [pytest.param(*case, id=f"{case[1]}-{case[3]}") for case in CASES],
)
def test_a_value_is_refused_and_its_neighbour_is_not(
    service: str, operation: str, accepted: dict[str, Any], message: str, refused: dict[str, Any]
) -> None:
    assert problems(service, operation, {**NEEDED.get(operation, {}), **accepted}) == []
    (found,) = problems(service, operation, {**NEEDED.get(operation, {}), **refused})
    assert message in found


NEEDED: dict[str, dict[str, Any]] = {
    "create_load_balancer": {"Name": "a"},
    "put_metric_filter": {"filterPattern": ""},
    "put_parameter": {"Value": "x"},
}
"""What a call has anyway, for the checks that look at it."""


def test_every_check_has_a_case() -> None:
    assert {(service, operation) for service, operation, *_ in CASES} >= CHECKS.keys()
