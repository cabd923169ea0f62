"""A month's bill of a stack, made from its own estimate: what each charge would be billed at."""

from __future__ import annotations

import calendar
from dataclasses import replace
from decimal import Decimal

from bills.exports import Billed
from cost import Estimate
from deployment.graph import ResourceGraph

LINES = {
    "elb/alb_hour": ("AWSELB", "LoadBalancerUsage", "LoadBalancing:Application"),
    "elb/alb_lcu_hour": ("AWSELB", "LCUUsage", "LoadBalancing:Application"),
    "vpc/public_ipv4_hour": ("AmazonVPC", "USE1-PublicIPv4:InUseAddress", "RunInstances"),
    "data_transfer/internet_out_gb": ("AWSELB", "DataTransfer-Out-Bytes", "LoadBalancing:Application"),
    "wafv2/web_acl_month": ("awswaf", "USE1-WebACLV2", "CreateWebACL"),
    "wafv2/rule_month": ("awswaf", "USE1-RuleV2", "CreateRule"),
    "wafv2/rule_group_month": ("awswaf", "USE1-RuleV2", "CreateRule"),
    "wafv2/million_requests": ("awswaf", "USE1-RequestV2-Tier1", "Request"),
    "elasticache/serverless_valkey_gb_hour": ("AmazonElastiCache", "CachedData:Valkey", "CreateServerlessCache"),
    "elasticache/serverless_valkey_million_ecpu": (
        "AmazonElastiCache",
        "ElastiCacheProcessingUnits:Valkey",
        "CreateServerlessCache",
    ),
    "kms/key_month": ("awskms", "us-east-1-KMS-Keys", ""),
    "kms/10k_requests": ("awskms", "us-east-1-KMS-Requests", ""),
    "cloudwatch/alarm_month": ("AmazonCloudWatch", "CW:AlarmMonitorUsage", ""),
    "cloudwatch/logs_ingestion_gb": ("AmazonCloudWatch", "DataProcessing-Bytes", "PutLogEvents"),
    "stepfunctions/standard_1k_transitions": ("AmazonStates", "USE1-StateTransition", ""),
    "sns/million_requests": ("AmazonSNS", "Requests-Tier1", ""),
    "s3/standard_gb_month": ("AmazonS3", "TimedStorage-ByteHrs", "StandardStorage"),
    "ec2_spot/linux.t4g.nano": ("AmazonEC2", "SpotUsage:t4g.nano", "RunInstances:SV001"),
    "ebs/gp3_gb_month": ("AmazonEC2", "EBS:VolumeUsage.gp3", "CreateVolume-Gp3"),
}
"""Price -> service, usage type and operation that its lines have on a bill."""

FLEETS = ("ec2_spot/linux.t4g.nano", "ebs/gp3_gb_month")
"""Prices whose lines name instances and volumes, which no state knows."""


def billed(
    graph: ResourceGraph, estimate: Estimate, tag: tuple[str, str], times: Decimal = Decimal(1), month: str = "2026-10"
) -> list[Billed]:
    """Lines of a whole month in which everything is used `times` as much as the estimate expects."""
    lines = []
    last = calendar.monthrange(*map(int, month.split("-")))[1]
    for line in estimate.charges:
        if line.price.name not in LINES or not line.quantity:
            continue
        service, usage_type, operation = LINES[line.price.name]
        resource = graph.by_urn[line.urn]
        tags = dict([tag])
        identity = str(resource.outputs.get("arn") or resource.outputs.get("id"))
        if line.price.name in FLEETS:
            tags["aws:autoscaling:groupName"] = str(resource.outputs["name"])
            identity = "i-0123456789abcdef0"
        half = Billed(
            (estimate.net_usd(line) * times / 2).quantize(Decimal("1e-10")),
            service,
            usage_type,
            operation,
            identity,
            quantity=(line.quantity * line.price.unit_size * times / 2).quantize(Decimal("1e-10")),
            tags=tags,
            month=month,
        )
        lines += [replace(half, begins=f"{month}-01T00:00:00"), replace(half, begins=f"{month}-{last}T23:00:00")]
    return lines
