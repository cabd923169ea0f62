"""Topics and their subscribers."""

import pytest


@pytest.mark.parametrize("stack", ["dev", "prod", "parked"])
def test_topics_are_encrypted_with_a_customer_key_and_closed_to_strangers(graph, stack, document):
    whole = graph(stack)
    assert len(whole.of_type("aws:sns/topic:Topic")) == 3
    assert all(topic.get("kmsMasterKeyId") for topic in whole.of_type("aws:sns/topic:Topic"))
    for policy in whole.of_type("aws:sns/topicPolicy:TopicPolicy"):
        for statement in document(policy, "policy")["Statement"]:
            if statement["Effect"] == "Allow":
                assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}


def test_users_hear_of_maintenance_and_operators_of_alarms(dev, one):
    token = "aws:sns/topicSubscription:TopicSubscription"
    users, operators = one(dev, token, "plant-notices-subscriber-0"), one(dev, token, "plant-alerts-subscriber-0")
    assert users.get("endpoint") == "plant-api-users@example.com"
    assert operators.get("endpoint") == "plant-api-team@example.com"
    assert dev.referenced(users, "topic")[0].name == "plant-notices-topic"


def test_message_waits_for_the_topics_policy(dev, one):
    alarm = one(dev, "aws:cloudwatch/metricAlarm:MetricAlarm", "plant-slo-p95-stable")
    policy = one(dev, "aws:sns/topicPolicy:TopicPolicy", "plant-alerts-policy")
    assert policy.urn in alarm.property_dependencies["alarmActions"]
