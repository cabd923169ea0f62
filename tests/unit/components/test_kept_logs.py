"""Log groups that outlive a session."""

import json

import pytest

LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"


def test_parking_deletes_no_log(dev, parked):
    running, kept = ({group.urn: group for group in graph.of_type(LOG_GROUP)} for graph in (dev, parked))
    assert set(running) == set(kept)
    assert len(kept) == 6
    for urn, group in kept.items():
        assert group.inputs == running[urn].inputs, urn
        assert group.get("retentionInDays") >= 365, urn


def test_shared_stack_leaves_the_firewalls_log_to_the_platform(prod):
    assert not [group.name for group in prod.of_type(LOG_GROUP) if "waf" in group.get("name")]


@pytest.mark.parametrize(
    ("token", "path"),
    [
        ("aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration", "logDestinationConfigs"),
        ("aws:sfn/stateMachine:StateMachine", "loggingConfiguration"),
    ],
)
def test_what_runs_writes_to_them(dev, token, path):
    assert dev.of_type(token)
    for writer in dev.of_type(token):
        assert dev.referenced(writer, path, LOG_GROUP), writer.name


def delivered(graph):
    """What AWS's own delivery may write to, by the stack's log policy."""
    (policy,) = graph.of_type("aws:cloudwatch/logResourcePolicy:LogResourcePolicy")
    (found,) = (
        statement
        for statement in json.loads(policy.get("policyDocument"))["Statement"]
        if statement["Principal"] == {"Service": "delivery.logs.amazonaws.com"}
    )
    assert found["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "123456789012"},
        "ArnLike": {"aws:SourceArn": "arn:aws:logs:us-east-1:123456789012:*"},
    }
    return {arn.removesuffix(":log-stream:*") for arn in found["Resource"]}


@pytest.mark.parametrize("stack", ["dev", "prod", "k8s"])
def test_whoever_tells_a_service_to_log_needs_no_right_on_log_policies(graph, stack):
    whole = graph(stack)
    firewalls = whole.of_type("aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration")
    machines = whole.of_type("aws:sfn/stateMachine:StateMachine")
    assert machines
    destinations = {arn for one in firewalls for arn in one.get("logDestinationConfigs")}
    destinations |= {one.get("loggingConfiguration.logDestination").removesuffix(":*") for one in machines}
    assert destinations == delivered(whole)


def test_the_next_session_finds_the_log_policy_that_it_needs(dev, parked):
    assert delivered(dev) == delivered(parked)
