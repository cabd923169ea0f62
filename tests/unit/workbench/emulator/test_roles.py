"""What a role may do is found out once, until IAM or the stack changes."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from typing import Any

import pytest

from workbench.emulator.api import Api
from workbench.emulator.behaviour.answers import Answers
from workbench.emulator.behaviour.roles import Roles
from workbench.emulator.deploy import Deployer
from workbench.emulator.lifecycle import Lifecycle
from workbench.emulator.options import Options
from workbench.emulator.statefile import Entry
from workbench.emulator.world import embedded_aws

ROLE = "arn:aws:iam::123456789012:role/worker"
TOPIC = "arn:aws:sns:us-east-1:123456789012:topic"


@pytest.fixture
def api() -> Iterator[Api]:
    with embedded_aws() as api:
        trust = {"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}
        api.call("iam", "create_role", RoleName="worker", AssumeRolePolicyDocument=json.dumps({"Statement": [trust]}))
        yield api


def allow(api: Api, **statement: Any) -> None:
    """Let the role do something, and nothing else."""
    text = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})
    api.call("iam", "put_role_policy", RoleName="worker", PolicyName="one", PolicyDocument=text)


def test_a_change_of_iam_counts_at_once(api: Api) -> None:
    roles = Roles(Answers(api), Deployer(Lifecycle(api)))
    assert not roles.may(ROLE, "sns:Publish", TOPIC)
    allow(api, Action="sns:Publish", Resource=TOPIC)
    for _ in range(2):
        assert roles.may(ROLE, "sns:Publish", TOPIC, assumed_by="states.amazonaws.com")
        assert not roles.may(ROLE, "sns:Publish", TOPIC, assumed_by="events.amazonaws.com")
        assert not roles.may(ROLE, "sns:Publish", f"{TOPIC}-2")
    asked = len(api.calls)
    assert roles.may(ROLE, "sns:Publish", TOPIC, assumed_by="states.amazonaws.com")
    assert len(api.calls) == asked
    api.call("iam", "delete_role_policy", RoleName="worker", PolicyName="one")
    assert not roles.may(ROLE, "sns:Publish", TOPIC, assumed_by="states.amazonaws.com")


def test_a_resource_is_found_by_id_arn_and_name_and_with_the_tags_that_it_has_now(api: Api) -> None:
    deployer = Deployer(Lifecycle(api))
    roles = Roles(Answers(api), deployer)
    tagged = {"StringEquals": {"aws:ResourceTag/stack": "dev"}}
    allow(api, Action="sns:Publish", Resource="*", Condition=tagged)

    def may(value: str) -> bool:
        return roles.may_call(ROLE, "sns", "Publish", {"TopicArn": value})

    other = {"arn": TOPIC, "name": "topic", "tagsAll": {"stack": "other"}}
    entry = Entry("urn", "aws:sns/topic:Topic", "id", {}, other, Options())
    deployer.state.entries["urn"] = entry
    assert [may(one) for one in ("id", TOPIC, "topic")] == [False] * 3
    assert may("something else"), "nothing is known of it"
    entry.outputs = {**other, "tagsAll": {"stack": "dev"}}  # as an update leaves it
    assert [may(one) for one in ("id", TOPIC, "topic")] == [True] * 3
    deployer.state.entries["urn"] = dataclasses.replace(entry, outputs=other)
    assert not may("topic")
