"""Every request with its user: the application's log, and the metrics that are read out of it."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.json_text import json_text

MASKED = ("EmailAddress", "AwsSecretKey", "OpenSshPrivateKey")
"""Managed data identifiers that CloudWatch Logs masks; a person with logs:Unmask still sees them."""

TOKEN = {"Name": "BearerToken", "Regex": r"eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+"}
"""A signed token (RFC 7519: three parts in base64url, the first a JSON object), wherever an application writes one: a
header, an address, an error (CloudWatch Logs guide, "Custom data identifiers", read 2026-11)."""
_IDENTIFIER = "arn:aws:dataprotection::aws:data-identifier/"


@dataclass(frozen=True, kw_only=True)
class AuditLogArgs:
    """Name, retention and key."""

    log_group_name: str
    """Name of the log group."""
    retention_days: int
    """How long the log is kept."""
    kms_key_arn: pulumi.Input[str]
    """Key of the log group."""
    metric_namespace: str
    """Namespace of the metrics."""


class AuditLog(pulumi.ComponentResource):
    """The application's log group and its metrics ``api_latency``, ``database_latency``, ``anonymous_requests``.

    The application writes one JSON line a request, with time, request_id, user (the token's subject), fleet, method,
    path, status, duration_ms and database_ms.

    Creates: log group, data-protection policy, three metric filters.
    """

    log_group_name: pulumi.Output[str]
    """Name of the log group."""
    log_group_arn: pulumi.Output[str]
    """ARN of the log group."""

    def __init__(self, name: str, args: AuditLogArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("plant:components:AuditLog", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        group = aws.cloudwatch.LogGroup(
            f"{name}-requests",
            name=args.log_group_name,
            retention_in_days=args.retention_days,
            kms_key_id=args.kms_key_arn,
            opts=child,
        )
        identifiers = [*(f"{_IDENTIFIER}{identifier}" for identifier in MASKED), TOKEN["Name"]]
        aws.cloudwatch.LogDataProtectionPolicy(
            f"{name}-masking",
            log_group_name=group.name,
            policy_document=json_text(
                {
                    "Name": "mask-personal-data",
                    "Version": "2021-06-01",
                    "Configuration": {"CustomDataIdentifier": [TOKEN]},
                    "Statement": [
                        {
                            "Sid": "audit",
                            "DataIdentifier": identifiers,
                            "Operation": {"Audit": {"FindingsDestination": {}}},
                        },
                        {
                            "Sid": "mask",
                            "DataIdentifier": identifiers,
                            "Operation": {"Deidentify": {"MaskConfig": {}}},
                        },
                    ],
                }
            ),
            opts=child,
        )
        for metric, pattern, value, unit in (
            ("api_latency", "{ $.duration_ms = * }", "$.duration_ms", "Milliseconds"),
            ("database_latency", "{ $.database_ms = * }", "$.database_ms", "Milliseconds"),
            ("anonymous_requests", '{ ($.user NOT EXISTS) || ($.user = "") }', "1", "Count"),
        ):
            aws.cloudwatch.LogMetricFilter(
                f"{name}-{metric.replace('_', '-')}",
                log_group_name=group.name,
                pattern=pattern,
                metric_transformation={
                    "name": metric,
                    "namespace": args.metric_namespace,
                    "value": value,
                    "unit": unit,
                },
                opts=child,
            )
        self.log_group_name = group.name
        self.log_group_arn = group.arn
        self.register_outputs({"logGroupName": self.log_group_name})
