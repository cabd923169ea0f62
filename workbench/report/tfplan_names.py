"""Terraform's names for what Pulumi's AWS provider declares: types, and properties.

pulumi-aws is generated from terraform-provider-aws: a property is the camelCase of Terraform's argument, and a
block that may occur several times is in the plural. Where the plural is not the plain one, a table says so.
"""

from __future__ import annotations

import re
from typing import Final

from deployment import tokens

_PREFIXES: Final = {
    "acm": "aws_acm_",
    "appconfig": "aws_appconfig_",
    "autoscaling": "aws_autoscaling_",
    "budgets": "aws_budgets_",
    "cloudwatch": "aws_cloudwatch_",
    "ebs": "aws_ebs_",
    "ec2": "aws_",
    "elasticache": "aws_elasticache_",
    "iam": "aws_iam_",
    "kms": "aws_kms_",
    "lambda": "aws_lambda_",
    "lb": "aws_lb_",
    "resourcegroups": "aws_resourcegroups_",
    "route53": "aws_route53_",
    "s3": "aws_s3_",
    "scheduler": "aws_scheduler_",
    "secretsmanager": "aws_secretsmanager_",
    "sfn": "aws_sfn_",
    "sns": "aws_sns_",
    "sqs": "aws_sqs_",
    "ssm": "aws_ssm_",
    "vpc": "aws_vpc_",
    "wafv2": "aws_wafv2_",
}
"""Module of the Pulumi token -> prefix of the Terraform type."""

_TYPES: Final = {
    tokens.LOAD_BALANCER[0]: "aws_lb",
    tokens.LOAD_BALANCER[1]: "aws_lb",
    tokens.LISTENER[1]: "aws_lb_listener",
    tokens.LISTENER_RULE[1]: "aws_lb_listener_rule",
    tokens.TARGET_GROUP[1]: "aws_lb_target_group",
}
"""Tokens whose Terraform type does not follow from the module."""

_PROPERTIES: Final = {
    (tokens.METRIC_ALARM[0], "name"): "alarm_name",
    (tokens.TOPIC_SUBSCRIPTION[0], "topic"): "topic_arn",
    (tokens.SCALING_GROUP[0], "vpcZoneIdentifiers"): "vpc_zone_identifier",
    (tokens.SCALING_POLICY[0], "name"): "name",
    (tokens.FUNCTION[0], "code"): "filename",
    (tokens.FUNCTION[0], "name"): "function_name",
}
"""(token, property) -> argument, where Pulumi renamed it."""

_PLURAL_BLOCKS: Final = frozenset(
    {"blockDeviceMappings", "egress", "ingress", "networkInterfaces", "redactedFields", "tagSpecifications"}
)
"""Blocks that Terraform itself names in the plural."""

_MAPS: Final = frozenset({"dimensions", "inputPaths", "tags", "tagsAll", "variables"})
"""Properties that are maps of strings; every other object is a block."""


def terraform_type(token: str) -> str | None:
    """Terraform type of the Pulumi type `token`, or None when there is none."""
    if (exact := _TYPES.get(token)) is not None:
        return exact
    package, _, rest = token.partition(":")
    module, _, resource = rest.partition(":")[0].partition("/")
    prefix = _PREFIXES.get(module)
    if package != "aws" or prefix is None or not resource:
        return None
    return prefix + snake(re.sub(r"V2$", "", resource))


def argument(token: str, name: str, *, blocks: bool) -> str:
    """Terraform's name for the property `name`; `blocks` says that its value is a list of objects."""
    if (exact := _PROPERTIES.get((token, name))) is not None:
        return exact
    if blocks and name not in _PLURAL_BLOCKS:
        return snake(singular(name))
    return snake(name)


def is_map(name: str) -> bool:
    """True when an object under `name` is a map and not a block."""
    return name in _MAPS


def snake(name: str) -> str:
    """``camelCase`` -> ``snake_case``; a digit stays with what precedes it, as in ``ipv6_cidr_block``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def singular(name: str) -> str:
    """The plain singular of an English plural."""
    for ending, instead in (("ies", "y"), ("ases", "as"), ("sses", "ss")):
        if name.endswith(ending):
            return name.removesuffix(ending) + instead
    return name.removesuffix("s") if not name.endswith("ss") else name
