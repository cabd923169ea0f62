"""AWS Cloud Map: namespaces with DNS, each of which makes a hosted zone of Route 53."""

from __future__ import annotations

from typing import Final

from cost.pricers.aws.route53 import zone
from cost.registry import Pricer
from deployment import tokens

PRICERS: Final = {
    token: Pricer(zone, twins=(twin,))
    for token, twin in zip(
        tokens.DNS_NAMESPACE,
        ("aws_service_discovery_private_dns_namespace", "aws_service_discovery_public_dns_namespace"),
        strict=True,
    )
}
