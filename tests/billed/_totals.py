"""What whole graphs cost a month, worked out from AWS's price rules: allowances once an account, tiers that are shared,
least sizes, what isn't known in a preview, limits of autoscalers. us-east-1, 730 hours."""

from decimal import Decimal

import pytest

from deployment.unknown import UNKNOWN

from ._graphs import one

HOURS = Decimal(730)
INSTANCE = "aws:ec2/instance:Instance"
GROUP = "aws:autoscaling/group:Group"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
VOLUME = "aws:ebs/volume:Volume"
DATABASE = "aws:rds/instance:Instance"
QUEUE = "aws:sqs/queue:Queue"
BUCKET = "aws:s3/bucket:Bucket"
TABLE = "aws:dynamodb/table:Table"
FUNCTION = "aws:lambda/function:Function"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
TASK = "aws:ecs/taskDefinition:TaskDefinition"
SERVICE = "aws:ecs/service:Service"
TARGET = "aws:appautoscaling/target:Target"
TASK_MONTH = HOURS * (Decimal(".25") * Decimal(".04048") + Decimal(".5") * Decimal(".004445"))
PRIVATE = {"associatePublicIpAddress": False}
POSTGRES_HOUR = Decimal(".318")


def total(id, usd, *resources, usage=None, figure="monthly_usd", allowances=False):  # noqa: A002 - pytest's own word
    """Sum of `figure` over all lines of a graph; `usage` is by the name of a resource."""
    return pytest.param([one(*each) for each in resources], Decimal(usd), usage or {}, figure, allowances, id=id)


def gp2(size_gb):
    return size_gb * Decimal(".10")


def gp3(size_gb):
    return size_gb * Decimal(".08")


def group(**sizes):
    """A group of up to three m5.large, and its launch template."""
    template = (TEMPLATE, "t", {"instanceType": "m5.large", "imageId": "al2023"})
    return template, (
        GROUP,
        "g",
        {"maxSize": 3, "launchTemplate": {"id": "t-id"}, "vpcZoneIdentifiers": ["s"], **sizes},
    )


def rds(**more):
    return {"engine": "postgres", "instanceClass": "db.m6g.xlarge", "allocatedStorage": 100, **more}


def al(name, **more):
    inputs = {"metricName": "m", "namespace": "n", "period": 300, "statistic": "Sum", **more}
    return ("aws:cloudwatch/metricAlarm:MetricAlarm", name, inputs)


TOTALS = [
    total(
        "t3.micro standard credits, private",
        HOURS * Decimal(".0104") + gp2(8),
        (
            INSTANCE,
            "a",
            {"instanceType": "t3.micro", "ami": "al2023", **PRIVATE, "creditSpecification": {"cpuCredits": "standard"}},
        ),
    ),
    total(
        "t3.micro worst: surplus credits of two vCPUs",
        HOURS * Decimal(".0104") + gp2(8) + 2 * HOURS * Decimal(".05"),
        (INSTANCE, "a", {"instanceType": "t3.micro", "ami": "al2023", **PRIVATE}),
        figure="worst_case_usd",
    ),
    total(
        "t4g surplus .04",
        HOURS * Decimal(".0084") + gp2(8) + 2 * HOURS * Decimal(".04"),
        (INSTANCE, "a", {"instanceType": "t4g.micro", "ami": "al2023", **PRIVATE}),
        figure="worst_case_usd",
    ),
    total(
        "t2 is standard by default",
        HOURS * Decimal(".0116") + gp2(8),
        (INSTANCE, "a", {"instanceType": "t2.micro", "ami": "al2023", **PRIVATE}),
        figure="worst_case_usd",
    ),
    total(
        "root gp3 4000 iops 250 mbps",
        HOURS * Decimal(".096") + gp3(100) + 1000 * Decimal(".005") + 125 * Decimal(".04"),
        (
            INSTANCE,
            "a",
            {
                "instanceType": "m5.large",
                "ami": "al2023",
                **PRIVATE,
                "rootBlockDevice": {"volumeType": "gp3", "volumeSize": 100, "iops": 4000, "throughput": 250},
            },
        ),
    ),
    total(
        "extra io1 volume",
        HOURS * Decimal(".096") + gp2(8) + 100 * Decimal(".125") + 2000 * Decimal(".065"),
        (
            INSTANCE,
            "a",
            {
                "instanceType": "m5.large",
                "ami": "al2023",
                **PRIVATE,
                "ebsBlockDevices": [{"deviceName": "/dev/sdb", "volumeType": "io1", "volumeSize": 100, "iops": 2000}],
            },
        ),
    ),
    total(
        "io2 volume 40000 iops in bands",
        100 * Decimal(".125") + 32000 * Decimal(".065") + 8000 * Decimal(".0455"),
        (VOLUME, "v", {"availabilityZone": "us-east-1a", "type": "io2", "size": 100, "iops": 40000}),
    ),
    total(
        "st1 500 GB",
        500 * Decimal(".045"),
        (VOLUME, "v", {"availabilityZone": "us-east-1a", "type": "st1", "size": 500}),
    ),
    total(
        "sc1 500 GB",
        500 * Decimal(".015"),
        (VOLUME, "v", {"availabilityZone": "us-east-1a", "type": "sc1", "size": 500}),
    ),
    total(
        "gp3 volume no extras at limits",
        gp3(50),
        (VOLUME, "v", {"availabilityZone": "us-east-1a", "type": "gp3", "size": 50, "iops": 3000, "throughput": 125}),
    ),
    total(
        "windows m5.large by image name",
        HOURS * Decimal(".188") + gp2(30),
        (INSTANCE, "a", {"instanceType": "m5.large", "ami": "Windows_Server-2022", **PRIVATE}),
    ),
    total(
        "detailed monitoring 7 metrics",
        HOURS * Decimal(".096") + gp2(8) + 7 * Decimal(".30"),
        (INSTANCE, "a", {"instanceType": "m5.large", "ami": "al2023", **PRIVATE, "monitoring": True}),
    ),
    total(
        "detailed monitoring with 10 free metrics",
        HOURS * Decimal(".096") + gp2(8),
        (INSTANCE, "a", {"instanceType": "m5.large", "ami": "al2023", **PRIVATE, "monitoring": True}),
        allowances=True,
    ),
    total(
        "two monitored instances: 14 metrics less 10",
        2 * (HOURS * Decimal(".096") + gp2(8)) + 4 * Decimal(".30"),
        *[(INSTANCE, n, {"instanceType": "m5.large", "ami": "al2023", **PRIVATE, "monitoring": True}) for n in "ab"],
        allowances=True,
    ),
    total(
        "asg desired 0 min 0",
        0,
        *group(minSize=0, desiredCapacity=0),
    ),
    total(
        "asg without desired: min",
        2 * (HOURS * Decimal(".096") + gp2(8)),
        *group(minSize=2),
    ),
    total(
        "asg desired below min: min",
        2 * (HOURS * Decimal(".096") + gp2(8)),
        *group(minSize=2, desiredCapacity=1),
    ),
    total(
        "asg floor is min",
        1 * (HOURS * Decimal(".096") + gp2(8)),
        *group(minSize=1, desiredCapacity=2),
        figure="floor_usd",
    ),
    total("idle eip", HOURS * Decimal(".005"), ("aws:ec2/eip:Eip", "e", {})),
    total("two eips", 2 * HOURS * Decimal(".005"), *[("aws:ec2/eip:Eip", n, {}) for n in "ef"]),
    total(
        "nat with eip and 50 GB",
        HOURS * Decimal(".045") + 50 * Decimal(".045") + HOURS * Decimal(".005"),
        ("aws:ec2/eip:Eip", "e", {}),
        ("aws:ec2/natGateway:NatGateway", "n", {"allocationId": "e-id", "subnetId": "s"}),
        usage={"n": {"monthly_data_processed_gb": 50}},
    ),
    total(
        "private nat: no address",
        HOURS * Decimal(".045") + 50 * Decimal(".045"),
        ("aws:ec2/natGateway:NatGateway", "n", {"connectivityType": "private", "subnetId": "s"}),
        usage={"n": {"monthly_data_processed_gb": 50}},
    ),
    total(
        "internal alb, no use",
        HOURS * Decimal(".0225"),
        ("aws:lb/loadBalancer:LoadBalancer", "l", {"internal": True, "subnets": ["a", "b"]}),
    ),
    total(
        "public alb three subnets",
        HOURS * Decimal(".0225") + 3 * HOURS * Decimal(".005"),
        ("aws:lb/loadBalancer:LoadBalancer", "l", {"subnets": ["a", "b", "c"]}),
    ),
    total(
        "alb 100 new connections/s = 4 LCU",
        HOURS * Decimal(".0225") + 4 * HOURS * Decimal(".008"),
        ("aws:lb/loadBalancer:LoadBalancer", "l", {"internal": True, "subnets": ["a", "b"]}),
        usage={"l": {"new_connections": 100}},
    ),
    total(
        "nlb 730 GB = 1 LCU all month",
        HOURS * Decimal(".0225") + HOURS * Decimal(".006"),
        (
            "aws:lb/loadBalancer:LoadBalancer",
            "l",
            {"internal": True, "loadBalancerType": "network", "subnets": ["a", "b"]},
        ),
        usage={"l": {"processed_bytes_gb": 730}},
    ),
    total("pg m6g.xlarge gp2", HOURS * POSTGRES_HOUR + 100 * Decimal(".115"), (DATABASE, "d", rds())),
    total(
        "pg multi-az gp3 doubles",
        2 * HOURS * POSTGRES_HOUR + 100 * Decimal(".23"),
        (DATABASE, "d", rds(multiAz=True, storageType="gp3")),
    ),
    total(
        "pg gp3 13000 iops above 400 GB: 1000 extra",
        HOURS * POSTGRES_HOUR + 500 * Decimal(".115") + 1000 * Decimal(".02"),
        (DATABASE, "d", rds(allocatedStorage=500, storageType="gp3", iops=13000)),
    ),
    total(
        "pg gp3 100 GB iops 3000 included",
        HOURS * POSTGRES_HOUR + 100 * Decimal(".115"),
        (DATABASE, "d", rds(storageType="gp3", iops=3000)),
    ),
    total(
        "pg io1 at least 1000 iops",
        HOURS * POSTGRES_HOUR + 100 * Decimal(".125") + 1000 * Decimal(".10"),
        (DATABASE, "d", rds(storageType="io1", iops=500)),
    ),
    total(
        "storage autoscaling worst",
        HOURS * POSTGRES_HOUR + 1000 * Decimal(".115"),
        (DATABASE, "d", rds(maxAllocatedStorage=1000)),
        figure="worst_case_usd",
    ),
    total(
        "storage autoscaling expected",
        HOURS * POSTGRES_HOUR + 100 * Decimal(".115"),
        (DATABASE, "d", rds(maxAllocatedStorage=1000)),
    ),
    total(
        "replica takes engine and storage",
        2 * (HOURS * POSTGRES_HOUR + 100 * Decimal(".115")),
        (DATABASE, "d", rds()),
        (DATABASE, "r", {"replicateSourceDb": "d-id", "instanceClass": "db.m6g.xlarge"}),
    ),
    total(
        "lambda arm 1M x 200 ms x 512 MB",
        Decimal(".20") + Decimal(1000000) * Decimal(".2") * Decimal(".5") * Decimal(".0000133334"),
        (FUNCTION, "f", {"memorySize": 512, "architectures": ["arm64"]}),
        usage={"f": {"monthly_requests": 1000000, "request_duration_ms": 200}},
    ),
    total(
        "lambda x86 inside free",
        0,
        (FUNCTION, "f", {"memorySize": 128}),
        usage={"f": {"monthly_requests": 1000000, "request_duration_ms": 100}},
        allowances=True,
    ),
    total(
        "two lambdas share the free million",
        Decimal(".20"),
        *[(FUNCTION, n, {"memorySize": 128}) for n in "fg"],
        usage={n: {"monthly_requests": 1000000, "request_duration_ms": 100} for n in "fg"},
        allowances=True,
    ),
    total(
        "lambda ephemeral 10 GB",
        Decimal(".20")
        + Decimal(1000000) * Decimal(".1") * Decimal(".125") * Decimal(".0000166667")
        + Decimal(1000000) * Decimal(".1") * Decimal("9.5") * Decimal(".0000000309"),
        (FUNCTION, "f", {"memorySize": 128, "ephemeralStorage": {"size": 10240}}),
        usage={"f": {"monthly_requests": 1000000, "request_duration_ms": 100}},
    ),
    total(
        "sqs 3M with a free one",
        Decimal(".80"),
        (QUEUE, "q", {}),
        usage={"q": {"monthly_requests": 3000000}},
        allowances=True,
    ),
    total(
        "sqs 100 KB counts twice",
        Decimal(".80"),
        (QUEUE, "q", {}),
        usage={"q": {"monthly_requests": 1000000, "request_size_kb": 100}},
    ),
    total("sqs fifo", Decimal(".50"), (QUEUE, "q", {"fifoQueue": True}), usage={"q": {"monthly_requests": 1000000}}),
    total(
        "two queues one free million",
        Decimal(".40"),
        (QUEUE, "q", {}),
        (QUEUE, "p", {}),
        usage={n: {"monthly_requests": 1000000} for n in "qp"},
        allowances=True,
    ),
    total(
        "fifo and standard share the free million",
        0,
        (QUEUE, "q", {"fifoQueue": True}),
        usage={"q": {"monthly_requests": 1000000}},
        allowances=True,
    ),
    total(
        "two buckets share the 50 TB tier",
        51200 * Decimal(".023") + 8800 * Decimal(".022"),
        (BUCKET, "x", {}),
        (BUCKET, "y", {}),
        usage={n: {"storage_gb": 30000, "monthly_tier_1_requests": 0, "monthly_tier_2_requests": 0} for n in "xy"},
    ),
    total(
        "600 TB",
        51200 * Decimal(".023") + (512000 - 51200) * Decimal(".022") + (600000 - 512000) * Decimal(".021"),
        (BUCKET, "x", {}),
        usage={"x": {"storage_gb": 600000, "monthly_tier_1_requests": 0, "monthly_tier_2_requests": 0}},
    ),
    total(
        "ddb provisioned 100/50",
        100 * HOURS * Decimal(".00013") + 50 * HOURS * Decimal(".00065") + 10 * Decimal(".25"),
        (TABLE, "t", {"readCapacity": 100, "writeCapacity": 50}),
        usage={"t": {"storage_gb": 10}},
    ),
    total(
        "ddb gsi capacity adds",
        20 * HOURS * Decimal(".00013") + 20 * HOURS * Decimal(".00065") + Decimal(".25"),
        (
            TABLE,
            "t",
            {
                "readCapacity": 10,
                "writeCapacity": 10,
                "globalSecondaryIndexes": [{"name": "i", "readCapacity": 10, "writeCapacity": 10}],
            },
        ),
        usage={"t": {"storage_gb": 1}},
    ),
    total(
        "ddb on demand",
        2 * Decimal(".625") + 4 * Decimal(".125") + Decimal(".25"),
        (TABLE, "t", {"billingMode": "PAY_PER_REQUEST"}),
        usage={"t": {"monthly_write_request_units": 2000000, "monthly_read_request_units": 4000000, "storage_gb": 1}},
    ),
    total(
        "kms key 2 rotations worst",
        3,
        ("aws:kms/key:Key", "k", {"enableKeyRotation": True}),
        usage={"k": {"monthly_requests": 0}},
        figure="worst_case_usd",
    ),
    total(
        "kms key requests less 20k",
        1 + Decimal(".03") * 8,
        ("aws:kms/key:Key", "k", {}),
        usage={"k": {"monthly_requests": 100000}},
        allowances=True,
    ),
    total(
        "requests to keys for codes: of those, too, 20k are free",
        1 + Decimal(".06"),
        ("aws:kms/key:Key", "k", {"customerMasterKeySpec": "HMAC_256"}),
        usage={"k": {"monthly_requests": 40000}},
        allowances=True,
    ),
    total(
        "three secrets with requests",
        3 * Decimal(".40") + 3 * Decimal(".05"),
        *[("aws:secretsmanager/secret:Secret", n, {}) for n in "abc"],
        usage={n: {"monthly_requests": 10000} for n in "abc"},
    ),
    total("12 alarms 10 free", 2 * Decimal(".10"), *[al(f"a{i}") for i in range(12)], allowances=True),
    total("high resolution alarm isn t free", Decimal(".30"), al("a", period=10), allowances=True),
    total(
        "metric math of three metrics",
        3 * Decimal(".10"),
        (
            "aws:cloudwatch/metricAlarm:MetricAlarm",
            "a",
            {
                "metricQueries": [
                    {"id": "e", "expression": "a+b+c", "returnData": True},
                    *[
                        {"id": i, "metric": {"metricName": i, "namespace": "n", "period": 60, "stat": "Sum"}}
                        for i in "abc"
                    ],
                ]
            },
        ),
    ),
    total(
        "anomaly band counts three",
        3 * Decimal(".10"),
        (
            "aws:cloudwatch/metricAlarm:MetricAlarm",
            "a",
            {
                "thresholdMetricId": "e",
                "metricQueries": [
                    {"id": "e", "expression": "ANOMALY_DETECTION_BAND(m)", "returnData": True},
                    {
                        "id": "m",
                        "returnData": True,
                        "metric": {"metricName": "m", "namespace": "n", "period": 60, "stat": "Sum"},
                    },
                ],
            },
        ),
    ),
    total(
        "composite",
        Decimal(".50"),
        ("aws:cloudwatch/compositeAlarm:CompositeAlarm", "a", {"alarmRule": "ALARM(x)"}),
        allowances=True,
    ),
    total(
        "four dashboards three free",
        3,
        *[("aws:cloudwatch/dashboard:Dashboard", n, {"dashboardBody": '{"widgets":[]}'}) for n in "abcd"],
        allowances=True,
    ),
    total(
        "redis 2 groups 1 replica of t4g.micro",
        4 * HOURS * Decimal(".016"),
        (
            "aws:elasticache/replicationGroup:ReplicationGroup",
            "r",
            {"engine": "redis", "nodeType": "cache.t4g.micro", "numNodeGroups": 2, "replicasPerNodeGroup": 1},
        ),
    ),
    total(
        "valkey serverless floor 100 MB",
        HOURS * Decimal(".1") * Decimal(".084"),
        ("aws:elasticache/serverlessCache:ServerlessCache", "s", {"engine": "valkey"}),
        figure="floor_usd",
    ),
    total(
        "redis serverless floor 1 GB",
        HOURS * Decimal(".125"),
        ("aws:elasticache/serverlessCache:ServerlessCache", "s", {"engine": "redis"}),
        figure="floor_usd",
    ),
    total(
        "26 zones",
        25 * Decimal(".50") + Decimal(".10"),
        *[("aws:route53/zone:Zone", f"z{i}", {"name": f"z{i}"}) for i in range(26)],
        usage={f"z{i}": {"monthly_standard_queries": 0} for i in range(26)},
    ),
    total(
        "https health check of another endpoint",
        Decimal(".75") + 2,
        ("aws:route53/healthCheck:HealthCheck", "h", {"type": "HTTPS", "fqdn": "example.com"}),
    ),
    total(
        "web acl of three rules",
        5 + 3,
        (
            "aws:wafv2/webAcl:WebAcl",
            "w",
            {
                "scope": "REGIONAL",
                "defaultAction": {},
                "rules": [
                    {
                        "name": str(i),
                        "priority": i,
                        "statement": {"rateBasedStatement": {"limit": 100, "aggregateKeyType": "IP"}},
                    }
                    for i in range(3)
                ],
            },
        ),
        usage={"w": {"monthly_requests": 0}},
    ),
    total(
        "standard machine 10k transitions less 4k",
        6 * Decimal(".025"),
        (
            "aws:sfn/stateMachine:StateMachine",
            "s",
            {"definition": '{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}'},
        ),
        usage={"s": {"monthly_transitions": 10000}},
        allowances=True,
    ),
    total(
        "fargate .25/.5 one task, private",
        HOURS * (Decimal(".25") * Decimal(".04048") + Decimal(".5") * Decimal(".004445")),
        (TASK, "t", {"cpu": "256", "memory": "512"}),
        (
            SERVICE,
            "s",
            {
                "launchType": "FARGATE",
                "desiredCount": 1,
                "taskDefinition": "t-id",
                "networkConfiguration": {"subnets": ["x"], "assignPublicIp": False},
            },
        ),
    ),
    total(
        "fargate arm public",
        HOURS * (Decimal(".25") * Decimal(".03238") + Decimal(".5") * Decimal(".00356") + Decimal(".005")),
        (TASK, "t", {"cpu": "256", "memory": "512", "runtimePlatform": {"cpuArchitecture": "ARM64"}}),
        (
            SERVICE,
            "s",
            {
                "launchType": "FARGATE",
                "desiredCount": 1,
                "taskDefinition": "t-id",
                "networkConfiguration": {"subnets": ["x"], "assignPublicIp": True},
            },
        ),
    ),
    total(
        "rest 400M requests",
        333 * Decimal("3.50") + 67 * Decimal("2.80"),
        ("aws:apigateway/restApi:RestApi", "a", {}),
        usage={"a": {"monthly_requests": 400000000}},
    ),
    total(
        "two rest apis share the tiers",
        333 * Decimal("3.50") + 67 * Decimal("2.80"),
        *[("aws:apigateway/restApi:RestApi", n, {}) for n in "ab"],
        usage={n: {"monthly_requests": 200000000} for n in "ab"},
    ),
    total(
        "http 400M",
        300 * Decimal("1.00") + 100 * Decimal(".90"),
        ("aws:apigatewayv2/api:Api", "a", {"protocolType": "HTTP"}),
        usage={"a": {"monthly_requests": 400000000}},
    ),
    total(
        "two log groups, five free",
        5 * Decimal(".50"),
        *[(LOG_GROUP, n, {}) for n in "lm"],
        usage={n: {"monthly_data_ingested_gb": 5, "storage_gb": 0} for n in "lm"},
        allowances=True,
    ),
    total(
        "interface endpoint in three subnets, 100 GB",
        3 * HOURS * Decimal(".01") + 100 * Decimal(".01"),
        ("aws:ec2/vpcEndpoint:VpcEndpoint", "v", {"vpcEndpointType": "Interface", "subnetIds": ["a", "b", "c"]}),
        usage={"v": {"monthly_data_processed_gb": 100}},
    ),
    total("gateway endpoint", 0, ("aws:ec2/vpcEndpoint:VpcEndpoint", "v", {"vpcEndpointType": "Gateway"})),
    total(
        "efs 100 GB no backup",
        100 * Decimal(".30"),
        ("aws:efs/fileSystem:FileSystem", "f", {}),
        usage={"f": {"storage_gb": 100}},
    ),
    total(
        "aurora cluster two r6g.large",
        2 * HOURS * Decimal(".26") + 10 * Decimal(".10") + Decimal(".20"),
        ("aws:rds/cluster:Cluster", "c", {"engine": "aurora-postgresql"}),
        *[
            (
                "aws:rds/clusterInstance:ClusterInstance",
                n,
                {"clusterIdentifier": "c-id", "instanceClass": "db.r6g.large"},
            )
            for n in "ab"
        ],
        usage={"c": {"storage_gb": 10, "monthly_io_requests": 1000000}},
    ),
    total(
        "fargate daemonless unknown subnets: public worst",
        TASK_MONTH + HOURS * Decimal(".005"),
        (TASK, "t", {"cpu": "256", "memory": "512"}),
        (
            SERVICE,
            "s",
            {
                "launchType": "FARGATE",
                "desiredCount": 1,
                "taskDefinition": "t-id",
                "networkConfiguration": {"subnets": UNKNOWN, "assignPublicIp": True},
            },
        ),
        figure="worst_case_usd",
    ),
    total(
        "instance in unknown subnet: address in worst only",
        HOURS * Decimal(".096") + gp2(8),
        (INSTANCE, "a", {"instanceType": "m5.large", "ami": "al2023", "subnetId": UNKNOWN}),
    ),
    total(
        "instance in unknown subnet: worst",
        HOURS * Decimal(".096") + gp2(8) + HOURS * Decimal(".005"),
        (INSTANCE, "a", {"instanceType": "m5.large", "ami": "al2023", "subnetId": UNKNOWN}),
        figure="worst_case_usd",
    ),
    total(
        "opensearch 3 data 3 masters gp3 100",
        3 * HOURS * Decimal(".128") + 3 * HOURS * Decimal(".128") + 3 * 100 * Decimal(".122"),
        (
            "aws:opensearch/domain:Domain",
            "o",
            {
                "clusterConfig": {
                    "instanceType": "m6g.large.search",
                    "instanceCount": 3,
                    "dedicatedMasterEnabled": True,
                    "dedicatedMasterType": "m6g.large.search",
                    "dedicatedMasterCount": 3,
                },
                "ebsOptions": {"ebsEnabled": True, "volumeType": "gp3", "volumeSize": 100},
            },
        ),
    ),
    total(
        "tgw two attachments",
        2 * HOURS * Decimal(".05") + 200 * Decimal(".02"),
        *[
            (
                "aws:ec2transitgateway/vpcAttachment:VpcAttachment",
                n,
                {"transitGatewayId": "t", "vpcId": n, "subnetIds": ["s"]},
            )
            for n in "ab"
        ],
        usage={n: {"monthly_data_processed_gb": 100} for n in "ab"},
    ),
    total(
        "vpn: hours and two addresses",
        HOURS * Decimal(".05") + 2 * HOURS * Decimal(".005"),
        (
            "aws:ec2/vpnConnection:VpnConnection",
            "v",
            {"customerGatewayId": "c", "type": "ipsec.1", "vpnGatewayId": "g"},
        ),
    ),
    total(
        "two v1 pipelines one free",
        1,
        *[("aws:codepipeline/pipeline:Pipeline", n, {"pipelineType": "V1"}) for n in "ab"],
        allowances=True,
    ),
    total("amp 100M less 40M", Decimal(".90") * 6, ("aws:amp/workspace:Workspace", "w", {}), allowances=True),
    total(
        "two amp workspaces share it",
        Decimal(".90") * 16,
        *[("aws:amp/workspace:Workspace", n, {}) for n in "vw"],
        allowances=True,
    ),
    total(
        "dsql less 100k and 1 GB",
        Decimal("8") * Decimal(".9") + 9 * Decimal(".33"),
        ("aws:dsql/cluster:Cluster", "d", {}),
        allowances=True,
    ),
    total(
        "app runner worst 25",
        25 * HOURS * (2 * Decimal(".007") + Decimal(".064")),
        ("aws:apprunner/service:Service", "a", {"sourceConfiguration": {"autoDeploymentsEnabled": False}}),
        figure="worst_case_usd",
    ),
    total(
        "flink worst 64+1",
        65 * HOURS * Decimal(".11") + 64 * 50 * Decimal(".10"),
        ("aws:kinesisanalyticsv2/application:Application", "f", {"runtimeEnvironment": "FLINK-1_20"}),
        figure="worst_case_usd",
    ),
    total(
        "beanstalk worst 4",
        4 * (HOURS * Decimal(".096") + gp2(8) + HOURS * Decimal(".005"))
        + Decimal(".20")
        + HOURS * Decimal(".025")
        + 2 * HOURS * Decimal(".005"),
        (
            "aws:elasticbeanstalk/environment:Environment",
            "e",
            {
                "solutionStackName": "al2023",
                "settings": [{"namespace": "aws:ec2:instances", "name": "InstanceTypes", "value": "m5.large"}],
            },
        ),
        figure="worst_case_usd",
    ),
    total(
        "glue job 10 G.2X 5 h",
        20 * 5 * Decimal(".44"),
        ("aws:glue/job:Job", "j", {"numberOfWorkers": 10, "workerType": "G.2X", "roleArn": "r", "command": {}}),
        usage={"j": {"monthly_hours": 5}},
    ),
    total(
        "msk 3 x m5.large 100 GB",
        3 * HOURS * Decimal(".21") + 300 * Decimal(".10"),
        (
            "aws:msk/cluster:Cluster",
            "m",
            {
                "numberOfBrokerNodes": 3,
                "brokerNodeGroupInfo": {
                    "instanceType": "kafka.m5.large",
                    "storageInfo": {"ebsStorageInfo": {"volumeSize": 100}},
                },
            },
        ),
    ),
    total(
        "budgets: three actions, two free of 62 days",
        Decimal(".10") * (3 * Decimal(730) / 24 - 62),
        *[("aws:budgets/budgetAction:BudgetAction", n, {"budgetName": n}) for n in "abc"],
        *[("aws:budgets/budget:Budget", n + "b", {"name": n}) for n in "abc"],
        allowances=True,
    ),
    total(
        "secret with two replicas",
        3 * Decimal(".40"),
        ("aws:secretsmanager/secret:Secret", "s", {"replicas": [{"region": "us-west-2"}, {"region": "eu-west-1"}]}),
        usage={"s": {"monthly_requests": 0}},
    ),
    total(
        "classic elb two zones",
        HOURS * Decimal(".025") + 2 * HOURS * Decimal(".005") + 100 * Decimal(".008"),
        ("aws:elb/loadBalancer:LoadBalancer", "l", {"availabilityZones": ["a", "b"], "listeners": []}),
        usage={"l": {"processed_bytes_gb": 100}},
    ),
    total("lattice", HOURS * Decimal(".025") + 100 * Decimal(".025"), ("aws:vpclattice/service:Service", "s", {})),
    total(
        "neptune t3 worst with credits",
        HOURS * Decimal(".098") + 2 * HOURS * Decimal(".15"),
        ("aws:neptune/clusterInstance:ClusterInstance", "n", {"instanceClass": "db.t3.medium"}),
        figure="worst_case_usd",
    ),
    total("ecr 10 GB", Decimal("1.00"), ("aws:ecr/repository:Repository", "r", {}), usage={"r": {"storage_gb": 10}}),
    total(
        "efs elastic? provisioned 10 MiBps with 20 GB: 1 MiBps included",
        20 * Decimal(".30") + 9 * Decimal("6"),
        ("aws:efs/fileSystem:FileSystem", "f", {"throughputMode": "provisioned", "provisionedThroughputInMibps": 10}),
        usage={"f": {"storage_gb": 20}},
    ),
    total("config rule 1000 evaluations", 1, ("aws:cfg/rule:Rule", "r", {"source": {"owner": "AWS"}})),
    total("grafana", 9, ("aws:grafana/workspace:Workspace", "g", {})),
    total("packages within what is free", 0, ("aws:codeartifact/repository:Repository", "r", {}), allowances=True),
    total(
        "ses in two identities",
        Decimal(".20"),
        ("aws:ses/domainIdentity:DomainIdentity", "a", {}),
        ("aws:ses/emailIdentity:EmailIdentity", "b", {}),
    ),
    total(
        "fast restore",
        HOURS * Decimal(".75"),
        ("aws:ebs/fastSnapshotRestore:FastSnapshotRestore", "f", {"availabilityZone": "us-east-1a", "snapshotId": "s"}),
    ),
    total(
        "spot instance worst on demand",
        HOURS * Decimal(".096") + gp2(8),
        (
            INSTANCE,
            "a",
            {"instanceType": "m5.large", "ami": "al2023", **PRIVATE, "instanceMarketOptions": {"marketType": "spot"}},
        ),
        figure="worst_case_usd",
    ),
    total(
        "builds on small machines: a hundred minutes are free",
        900 * Decimal(".005"),
        (
            "aws:codebuild/project:Project",
            "build",
            {"environment": {"computeType": "BUILD_GENERAL1_SMALL", "type": "LINUX_CONTAINER", "image": "x"}},
        ),
        usage={"build": {"monthly_build_mins": 1000}},
        allowances=True,
    ),
    total(
        "surplus credits of no more hours than a month has, and no more vCPUs than the instance",
        HOURS * Decimal(".0104") + gp2(8) + 2 * HOURS * Decimal(".05"),
        (INSTANCE, "a", {"instanceType": "t3.micro", "ami": "al2023", **PRIVATE}),
        usage={"a": {"monthly_cpu_credit_hrs": 10_000, "vcpu_count": 16}},
    ),
]
