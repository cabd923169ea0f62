"""Rules about AWS IoT."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from deployment.graph import Resource
from deployment.tokens import IOT_POLICY
from policies.context import Context
from policies.examples import Example
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.rules._documents import statements

EVERY: Final = ("*", "iot:*")


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """No device may do everything that IoT has, to all devices."""
    for number, one in enumerate(statements(resource.get("policy")) or ()):
        if one.allows and not one.conditions and "*" in one.resources and any(each in EVERY for each in one.actions):
            yield Problem(
                f"policy, statement {one.sid or number} allows {one.actions[0]} on every resource; name the actions,"
                " and the client and topics by ${iot:Connection.Thing.ThingName}",
                "policy",
            )


def _policy(action: str, resource: str) -> Example:
    statement = {"Effect": "Allow", "Action": [action], "Resource": [resource]}
    return {"device": (IOT_POLICY[0], {"policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]})})}


RULE = Rule(
    id="iot-policies-narrow",
    title="Devices may not do everything to all devices",
    severity=Severity.CRITICAL,
    risk=Risk.EXPOSURE,
    why="One certificate taken out of one device then reads and commands all of them.",
    fix="Name the actions, and as Resource the device's own client, topics and shadow.",
    source="https://docs.aws.amazon.com/iot-device-defender/latest/devguide/audit-chk-iot-policy-permissive.html",
    frameworks=("device-defender:IOT_POLICY_OVERLY_PERMISSIVE_CHECK",),
    types=IOT_POLICY,
    check=check,
    passing=_policy("iot:Connect", "arn:aws:iot:us-east-1:123456789012:client/${iot:Connection.Thing.ThingName}"),
    also_passing=(_policy("iot:Publish", "*"),),
    failing=_policy("iot:*", "*"),
)
