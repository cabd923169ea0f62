"""Topics and their subscribers."""

import json

import pytest

from deployment.reader import graph_from_json
from workbench.preview.synthesis import synthesize


@pytest.mark.parametrize("stack", ["dev", "prod", "parked"])
def test_topics_are_encrypted_with_a_customer_key_and_closed_to_strangers(graph, stack, document):
    whole = graph(stack)
    assert len(whole.of_type("aws:sns/topic:Topic")) == 3
    assert all(topic.get("kmsMasterKeyId") for topic in whole.of_type("aws:sns/topic:Topic"))
    for policy in whole.of_type("aws:sns/topicPolicy:TopicPolicy"):
        for statement in document(policy, "policy")["Statement"]:
            if statement["Effect"] == "Allow" and statement["Sid"] != "EventRules":
                assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}


@pytest.mark.parametrize("stack", ["dev", "prod", "parked"])
def test_eventbridge_publishes_to_health_and_alerts_only_and_without_condition(graph, stack, document):
    found = {
        policy.name: statement
        for policy in graph(stack).of_type("aws:sns/topicPolicy:TopicPolicy")
        for statement in document(policy, "policy")["Statement"]
        if "events.amazonaws.com" in str(statement["Principal"])
    }
    assert sorted(found) == ["plant-alerts-policy", "plant-health-policy"]
    assert not [name for name, statement in found.items() if "Condition" in statement]


def subscriptions(graph, topic):
    found = graph.of_type("aws:sns/topicSubscription:TopicSubscription")
    return [item for item in found if item.name.startswith(f"{topic}-")]


def test_users_hear_of_maintenance_and_operators_of_alarms(dev):
    ((users,), (operators,)) = subscriptions(dev, "plant-notices"), subscriptions(dev, "plant-alerts")
    assert users.get("endpoint") == "plant-api-users@example.com"
    assert operators.get("endpoint") == "plant-api-team@example.com"
    assert dev.referenced(users, "topic")[0].name == "plant-notices-topic"


def test_message_waits_for_the_topics_policy(dev, one):
    alarm = one(dev, "aws:cloudwatch/metricAlarm:MetricAlarm", "plant-slo-p95-stable")
    policy = one(dev, "aws:sns/topicPolicy:TopicPolicy", "plant-alerts-policy")
    assert policy.urn in alarm.property_dependencies["alarmActions"]


def test_a_subscription_is_the_same_whatever_its_place():
    def names(*emails):
        overrides = {"plant:platform.operator_emails": json.dumps(emails)}
        found = subscriptions(graph_from_json(synthesize("dev", overrides=overrides), "operators"), "plant-alerts")
        return {item.get("endpoint"): item.name for item in found}

    both, rest = names("a@example.com", "b@example.com"), names("b@example.com")
    assert rest == {"b@example.com": both["b@example.com"]}
    assert len({*both.values()}) == 2
