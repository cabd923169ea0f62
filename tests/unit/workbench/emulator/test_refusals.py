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
    ],
)
def test_what_aws_accepts(service: str, operation: str, params: dict[str, Any]) -> None:
    assert problems(service, operation, params) == []
