"""What resources of `opensearch` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:opensearch/domain:Domain",
        {
            "engineVersion": "Elasticsearch_7.1",
            "clusterConfig": {"instanceType": "m6g.large.search", "instanceCount": 2},
        },
        {"Data nodes": "186.88", "Extended support of data nodes": "186.88"},  # as much again since 2026-11-07
        id="opensearch: prolonged extended support",
    ),
    case(
        "aws:opensearch/domain:Domain",
        {
            "engineVersion": "Elasticsearch_5.6",
            "clusterConfig": {"instanceType": "m6g.large.search", "instanceCount": 2},
        },
        {"Extended support of data nodes": "37.96"},  # 2 x 730 x 4 x .0065
        id="opensearch: extended support",
    ),
    case(
        "aws:opensearch/domain:Domain",
        {"engineVersion": "OpenSearch_2.19", "clusterConfig": {"instanceType": "m6g.large.search"}},
        {"Data nodes": "93.44", "Extended support": None},
        id="opensearch: standard support",
    ),
    case(
        "aws:opensearch/domain:Domain",
        {
            "clusterConfig": {
                "instanceType": "r6g.large.search",
                "instanceCount": 3,
                "dedicatedMasterEnabled": True,
                "dedicatedMasterType": "m6g.large.search",
                "dedicatedMasterCount": 3,
            },
            "ebsOptions": {"ebsEnabled": True, "volumeType": "gp3", "volumeSize": 100, "throughput": 225},
        },
        # 3 x 730 x .167; 3 x 730 x .128; 300 x .122; 3 x (225 - 125) x .064
        {
            "Data nodes": "365.73",
            "Master nodes": "280.32",
            "Storage (gp3)": "36.60",
            "Throughput": "19.20",
            "IOPS": None,
        },
    ),
    case(
        "aws:opensearch/domain:Domain",
        {
            "clusterConfig": {"instanceType": "t3.small.search"},
            "ebsOptions": {"ebsEnabled": True, "volumeType": "gp3", "volumeSize": 4000, "throughput": 700},
        },
        {"Data nodes": "26.28", "Storage (gp3)": "488.00", "Throughput": "12.80"},  # 250 for each 3 TB are included
        id="opensearch: throughput beyond what large volumes bring",
    ),
    case(
        "aws:elasticsearch/domain:Domain",
        {
            "clusterConfig": {"instanceType": "c4.2xlarge.elasticsearch", "instanceCount": 3},
            "ebsOptions": {"ebsEnabled": True, "volumeType": "io1", "volumeSize": 100, "iops": 1000},
        },
        {"Data nodes (c4.2xlarge.search)": "1285.53", "Storage (io1)": "50.70", "IOPS": "264.00"},
    ),
    case(
        "aws:elasticsearch/domain:Domain",
        {
            "clusterConfig": {"instanceType": "c4.2xlarge.elasticsearch"},
            "ebsOptions": {"ebsEnabled": True, "volumeType": "standard", "volumeSize": 123},
        },
        {"Storage (standard)": "8.241"},
        id="elasticsearch: magnetic volumes",
    ),
]
