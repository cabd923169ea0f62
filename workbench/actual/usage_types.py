"""Which price of the catalogue a line of a bill is billed at, by its service, usage type and operation.

The rows of ``offers.toml``, and what that table does not need: names as on invoices (AWS Free Tier's list of usage
types in the Billing user guide, the billing codes in the user guides of Elastic Load Balancing and CloudWatch, and the
AWS Price List, 2026-11). What isn't here is matched by resource and tag alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from functools import cache
from typing import Final, NamedTuple


class UsageType(NamedTuple):
    """One usage type, and the price that it is billed at. ``*`` in the price stands for what ``*`` stands for."""

    service: str
    """Service code; ``*`` for usage types of several services."""
    usage_type: str
    """Without the Region's prefix."""
    price: str
    """``service/key`` of the catalogue."""
    operation: str = ""
    """"" for any."""


MORE: Final = (
    UsageType("awswaf", "WebACLV2", "wafv2/web_acl_month"),
    UsageType("awswaf", "RuleV2", "wafv2/rule_month"),
    UsageType("awswaf", "RuleV2", "wafv2/rule_group_month"),
    UsageType("awswaf", "RequestV2-Tier1", "wafv2/million_requests"),
    UsageType("awskms", "KMS-Keys", "kms/key_month"),
    UsageType("awskms", "KMS-Requests", "kms/10k_requests"),
    UsageType("AmazonS3", "TimedStorage-ByteHrs", "s3/standard_gb_month"),
    UsageType("AmazonS3", "Requests-Tier1", "s3/1k_put_requests"),
    UsageType("AmazonS3", "Requests-Tier2", "s3/1k_get_requests"),
    UsageType("AmazonSNS", "Requests-Tier1", "sns/million_requests"),
    UsageType("AmazonSNS", "DeliveryAttempts-SMTP", "sns/100k_email"),
    UsageType("AmazonSNS", "DeliveryAttempts-HTTP", "sns/million_http"),
    UsageType("AmazonStates", "StateTransition", "stepfunctions/standard_1k_transitions"),
    UsageType("AmazonElastiCache", "ElastiCacheProcessingUnits:Valkey", "elasticache/serverless_valkey_million_ecpu"),
    UsageType("AmazonElastiCache", "ElastiCacheProcessingUnits:Redis", "elasticache/serverless_redis_million_ecpu"),
    UsageType("AmazonElastiCache", "CachedData:Redis", "elasticache/serverless_redis_gb_hour"),
    UsageType("AmazonCloudWatch", "DashboardsUsageHour", "cloudwatch/dashboard_month"),
    UsageType("AmazonCloudWatch", "DashboardsUsageHour-Basic", "cloudwatch/dashboard_month"),
    UsageType("AmazonCloudWatch", "CW:HighResAlarmMonitorUsage", "cloudwatch/high_resolution_alarm_month"),
    UsageType("AmazonCloudWatch", "VendedLog-Bytes", "cloudwatch/logs_ingestion_gb"),
    UsageType("AWSBudgets", "ActionEnabledBudgetsUsage", "budgets/action_budget_day"),
    UsageType("AWSSystemsManager", "AppConfig-Requests", "appconfig/million_requests"),
    UsageType("AmazonEC2", "SpotUsage:*", "ec2_spot/linux.*"),
    UsageType("AmazonEC2", "EBS:SnapshotUsage", "ebs/snapshot_gb_month"),
    UsageType("*", "NatGateway-Hours", "vpc/nat_gateway_hour"),
    UsageType("*", "NatGateway-Bytes", "vpc/nat_gateway_gb"),
    UsageType("*", "VpcEndpoint-Hours", "vpc/interface_endpoint_hour"),
    UsageType("*", "VpcEndpoint-Bytes", "vpc/interface_endpoint_gb"),
    UsageType("*", "DataTransfer-Out-Bytes", "data_transfer/internet_out_gb"),
    UsageType("*", "DataTransfer-Regional-Bytes", "data_transfer/inter_az_gb"),
    UsageType("AWSLambda", "Request", "lambda/million_requests"),
    UsageType("AWSLambda", "Lambda-GB-Second", "lambda/x86_gb_second"),
    UsageType("AWSLambda", "Lambda-GB-Second-ARM", "lambda/arm64_gb_second"),
)

_PREFIX: Final = re.compile(r"^(?:Global|[A-Z]{2,4}\d?|[a-z]{2}(?:-[a-z]+)+-\d)-")
"""Billing code of a Region (``USE1-``, ``EU-``, ``us-east-1-``); us-east-1 has none on most usage types."""


_TYPE: Final = re.compile(r"\.(?:cache\.|db\.)?[a-z][a-z0-9-]*\.[a-z0-9]+$")
"""Type of an instance or a node at the end of a price's key."""


@cache
def _table() -> tuple[UsageType, ...]:
    from workbench.cost.offer_file import offers

    known = (
        UsageType(one.code, one.usage_type, f"{one.service}/{one.key}", one.attributes.get("operation", ""))
        for one in offers()
    )
    return (*known, *MORE)


def prices_of(service: str, usage_type: str, operation: str) -> tuple[str, ...]:
    """Patterns of the prices (``ec2_*/linux.t4g.nano``) that such a line may be billed at; empty when not known.

    `service` or `operation` "" is any: Cost Explorer tells neither by its code.
    """
    spelled = {usage_type, _PREFIX.sub("", usage_type, count=1)}
    found = []
    for row in _table():
        if service and row.service not in ("*", service):
            continue
        if operation and row.operation and operation != row.operation:
            continue
        for name in spelled:
            if fnmatchcase(name, row.usage_type):
                star = name[row.usage_type.index("*") :] if "*" in row.usage_type else ""
                group, _, key = row.price.partition("/")
                found.append(f"{group}/{key.replace('*', star)}")
    return tuple(dict.fromkeys(found))


def among(patterns: Iterable[str], names: Iterable[str]) -> Iterator[str]:
    """Those of `names` that one of `patterns` means; of an instance or node type that is not there, its siblings."""
    listed = list(names)
    wanted = list(patterns)
    exact = [name for name in listed if any(fnmatchcase(_plain(name), pattern) for pattern in wanted)]
    if exact:
        yield from exact
        return
    families = {re.sub(r"\.[a-z0-9-]+\.\w+$", ".*", pattern) for pattern in wanted}
    yield from (
        name for name in listed if any(fnmatchcase(_plain(name), family) for family in families if "*" in family)
    )


def _plain(name: str) -> str:
    """A price's name without a remark of its pricer: ``linux.t4g.micro (capped)``."""
    return name.partition(" (")[0]
