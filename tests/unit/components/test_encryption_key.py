"""The one customer key."""

from deployment.reader import graph_from_json
from workbench.preview.synthesis import synthesize


def test_key_rotates_and_is_protected_unless_data_may_go(dev, one):
    kept = graph_from_json(synthesize("dev", overrides={"plant:platform.protect_data": "true"}), "kept data")
    for graph, protect in ((dev, False), (kept, True)):
        key = one(graph, "aws:kms/key:Key")
        assert key.get("enableKeyRotation") is True
        assert key.protect is protect


def test_services_publish_through_the_key_for_this_account_only(dev, one, document):
    statements = {found["Sid"]: found for found in document(one(dev, "aws:kms/key:Key"), "policy")["Statement"]}
    services = statements["ServicesPublishToEncryptedTopics"]
    assert services["Principal"]["Service"] == ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"]
    assert services["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    assert all(found["Principal"] != "*" for found in statements.values())


def test_no_condition_keeps_eventbridge_from_the_key(dev, one, document):
    statements = document(one(dev, "aws:kms/key:Key"), "policy")["Statement"]
    # EventBridge names neither account nor rule when it encrypts a message.
    (events,) = [found for found in statements if found["Principal"].get("Service") == "events.amazonaws.com"]
    assert "Condition" not in events
    assert events["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]


def test_shared_stack_pays_for_no_key(prod):
    assert not prod.of_type("aws:kms/key:Key")
    assert {topic.get("kmsMasterKeyId") for topic in prod.of_type("aws:sns/topic:Topic")} == {
        "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-4e5f-4071-a2b3-c4d5e6f70819"
    }
