"""Events for the Health Aggregator."""

import json

from deployment.reader import graph_from_json
from workbench.preview.synthesis import synthesize

TARGET = "aws:cloudwatch/eventTarget:EventTarget"


def test_every_alarm_but_spikes_is_reported(dev, one):
    pattern = json.loads(one(dev, "aws:cloudwatch/eventRule:EventRule", "plant-feed-changes").get("eventPattern"))
    alarms = dev.of_type("aws:cloudwatch/metricAlarm:MetricAlarm", "aws:cloudwatch/compositeAlarm:CompositeAlarm")
    expected = {alarm.get("arn") for alarm in alarms if "traffic-spike" not in alarm.name}
    assert set(pattern["resources"]) == expected


def test_event_on_the_topic_has_the_documented_shape(dev, one):
    transformer = one(dev, TARGET, "plant-feed-to-topic").get("inputTransformer")
    filled = transformer["inputTemplate"]
    for key in transformer["inputPaths"]:
        assert f'"<{key}>"' in filled
        filled = filled.replace(f"<{key}>", "x")
    event = json.loads(filled)
    assert set(event) == {"schema", "service", "stack", "check", "status", "since", "reason"}
    assert (event["schema"], event["service"], event["stack"]) == (1, "plant-api", "dev")


def test_event_bus_and_endpoint_are_used_where_the_aggregator_has_them(one):
    bus = "arn:aws:events:us-east-1:123456789012:event-bus/health"
    overrides = {
        "plant:platform.health_aggregator.event_bus_arn": bus,
        "plant:platform.health_aggregator.endpoint": "https://health.example.com/events",
    }
    graph = graph_from_json(synthesize("dev", overrides=overrides), "with an aggregator")
    assert one(graph, TARGET, "plant-feed-to-bus").get("arn") == bus
    (subscription,) = (
        item
        for item in graph.of_type("aws:sns/topicSubscription:TopicSubscription")
        if item.name.startswith("plant-health-")
    )
    assert (subscription.get("protocol"), subscription.get("endpoint")) == (
        "https",
        "https://health.example.com/events",
    )
