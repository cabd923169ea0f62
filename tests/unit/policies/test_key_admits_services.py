"""A key is held against each service that publishes to its topics, and against each of its log groups."""

import json

import pytest

from policies.context import Context
from policies.examples import example_graph
from policies.rules._documents import allow, joined
from policies.rules._resource_policies import letting
from policies.rules.kms.key_admits_services import LOG_CONTEXT, RULE

ACCOUNT = allow("kms:*", AWS="arn:aws:iam::123456789012:root")
EVENTS, ALARMS, LOGS = (letting(service, "kms:*") for service in ("events", "cloudwatch", "logs"))


def logs_of(group):
    """Lets CloudWatch Logs in, for that group alone."""
    document = json.loads(LOGS)
    document["Statement"][0]["Condition"] = {"ArnEquals": {LOG_CONTEXT: f"arn:{group}"}}
    return json.dumps(document)


@pytest.mark.parametrize(
    ("documents", "told"),
    [
        pytest.param([EVENTS, ALARMS, LOGS], [], id="all"),
        pytest.param([EVENTS, LOGS], ["cloudwatch", "cloudwatch"], id="no alarms"),
        pytest.param([ALARMS, LOGS], ["events", "events"], id="no events"),
        pytest.param([EVENTS, ALARMS], ["one"], id="no logs"),
        pytest.param([EVENTS, ALARMS, logs_of("one")], ["two"], id="the logs of one"),
        pytest.param([EVENTS, ALARMS, logs_of("one"), logs_of("two")], [], id="the logs of each"),
    ],
)
def test_a_key_admits_each_service_and_each_log_group(documents, told):
    topics = {name: ("aws:sns/topic:Topic", {"kmsMasterKeyId": "arn:key"}) for name in ("first", "second")}
    stack = {
        "key": ("aws:kms/key:Key", {"policy": joined(ACCOUNT, *documents)}),
        **topics,
        **{f"{name}-event": ("aws:cloudwatch/eventTarget:EventTarget", {"arn": f"arn:{name}"}) for name in topics},
        **{
            f"{name}-alarm": ("aws:cloudwatch/metricAlarm:MetricAlarm", {"alarmActions": [f"arn:{name}"]})
            for name in topics
        },
        "one": ("aws:cloudwatch/logGroup:LogGroup", {"kmsKeyId": "arn:key"}),
        "two": ("aws:cloudwatch/logGroup:LogGroup", {"kmsKeyId": "arn:key"}),
    }
    graph = example_graph(stack)
    (key,) = graph.of_type("aws:kms/key:Key")
    messages = [problem.message for problem in RULE.check(key, Context(graph))]
    assert [
        next(one for one in ("cloudwatch", "events", "one", "two") if f" {one}" in text) for text in messages
    ] == told
