"""Mapping, validation, diffs, the deployment's stand-ins, and the safety of the plugin."""

from __future__ import annotations

import json
from typing import Any

import pytest

from workbench.emulator.api import Api, InvalidCallError, operation_model, snake_case
from workbench.emulator.deploy import opened
from workbench.emulator.lifecycle import META, Lifecycle
from workbench.emulator.mapping import from_api, lower_first, same, to_api
from workbench.emulator.options import kept
from workbench.emulator.plugin import ENVIRONMENT, endpoint_from
from workbench.emulator.resource_type import Context
from workbench.emulator.rows import attribute_list
from workbench.emulator.services.elbv2_load_balancers import LOAD_BALANCER_ATTRIBUTES
from workbench.emulator.substitution import Substitution
from workbench.emulator.validation import problems
from workbench.emulator.world import embedded_aws


@pytest.mark.parametrize(
    ("service", "operation", "params", "message"),
    [
        pytest.param("ec2", "create_subnet", {}, "VpcId", id="required"),
        pytest.param("elbv2", "create_target_group", {"Name": "n", "Protocol": "SMTP"}, "SMTP", id="enum"),
        pytest.param("elbv2", "create_target_group", {"Name": "n", "Port": 70000}, "70000", id="upper bound"),
        pytest.param(
            "wafv2", "get_ip_set", {"Id": "x", "Name": "a b", "Scope": "REGIONAL"}, "does not match", id="pattern"
        ),
        pytest.param("logs", "create_log_group", {"logGroupName": "x" * 600}, "512", id="length"),
        pytest.param("ec2", "create_subnet", {"VpcId": 7}, "Invalid type", id="type"),
    ],
)
def test_a_call_that_aws_would_refuse_is_not_sent(
    service: str, operation: str, params: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidCallError, match=message):
        Api().call(service, operation, **params)


def test_a_valid_call_has_no_problems() -> None:
    assert problems(operation_model("ec2", "create_subnet"), {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/24"}) == []


def test_names_follow_from_the_service_model() -> None:
    shape = operation_model("ec2", "create_vpc").input_shape
    assert to_api(shape, {"cidrBlock": "10.0.0.0/16", "instanceTenancy": "default"}, {}) == {
        "CidrBlock": "10.0.0.0/16",
        "InstanceTenancy": "default",
    }


def test_tags_are_a_map_in_pulumi_and_a_list_in_aws() -> None:
    shape = operation_model("elbv2", "add_tags").input_shape
    pairs = to_api(shape.members["Tags"], {"a": "b"}, {})
    assert pairs == [{"Key": "a", "Value": "b"}]
    assert from_api(shape.members["Tags"], pairs) == {"a": "b"}


@pytest.mark.parametrize(
    ("declared", "live", "equal"),
    [
        pytest.param({"A": 1}, {"A": 1, "Extra": 2}, True, id="AWS adds members"),
        pytest.param(["b", "a"], ["a", "b"], True, id="order of a list"),
        pytest.param(["a"], ["a", "b"], True, id="longer live list"),
        pytest.param(["a", "b"], ["a"], False, id="shorter live list"),
        pytest.param({"a": "b"}, [{"Key": "a", "Value": "b"}], True, id="map and pairs"),
        pytest.param('{"x": 1}', {"x": 1}, True, id="JSON text"),
        pytest.param(True, "true", True, id="boolean as text"),
        pytest.param(5, "5", True, id="number as text"),
        pytest.param(5, 6, False, id="another number"),
        pytest.param("a", None, False, id="missing"),
    ],
)
def test_what_counts_as_the_same(declared: Any, live: Any, equal: bool) -> None:
    assert same(declared, live) is equal


def test_names_in_both_spellings() -> None:
    assert [lower_first(name) for name in ("CidrBlock", "ARN", "VPCId", "DNSName")] == [
        "cidrBlock",
        "arn",
        "vpcId",
        "dnsName",
    ]
    assert [snake_case(name) for name in ("getIPSet", "modifyRule", "deleteWebACL")] == [
        "get_ip_set",
        "modify_rule",
        "delete_web_acl",
    ]


def test_attributes_are_text_and_only_the_declared_ones() -> None:
    context = Context(
        "urn",
        {"idleTimeout": 60, "dropInvalidHeaderFields": True, "accessLogs": {"bucket": "b", "enabled": True}},
        "us-east-1",
    )
    assert attribute_list(LOAD_BALANCER_ATTRIBUTES)(context) == [
        {"Key": "routing.http.drop_invalid_header_fields.enabled", "Value": "true"},
        {"Key": "idle_timeout.timeout_seconds", "Value": "60"},
        {"Key": "access_logs.s3.enabled", "Value": "true"},
        {"Key": "access_logs.s3.bucket", "Value": "b"},
    ]


VPC = "aws:ec2/vpc:Vpc"
STATE = {"cidrBlock": "10.0.0.0/16", "tags": {"a": "b"}, "arn": "arn:x", META: {"declared": ["cidrBlock", "tags"]}}


@pytest.mark.parametrize(
    ("inputs", "changed", "replaces"),
    [
        pytest.param({"cidrBlock": "10.0.0.0/16", "tags": {"a": "b"}}, (), (), id="same"),
        pytest.param({"cidrBlock": "10.0.0.0/16", "tags": {"a": "c"}}, ("tags",), (), id="changed"),
        pytest.param({"cidrBlock": "10.0.0.0/16"}, ("tags",), (), id="removed"),
        pytest.param(
            {"cidrBlock": "10.1.0.0/16", "tags": {"a": "b"}}, ("cidrBlock",), ("cidrBlock",), id="replacement"
        ),
    ],
)
def test_diffs(inputs: dict[str, Any], changed: tuple[str, ...], replaces: tuple[str, ...]) -> None:
    change = Lifecycle(Api()).diff(VPC, STATE, inputs)
    assert (change.changed, change.replaces) == (changed, replaces)


def test_a_missing_name_is_generated_the_same_each_time_and_within_its_length() -> None:
    urn = "urn:pulumi:dev::p::aws:lb/loadBalancer:LoadBalancer::a-load-balancer-with-a-very-long-name"
    names = {Lifecycle(Api()).check("aws:lb/loadBalancer:LoadBalancer", urn, {})["name"] for _ in range(2)}
    assert len(names) == 1
    assert len(names.pop()) <= 32


def test_stand_ins_are_replaced_also_inside_texts_and_longest_first() -> None:
    substitution = Substitution()
    substitution.learn(
        {"id": "vpc-0000000000", "arn": "arn:aws:vpc-0000000000"}, {"id": "vpc-real", "arn": "arn:aws:real"}
    )
    substitution.learn("2600:1f18:abcd:ab00::/56", "2400:6500:6d28:b900::/56")
    assert substitution.apply({"p": '{"Resource": "arn:aws:vpc-0000000000"}', "v": ["vpc-0000000000"]}) == {
        "p": '{"Resource": "arn:aws:real"}',
        "v": ["vpc-real"],
    }
    assert substitution.apply("2600:1f18:abcd:ab01::/64") == "2400:6500:6d28:b901::/64"
    assert substitution.apply("\nvpc-0000000000 /vpc-0000000000b") == "\nvpc-real /vpc-realb"
    assert substitution.apply("a-vpc-0000000000 avpc-0000000000") == "a-vpc-real avpc-0000000000", "within a word"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param("a", {"a": 1, "b": {"c": [20, 30]}}, id="property"),
        pytest.param("b.c[0]", {"a": 10, "b": {"c": [2, 30]}}, id="item"),
        pytest.param("b.c[*]", {"a": 10, "b": {"c": [2, 3]}}, id="every item"),
        pytest.param("x.y", {"a": 10, "b": {"c": [20, 30]}}, id="nothing there"),
    ],
)
def test_ignored_changes_keep_the_old_value(path: str, expected: Any) -> None:
    assert kept({"a": 10, "b": {"c": [20, 30]}}, {"a": 1, "b": {"c": [2, 3]}}, [path]) == expected


def test_secrets_are_opened_for_the_api() -> None:
    secret = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "plaintext": '"x"'}
    assert opened({"a": [secret]}) == {"a": ["x"]}


@pytest.mark.parametrize(
    "environment",
    [
        pytest.param({}, id="no endpoint"),
        pytest.param({ENVIRONMENT: "https://ec2.us-east-1.amazonaws.com"}, id="AWS itself"),
        pytest.param({ENVIRONMENT: "http://127.0.0.1.example.com:80"}, id="a name that looks local"),
    ],
)
def test_the_plugin_serves_only_the_emulator_on_this_machine(environment: dict[str, str]) -> None:
    with pytest.raises(SystemExit, match="pulumi-resource-aws"):
        endpoint_from(environment)


def test_the_oldest_version_of_a_policy_goes_before_the_sixth() -> None:
    def inputs(number: int) -> dict[str, Any]:
        statement = {"Effect": "Allow", "Action": "sns:Publish", "Resource": f"arn:aws:sns:*:*:topic-{number}"}
        return {"name": "one", "path": "/", "policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]})}

    with embedded_aws() as api:
        lifecycle, token, urn = Lifecycle(api), "aws:iam/policy:Policy", "urn:pulumi:dev::p::aws:iam/policy:Policy::one"
        made = lifecycle.create(token, urn, inputs(0))
        state = made.outputs
        for number in range(1, 8):
            state = lifecycle.update(token, urn, made.id, state, inputs(number), ["policy"])
        versions = api.call("iam", "list_policy_versions", PolicyArn=made.id)["Versions"]
        assert {one["VersionId"] for one in versions} == {"v4", "v5", "v6", "v7", "v8"}
        assert [one["VersionId"] for one in versions if one["IsDefaultVersion"]] == ["v8"]
        lifecycle.delete(token, urn, made.id, state)
        assert api.call("iam", "list_policies", Scope="Local")["Policies"] == []
