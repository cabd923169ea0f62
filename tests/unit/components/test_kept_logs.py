"""Log groups that outlive a session."""

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
