"""Every priced type with hand-computed dollars a month: us-east-1, list prices, 730 hours, one named line each."""

from __future__ import annotations

from decimal import Decimal

import pytest

from policies.cost.registry import all_pricers

ALB = "aws:lb/loadBalancer:LoadBalancer"
WAF = "aws:wafv2/webAcl:WebAcl"
EBS = "aws:ebs/volume:Volume"
MANAGED = {"statement": {"managedRuleGroupStatement": {"name": "AWSManagedRulesCommonRuleSet"}}}
OWN = {"statement": {"rateBasedStatement": {"limit": 100}}}


def case(token, inputs, lines, usage=None, id=None):  # noqa: A002 - pytest's own word
    return pytest.param(token, inputs, lines, usage, id=id or token.rpartition("/")[2])


CASES = [
    case(
        ALB,
        {"subnets": ["a", "b"]},
        {"Application load balancer": "16.425", "Public IPv4 addresses": "7.30"},
        id="alb: 730 h and two addresses",
    ),
    case(ALB, {"subnets": ["a", "b", "c"]}, {"Public IPv4 addresses": "10.95"}, id="alb: an address a zone"),
    case(
        ALB,
        {"subnets": ["a", "b"], "ipAddressType": "dualstack-without-public-ipv4"},
        {"Public IPv4 addresses": None},
        id="alb without public ipv4",
    ),
    case(
        ALB,
        {"subnets": ["a", "b"], "internal": True},
        {"Public IPv4 addresses": None, "Data out": None},
        id="internal alb",
    ),
    case(
        ALB, {"subnets": ["a", "b"]}, {"Load balancer capacity units": "5.84"}, {"new_connections": 25}, id="lcu: 25/s"
    ),
    case(
        ALB,
        {"subnets": ["a", "b"]},
        {"Load balancer capacity units": "11.68"},
        {"active_connections": 6000},
        id="lcu: active",
    ),
    case(
        ALB,
        {"subnets": ["a", "b"]},
        {"Load balancer capacity units": "0.80"},
        {"processed_bytes_gb": 100},
        id="lcu: bytes",
    ),
    case(
        ALB,
        {"subnets": ["a", "b"]},
        {"Load balancer capacity units": "5.84"},
        {"rule_evaluations": 1000},
        id="lcu: rules",
    ),
    case(
        ALB,
        {"subnets": ["a", "b"]},
        {"Data out to the internet": "90.00"},
        {"monthly_outbound_internet_gb": 1000},
        id="alb: outbound data",
    ),
    case(
        "aws:alb/loadBalancer:LoadBalancer",
        {"subnets": ["a", "b"]},
        {"Application load balancer": "16.425"},
        id="alb alias",
    ),
    case(
        ALB,
        {"loadBalancerType": "network", "subnets": ["a", "b"]},
        {"Network load balancer": "16.425", "Network load balancer capacity units": "0.60"},
        {"processed_bytes_gb": 100},
        id="nlb",
    ),
    case(
        "aws:elb/loadBalancer:LoadBalancer",
        {},
        {"Classic load balancer": "18.25", "Data processed": "80.00"},
        {"processed_bytes_gb": 10000},
        id="classic elb",
    ),
    case(
        "aws:ec2/instance:Instance",
        {"instanceType": "t3.medium", "ami": "ami-1", "creditSpecification": {"cpuCredits": "standard"}},
        {"Instance (t3.medium, on demand)": "30.368", "Root volume (gp2, size assumed)": "0.80"},
        id="instance",
    ),
    case(
        "aws:ec2/instance:Instance",
        {"instanceType": "m7g.large", "monitoring": True, "associatePublicIpAddress": True},
        {"Detailed monitoring": "2.10", "Public IPv4 address": "3.65"},
        id="instance: monitoring, address",
    ),
    case(
        "aws:ec2/instance:Instance",
        {
            "instanceType": "m7g.large",
            "rootBlockDevice": {"volumeSize": 20, "volumeType": "gp3"},
            "ebsBlockDevices": [{"volumeSize": 40, "volumeType": "sc1"}],
        },
        {"Root volume (gp3)": "1.60", "Volume (sc1)": "0.60"},
        id="instance: volumes",
    ),
    case(
        "aws:ec2/instance:Instance",
        {"instanceType": "t4g.nano", "instanceMarketOptions": {"marketType": "spot"}},
        {"Instance (t4g.nano, spot)": "1.3505"},
        id="spot instance",
    ),
    case(
        EBS,
        {"size": 40, "type": "gp3", "iops": 4000, "throughput": 130},
        {"Volume (gp3)": "3.20", "Volume (gp3) IOPS": "5.00", "Volume (gp3) throughput": "0.20"},
        id="gp3",
    ),
    case(EBS, {"size": 10, "type": "gp2"}, {"Volume (gp2)": "1.00"}, id="gp2"),
    case(
        EBS, {"size": 30, "type": "io1", "iops": 300}, {"Volume (io1)": "3.75", "Volume (io1) IOPS": "19.50"}, id="io1"
    ),
    case(
        EBS, {"size": 30, "type": "io2", "iops": 300}, {"Volume (io2)": "3.75", "Volume (io2) IOPS": "19.50"}, id="io2"
    ),
    case(EBS, {"size": 40, "type": "st1"}, {"Volume (st1)": "1.80"}, id="st1"),
    case(EBS, {"size": 50, "type": "sc1"}, {"Volume (sc1)": "0.75"}, id="sc1"),
    case(EBS, {"size": 20, "type": "standard"}, {"Volume (standard)": "1.00"}, id="magnetic"),
    case("aws:ebs/snapshot:Snapshot", {}, {"Snapshot storage": "0.50"}, {"storage_gb": 10}),
    case("aws:ec2/eip:Eip", {}, {"Elastic IP": "3.65"}),
    case("aws:ec2/eip:Eip", {"publicIpv4Pool": "ipv4pool-1"}, {"Elastic IP": None}, id="own address pool"),
    case(
        "aws:ec2/natGateway:NatGateway",
        {},
        {"NAT gateway": "32.85", "Data through": "4.50"},
        {"monthly_data_processed_gb": 100},
    ),
    case(
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        {"vpcEndpointType": "Interface", "subnetIds": ["a", "b"]},
        {"Interface endpoint": "14.60", "Data through": "1.00"},
        {"monthly_data_processed_gb": 100},
        id="interface endpoint",
    ),
    case("aws:ec2/vpcEndpoint:VpcEndpoint", {"serviceName": "s3"}, {"Gateway endpoint": None}, id="gateway endpoint"),
    case("aws:ec2/flowLog:FlowLog", {"logDestinationType": "s3"}, {"Flow logs": "2.50"}, {"monthly_gb": 10}),
    case("aws:ec2/launchTemplate:LaunchTemplate", {"instanceType": "t4g.nano"}, {"Instance": None}),
    case("aws:ec2/launchConfiguration:LaunchConfiguration", {"instanceType": "t4g.nano"}, {"Instance": None}),
    case("aws:ec2/vpnConnection:VpnConnection", {}, {"VPN connection": "36.50"}),
    case("aws:ec2clientvpn/networkAssociation:NetworkAssociation", {}, {"Client VPN association": "73.00"}),
    case(
        "aws:ec2transitgateway/vpcAttachment:VpcAttachment",
        {},
        {"Transit Gateway attachment": "36.50", "Data through": "2.00"},
        {"monthly_data_processed_gb": 100},
    ),
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
    case(WAF, {"rules": [OWN, OWN, OWN]}, {"Web ACL": "5.00", "Rules": "3.00"}, id="acl with own rules"),
    case(
        WAF,
        {"rules": [OWN, MANAGED, MANAGED]},
        {"Rules": "1.00", "Rule groups": "2.00", "Requests inspected": "0.60"},
        {"monthly_requests": 1_000_000},
        id="acl: a managed group bills once",
    ),
    case(
        WAF,
        {"rules": [{"statement": {"managedRuleGroupStatement": {"name": "AWSManagedRulesBotControlRuleSet"}}}]},
        {"Bot Control": "10.00", "Bot Control requests (common)": "20.00"},
        {"monthly_requests": 20_000_000},
        id="bot control",
    ),
    case(
        "aws:wafv2/ruleGroup:RuleGroup",
        {"rules": [OWN, OWN]},
        {"Rules": "2.00", "Place of the rule group": "1.00"},
        id="rule group without an acl",
    ),
    case("aws:cloudwatch/metricAlarm:MetricAlarm", {"period": 60}, {"Alarm (standard": "0.10"}, id="alarm"),
    case("aws:cloudwatch/metricAlarm:MetricAlarm", {"period": 10}, {"Alarm (high": "0.30"}, id="high resolution"),
    case(
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        {"metricQueries": [{"metric": {"period": 60}}, {"metric": {"period": 60}}, {"expression": "m1 / m2"}]},
        {"Alarm (standard resolution, 2 metrics)": "0.20"},
        id="metric math",
    ),
    case(
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        {"metricQueries": [{"metric": {"period": 60}}, {"expression": "ANOMALY_DETECTION_BAND(m1, 2)"}]},
        {"Alarm (standard resolution, 3 metrics)": "0.30"},
        id="anomaly detection",
    ),
    case("aws:cloudwatch/compositeAlarm:CompositeAlarm", {}, {"Composite alarm": "0.50"}),
    case("aws:cloudwatch/dashboard:Dashboard", {}, {"Dashboard": "3.00"}),
    case(
        "aws:cloudwatch/logGroup:LogGroup",
        {"retentionInDays": 30},
        {"Logs ingested": "5.00", "Logs stored": "0.30", "Logs scanned": "0.50"},
        {"monthly_data_ingested_gb": 10, "storage_gb": 10, "monthly_data_scanned_gb": 100},
    ),
    case(
        "aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy",
        {},
        {"Logs scanned and masked": "1.20"},
        {"monthly_data_ingested_gb": 10},
    ),
    case(
        "aws:cloudwatch/logMetricFilter:LogMetricFilter",
        {"metricTransformation": {"namespace": "n", "name": "m", "value": "1"}},
        {"Custom metric m": "0.30"},
    ),
    case("aws:cloudwatch/eventBus:EventBus", {}, {"Custom events": "2.00"}, {"monthly_custom_events": 2_000_000}),
    case(
        "aws:cloudwatch/eventArchive:EventArchive",
        {},
        {"Events archived": "1.00", "Archive storage": "0.23"},
        {"archive_storage_gb": 10},
    ),
    case(
        "aws:cloudwatch/eventApiDestination:EventApiDestination",
        {},
        {"API destination calls": "0.20"},
        {"monthly_invocations": 1_000_000},
    ),
    case("aws:sns/topic:Topic", {}, {"Publishes": "1.00"}, {"monthly_requests": 2_000_000}),
    case(
        "aws:sns/topicSubscription:TopicSubscription",
        {"protocol": "https"},
        {"Deliveries by https": "0.60"},
        {"monthly_requests": 1_000_000},
        id="sns https",
    ),
    case(
        "aws:sns/topicSubscription:TopicSubscription",
        {"protocol": "email"},
        {"Deliveries by email": "2.00"},
        {"monthly_requests": 100_000},
        id="sns email",
    ),
    case(
        "aws:sns/topicSubscription:TopicSubscription",
        {"protocol": "sms"},
        {"Deliveries by sms": "0.99"},
        {"monthly_requests": 100},
        id="sns sms",
    ),
    case(
        "aws:sns/topicSubscription:TopicSubscription",
        {"protocol": "sqs"},
        {"Deliveries by sqs": "0.00"},
        {"monthly_requests": 1_000_000},
        id="sns to sqs",
    ),
    case("aws:sqs/queue:Queue", {}, {"Requests": "0.80"}, {"monthly_requests": 2_000_000}, id="sqs standard"),
    case(
        "aws:sqs/queue:Queue", {"fifoQueue": True}, {"Requests": "0.50"}, {"monthly_requests": 1_000_000}, id="sqs fifo"
    ),
    case(
        "aws:scheduler/schedule:Schedule",
        {"scheduleExpression": "rate(1 minute)"},
        {"Schedule invocations": "0.0438"},
        id="schedule every minute",
    ),
    case(
        "aws:sfn/stateMachine:StateMachine",
        {"type": "STANDARD"},
        {"State transitions": "2.50"},
        {"monthly_transitions": 100_000},
        id="standard workflow",
    ),
    case(
        "aws:sfn/stateMachine:StateMachine",
        {"type": "EXPRESS"},
        {"Express requests": "1.00", "Express duration": "0.52093750"},
        {"monthly_requests": 1_000_000, "workflow_duration_ms": 500, "memory_mb": 64},
        id="express workflow",
    ),
    case(
        "aws:lambda/function:Function",
        {"memorySize": 512},
        {"Requests": "0.20", "Duration (x86": "0.8333350"},
        {"monthly_requests": 1_000_000, "request_duration_ms": 100},
        id="lambda x86",
    ),
    case(
        "aws:lambda/function:Function",
        {"memorySize": 1024, "architectures": ["arm64"], "ephemeralStorage": {"size": 1536}},
        {"Duration (arm64": "1.333340", "Temporary storage": "0.003090"},
        {"monthly_requests": 1_000_000, "request_duration_ms": 100},
        id="lambda arm64 with storage",
    ),
    case(
        "aws:apigatewayv2/api:Api",
        {"protocolType": "HTTP"},
        {"Requests": "930.00"},
        {"monthly_requests": 1_000_000_000},
        id="http api: tiers",
    ),
    case(
        "aws:apigatewayv2/api:Api",
        {"protocolType": "HTTP"},
        {"Requests": "2.00"},
        {"monthly_requests": 1_000_000, "request_size_kb": 600},
        id="http api: steps of 512 KB",
    ),
    case(
        "aws:apigatewayv2/api:Api",
        {"protocolType": "WEBSOCKET"},
        {"Messages": "1400.00", "Connection minutes": "2.50"},
        {"monthly_messages": 1_500_000_000, "monthly_connection_mins": 10_000_000},
        id="websocket api",
    ),
    case("aws:apigateway/restApi:RestApi", {}, {"Requests": "3.50"}, {"monthly_requests": 1_000_000}),
    case("aws:apigateway/stage:Stage", {}, {"Cache": None}),
    case(
        "aws:cloudfront/distribution:Distribution",
        {},
        {"Data out": "870.40", "HTTPS requests": "1.00"},
        {"monthly_data_transfer_to_internet_gb": 10240, "monthly_https_requests": 1_000_000},
    ),
    case("aws:route53/zone:Zone", {}, {"Hosted zone": "0.50"}),
    case(
        "aws:route53/record:Record",
        {"type": "A", "records": ["192.0.2.1"]},
        {"Queries": "0.40"},
        {"monthly_standard_queries": 1_000_000},
        id="dns record",
    ),
    case("aws:route53/record:Record", {"aliases": [{"name": "x"}]}, {"Queries": None}, id="alias record is free"),
    case("aws:route53/healthCheck:HealthCheck", {"type": "TCP"}, {"Health check": "0.75"}, id="health check"),
    case(
        "aws:route53/healthCheck:HealthCheck",
        {"type": "HTTPS_STR_MATCH", "requestInterval": 10},
        {"Optional features": "6.00"},
        id="health check options",
    ),
    case(
        "aws:kms/key:Key",
        {"enableKeyRotation": True},
        {"Customer managed key": "1.00", "Requests": "0.03"},
        {"monthly_requests": 10_000},
    ),
    case("aws:kms/replicaKey:ReplicaKey", {}, {"Customer managed key": "1.00"}),
    case(
        "aws:secretsmanager/secret:Secret", {}, {"Secret": "0.40", "API calls": "0.50"}, {"monthly_requests": 100_000}
    ),
    case(
        "aws:ssm/parameter:Parameter", {"tier": "Standard", "value": "x"}, {"Advanced": None}, id="standard parameter"
    ),
    case(
        "aws:ssm/parameter:Parameter",
        {"tier": "Advanced"},
        {"Advanced parameter": "0.05", "API interactions": "0.05"},
        {"monthly_api_interactions": 10_000},
        id="advanced parameter",
    ),
    case(
        "aws:appconfig/configurationProfile:ConfigurationProfile",
        {},
        {"Polls": "0.20", "Configurations received": "0.80"},
        {"monthly_configuration_requests": 1_000_000, "monthly_configurations_received": 1000},
    ),
    case("aws:budgets/budgetAction:BudgetAction", {"budgetName": "b"}, {"Budget with actions": "3.04166667"}),
    case(
        "aws:s3/bucket:Bucket",
        {},
        {"Storage": "23.00", "PUT": "0.50", "GET": "0.40"},
        {"storage_gb": 1000, "monthly_tier_1_requests": 100_000, "monthly_tier_2_requests": 1_000_000},
    ),
    case("aws:s3/bucketV2:BucketV2", {}, {"Storage": "0.23"}, {"storage_gb": 10}),
    case(
        "aws:kinesis/stream:Stream",
        {"shardCount": 4},
        {"Shards": "43.80", "PUT payload units": "0.091"},
        {"monthly_put_units": 6_500_000},
        id="kinesis shards",
    ),
    case(
        "aws:kinesis/stream:Stream",
        {"streamModeDetails": {"streamMode": "ON_DEMAND"}},
        {"On-demand stream": "29.20", "Data in": "0.80", "Data out": "0.40"},
        {"monthly_on_demand_data_in_gb": 10, "monthly_on_demand_data_out_gb": 10},
        id="kinesis on demand",
    ),
    case(
        "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",
        {},
        {"Data ingested": "2.90"},
        {"monthly_data_ingested_gb": 100},
    ),
    case(
        "aws:dynamodb/table:Table",
        {"billingMode": "PAY_PER_REQUEST", "pointInTimeRecovery": {"enabled": True}},
        {
            "Read request units": "1.00",
            "Write request units": "1.875",
            "Data stored": "57.50",
            "Point-in-time recovery": "460.00",
        },
        {
            "monthly_read_request_units": 8_000_000,
            "monthly_write_request_units": 3_000_000,
            "storage_gb": 230,
            "pitr_backup_storage_gb": 2300,
        },
        id="dynamodb on demand",
    ),
    case(
        "aws:dynamodb/table:Table",
        {"readCapacity": 25, "writeCapacity": 15, "globalSecondaryIndexes": [{"readCapacity": 5, "writeCapacity": 5}]},
        {"Read capacity units": "2.847", "Write capacity units": "9.49"},
        id="dynamodb provisioned, with an index",
    ),
    case(
        "aws:rds/instance:Instance",
        {"engine": "postgres", "instanceClass": "db.t3.large", "allocatedStorage": 20},
        {"Database instance": "105.85", "Storage (gp2)": "2.30"},
        id="rds postgres",
    ),
    case(
        "aws:rds/instance:Instance",
        {
            "engine": "mysql",
            "instanceClass": "db.t4g.small",
            "multiAz": True,
            "allocatedStorage": 400,
            "storageType": "gp3",
            "iops": 14000,
        },
        {"Database instance": "47.45", "Storage (gp3)": "92.00", "IOPS": "80.00", "Backups": "95.00"},
        {"additional_backup_storage_gb": 1000},
        id="rds multi-az with iops and backups",
    ),
    case("aws:eks/cluster:Cluster", {}, {"Control plane": "73.00"}),
    case(
        "aws:eks/nodeGroup:NodeGroup",
        {
            "instanceTypes": ["m5.large"],
            "scalingConfig": {"minSize": 1, "desiredSize": 3, "maxSize": 5},
            "diskSize": 20,
        },
        {"Nodes (m5.large, on demand)": "210.24", "Node volume (gp2)": "6.00"},
        id="eks nodes",
    ),
    case(
        "aws:eks/fargateProfile:FargateProfile",
        {},
        {"Fargate pods: vCPU": "29.5504", "Fargate pods: Memory": "6.4897"},
        {"vcpu": 1, "memory_gb": 2},
    ),
    case("aws:ecr/repository:Repository", {}, {"Images stored": "1.00"}, {"storage_gb": 10}),
    case(
        "aws:efs/fileSystem:FileSystem",
        {"throughputMode": "provisioned", "provisionedThroughputInMibps": 100},
        {"Data stored": "69.00", "Provisioned throughput": "531.00"},
        {"storage_gb": 230},
        id="efs with throughput",
    ),
    case(
        "aws:efs/fileSystem:FileSystem",
        {"availabilityZoneName": "us-east-1a"},
        {"Data stored": "36.80", "Data stored, infrequent access": "1.33"},
        {"storage_gb": 230, "infrequent_access_storage_gb": 100},
        id="efs one zone",
    ),
    case(
        "aws:cognito/userPool:UserPool",
        {},
        {"Monthly active users": "15.00", "Federated users": "1.50", "Tokens for machines": "2.25"},
        {"monthly_active_users": 1000, "monthly_federated_users": 100, "monthly_m2m_tokens": 1000},
        id="cognito essentials",
    ),
    case(
        "aws:cognito/userPool:UserPool",
        {"userPoolTier": "LITE"},
        {"Monthly active users": "5.50"},
        {"monthly_active_users": 1000},
        id="cognito lite",
    ),
    case(
        "aws:globalaccelerator/accelerator:Accelerator",
        {},
        {"Accelerator": "18.25", "Data transfer premium": "1.50"},
        {"monthly_outbound_gb": 100},
    ),
    case(
        "aws:autoscaling/policy:Policy",
        {"policyType": "TargetTrackingScaling"},
        {"Alarms": "0.20"},
        id="target tracking",
    ),
    case("aws:autoscaling/policy:Policy", {"policyType": "StepScaling"}, {"Alarms": None}, id="step scaling"),
    case(
        "kubernetes:networking.k8s.io/v1:Ingress",
        {"spec": {}, "metadata": {"annotations": {"alb.ingress.kubernetes.io/scheme": "internet-facing"}}},
        {"Application load balancer": "16.425", "Public IPv4 addresses": "7.30"},
        id="ingress",
    ),
    case(
        "kubernetes:core/v1:Service",
        {"spec": {"type": "LoadBalancer"}},
        {"Network load balancer": "16.425"},
        id="service",
    ),
    case("kubernetes:core/v1:Service", {"spec": {"type": "ClusterIP"}}, {"Network": None}, id="inner service"),
    case(
        "kubernetes:core/v1:PersistentVolumeClaim",
        {"spec": {"resources": {"requests": {"storage": "512Mi"}}}},
        {"Volume (gp3)": "0.04"},
        id="claim",
    ),
    case("aws:appautoscaling/policy:Policy", {"policyType": "TargetTrackingScaling"}, {"Alarms": "0.20"}),
]

ELSEWHERE = {
    "aws:autoscaling/group:Group": "test_fleets.py",
    "aws:ecs/service:Service": "test_fleets.py",
    "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig": "below",
}


@pytest.mark.parametrize(("token", "inputs", "lines", "usage"), CASES)
def test_each_billed_dimension_has_its_dollars(token, inputs, lines, usage, make, price):
    found = price(make(token, inputs), usage=usage or {})
    assert not found.unpriced
    for item, usd in lines.items():
        matching = [line for line in found.lines if line.item.startswith(item)]
        # `Data stored` also begins `Data stored, infrequent access`: the shortest name is the one meant
        exact = sorted(matching, key=lambda line: len(line.item))[:1]
        amount = exact[0].monthly_usd if exact else None
        assert amount == (None if usd is None else Decimal(usd)), item


def test_every_priced_type_has_a_case():
    covered = {each.values[0] for each in CASES} | ELSEWHERE.keys()
    assert [token for token, _ in all_pricers() if token not in covered] == []


@pytest.mark.parametrize(
    ("token", "inputs", "reason"),
    [
        pytest.param(
            "aws:ec2/instance:Instance",
            {"instanceType": "t3.micro", "ami": "Windows_Server-2025"},
            "Windows",
            id="windows",
        ),
        pytest.param(
            "aws:ec2/instance:Instance", {"instanceType": "zz9.huge"}, "ec2_other/linux.zz9.huge", id="unknown type"
        ),
        pytest.param(ALB, {"loadBalancerType": "gateway"}, "elb/gwlb_hour", id="gateway load balancer"),
        pytest.param(
            WAF,
            {"rules": [{"statement": {"managedRuleGroupStatement": {"name": "AWSManagedRulesATPRuleSet"}}}]},
            "fraud_control",
            id="fraud control",
        ),
        pytest.param(
            "aws:elasticache/cluster:Cluster",
            {"engine": "memcached", "nodeType": "cache.t4g.micro"},
            "memcached.cache.t4g.micro",
            id="memcached node",
        ),
        pytest.param(
            "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig",
            {},
            "provisioned",
            id="provisioned concurrency",
        ),
        pytest.param(
            "aws:dynamodb/table:Table", {"replicas": [{"regionName": "eu-west-1"}]}, "global tables", id="global table"
        ),
        pytest.param(
            "aws:sns/topicSubscription:TopicSubscription", {"protocol": "pigeon"}, "pigeon", id="unknown protocol"
        ),
        pytest.param("aws:rds/cluster:Cluster", {"engine": "aurora-mysql"}, "no estimator", id="no estimator"),
        pytest.param(
            "aws:ec2/flowLog:FlowLog",
            {"logDestinationType": "kinesis-data-firehose"},
            "vended_logs_firehose_gb",
            id="flow logs to firehose",
        ),
    ],
)
def test_what_has_no_price_is_reported_and_never_free(token, inputs, reason, make, price):
    found = price(make(token, inputs))
    assert [reason in entry.reason for entry in found.unpriced] == [True]


@pytest.mark.parametrize("hostile", [7, "text", [1, 2], {"rules": 3}, [[["deep"]]]], ids=repr)
@pytest.mark.parametrize("token", sorted({each.values[0] for each in CASES}))
def test_a_property_of_any_shape_is_priced_or_reported_but_never_a_crash(token, hostile, make, price):
    names = ("rules", "subnets", "engine", "metricQueries", "mixedInstancesPolicy", "scalingConfig", "definition",
             "rootBlockDevice", "warmPool", "cacheUsageLimits", "instanceTypes", "type", "size", "tier")  # fmt: skip
    found = price(make(token, dict.fromkeys(names, hostile)))
    assert found.expected_usd >= 0
