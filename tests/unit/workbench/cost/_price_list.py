"""A small AWS Price List in the real format: index, Region indexes and offer files of many services, for eu-central-1.

Attributes, units, bands and the free bands are those of the real files; the dollars are round figures of our own, so
that nobody takes them for prices. Each row says which price of the catalogue it has to become, in its units.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

REGION = "eu-central-1"
PREFIX = "EUC1"
VERSION = "20261120120000"
PUBLISHED = "2026-11-20T12:00:00Z"


@dataclass(frozen=True)
class Product:
    """One product of an offer, and the row that it is in the catalogue."""

    code: str
    family: str
    usage_type: str
    unit: str
    bands: tuple
    """(end of the band, dollars for one unit)."""
    row: str = ""
    """``service/key``; "" when it must not become a price."""
    usd: str = ""
    attributes: dict = field(default_factory=dict)
    regional: bool = True


def flat(usd):
    return (("Inf", usd),)


EC2 = {
    "operatingSystem": "Linux",
    "tenancy": "Shared",
    "preInstalledSw": "NA",
    "capacitystatus": "Used",
    "licenseModel": "No License required",
    "marketoption": "OnDemand",
    "operation": "RunInstances",
}
POSTGRES = {"databaseEngine": "PostgreSQL", "licenseModel": "No license required"}

PRODUCTS = (
    Product("AWSELB", "Load Balancer-Application", f"{PREFIX}-LoadBalancerUsage", "Hrs", flat("0.03"), "elb/alb_hour",
            "0.03", {"operation": "LoadBalancing:Application"}),
    Product("AWSELB", "Load Balancer-Application", f"{PREFIX}-LCUUsage", "LCU-Hrs", flat("0.01"), "elb/alb_lcu_hour",
            "0.01", {"operation": "LoadBalancing:Application"}),
    Product("AWSELB", "Load Balancer-Application", f"{PREFIX}-ReservedLCUUsage", "LCU-Hrs", flat("0.9"),
            attributes={"operation": "LoadBalancing:Application"}),
    Product("AWSELB", "Load Balancer-Application", "MUC1-LoadBalancerUsage", "Hrs", flat("0.9"),
            attributes={"operation": "LoadBalancing:Application", "locationType": "AWS Local Zone",
                        "regionCode": "eu-central-1-muc-1"}),
    Product("AWSELB", "Load Balancer-Network", f"{PREFIX}-LoadBalancerUsage", "Hrs", flat("0.031"), "elb/nlb_hour",
            "0.031", {"operation": "LoadBalancing:Network"}),
    Product("AWSELB", "Load Balancer-Gateway", f"{PREFIX}-LoadBalancerUsage", "Hrs", flat("0.015"), "elb/gwlb_hour",
            "0.015", {"operation": "LoadBalancing:Gateway"}),
    Product("AWSELB", "Load Balancer", f"{PREFIX}-LoadBalancerUsage", "Hrs", flat("0.032"), "elb/classic_hour",
            "0.032", {"operation": "LoadBalancing"}),
    Product("AmazonVPC", "", f"{PREFIX}-PublicIPv4:InUseAddress", "Hrs", flat("0.006"), "vpc/public_ipv4_hour",
            "0.006"),
    Product("AmazonVPC", "VpcEndpoint", f"{PREFIX}-VpcEndpoint-Bytes", "GB",
            (("1048576", "0.02"), ("5242880", "0.01"), ("Inf", "0.005")), "vpc/interface_endpoint_gb", "0.02",
            {"operation": "VpcEndpoint"}),
    Product("AmazonVPC", "Cloud Connectivity", f"{PREFIX}-VPN-Usage-Hours:ipsec.1", "Hrs", flat("0.06"),
            "vpc/vpn_connection_hour", "0.06", {"operation": "CreateVpnConnection"}),
    Product("AmazonEC2", "NAT Gateway", f"{PREFIX}-NatGateway-Hours", "Hrs", flat("0.05"), "vpc/nat_gateway_hour",
            "0.05", {"operation": "NatGateway"}),
    Product("AmazonEC2", "Compute Instance", f"{PREFIX}-BoxUsage:t4g.nano", "Hrs", flat("0.004"),
            "ec2_t/linux.t4g.nano", "0.004", {**EC2, "instanceType": "t4g.nano"}),
    Product("AmazonEC2", "Compute Instance", f"{PREFIX}-UnusedBox:t4g.nano", "Hrs", flat("0.9"),
            attributes={**EC2, "instanceType": "t4g.nano", "capacitystatus": "UnusedCapacityReservation"}),
    Product("AmazonEC2", "Compute Instance", f"{PREFIX}-DedicatedUsage:t4g.nano", "Hrs", flat("0.9"),
            attributes={**EC2, "instanceType": "t4g.nano", "tenancy": "Dedicated"}),
    Product("AmazonEC2", "Compute Instance", f"{PREFIX}-BoxUsage:m7i.large", "Hrs", flat("0.2"),
            "ec2_windows_m/windows.m7i.large", "0.2",
            {**EC2, "instanceType": "m7i.large", "operatingSystem": "Windows", "operation": "RunInstances:0002"}),
    Product("AmazonEC2", "Compute Instance", f"{PREFIX}-BoxUsage:m7i.large", "Hrs", flat("0.9"),
            attributes={**EC2, "instanceType": "m7i.large", "operatingSystem": "Windows", "preInstalledSw": "SQL Web",
                        "operation": "RunInstances:0202"}),
    Product("AmazonEC2", "Storage", f"{PREFIX}-EBS:VolumeUsage.gp3", "GB-Mo", flat("0.09"), "ebs/gp3_gb_month", "0.09",
            {"volumeApiName": "gp3"}),
    Product("AmazonEC2", "Provisioned Throughput", f"{PREFIX}-EBS:VolumeP-Throughput.gp3", "GiBps-mo", flat("51.2"),
            "ebs/gp3_mbps_month", "0.05", {"volumeApiName": "gp3"}),
    Product("AmazonEC2", "CPU Credits", f"{PREFIX}-CPUCredits:t4g", "vCPU-Hours", flat("0.04"), "ec2/cpu_credit.t4g",
            "0.04", {"operatingSystem": "Linux"}),
    Product("AWSDataTransfer", "Data Transfer", f"{PREFIX}-DataTransfer-Out-Bytes", "GB",
            (("10240", "0.08"), ("51200", "0.07"), ("Inf", "0.06")), "data_transfer/internet_out_gb", "0.08",
            {"transferType": "AWS Outbound", "fromLocationType": "AWS Region", "fromRegionCode": REGION,
             "toLocation": "External", "toLocationType": "Other", "regionCode": None, "location": None}),
    Product("AWSDataTransfer", "Data Transfer", f"{PREFIX}-USE1-AWS-Out-Bytes", "GB", flat("0.02"),
            "data_transfer/inter_region_gb", "0.03",  # the dearest of the pairs
            {"transferType": "InterRegion Outbound", "fromLocationType": "AWS Region", "fromRegionCode": REGION,
             "toLocationType": "AWS Region", "toRegionCode": "us-east-1", "regionCode": None, "location": None}),
    Product("AWSDataTransfer", "Data Transfer", f"{PREFIX}-APS3-AWS-Out-Bytes", "GB", flat("0.03"),
            attributes={"transferType": "InterRegion Outbound", "fromLocationType": "AWS Region",
                        "fromRegionCode": REGION, "toLocationType": "AWS Region", "toRegionCode": "ap-south-1",
                        "regionCode": None, "location": None}),
    Product("AmazonS3", "Storage", f"{PREFIX}-TimedStorage-ByteHrs", "GB-Mo",
            (("51200", "0.025"), ("512000", "0.024"), ("Inf", "0.023")), "s3/standard_gb_month", "0.025",
            {"volumeType": "Standard", "storageClass": "General Purpose"}),
    Product("AmazonS3", "API Request", f"{PREFIX}-Requests-Tier1", "Requests", flat("0.000006"), "s3/1k_put_requests",
            "0.006", {"group": "S3-API-Tier1"}),
    Product("AmazonElastiCache", "Cache Instance", f"{PREFIX}-NodeUsage:cache.t4g.micro", "Hrs", flat("0.02"),
            "elasticache/redis.cache.t4g.micro", "0.02",
            {"cacheEngine": "Redis", "instanceType": "cache.t4g.micro", "operation": "CreateCacheCluster:0002"}),
    Product("AmazonElastiCache", "Cache Instance", f"{PREFIX}-NodeUsage:cache.t4g.micro", "Hrs", flat("0.016"),
            "elasticache/valkey.cache.t4g.micro", "0.016",
            {"cacheEngine": "Valkey", "instanceType": "cache.t4g.micro", "operation": "CreateCacheCluster:Valkey"}),
    Product("AmazonCloudWatch", "Metric", f"{PREFIX}-CW:MetricMonitorUsage", "Metrics",
            (("10000", "0.4"), ("250000", "0.1"), ("Inf", "0.05")), "cloudwatch/metric_month", "0.4",
            {"group": "Metric"}),
    Product("AmazonCloudWatch", "Data Payload", f"{PREFIX}-DataProcessing-Bytes", "GB", flat("0.6"),
            "cloudwatch/logs_ingestion_gb", "0.6", {"operation": "PutLogEvents"}),
    Product("awskms", "API Request", f"{REGION}-KMS-Requests", "Requests", flat("0.000004"), "kms/10k_requests",
            "0.04"),
    Product("awskms", "API Request", f"{REGION}-KMS-Requests-Asymmetric", "Requests", flat("0.00002"),
            "kms/asymmetric_10k_requests", "0.2"),
    Product("AWSSecretsManager", "Secret", f"{PREFIX}-AWSSecretsManager-Secrets", "Secrets", flat("0.5"),
            "secretsmanager/secret_month", "0.5"),
    Product("AWSSystemsManager", "AWS Systems Manager", f"{PREFIX}-PS-Advanced-Param-Tier1", "Hrs", flat("0.0001"),
            "ssm/advanced_parameter_month", "0.073"),  # 730 hours
    Product("AmazonDynamoDB", "Amazon DynamoDB PayPerRequest Throughput", f"{PREFIX}-WriteRequestUnits",
            "WriteRequestUnits", flat("0.0000007"), "dynamodb/million_write_request_units", "0.7",
            {"group": "DDB-WriteUnits", "operation": "PayPerRequestThroughput"}),
    Product("AmazonDynamoDB", "Database Storage", f"{PREFIX}-TimedStorage-ByteHrs", "GB-Mo",
            (("25", "0"), ("Inf", "0.3")), "dynamodb/storage_gb_month", "0.3",
            {"volumeType": "Amazon DynamoDB - Indexed DataStore"}),
    Product("AmazonDynamoDB", "Database Storage", f"{PREFIX}-IA-TimedStorage-ByteHrs", "GB-Mo", flat("0.13"),
            "dynamodb/infrequent_access_storage_gb_month", "0.13",
            {"volumeType": "Amazon DynamoDB - Indexed DataStore - IA"}),
    Product("AmazonECR", "EC2 Container Registry", f"{PREFIX}-TimedStorage-ByteHrs", "GB-Mo", flat("0.11"),
            "ecr/storage_gb_month", "0.11"),
    Product("AmazonEC2", "Compute Instance", f"{PREFIX}-BoxUsage:m7i.large", "Hrs", flat("0.1"),
            attributes={**EC2, "instanceType": "m7i.large", "operatingSystem": "Windows",
                        "licenseModel": "License Included - Infrastructure", "operation": "RunInstances:0002:box"}),
    Product("AmazonEC2", "Compute Instance", f"{PREFIX}-BoxUsage:p5.48xlarge", "Hrs", flat("0"),
            attributes={**EC2, "instanceType": "p5.48xlarge", "marketoption": "CapacityBlock",
                        "operation": "RunInstances:CB"}),
    Product("AmazonEC2", "Compute Instance", "Global-BoxUsage:freetrial", "Hrs", (("750", "0"),),
            attributes={"group": "FreeTrial", "location": "Any", "regionCode": "", "operation": "RunInstances"}),
    Product("AmazonAthena", "Athena Queries", f"{PREFIX}-DataScannedInTB", "Terabytes", flat("5.5"),
            "athena/scanned_tb", "5.5"),
    Product("AmazonRedshift", "Serverless", f"{PREFIX}-Redshift:ServerlessUsage", "RPU-Hr", flat("0.45"),
            "redshift/serverless_rpu_hour", "0.45", {"operation": "RunServerlessCompute:001"}),
    Product("AmazonRedshift", "Serverless", f"{PREFIX}-Redshift:ServerlessUsage-CR-1YR-NU", "RPU-Hr", flat("0.4")),
    Product("AWSBackup", "AWS Backup Storage", f"{PREFIX}-WarmStorage-ByteHrs-EFS", "GB-Mo", flat("0.06"),
            "efs/backup_gb_month", "0.06", {"operation": "Storage"}),
    Product("AWSBackup", "AWS Backup Storage", f"{PREFIX}-ColdStorage-ByteHrs-EFS", "GB-Mo", flat("0.01"),
            attributes={"operation": "Storage"}),
    Product("AmazonEFS", "Storage", f"{PREFIX}-TimedStorage-ByteHrs", "GB-Mo", flat("0.33"), "efs/standard_gb_month",
            "0.33", {"storageClass": "General Purpose"}),
    Product("AmazonEKS", "Compute", f"{PREFIX}-AmazonEKS-Hours:perCluster", "Hours", flat("0.11"), "eks/cluster_hour",
            "0.11"),
    Product("AmazonEKS", "Compute", f"{PREFIX}-AmazonEKS-Hours:extendedSupport", "Hours", flat("0.5"),
            "eks/cluster_extended_support_hour", "0.61"),  # billed beside the cluster's own hour
    Product("AmazonECS", "Compute", f"{PREFIX}-Fargate-ARM-vCPU-Hours:perCPU", "hours", flat("0.037"),
            "fargate/arm64_vcpu_hour", "0.037", {"cputype": "perCPU"}),
    Product("AmazonKinesis", "Kinesis Streams", f"{PREFIX}-Storage-ShardHour", "ShardHour", flat("0.018"),
            "kinesis/shard_hour", "0.018", {"operation": "shardHourStorage"}),
    Product("AWSEvents", "EventBridge", f"{PREFIX}-Event-64K-Chunks", "64K-Chunks", flat("0.000001"),
            "eventbridge/million_custom_events", "1", {"eventType": "Custom Event", "operation": "PutEvents"}),
    Product("AWSEvents", "EventBridge", f"{PREFIX}-Event-64K-Chunks", "64K-Chunks", flat("0"),
            attributes={"eventType": "AWS Service Event", "operation": "PutEvents"}),
    Product("AWSLambda", "Serverless", f"{PREFIX}-Request", "Requests", flat("0.0000002"), "lambda/million_requests",
            "0.2", {"group": "AWS-Lambda-Requests"}),
    Product("AWSLambda", "Serverless", f"{PREFIX}-Lambda-GB-Second", "Lambda-GB-Second",
            (("6000000000", "0.00002"), ("Inf", "0.000015")), "lambda/x86_gb_second", "0.00002",
            {"group": "AWS-Lambda-Duration"}),
    Product("AWSQueueService", "API Request", f"{PREFIX}-Requests-RBP", "Requests",
            (("100000000000", "0.0000004"), ("Inf", "0.0000003")), "sqs/million_requests", "0.4",
            {"queueType": "Standard", "group": "SQS-APIRequest-Tier1"}),
    Product("AmazonSNS", "API Request", f"{PREFIX}-Requests-Tier1", "Requests",
            (("1000000", "0"), ("Inf", "0.0000005")), "sns/million_requests", "0.5"),
    Product("AmazonStates", "AWS Step Functions", f"{PREFIX}-StateTransition", "StateTransitions",
            (("4000", "0"), ("Inf", "0.00003")), "stepfunctions/standard_1k_transitions", "0.03"),
    Product("AmazonStates", "AWS Step Functions", f"{PREFIX}-StepFunctions-GB-Second", "GB-Second",
            (("3600000", "0.00002"), ("Inf", "0.00001")), "stepfunctions/express_gb_hour", "0.072"),
    Product("AmazonApiGateway", "API Calls", f"{PREFIX}-ApiGatewayHttpRequest", "Requests",
            (("300000000", "0.0000012"), ("Inf", "0.0000011")), "apigateway/http_million_requests", "1.2"),
    Product("AmazonApiGateway", "Amazon API Gateway Cache", f"{PREFIX}-ApiGatewayCacheUsage:0.5GB", "Hours",
            flat("0.024"), "apigateway/cache_0.5_hour", "0.024", {"cacheMemorySizeGb": "0.5"}),
    Product("AmazonRDS", "Database Instance", f"{PREFIX}-InstanceUsage:db.t3.micro", "Hrs", flat("0.02"),
            "rds/postgres.db.t3.micro", "0.02",
            {**POSTGRES, "instanceType": "db.t3.micro", "deploymentOption": "Single-AZ"}),
    Product("AmazonRDS", "Database Instance", f"{PREFIX}-Multi-AZUsage:db.m6g.xl", "Hrs", flat("0.8"),
            "rds/postgres.multi_az.db.m6g.xlarge", "0.8",  # the usage type abbreviates
            {**POSTGRES, "instanceType": "db.m6g.xlarge", "deploymentOption": "Multi-AZ"}),
    Product("AmazonRDS", "Database Storage", f"{PREFIX}-RDS:GP3-Storage", "GB-Mo", flat("0.13"), "rds/gp3_gb_month",
            "0.13", {**POSTGRES, "volumeType": "General Purpose-GP3", "deploymentOption": "Single-AZ"}),
    Product("AmazonRDS", "ServerlessV2", f"{PREFIX}-Aurora:ServerlessV2Usage", "ACU-Hr", flat("0.14"),
            "rds/aurora_serverless_v2_acu_hour", "0.14", {"databaseEngine": "Aurora MySQL"}),
    # what is the same everywhere is in files of no Region
    Product("AmazonRoute53", "DNS Zone", "HostedZone", "HostedZone", (("25", "0.6"), ("Inf", "0.1")),
            "route53/hosted_zone_month", "0.6", {"regionCode": None, "location": "", "locationType": ""}, False),
    Product("AmazonCloudFront", "Data Transfer", "US-DataTransfer-Out-Bytes", "GB",
            (("10240", "0.09"), ("Inf", "0.08")), "cloudfront/na_eu_out_gb", "0.09",
            {"transferType": "CloudFront Outbound", "fromLocation": "United States", "regionCode": None,
             "location": None, "locationType": None}, False),
    Product("AWSBudgets", "", "ActionEnabledBudgetsUsage", "Budget-days", (("62", "0"), ("Inf", "0.1")),
            "budgets/action_budget_day", "0.1", {"regionCode": None, "location": None, "locationType": None}, False),
)  # fmt: skip


def offer(code, products, region=REGION):
    """Document of one offer file."""
    document = {
        "formatVersion": "v1.0",
        "disclaimer": "This pricing list is for informational purposes only.",
        "offerCode": code,
        "version": VERSION,
        "publicationDate": PUBLISHED,
        "products": {},
        "terms": {"OnDemand": {}, "Reserved": {}},
        "attributesList": {},
    }
    for number, product in enumerate(products):
        sku = f"{code[:8].upper():X<8}{number:08d}"
        attributes = {
            "servicecode": code,
            "location": "EU (Frankfurt)",
            "locationType": "AWS Region",
            "usagetype": product.usage_type,
            "operation": "",
            "regionCode": region,
            **product.attributes,
        }
        kept = {name: value for name, value in attributes.items() if value is not None}
        document["products"][sku] = {"sku": sku, "attributes": kept}
        if product.family:
            document["products"][sku]["productFamily"] = product.family
        dimensions, begin = {}, "0"
        for position, (end, usd) in enumerate(product.bands):
            rate = f"{sku}.JRTCKXETXF.{position:010d}"
            dimensions[rate] = {
                "rateCode": rate,
                "description": f"${usd} per {product.unit}",
                "beginRange": begin,
                "endRange": end,
                "unit": product.unit,
                "pricePerUnit": {"USD": f"{usd:0<12}"},
                "appliesTo": [],
            }
            begin = end
        backwards = dict(reversed(dimensions.items()))  # the real files have no order
        document["terms"]["OnDemand"][sku] = {
            f"{sku}.JRTCKXETXF": {
                "offerTermCode": "JRTCKXETXF",
                "sku": sku,
                "effectiveDate": "2026-11-01T00:00:00Z",
                "priceDimensions": backwards,
                "termAttributes": {},
            }
        }
        document["terms"]["Reserved"][sku] = {
            f"{sku}.38NPMPTW36": {"sku": sku, "termAttributes": {"LeaseContractLength": "3yr"}, "priceDimensions": {}}
        }
    return document


def write(root: Path, products=PRODUCTS) -> Path:
    """The whole price list below `root`, laid out as AWS does it; returns `root`."""
    base = root / "offers/v1.0/aws"
    index = {"formatVersion": "v1.0", "publicationDate": PUBLISHED, "offers": {}}
    for code in dict.fromkeys(product.code for product in products):
        mine = [product for product in products if product.code == code]
        name = REGION if mine[0].regional else "aws-other"
        address = f"/offers/v1.0/aws/{code}/{VERSION}/{name}/index.json"
        index["offers"][code] = {
            "offerCode": code,
            "currentRegionIndexUrl": f"/offers/v1.0/aws/{code}/current/region_index.json",
        }
        regions = {
            "formatVersion": "v1.0",
            "publicationDate": PUBLISHED,
            "regions": {name: {"regionCode": name, "currentVersionUrl": address}},
        }
        _save(base / code / "current/region_index.json", regions)
        _save(root / address.lstrip("/"), offer(code, mine))
    _save(base / "index.json", index)
    return root


def _save(path: Path, document) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2))
