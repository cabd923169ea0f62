"""Each sort of bad value is refused before it is sent, and by AWS's own model; each sort of good one passes."""

from __future__ import annotations

from typing import Any

import pytest

from workbench.emulator import refusals, validation
from workbench.emulator.api import Api, InvalidCallError, operation_model, service_model
from workbench.emulator.java_patterns import compile_pattern
from workbench.emulator.registry import types
from workbench.emulator.validation import problems

ROLE = {"RoleName": "ab", "AssumeRolePolicyDocument": "{}"}
TARGET = {"Arn": "a", "RoleArn": "arn:aws:iam::123456789012:role/r"}
SCHEDULE = {"Name": "n", "ScheduleExpression": "rate(1 day)", "Target": TARGET}
VISIBLE = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "m"}
RULES = {"Name": "n", "Scope": "REGIONAL", "Capacity": 1, "VisibilityConfig": VISIBLE}
BODY = {"ContentType": "TEXT_PLAIN", "Content": "x"}
FILTER = {"Filter": {"CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/0"}}
GROUP = {"MinSize": 1, "MaxSize": 1}


@pytest.mark.parametrize(
    ("service", "operation", "params", "message"),
    [
        pytest.param("iam", "create_role", {**ROLE, "RoleName": "a b"}, "does not match", id="part of a pattern"),
        pytest.param("iam", "create_role", {**ROLE, "RoleName": "Größe"}, "does not match", id="\\w is ASCII"),
        pytest.param(
            "wafv2", "create_rule_group", {**RULES, "Name": "abc\n"}, "does not match", id="newline after the end"
        ),
        pytest.param(
            "iam", "create_role", {**ROLE, "Tags": [{"Key": "k\t", "Value": "v"}]}, "does not match", id="\\p class"
        ),
        pytest.param(
            "autoscaling",
            "create_auto_scaling_group",
            {**GROUP, "AutoScalingGroupName": "n\x00"},
            "does not match",
            id="pattern with surrogates",
        ),
        pytest.param(
            "budgets",
            "describe_budget",
            {"AccountId": "123456789012", "BudgetName": "x<SCRIPT>y</script>"},
            "does not match",
            id="pattern with a flag in the middle",
        ),
        pytest.param("events", "put_rule", {"Name": "n", "State": "ON"}, "not one of", id="enum"),
        pytest.param(
            "ec2",
            "create_vpc",
            {"TagSpecifications": [{"ResourceType": "vcp"}]},
            r"TagSpecifications\[0\].ResourceType",
            id="enum in a list of structures",
        ),
        pytest.param(
            "autoscaling",
            "create_auto_scaling_group",
            {**GROUP, "AutoScalingGroupName": ""},
            "min length: 1",
            id="text too short",
        ),
        pytest.param(
            "iam", "create_role", {**ROLE, "RoleName": "x" * 65}, "more than the allowed 64", id="text too long"
        ),
        pytest.param("iam", "create_role", {**ROLE, "MaxSessionDuration": 60}, "min value: 3600", id="number too low"),
        pytest.param(
            "scheduler",
            "create_schedule",
            {**SCHEDULE, "FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 1441}},
            "1441 is more than the allowed 1440",
            id="nested number too high",
        ),
        pytest.param(
            "autoscaling",
            "create_auto_scaling_group",
            {**GROUP, "AutoScalingGroupName": "n", "MinSize": True},
            "is no number",
            id="boolean for a number",
        ),
        pytest.param(
            "route53",
            "change_resource_record_sets",
            {"HostedZoneId": "Z", "ChangeBatch": {"Changes": []}},
            "min length: 1",
            id="list too short",
        ),
        pytest.param(
            "iam",
            "create_role",
            {**ROLE, "Tags": [{"Key": "k", "Value": "v"}] * 51},
            "51 items is more than the allowed 50",
            id="list too long",
        ),
        pytest.param(
            "wafv2", "create_rule_group", {**RULES, "CustomResponseBodies": {}}, "0 entries", id="map too small"
        ),
        pytest.param(
            "logs",
            "create_log_group",
            {"logGroupName": "n", "tags": {f"k{n}": "v" for n in range(51)}},
            "51 entries is more than the allowed 50",
            id="map too large",
        ),
        pytest.param(
            "wafv2",
            "create_rule_group",
            {**RULES, "CustomResponseBodies": {"a b": BODY}},
            "CustomResponseBodies key",
            id="key of a map",
        ),
        pytest.param(
            "wafv2",
            "create_rule_group",
            {**RULES, "CustomResponseBodies": {"a": {**BODY, "ContentType": "TEXT"}}},
            "CustomResponseBodies.a.ContentType",
            id="value of a map",
        ),
        pytest.param(
            "kms", "encrypt", {"KeyId": "k", "Plaintext": b"x" * 4097}, "4097 bytes is more", id="binary too long"
        ),
        pytest.param(
            "acm",
            "search_certificates",
            {"FilterStatement": {"And": [FILTER], "Or": [FILTER]}},
            "Can only set one",
            id="two members of a union",
        ),
        pytest.param("acm", "search_certificates", {"FilterStatement": {}}, "Must set one", id="no member of a union"),
        pytest.param("ssm", "put_parameter", {"Name": "n", "Value": "v", "Nope": 1}, "Unknown", id="unknown parameter"),
        pytest.param("scheduler", "create_schedule", SCHEDULE, "FlexibleTimeWindow", id="missing parameter"),
        pytest.param(
            "scheduler",
            "create_schedule",
            {**SCHEDULE, "FlexibleTimeWindow": {}},
            r"Missing required parameter in FlexibleTimeWindow",
            id="missing nested parameter",
        ),
        pytest.param("sns", "create_topic", {"Name": "n", "Attributes": {"a": 1}}, "Invalid type", id="type in a map"),
    ],
)
def test_a_bad_value_is_refused(service: str, operation: str, params: dict[str, Any], message: str) -> None:
    import re

    found = problems(operation_model(service, operation), params)
    assert len(found) == 1, found
    assert re.search(message, found[0])


@pytest.mark.parametrize(
    ("service", "operation", "params"),
    [
        pytest.param(
            "iam", "create_role", {**ROLE, "Tags": [{"Key": "Größe 7", "Value": "植\u00a0😀"[:2]}]}, id="other scripts"
        ),
        pytest.param(
            "autoscaling",
            "create_auto_scaling_group",
            {**GROUP, "AutoScalingGroupName": "n😀"},
            id="beyond U+FFFF",
        ),
        pytest.param(
            "budgets", "describe_budget", {"AccountId": "123456789012", "BudgetName": "my action"}, id="flag, no match"
        ),
        pytest.param("wafv2", "create_rule_group", {**RULES, "CustomResponseBodies": {"a": BODY}}, id="map"),
    ],
)
def test_a_good_value_passes(service: str, operation: str, params: dict[str, Any]) -> None:
    assert problems(operation_model(service, operation), params) == []


def test_every_pattern_of_the_services_in_use_is_understood() -> None:
    services = {row.service for row in types().values()}
    patterns = {
        shape.metadata["pattern"]
        for model in map(service_model, services)
        for shape in map(model.shape_for, model.shape_names)
        if "pattern" in shape.metadata
    }
    assert len(patterns) > 300
    assert [pattern for pattern in sorted(patterns) if compile_pattern(pattern, 0x7F) is None] == []


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        pytest.param(r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$", "Größe 7", "a\u0000b", id="letters, separators, numbers"),
        pytest.param(r"[\P{M}]*", "e", "e\u0301", id="no marks"),
        pytest.param(r"[\w-_]*", "a-_", "a b", id="hyphen after a class"),
        pytest.param(r"a(?i)b|c", "aB", "Ab", id="flag from here on"),
        pytest.param(r"[\uD800\uDC00-\uDBFF\uDFFF]", "😀", "x", id="surrogates"),
    ],
)
def test_java_patterns_mean_the_same_in_python(pattern: str, good: str, bad: str) -> None:
    compiled = compile_pattern(pattern)
    assert compiled is not None
    assert compiled.fullmatch(good)
    assert not compiled.fullmatch(bad)


def test_what_python_cannot_say_is_left_alone() -> None:
    assert compile_pattern(r"[\p{Print}&&[^|:/]]+") is None


@pytest.mark.parametrize(
    ("operation", "params", "times"),
    [("create_role", ROLE, ["model", "refusals", "refusals"]), ("get_role", {"RoleName": "a"}, ["model", "refusals"])],
)
def test_a_call_is_held_against_the_model_once_and_against_what_may_change_each_time(
    monkeypatch: pytest.MonkeyPatch, operation: str, params: dict[str, Any], times: list[str]
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(validation, "problems", lambda *_: asked.append("model") or [])
    monkeypatch.setattr(refusals, "problems", lambda *_: asked.append("refusals") or [])
    api = Api()
    api.validate("iam", operation, params)
    api.validate("iam", operation, {**params})
    assert asked == times


def test_a_call_that_is_refused_is_refused_again() -> None:
    api = Api()
    for _ in range(2):
        with pytest.raises(InvalidCallError, match="does not match"):
            api.validate("iam", "create_role", {**ROLE, "RoleName": "a b"})
