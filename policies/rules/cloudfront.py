"""Data rules about cloudfront."""

from __future__ import annotations

from typing import Final

from deployment.tokens import DISTRIBUTION
from policies.finding import Risk, Severity
from policies.rule import Rule
from policies.table import must_be, must_have, must_not_be, row

RULES: Final[tuple[Rule, ...]] = (
    row(
        "edge-cdn-https",
        DISTRIBUTION,
        must_be("defaultCacheBehavior.viewerProtocolPolicy", "redirect-to-https", "https-only"),
        must_not_be("orderedCacheBehaviors[*].viewerProtocolPolicy", "allow-all", use="set it to redirect-to-https"),
        title="Distributions are reached over TLS only",
        severity=Severity.HIGH,
        risk=Risk.LEAK,
        why="Over plain HTTP the network reads, and changes, what is delivered.",
        fix="Set viewerProtocolPolicy of every cache behaviour to redirect-to-https or https-only.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/cloudfront-controls.html#cloudfront-3",
        frameworks=("checkov:CKV_AWS_34", "fsbp:CloudFront.3"),
    ),
    row(
        "edge-cdn-tls-policy",
        DISTRIBUTION,
        must_not_be(
            "viewerCertificate.minimumProtocolVersion",
            "SSLv3",
            "TLSv1",
            "TLSv1_2016",
            "TLSv1.1_2016",
            use="set it to TLSv1.2_2021",
        ),
        where={"viewerCertificate.cloudfrontDefaultCertificate": (None, False)},
        title="Distributions with a certificate take TLS 1.2 at least",
        severity=Severity.MEDIUM,
        risk=Risk.LEAK,
        why="Older versions have flaws that let the network read what they carry.",
        fix="Set viewerCertificate.minimumProtocolVersion to TLSv1.2_2021.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/cloudfront-controls.html#cloudfront-15",
        frameworks=("checkov:CKV_AWS_174", "fsbp:CloudFront.15"),
    ),
    row(
        "edge-cdn-logged",
        DISTRIBUTION,
        must_have("loggingConfig.bucket", "the bucket for the logs"),
        title="Requests to distributions are logged",
        severity=Severity.MEDIUM,
        why="Who asked for what is known only from the log.",
        fix="Set loggingConfig.bucket, or deliver standard logs of version 2 and waive this.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/cloudfront-controls.html#cloudfront-5",
        frameworks=("checkov:CKV_AWS_86", "fsbp:CloudFront.5"),
    ),
)
