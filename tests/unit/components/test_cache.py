"""Cache of a dedicated stack."""

import pytest

from components.data.cache import Cache, CacheArgs
from deployment.reader import graph_from_json
from workbench.preview.synthesis import synthesize

SERVERLESS = "aws:elasticache/serverlessCache:ServerlessCache"
NODES = "aws:elasticache/replicationGroup:ReplicationGroup"


@pytest.fixture(scope="module")
def nodes():
    return graph_from_json(synthesize("dev", overrides={"plant:cache.node_type": "cache.t4g.micro"}), "dev on nodes")


def test_serverless_cache_has_limits_that_bound_the_bill(dev, one):
    cache = one(dev, SERVERLESS)
    assert cache.get("cacheUsageLimits.dataStorage") == {"maximum": 1, "unit": "GB"}
    assert cache.get("cacheUsageLimits.ecpuPerSeconds") == [{"maximum": 1000}]


def test_cache_is_encrypted_with_the_stacks_key(dev, one):
    assert dev.referenced(one(dev, SERVERLESS), "kmsKeyId", "aws:kms/key:Key")


def test_application_signs_in_with_iam_and_sees_its_own_keys_only(dev, one):
    user = one(dev, "aws:elasticache/user:User")
    assert user.get("authenticationMode") == {"type": "iam"}
    assert user.get("userId") == user.get("userName")
    assert "~plant:*" in user.get("accessString")
    words = user.get("accessString").split()
    # Cluster clients begin with these; what comes later counts, and the administrative rest stays refused.
    assert words.index("-@dangerous") < words.index("+cluster|slots") and "+cluster|shards" in words
    assert not [word for word in words if word in ("+cluster", "+@admin", "+@dangerous", "+@all")]
    assert user.inputs.keys().isdisjoint({"passwords", "noPasswordRequired"})


def test_nodes_fail_over_between_zones_and_speak_tls_only(nodes, one):
    group = one(nodes, NODES)
    assert group.get("numCacheClusters") == 2
    assert group.get("automaticFailoverEnabled") is True
    assert group.get("multiAzEnabled") is True
    assert group.get("transitEncryptionMode") == "required"
    assert group.get("atRestEncryptionEnabled") is True
    assert not nodes.of_type(SERVERLESS)


def test_single_node_can_not_fail_over(declare, one):
    args = CacheArgs(
        engine_version=8,
        cache_name="plant-test",
        node_type="cache.t4g.micro",
        node_count=1,
        data_max_gb=1,
        ecpu_max_per_second=1_000,
        key_prefix="plant:",
        snapshot_retention_days=1,
        subnet_ids=["subnet-1", "subnet-2"],
        security_group_id="sg-1",
        kms_key_arn="arn:aws:kms:us-east-1:123456789012:key/1",
        used_threshold_percent=80,
        alert_topic_arn="arn:aws:sns:us-east-1:123456789012:alerts",
    )
    group = one(declare(lambda: Cache("cache", args)), NODES)
    assert group.get("automaticFailoverEnabled") is False


def test_alarm_watches_the_declared_limit(dev, nodes, one):
    token = "aws:cloudwatch/metricAlarm:MetricAlarm"
    assert one(dev, token, "plant-cache-nearly-full").get("threshold") == 80 * 1024**3 // 100
    assert one(nodes, token, "plant-cache-nearly-full").get("metricName") == "DatabaseMemoryUsagePercentage"


def test_cache_that_keeps_its_name_is_deleted_before_it_is_replaced(dev, nodes, one):
    assert one(dev, SERVERLESS).options["deleteBeforeReplace"] is True
    assert one(nodes, NODES).options["deleteBeforeReplace"] is True
