"""What resources of `elasticache` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:elasticache/serverlessCache:ServerlessCache",
        {"engine": "valkey"},
        {"Stored data": "6.132", "Processing units": "2.30"},
        {"monthly_ecpus": 1_000_000_000},
        id="valkey serverless: floor of 0.1 GB",
    ),
    case(
        "aws:elasticache/serverlessCache:ServerlessCache",
        {"engine": "redis"},
        {"Stored data": "91.25"},
        id="redis serverless: floor of 1 GB",
    ),
    case(
        "aws:elasticache/serverlessCache:ServerlessCache",
        {"engine": "valkey", "cacheUsageLimits": {"dataStorage": {"minimum": 2, "unit": "GB"}}},
        {"Stored data, at least 2 GB": "122.64"},
        id="serverless: a declared minimum is the floor",
    ),
    case(
        "aws:elasticache/cluster:Cluster",
        {"engine": "redis", "nodeType": "cache.t4g.micro", "numCacheNodes": 1},
        {"Cache nodes": "11.68"},
    ),
    case(
        "aws:elasticache/replicationGroup:ReplicationGroup",
        {"engine": "valkey", "nodeType": "cache.t4g.micro", "numCacheClusters": 2},
        {"Cache nodes": "18.688"},
        id="replication group: nodes",
    ),
    case(
        "aws:elasticache/replicationGroup:ReplicationGroup",
        {
            "engine": "valkey",
            "nodeType": "cache.t4g.micro",
            "numNodeGroups": 2,
            "replicasPerNodeGroup": 1,
            "snapshotRetentionLimit": 3,
        },
        {"Cache nodes": "37.376", "Snapshots": "1.70"},
        {"snapshot_storage_size_gb": 10},
        id="replication group: shards, replicas, snapshots",
    ),
    case(
        "aws:elasticache/serverlessCache:ServerlessCache",
        {"engine": "valkey", "snapshotRetentionLimit": 2},
        {"Snapshots": "1.70"},
        {"data_storage_gb": 10},
        id="serverless: snapshots, none of them free",
    ),
    case(
        "aws:elasticache/replicationGroup:ReplicationGroup",
        {
            "engine": "valkey",
            "nodeType": "cache.t4g.micro",
            "nodeGroupConfigurations": [{"replicaCount": 1}, {"replicaCount": 2}],
        },
        {"Cache nodes": "56.064"},
        id="replication group: shard by shard, each as the largest",
    ),
    case(
        "aws:elasticache/replicationGroup:ReplicationGroup",
        {"engine": "redis", "engineVersion": "5.0.6", "nodeType": "cache.t4g.micro", "numCacheClusters": 2},
        {"Cache nodes": "23.36", "Extended support of redis 5.0.6": "18.688"},
        id="redis 5: extended support adds 80 %",
    ),
    case(
        "aws:elasticache/cluster:Cluster",
        {"engine": "redis", "engineVersion": "7.1", "nodeType": "cache.t4g.micro"},
        {"Extended support": None},
        id="redis 7",
    ),
    case(
        "aws:elasticache/cluster:Cluster",
        {"engine": "memcached", "nodeType": "cache.m4.large", "numCacheNodes": 2},
        {"Cache nodes (memcached, cache.m4.large)": "227.76"},
        id="memcached",
    ),
    case(
        "aws:elasticache/replicationGroup:ReplicationGroup",
        {"engine": "redis", "nodeType": "cache.m6g.12xlarge", "numCacheClusters": 1},
        {"Cache nodes": "2596.61"},
        id="redis on m6g",
    ),
    case(
        "aws:elasticache/replicationGroup:ReplicationGroup",
        {"engine": "valkey", "nodeType": "cache.r7g.large", "numCacheClusters": 2},
        {"Cache nodes": "255.792"},  # 2 x 730 x .219 x .8
        id="valkey on r7g",
    ),
]
