"""Certificate of the API's name."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, kw_only=True)
class CertificateArgs:
    """Name and zone."""

    domain_name: str
    """Name of the API; one name, no wildcard."""
    hosted_zone_id: str
    """Route 53 zone that proves who owns the name."""


class Certificate(pulumi.ComponentResource):
    """A free certificate, validated and renewed through DNS.

    Creates: certificate, DNS record, validation.
    """

    arn: pulumi.Output[str]
    """ARN of the certificate; known only once it is issued."""

    def __init__(self, name: str, args: CertificateArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("plant:components:Certificate", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        certificate = aws.acm.Certificate(
            f"{name}-certificate",
            domain_name=args.domain_name,
            validation_method="DNS",
            key_algorithm="EC_prime256v1",
            options={"certificate_transparency_logging_preference": "ENABLED"},
            opts=child,
        )
        proof = certificate.domain_validation_options[0]  # one name, so one record
        record = aws.route53.Record(
            f"{name}-proof",
            zone_id=args.hosted_zone_id,
            name=proof.resource_record_name,
            type=proof.resource_record_type,
            records=[proof.resource_record_value],
            ttl=300,
            # Not overwritten: it is the same for every certificate of the name, so the first of two stacks to be
            # destroyed would take it from the other, whose certificate then is not renewed.
            opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True),
        )
        validation = aws.acm.CertificateValidation(
            f"{name}-validation",
            certificate_arn=certificate.arn,
            validation_record_fqdns=[record.fqdn],
            opts=pulumi.ResourceOptions(parent=self, custom_timeouts=pulumi.CustomTimeouts(create="30m")),
        )
        self.arn = validation.certificate_arn
        self.register_outputs({"arn": self.arn})
