"""Dollars a month of small graphs: what one resource costs depends on another. us-east-1, list prices, 730 hours."""

import json

import pytest

from deployment.graph import Resource
from deployment.unknown import UNKNOWN

FLEET = {"minSize": 1, "desiredCapacity": 1, "maxSize": 2, "launchTemplate": {"id": "template-id"}}
TASK = ("aws:ecs/taskDefinition:TaskDefinition", "task", {"cpu": "1024", "memory": "2048"})
CLUSTER = ("aws:ecs/cluster:Cluster", "cluster", {})
ON_FARGATE = {"launchType": "FARGATE", "taskDefinition": "task-id", "desiredCount": 2}
TABLE = ("aws:dynamodb/table:Table", "orders", {"name": "orders", "readCapacity": 5, "writeCapacity": 5})
TARGET = "aws:appautoscaling/target:Target"
ACTION = "aws:appautoscaling/scheduledAction:ScheduledAction"
SCHEDULE = "aws:autoscaling/schedule:Schedule"
EVERY_FIVE = "rate(5 minutes)"
TWO_STEPS = json.dumps(
    {
        "StartAt": "a",
        "States": {"a": {"Type": "Pass", "Next": "b"}, "b": {"Type": "Pass", "Next": "c"}, "c": {"Type": "Succeed"}},
    }
)
STARTS = {
    "a rule of EventBridge": (
        ("aws:cloudwatch/eventRule:EventRule", "often", {"name": "often", "scheduleExpression": EVERY_FIVE}),
        ("aws:cloudwatch/eventTarget:EventTarget", "run", {"rule": "often", "arn": "machine-id"}),
    ),
    "a schedule": (
        (
            "aws:scheduler/schedule:Schedule",
            "run",
            {"scheduleExpression": EVERY_FIVE, "target": {"arn": "machine-id"}},
        ),
    ),
}
READS_OF_ORDERS = {"resourceId": "table/orders", "scalableDimension": "dynamodb:table:ReadCapacityUnits"}
TEMPLATE = ("aws:ec2/launchTemplate:LaunchTemplate", "template", {"instanceType": "m7g.large", "imageId": "al2023"})
KEPT_READY = (
    "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig",
    "ready",
    {"functionName": "api-id", "qualifier": "live", "provisionedConcurrentExecutions": 2},
)


def one(token, name, inputs, refers=(), outputs=None):
    """A resource whose id is its name with `-id`; `refers` are pairs of a property and the URN that it comes from."""
    dependencies: dict[str, tuple[str, ...]] = {}
    for path, target in refers:
        dependencies[path] = (*dependencies.get(path, ()), urn(*target))
    return Resource(
        urn(token, name),
        token,
        name,
        inputs,
        {"id": f"{name}-id", **(outputs or {})},
        property_dependencies=dependencies,
    )


def urn(token, name):
    return f"urn:pulumi:test::test::{token}::{name}"


def case(id, figure, usd, item, *resources):  # noqa: A002 - pytest's own word
    """Sum of `figure` over the lines whose name begins with `item`."""
    return pytest.param([one(*each) for each in resources], figure, usd, item, id=id)


def service(**inputs):
    return ("aws:ecs/service:Service", "web", {"taskDefinition": "task-id", **inputs})


GRAPHS = [
    case(
        "replication within a Region moves nothing to another",
        "monthly_usd",
        "0",
        "Data to other Regions",
        ("aws:s3/bucket:Bucket", "from", {}),
        ("aws:s3/bucket:Bucket", "to", {}),
        (
            "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
            "copies",
            {"bucket": "from-id", "rules": [{"destination": {"bucket": "to-id"}}]},
            [("rules[0].destination.bucket", ("aws:s3/bucket:Bucket", "to"))],
        ),
    ),
    *(
        case(
            f"capacity units of Neptune between the limits of the cluster: {figure}",
            figure,
            usd,
            "Capacity units",
            (
                "aws:neptune/cluster:Cluster",
                "graph",
                {"serverlessV2ScalingConfiguration": {"minCapacity": 2, "maxCapacity": 8}},
            ),
            (
                "aws:neptune/clusterInstance:ClusterInstance",
                "one",
                {"clusterIdentifier": "graph-id", "instanceClass": "db.serverless"},
            ),
        )
        for figure, usd in (("floor_usd", "234.768"), ("worst_case_usd", "939.072"))  # 2 and 8 x 730 x .1608
    ),
    case(
        "a proxy by the vCPUs of the databases behind it",
        "monthly_usd",
        "43.80",  # 4 x 730 x .015
        "Proxy",
        (
            "aws:rds/instance:Instance",
            "db",
            {"engine": "postgres", "instanceClass": "db.m6g.xlarge", "allocatedStorage": 20},
        ),
        ("aws:rds/proxy:Proxy", "proxy", {"name": "proxy-id"}),
        ("aws:rds/proxyTarget:ProxyTarget", "target", {"dbProxyName": "proxy-id", "dbInstanceIdentifier": "db-id"}),
    ),
    case(
        "a proxy is billed for two vCPUs at least, and for all instances of a cluster",
        "monthly_usd",
        "43.80",  # two of db.t3.medium
        "Proxy",
        ("aws:rds/cluster:Cluster", "db", {"engine": "aurora-mysql"}),
        *(
            (
                "aws:rds/clusterInstance:ClusterInstance",
                name,
                {"clusterIdentifier": "db-id", "instanceClass": "db.t3.medium"},
            )
            for name in ("one", "two")
        ),
        ("aws:rds/proxy:Proxy", "proxy", {"name": "proxy-id"}),
        ("aws:rds/proxyTarget:ProxyTarget", "target", {"dbProxyName": "proxy-id", "dbClusterIdentifier": "db-id"}),
    ),
    *(
        case(
            f"a proxy of a serverless cluster, {figure}: eight units at least, and replicas that scaling adds",
            figure,
            usd,
            "Proxy of serverless instances",
            (
                "aws:rds/cluster:Cluster",
                "db",
                {
                    "clusterIdentifier": "db",
                    "engine": "aurora-postgresql",
                    "serverlessv2ScalingConfiguration": {"minCapacity": 0.5, "maxCapacity": 16},
                },
            ),
            (
                "aws:rds/clusterInstance:ClusterInstance",
                "one",
                {"clusterIdentifier": "db-id", "instanceClass": "db.serverless"},
            ),
            ("aws:rds/proxy:Proxy", "proxy", {"name": "proxy-id"}),
            ("aws:rds/proxyTarget:ProxyTarget", "target", {"dbProxyName": "proxy-id", "dbClusterIdentifier": "db-id"}),
            (
                TARGET,
                "replicas",
                {
                    "minCapacity": 1,
                    "maxCapacity": 3,
                    "resourceId": "cluster:db",
                    "scalableDimension": "rds:cluster:ReadReplicaCount",
                },
            ),
        )
        for figure, usd in (
            ("floor_usd", "87.60"),  # 8 x 730 x .015
            ("worst_case_usd", "700.80"),  # 16 x (1 + 3) x 730 x .015
        )
    ),
    case(
        "a serverless warehouse in the worst case: queries without pause on all that it may scale to",
        "worst_case_usd",
        "17520.00",  # 64 x 730 x .375
        "Queries",
        ("aws:redshiftserverless/workgroup:Workgroup", "adhoc", {"baseCapacity": 8, "maxCapacity": 64}),
    ),
    case(
        "instances of App Runner up to the largest number of its scaling",
        "worst_case_usd",
        "186.88",  # 4 x 730 x .064
        "vCPUs",
        ("aws:apprunner/autoScalingConfigurationVersion:AutoScalingConfigurationVersion", "scale", {"maxSize": 4}),
        (
            "aws:apprunner/service:Service",
            "web",
            {
                "autoScalingConfigurationArn": "scale-id",
                "sourceConfiguration": {"autoDeploymentsEnabled": False},
            },
        ),
    ),
    case(
        "automatic backups of a file system",
        "monthly_usd",
        "0.50",  # of the 10 GB that are assumed to be stored: 10 x .05
        "Backups",
        ("aws:efs/fileSystem:FileSystem", "files", {}),
        (
            "aws:efs/backupPolicy:BackupPolicy",
            "kept",
            {"fileSystemId": "files-id", "backupPolicy": {"status": "ENABLED"}},
        ),
    ),
    case(
        "provisioned concurrency by its function's memory",
        "monthly_usd",
        "43.800876",  # 10 x 0.5 GB x 3,600 s x 730 h x .0000033334
        "Provisioned concurrency",
        ("aws:lambda/function:Function", "api", {"memorySize": 512, "architectures": ["arm64"]}),
        (
            "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig",
            "ready",
            {"functionName": "api-id", "provisionedConcurrentExecutions": 10},
        ),
    ),
    case(
        "an Aurora instance by the class",
        "monthly_usd",
        "59.86",
        "Database instance (aurora-mysql, db.t3.medium)",
        ("aws:rds/cluster:Cluster", "db", {"engine": "aurora-mysql"}),
        (
            "aws:rds/clusterInstance:ClusterInstance",
            "one",
            {"clusterIdentifier": "db-id", "instanceClass": "db.t3.medium"},
        ),
    ),
    *(
        case(
            f"Aurora Serverless v2 between its limits: {figure}",
            figure,
            usd,
            "Aurora Serverless v2",
            (
                "aws:rds/cluster:Cluster",
                "db",
                {
                    "engine": "aurora-postgresql",
                    "serverlessv2ScalingConfiguration": {"minCapacity": 1, "maxCapacity": 8},
                },
            ),
            (
                "aws:rds/clusterInstance:ClusterInstance",
                "one",
                {"clusterIdentifier": "db-id", "instanceClass": "db.serverless"},
            ),
        )
        for figure, usd in (("floor_usd", "87.60"), ("worst_case_usd", "700.80"))  # 1 and 8 x 730 x .12
    ),
    case(
        "Aurora Serverless v2, I/O-Optimized",
        "floor_usd",
        "116.80",  # 730 x .16
        "Aurora Serverless v2",
        (
            "aws:rds/cluster:Cluster",
            "db",
            {
                "engine": "aurora-mysql",
                "storageType": "aurora-iopt1",
                "serverlessv2ScalingConfiguration": {"minCapacity": 1, "maxCapacity": 2},
            },
        ),
        (
            "aws:rds/clusterInstance:ClusterInstance",
            "one",
            {"clusterIdentifier": "db-id", "instanceClass": "db.serverless"},
        ),
    ),
    case(
        "fargate by the cluster's default capacity provider",
        "floor_usd",
        "72.0802",
        "Fargate",
        CLUSTER,
        TASK,
        (
            "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders",
            "providers",
            {"clusterName": "cluster-id", "defaultCapacityProviderStrategies": [{"capacityProvider": "FARGATE"}]},
        ),
        service(cluster="cluster-id", desiredCount=2),
    ),
    case(
        "no default capacity provider: tasks run on instances",
        "worst_case_usd",
        "0",
        "Fargate",
        CLUSTER,
        TASK,
        service(cluster="cluster-id", desiredCount=2),
    ),
    case(
        "ecs scaling target that a preview doesn't know yet: by its dependencies",
        "worst_case_usd",
        "360.401",
        "Fargate",
        TASK,
        service(**ON_FARGATE),
        (
            TARGET,
            "scaling",
            {
                "minCapacity": 1,
                "maxCapacity": 10,
                "resourceId": UNKNOWN,
                "scalableDimension": "ecs:service:DesiredCount",
            },
            [("resourceId", ("aws:ecs/service:Service", "web"))],
        ),
    ),
    case(
        "ecs: a minimum above the desired count",
        "monthly_usd",
        "144.1604",
        "Fargate",
        TASK,
        service(**ON_FARGATE),
        (
            TARGET,
            "scaling",
            {
                "minCapacity": 4,
                "maxCapacity": 10,
                "resourceId": "service/main/web",
                "scalableDimension": "ecs:service:DesiredCount",
            },
        ),
    ),
    case(
        "fargate: storage beyond 20 GB",
        "monthly_usd",
        "1.6206",
        "Fargate tasks: Storage",
        ("aws:ecs/taskDefinition:TaskDefinition", "task", {**TASK[2], "ephemeralStorage": {"sizeInGib": 30}}),
        service(**ON_FARGATE),
    ),
    case(
        "fargate: windows",
        "monthly_usd",
        "150.05223",  # 2 x 730 x (.046552 + .046 + 2 x .00511175)
        "Fargate",
        (
            "aws:ecs/taskDefinition:TaskDefinition",
            "task",
            {**TASK[2], "runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}},
        ),
        service(**ON_FARGATE),
    ),
    case(
        "dynamodb: a scaling target",
        "worst_case_usd",
        "379.60",
        "Read capacity units",
        TABLE,
        (
            TARGET,
            "scaling",
            {
                "minCapacity": 5,
                "maxCapacity": 4000,
                "resourceId": "table/orders",
                "scalableDimension": "dynamodb:table:ReadCapacityUnits",
            },
        ),
    ),
    case(
        "elasticache: shards and replicas scale",
        "worst_case_usd",
        "112.128",  # 4 shards of 1 + 2 nodes at $0.0128
        "Cache nodes",
        (
            "aws:elasticache/replicationGroup:ReplicationGroup",
            "cache",
            {
                "engine": "valkey",
                "nodeType": "cache.t4g.micro",
                "numNodeGroups": 2,
                "replicasPerNodeGroup": 1,
                "replicationGroupId": "cache",
            },
        ),
        (
            TARGET,
            "shards",
            {
                "minCapacity": 1,
                "maxCapacity": 4,
                "resourceId": "replication-group/cache",
                "scalableDimension": "elasticache:replication-group:NodeGroups",
            },
        ),
        (
            TARGET,
            "replicas",
            {
                "minCapacity": 1,
                "maxCapacity": 2,
                "resourceId": "replication-group/cache",
                "scalableDimension": "elasticache:replication-group:Replicas",
            },
        ),
    ),
    case(
        "a scheduled action lifts the maximum of a group",
        "worst_case_usd",
        "297.84",  # 5 instances at $0.0816
        "Instances",
        TEMPLATE,
        ("aws:autoscaling/group:Group", "group", {**FLEET, "vpcZoneIdentifiers": ["subnet-1"]}),
        (
            "aws:autoscaling/schedule:Schedule",
            "morning",
            {"autoscalingGroupName": "group-id", "minSize": -1, "maxSize": 5, "desiredCapacity": 3},
        ),
    ),
    case(
        "an elastic address replaces the one that AWS assigns",
        "monthly_usd",
        "0",
        "Public IPv4",
        (
            "aws:ec2/instance:Instance",
            "web",
            {"instanceType": "m7g.large", "ami": "ami-1", "associatePublicIpAddress": True},
        ),
        ("aws:ec2/eip:Eip", "address", {"instance": "web-id"}),
    ),
    case(
        "nodes in public subnets have public addresses",
        "monthly_usd",
        "10.95",
        "Public IPv4",
        ("aws:ec2/subnet:Subnet", "public", {"mapPublicIpOnLaunch": True}),
        (
            "aws:eks/nodeGroup:NodeGroup",
            "nodes",
            {
                "instanceTypes": ["m5.large"],
                "subnetIds": ["public-id"],
                "scalingConfig": {"minSize": 1, "desiredSize": 3, "maxSize": 5},
            },
        ),
    ),
    case(
        "instances of a group in the default subnets have public addresses",
        "worst_case_usd",
        "7.30",
        "Public IPv4",
        TEMPLATE,
        ("aws:autoscaling/group:Group", "group", {**FLEET, "availabilityZones": ["us-east-1a"]}),
    ),
    case(
        "an endpoint without subnets of its own is billed by its associations",
        "monthly_usd",
        "7.30",
        "Endpoint in",
        ("aws:ec2/vpcEndpoint:VpcEndpoint", "endpoint", {"vpcEndpointType": "Interface"}),
        (
            "aws:ec2/vpcEndpointSubnetAssociation:VpcEndpointSubnetAssociation",
            "association",
            {"vpcEndpointId": "endpoint-id"},
        ),
    ),
    case(
        "an unknown list of subnets is counted by its dependencies",
        "monthly_usd",
        "10.95",
        "Public IPv4",
        ("aws:ec2/subnet:Subnet", "a", {}),
        ("aws:ec2/subnet:Subnet", "b", {}),
        ("aws:ec2/subnet:Subnet", "c", {}),
        (
            "aws:lb/loadBalancer:LoadBalancer",
            "edge",
            {"subnets": UNKNOWN},
            [("subnets", ("aws:ec2/subnet:Subnet", name)) for name in "abc"],
        ),
    ),
    case(
        "deliveries of a FIFO topic",
        "monthly_usd",
        "0.0000012",
        "FIFO deliveries",
        ("aws:sns/topic:Topic", "orders", {"fifoTopic": True}),
        ("aws:sns/topicSubscription:TopicSubscription", "queue", {"topic": "orders-id", "protocol": "sqs"}),
    ),
    case(
        "logs of a state machine that an hourly schedule starts: 730 runs of 1 transition, 3 events of 1 KB each",
        "monthly_usd",
        "0.00104427",
        "Logs ingested",
        ("aws:cloudwatch/logGroup:LogGroup", "kept", {"retentionInDays": 30}),
        (
            "aws:sfn/stateMachine:StateMachine",
            "machine",
            {
                "definition": '{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}',
                "loggingConfiguration": {"level": "ALL", "logDestination": "kept-id"},
            },
        ),
        (
            "aws:scheduler/schedule:Schedule",
            "hourly",
            {"scheduleExpression": "rate(1 hour)", "target": {"arn": "machine-id"}},
        ),
    ),
    case(
        "a volume for each task",
        "monthly_usd",
        "8.00",
        "Volume of tasks",
        CLUSTER,
        TASK,
        service(
            **ON_FARGATE,
            volumeConfiguration={"managedEbsVolume": {"sizeInGb": 50, "volumeType": "gp3", "roleArn": "role"}},
        ),
    ),
    case(
        "a replica is rotated with its primary",
        "worst_case_usd",
        "4.00",
        "Rotated key material",
        ("aws:kms/key:Key", "key", {"enableKeyRotation": True}),
        ("aws:kms/replicaKey:ReplicaKey", "replica", {}, [("primaryKeyArn", ("aws:kms/key:Key", "key"))]),
    ),
    case(
        "an instance takes from its launch template what it doesn't say itself",
        "monthly_usd",
        "74.58",  # 730 x .096 + 30 x .08 + 7 x .30, no address
        "",
        (
            "aws:ec2/launchTemplate:LaunchTemplate",
            "template",
            {
                "instanceType": "m5.large",
                "imageId": "al2023",
                "monitoring": {"enabled": True},
                "blockDeviceMappings": [{"ebs": {"volumeSize": 30, "volumeType": "gp3"}}],
                "networkInterfaces": [{"associatePublicIpAddress": "false"}],
            },
        ),
        ("aws:ec2/instance:Instance", "web", {"launchTemplate": {"id": "template-id"}}),
    ),
    case(
        "an override with a launch template of its own",
        "monthly_usd",
        "62.05",  # 730 x .085
        "Instances",
        TEMPLATE,
        ("aws:ec2/launchTemplate:LaunchTemplate", "other", {"instanceType": "c5.large", "imageId": "al2023"}),
        (
            "aws:autoscaling/group:Group",
            "group",
            {
                "minSize": 1,
                "maxSize": 1,
                "vpcZoneIdentifiers": ["subnet-1"],
                "mixedInstancesPolicy": {
                    "launchTemplate": {
                        "launchTemplateSpecification": {"launchTemplateId": "template-id"},
                        "overrides": [{"launchTemplateSpecification": {"launchTemplateId": "other-id"}}],
                    }
                },
            },
        ),
    ),
    case(
        "an elastic address on the network interface of an instance replaces its own",
        "monthly_usd",
        "0",
        "Public IPv4 address",
        (
            "aws:ec2/instance:Instance",
            "web",
            {"instanceType": "m7g.large", "ami": "al2023"},
        ),
        (
            "aws:ec2/eip:Eip",
            "address",
            {"networkInterface": UNKNOWN},
            [("networkInterface", ("aws:ec2/instance:Instance", "web"))],
        ),
    ),
    case(
        "tasks that a schedule starts: 730 runs of 10 minutes, 2 tasks each",
        "monthly_usd",
        "12.01336666",  # 243.333 h x (.04048 + 2 x .004445)
        "Fargate tasks that it starts",
        TASK,
        CLUSTER,
        ("aws:cloudwatch/eventRule:EventRule", "hourly", {"scheduleExpression": "rate(1 hour)"}),
        (
            "aws:cloudwatch/eventTarget:EventTarget",
            "run",
            {
                "rule": "hourly-id",
                "arn": "cluster-id",
                "ecsTarget": {"taskDefinitionArn": "task-id", "launchType": "FARGATE", "taskCount": 2},
            },
        ),
    ),
    case(
        "no tasks of a rule that is disabled",
        "monthly_usd",
        "0",
        "Fargate tasks that it starts",
        TASK,
        ("aws:cloudwatch/eventRule:EventRule", "off", {"scheduleExpression": "rate(1 hour)", "state": "DISABLED"}),
        (
            "aws:cloudwatch/eventTarget:EventTarget",
            "run",
            {
                "rule": "off-id",
                "arn": "arn:aws:ecs:us-east-1:123456789012:cluster/c",
                "ecsTarget": {"taskDefinitionArn": "task-id", "launchType": "FARGATE"},
            },
        ),
    ),
    *(
        case(
            f"executions that {what} starts every 5 minutes: 8,760 of 3 transitions",
            "monthly_usd",
            "0.657",  # 26,280 x .025 / 1,000
            "State transitions",
            ("aws:sfn/stateMachine:StateMachine", "machine", {"definition": TWO_STEPS}),
            *starts,
        )
        for what, starts in STARTS.items()
    ),
    case(
        "a snapshot of a database is at most its size",
        "monthly_usd",
        "9.50",  # 100 x .095
        "Snapshot storage",
        (
            "aws:rds/instance:Instance",
            "db",
            {"engine": "postgres", "instanceClass": "db.t3.micro", "allocatedStorage": 100},
        ),
        ("aws:rds/snapshot:Snapshot", "kept", {"dbInstanceIdentifier": "db-id"}),
    ),
    case(
        "tasks that a schedule of EventBridge Scheduler starts, by the cluster's default capacity provider",
        "monthly_usd",
        "6.00668334",
        "Fargate tasks that it starts",
        TASK,
        (
            "aws:ecs/cluster:Cluster",
            "cluster",
            {"defaultCapacityProviderStrategies": [{"capacityProvider": "FARGATE"}]},
        ),
        (
            "aws:scheduler/schedule:Schedule",
            "hourly",
            {
                "scheduleExpression": "rate(1 hour)",
                "target": {"arn": "cluster-id", "ecsParameters": {"taskDefinitionArn": "task-id"}},
            },
        ),
    ),
    *(
        case(
            f"provisioned concurrency between its scaling limits: {figure}",
            figure,
            usd,
            "Provisioned concurrency",
            ("aws:lambda/function:Function", "api", {"memorySize": 1024, "name": "api"}),
            *configs,
            (
                TARGET,
                "scaling",
                {
                    "minCapacity": 2,
                    "maxCapacity": 50,
                    "resourceId": "function:api:live",
                    "scalableDimension": "lambda:function:ProvisionedConcurrency",
                },
            ),
        )
        for figure, usd, configs in (
            ("floor_usd", "21.9001752", ()),  # 2 GB x 2,628,000 s x .0000041667
            ("worst_case_usd", "547.50438", (KEPT_READY,)),  # 50 GB, those that are declared among them
        )
    ),
    *(
        case(
            f"replicas that scaling adds to an Aurora cluster: {figure}",
            figure,
            usd,
            "Database instance",
            ("aws:rds/cluster:Cluster", "db", {"engine": "aurora-postgresql", "clusterIdentifier": "db"}),
            (
                "aws:rds/clusterInstance:ClusterInstance",
                "writer",
                {"clusterIdentifier": "db-id", "instanceClass": "db.t3.medium"},
            ),
            (
                TARGET,
                "replicas",
                {
                    "minCapacity": 1,
                    "maxCapacity": 5,
                    "resourceId": "cluster:db",
                    "scalableDimension": "rds:cluster:ReadReplicaCount",
                },
            ),
        )
        for figure, usd in (("monthly_usd", "119.72"), ("worst_case_usd", "359.16"))  # 2 and 6 x 730 x .082
    ),
    case(
        "extended support of Aurora Serverless v2 by its capacity units",
        "worst_case_usd",
        "248.20",  # 4 x 730 x .085
        "Extended support",
        (
            "aws:rds/cluster:Cluster",
            "db",
            {
                "engine": "aurora-postgresql",
                "engineVersion": "13.9",
                "serverlessv2ScalingConfiguration": {"minCapacity": 1, "maxCapacity": 4},
            },
        ),
        (
            "aws:rds/clusterInstance:ClusterInstance",
            "one",
            {"clusterIdentifier": "db-id", "instanceClass": "db.serverless"},
        ),
    ),
    case(
        "nodes of a Memcached cluster scale",
        "worst_case_usd",
        "70.08",  # 6 x 730 x .016
        "Cache nodes",
        (
            "aws:elasticache/cluster:Cluster",
            "cache",
            {"engine": "memcached", "nodeType": "cache.t4g.micro", "numCacheNodes": 2, "clusterId": "cache"},
        ),
        (
            TARGET,
            "nodes",
            {
                "minCapacity": 2,
                "maxCapacity": 6,
                "resourceId": "cache-cluster/cache",
                "scalableDimension": "elasticache:cache-cluster:Nodes",
            },
        ),
    ),
    case(
        "a replica has engine and storage from its source",
        "monthly_usd",
        "30.88",  # 2 x (730 x .018 + 20 x .115)
        "",
        (
            "aws:rds/instance:Instance",
            "primary",
            {"engine": "postgres", "instanceClass": "db.t3.micro", "allocatedStorage": 20},
        ),
        (
            "aws:rds/instance:Instance",
            "replica",
            {"replicateSourceDb": "primary-id", "instanceClass": "db.t3.micro"},
        ),
    ),
    case(
        "nodes of a group in two zones that an update runs beside those of its maximum",
        "worst_case_usd",
        "490.56",  # (3 + 2 x 2) x 730 x .096
        "Nodes",
        (
            "aws:eks/nodeGroup:NodeGroup",
            "nodes",
            {
                "instanceTypes": ["m5.large"],
                "subnetIds": ["subnet-1", "subnet-2"],
                "scalingConfig": {"minSize": 1, "desiredSize": 2, "maxSize": 3},
            },
        ),
    ),
    case(
        "hosted zones beyond the first 25",
        "monthly_usd",
        "13.00",  # 25 x .50 + 5 x .10
        "Hosted zone",
        *(("aws:route53/zone:Zone", f"zone-{number}", {}) for number in range(30)),
    ),
    case(
        "custom metrics beyond the first 10,000",
        "monthly_usd",
        "3020.00",  # 10,000 x .30 + 200 x .10
        "Custom metric",
        *(
            (
                "aws:cloudwatch/logMetricFilter:LogMetricFilter",
                f"metric-{number}",
                {"metricTransformation": {"namespace": "shop", "name": f"m{number}"}},
            )
            for number in range(10_200)
        ),
    ),
    *(
        case(
            f"an instance of {engine} by a class of the r families",
            "monthly_usd",
            "189.80",  # 730 x .26
            "Database instance",
            ("aws:rds/cluster:Cluster", "db", {"engine": engine}),
            (
                "aws:rds/clusterInstance:ClusterInstance",
                "one",
                {"clusterIdentifier": "db-id", "instanceClass": "db.r6g.large"},
            ),
        )
        for engine in ("aurora-mysql", "aurora-postgresql")
    ),
    case(
        "a consumer of each shard of a stream",
        "monthly_usd",
        "21.90",  # 2 x 730 x .015
        "Consumer",
        ("aws:kinesis/stream:Stream", "orders", {"shardCount": 2}),
        ("aws:kinesis/streamConsumer:StreamConsumer", "reader", {"streamArn": "orders-id"}),
    ),
    case(
        "a service that names no controller may get a classic, public load balancer",
        "worst_case_usd",
        "25.55",  # 18.25 + 7.30
        "",
        ("kubernetes:core/v1:Service", "web", {"spec": {"type": "LoadBalancer"}}),
    ),
    case(
        "a consumer of an on-demand stream by what it reads",
        "monthly_usd",
        "0.50",  # of the 10 GB that are assumed
        "Data read by the consumer",
        ("aws:kinesis/stream:Stream", "orders", {"streamModeDetails": {"streamMode": "ON_DEMAND"}}),
        ("aws:kinesis/streamConsumer:StreamConsumer", "reader", {"streamArn": "orders-id"}),
    ),
    *(
        case(
            f"a burstable database that never rests, standby included: {figure}",
            figure,
            usd,
            "Surplus CPU credits",
            (
                "aws:rds/instance:Instance",
                "db",
                {"engine": "mysql", "instanceClass": "db.t4g.small", "multiAz": True, "allocatedStorage": 20},
            ),
        )
        for figure, usd in (("floor_usd", "0"), ("worst_case_usd", "219.00"))  # 2 x 2 vCPUs x 730 x .075
    ),
    case(
        "a burstable instance of Aurora that never rests",
        "worst_case_usd",
        "131.40",  # 2 vCPUs x 730 x .09
        "Surplus CPU credits",
        ("aws:rds/cluster:Cluster", "db", {"engine": "aurora-mysql"}),
        (
            "aws:rds/clusterInstance:ClusterInstance",
            "one",
            {"clusterIdentifier": "db-id", "instanceClass": "db.t3.medium"},
        ),
    ),
    case(
        "a second trail delivers management events once more",
        "monthly_usd",
        "2.00",  # of the 100,000 that are assumed
        "Further copies",
        ("aws:cloudtrail/trail:Trail", "first", {}),
        ("aws:cloudtrail/trail:Trail", "second", {}),
    ),
    case(
        "an Airflow environment at its most workers",
        "worst_case_usd",
        "361.35",  # 9 beyond the first x 730 x .055
        "Further workers",
        ("aws:mwaa/environment:Environment", "flows", {}),
    ),
    case(
        "a snapshot's copy is at most the size of the volume",
        "monthly_usd",
        "2.50",  # 50 GB x .05
        "Snapshot storage",
        ("aws:ebs/volume:Volume", "disk", {"size": 25}),
        ("aws:ebs/snapshot:Snapshot", "kept", {"volumeId": "disk-id"}),
        ("aws:ebs/snapshotCopy:SnapshotCopy", "copied", {"sourceSnapshotId": "kept-id"}),
    ),
    case(
        "a service without launch type whose tasks run on Fargate alone",
        "floor_usd",
        "36.0401",  # 1 vCPU x 730 x .04048 + 2 GB x 730 x .004445
        "Fargate",
        ("aws:ecs/cluster:Cluster", "main", {"name": "main"}),
        (
            "aws:ecs/taskDefinition:TaskDefinition",
            "web",
            {"cpu": "1024", "memory": "2048", "requiresCompatibilities": ["FARGATE"]},
        ),
        ("aws:ecs/service:Service", "web", {"cluster": "main-id", "taskDefinition": "web-id", "desiredCount": 1}),
    ),
    case(
        "tasks for Fargate alone in a cluster of another stack",
        "floor_usd",
        "36.0401",
        "Fargate",
        (
            "aws:ecs/taskDefinition:TaskDefinition",
            "web",
            {"cpu": "1024", "memory": "2048", "requiresCompatibilities": ["FARGATE"]},
        ),
        (
            "aws:ecs/service:Service",
            "web",
            {"cluster": "arn:aws:ecs:us-east-1:1:cluster/x", "taskDefinition": "web-id"},
        ),
    ),
    case(
        "a file system of one zone whose policy turns backups off",
        "monthly_usd",
        "0",
        "Backups",
        ("aws:efs/fileSystem:FileSystem", "files", {"availabilityZoneName": "us-east-1a"}),
        (
            "aws:efs/backupPolicy:BackupPolicy",
            "none",
            {"fileSystemId": "files-id", "backupPolicy": {"status": "DISABLED"}},
        ),
    ),
    case(
        "an instance on a dedicated host: the host's hours alone",
        "monthly_usd",
        "2457.98",  # 730 x 3.366 and 8 GB x .10
        "",
        ("aws:ec2/dedicatedHost:DedicatedHost", "host", {"instanceFamily": "c5"}),
        (
            "aws:ec2/instance:Instance",
            "web",
            {
                "instanceType": "c5.large",
                "ami": "al2023",
                "tenancy": "host",
                "hostId": "host-id",
                "associatePublicIpAddress": False,
            },
        ),
    ),
    case(
        "a snapshot is at most the size of its database",
        "monthly_usd",
        "1.90",  # 20 GB x .095
        "Snapshot storage",
        (
            "aws:rds/instance:Instance",
            "db",
            {"engine": "mysql", "instanceClass": "db.t3.large", "allocatedStorage": 20},
        ),
        ("aws:rds/snapshot:Snapshot", "kept", {"dbInstanceIdentifier": "db-id"}),
    ),
    *(
        case(
            f"{what} in subnets that nothing tells: {figure}",
            figure,
            usd,
            "Public IPv4",
            (token, "front", {"subnets": UNKNOWN, **inputs}),
        )
        for what, token, inputs, least in (
            ("an ALB", "aws:lb/loadBalancer:LoadBalancer", {}, "7.30"),
            ("an NLB", "aws:lb/loadBalancer:LoadBalancer", {"loadBalancerType": "network"}, "3.65"),
            ("a classic load balancer", "aws:elb/loadBalancer:LoadBalancer", {}, "3.65"),
        )
        for figure, usd in (("monthly_usd", least), ("worst_case_usd", "21.90"))  # 6 zones
    ),
    case(
        "a gateway load balancer in subnets that nothing tells",
        "worst_case_usd",
        "54.75",  # 6 x 730 x .0125
        "Gateway load balancer, in each zone",
        ("aws:lb/loadBalancer:LoadBalancer", "front", {"loadBalancerType": "gateway", "subnets": UNKNOWN}),
    ),
    case(
        "a resolver endpoint whose addresses nothing tells",
        "worst_case_usd",
        "547.50",  # 6 x 730 x .125
        "Resolver endpoint",
        ("aws:route53/resolverEndpoint:ResolverEndpoint", "names", {"ipAddresses": UNKNOWN}),
    ),
    case(
        "an update of nodes in subnets that nothing tells",
        "worst_case_usd",
        "911.04",  # (1 + 2 x 6) x 730 x .096
        "Nodes",
        (
            "aws:eks/nodeGroup:NodeGroup",
            "nodes",
            {
                "scalingConfig": {"minSize": 1, "desiredSize": 1, "maxSize": 1},
                "instanceTypes": ["m5.large"],
                "subnetIds": UNKNOWN,
            },
        ),
    ),
    case(
        "brokers with public access may have addresses that are billed",
        "worst_case_usd",
        "10.95",
        "Public IPv4",
        (
            "aws:msk/cluster:Cluster",
            "events",
            {
                "numberOfBrokerNodes": 3,
                "brokerNodeGroupInfo": {
                    "instanceType": "kafka.m5.large",
                    "connectivityInfo": {"publicAccess": {"type": "SERVICE_PROVIDED_EIPS"}},
                    "storageInfo": {"ebsStorageInfo": {"volumeSize": 100}},
                },
            },
        ),
    ),
    case(
        "a replica of a provisioned table has the table's read units",
        "monthly_usd",
        "18.98",  # 2 Regions x 100 x 730 x .00013
        "Read capacity units",
        (TABLE[0], "orders", {"readCapacity": 100, "writeCapacity": 5, "replicas": [{"regionName": "us-east-2"}]}),
    ),
    case(
        "a replica's read units scale with the table's",
        "worst_case_usd",
        "759.20",  # 2 Regions x 4,000 x 730 x .00013
        "Read capacity units",
        (*TABLE[:2], {**TABLE[2], "replicas": [{"regionName": "us-east-2"}]}),
        (TARGET, "reads", {"minCapacity": 5, "maxCapacity": 4000, **READS_OF_ORDERS}),
    ),
    case(
        "a scheduled action lifts the maximum of a table whose target is another stack's",
        "worst_case_usd",
        "94.90",  # 1,000 x 730 x .00013
        "Read capacity units",
        TABLE,
        (ACTION, "up", {**READS_OF_ORDERS, "scalableTargetAction": {"maxCapacity": 1000}}),
    ),
    case(
        "a scheduled action whose target a preview doesn't know yet: by its dependencies",
        "worst_case_usd",
        "94.90",
        "Read capacity units",
        TABLE,
        (TARGET, "reads", {"minCapacity": 5, "maxCapacity": 10, **READS_OF_ORDERS}),
        (
            ACTION,
            "up",
            {**READS_OF_ORDERS, "resourceId": UNKNOWN, "scalableTargetAction": {"minCapacity": 1000}},
            [("resourceId", (TARGET, "reads"))],
        ),
    ),
    case(
        "services of one name in two clusters: the target is of one",
        "worst_case_usd",
        "396.4411",  # (10 + 1) tasks of one vCPU and 2 GB
        "Fargate",
        TASK,
        *(("aws:ecs/cluster:Cluster", name, {"name": name}) for name in ("blue", "green")),
        *(
            (
                "aws:ecs/service:Service",
                f"web-{cluster}",
                {**ON_FARGATE, "name": "web", "desiredCount": 1, "cluster": f"{cluster}-id"},
            )
            for cluster in ("blue", "green")
        ),
        (
            TARGET,
            "scaling",
            {
                "minCapacity": 1,
                "maxCapacity": 10,
                "resourceId": "service/blue/web",
                "scalableDimension": "ecs:service:DesiredCount",
            },
        ),
    ),
    case(
        "a scheduled action names its group by a name that a preview knows",
        "worst_case_usd",
        "2382.72",  # 40 x 730 x .0816
        "Instances on demand",
        TEMPLATE,
        ("aws:autoscaling/group:Group", "fleet", {**FLEET, "name": "web", "vpcZoneIdentifiers": ["subnet"]}),
        (SCHEDULE, "up", {"autoscalingGroupName": "web", "maxSize": 40}),
    ),
    case(
        "the account's default makes t2 unlimited: its one vCPU never rests",
        "worst_case_usd",
        "36.50",  # 730 x .05
        "Surplus",
        (
            "aws:ec2/defaultCreditSpecification:DefaultCreditSpecification",
            "bursts",
            {"instanceFamily": "t2", "cpuCredits": "unlimited"},
        ),
        ("aws:ec2/instance:Instance", "web", {"instanceType": "t2.micro", "ami": "al2023"}),
    ),
    case(
        "one certificate on dedicated addresses, two distributions: billed once",
        "floor_usd",
        "600",
        "Dedicated IP",
        *(
            (
                "aws:cloudfront/distribution:Distribution",
                name,
                {"viewerCertificate": {"iamCertificateId": "one", "sslSupportMethod": "vip"}},
            )
            for name in ("a", "b")
        ),
    ),
    case(
        "images of Windows have a root volume of 30 GB",
        "monthly_usd",
        "3",
        "Root volume",
        ("aws:ec2/instance:Instance", "web", {"instanceType": "m5.large", "ami": "Windows_Server-2022"}),
    ),
    case(
        "an export repeats the subnets of an endpoint's associations",
        "floor_usd",
        "14.60",  # 2 x 730 x .01
        "",
        ("aws:ec2/vpcEndpoint:VpcEndpoint", "door", {"vpcEndpointType": "Interface"}, (), {"subnetIds": ["a", "b"]}),
        *(
            (
                "aws:ec2/vpcEndpointSubnetAssociation:VpcEndpointSubnetAssociation",
                name,
                {"vpcEndpointId": "door-id", "subnetId": name},
            )
            for name in ("a", "b")
        ),
    ),
    case(
        "a launch template and a group by names that a preview knows",
        "worst_case_usd",
        "119.136",  # 2 x 730 x .0816
        "Instances on demand",
        (*TEMPLATE[:2], {**TEMPLATE[2], "name": "web"}),
        (
            "aws:autoscaling/group:Group",
            "fleet",
            {**FLEET, "launchTemplate": {"name": "web"}, "vpcZoneIdentifiers": ["subnet"]},
        ),
    ),
    case(
        "an Aurora instance names its cluster by a name that a preview knows",
        "monthly_usd",
        "59.86",
        "Database instance (aurora-mysql, db.t3.medium)",
        ("aws:rds/cluster:Cluster", "db", {"engine": "aurora-mysql", "clusterIdentifier": "main"}),
        (
            "aws:rds/clusterInstance:ClusterInstance",
            "one",
            {"clusterIdentifier": "main", "instanceClass": "db.t3.medium"},
        ),
    ),
    case(
        "of several task definitions that a preview names the largest may run",
        "floor_usd",
        "36.0401",  # 730 x (.04048 + 2 x .004445)
        "Fargate",
        ("aws:ecs/taskDefinition:TaskDefinition", "small", {"cpu": "256", "memory": "512"}),
        TASK,
        (
            *service(launchType="FARGATE", taskDefinition=UNKNOWN, desiredCount=1),
            [("taskDefinition", ("aws:ecs/taskDefinition:TaskDefinition", name)) for name in ("small", "task")],
        ),
    ),
    case(
        "ecs scaling target of a preview that comes from the service's cluster alone",
        "worst_case_usd",
        "360.401",  # 10 tasks of one vCPU and 2 GB
        "Fargate",
        CLUSTER,
        TASK,
        (
            *service(**ON_FARGATE, cluster=UNKNOWN),
            [("cluster", CLUSTER[:2]), ("taskDefinition", TASK[:2])],
        ),
        (
            TARGET,
            "scaling",
            {
                "minCapacity": 1,
                "maxCapacity": 10,
                "resourceId": UNKNOWN,
                "scalableDimension": "ecs:service:DesiredCount",
            },
            [("resourceId", CLUSTER[:2])],
        ),
    ),
]

UNBOUNDED = [
    pytest.param([one(*each) for each in resources], reason, id=reason)
    for reason, *resources in (
        (
            "up: what it scales isn't known",
            TABLE,
            (ACTION, "up", {**READS_OF_ORDERS, "resourceId": UNKNOWN, "scalableTargetAction": {"maxCapacity": 9}}),
        ),
        (
            "up: limits of a scheduled action aren't known",
            TABLE,
            (ACTION, "up", {**READS_OF_ORDERS, "scalableTargetAction": UNKNOWN}),
        ),
        (
            "what its warm pool keeps isn't known",
            TEMPLATE,
            ("aws:autoscaling/group:Group", "fleet", {**FLEET, "warmPool": {"maxGroupPreparedCapacity": UNKNOWN}}),
        ),
        (
            "which group the scheduled action up sizes isn't known",
            TEMPLATE,
            ("aws:autoscaling/group:Group", "fleet", FLEET),
            (SCHEDULE, "up", {"autoscalingGroupName": UNKNOWN, "maxSize": 40}),
        ),
        (
            "where it logs isn't known, and what it writes to a log group is billed there",
            (
                "aws:sfn/stateMachine:StateMachine",
                "machine",
                {"definition": TWO_STEPS, "loggingConfiguration": {"level": "ALL", "logDestination": UNKNOWN}},
            ),
        ),
    )
]
"""Graphs with something that has no largest number, and how that is told."""
