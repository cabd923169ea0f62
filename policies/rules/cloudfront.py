"""Data rules about cloudfront."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import DISTRIBUTION
from deployment.unknown import SECRET, UNKNOWN, Sentinel
from policies.checks import mappings, unasked
from policies.context import Context
from policies.examples import Example
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule, undecided
from policies.table import must_be, must_have, must_not_be, row

WEBSITE: Final = ".s3-website"
"""In the name of a bucket's website endpoint, which speaks plain HTTP only."""


def _origins_encrypted(resource: Resource, context: Context) -> Iterator[Problem]:
    """No origin but the website of a bucket is asked over plain HTTP."""
    for index, origin in enumerate(mappings(resource.get("origins"))):
        policies = [one.get("originProtocolPolicy") for one in mappings(origin.get("customOriginConfig"))]
        if "http-only" not in policies:
            continue
        domain = origin.get("domainName")
        path = f"origins[{index}].customOriginConfig.originProtocolPolicy"
        if isinstance(domain, Sentinel):
            yield undecided(f"origins[{index}].domainName", domain)
        elif WEBSITE not in str(domain):
            yield Problem(f"{path} is http-only; set it to https-only", path)


def _fetching(domain: Any, policy: str) -> Example:
    origin = {"originId": "api", "domainName": domain, "customOriginConfig": {"originProtocolPolicy": policy}}
    return {"cdn": (DISTRIBUTION[0], {"origins": [origin]})}


SECRET_HEADER: Final = re.compile(r"(?i)^authorization$|secret|token|password|api-?key")
"""Names of headers by which an origin knows its distribution, or lets it in."""


def _no_plain_headers(resource: Resource, context: Context) -> Iterator[Problem]:
    """No header that proves something is readable; what another resource drew, nobody wrote into the program."""
    if any("$random:" in urn or "::random:" in urn for urn in resource.sources("origins")):
        return
    for index, origin in enumerate(mappings(resource.get("origins"))):
        for header in mappings(origin.get("customHeaders")):
            name, value = header.get("name"), unasked(header, "value")
            path = f"origins[{index}].customHeaders"
            if isinstance(name, Sentinel) and value is not SECRET:
                yield undecided(f"{path}, name", name)
            elif isinstance(name, str) and SECRET_HEADER.search(name) and value is UNKNOWN:
                yield undecided(f"{path}, {name}", value)
            elif isinstance(name, str) and SECRET_HEADER.search(name) and isinstance(value, str) and value:
                yield Problem(f"{path}: the value of {name} is readable in the state; make it a Pulumi secret", path)


def _header(name: Any, value: Any) -> Example:
    origin = {"originId": "api", "domainName": "api.example.com", "customHeaders": [{"name": name, "value": value}]}
    return {"cdn": (DISTRIBUTION[0], {"origins": [origin]})}


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
    Rule(
        id="edge-cdn-origin-https",
        title="Distributions fetch from their origins over TLS",
        severity=Severity.HIGH,
        risk=Risk.LEAK,
        why="What a viewer sent over TLS crosses the internet readable on its second half.",
        fix="Set customOriginConfig.originProtocolPolicy to https-only; the website endpoint of a bucket can't.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/cloudfront-controls.html#cloudfront-9",
        frameworks=("fsbp:CloudFront.9",),
        types=DISTRIBUTION,
        check=_origins_encrypted,
        passing=_fetching("api.example.com", "https-only"),
        also_passing=(
            _fetching("site.s3-website-us-east-1.amazonaws.com", "http-only"),
            _fetching("site.s3-website.eu-central-1.amazonaws.com", "http-only"),
            _fetching("api.example.com", "match-viewer"),
        ),
        failing=_fetching("api.example.com", "http-only"),
        undecided=(_fetching(UNKNOWN, "http-only"),),
    ),
    row(
        "edge-cdn-origin-tls-version",
        DISTRIBUTION,
        must_not_be("origins[*].customOriginConfig.originSslProtocols[*]", "SSLv3", use="leave TLSv1.2 only"),
        title="Distributions speak no SSL to their origins",
        severity=Severity.MEDIUM,
        risk=Risk.LEAK,
        why="SSL 3 is broken: the network between the edge and the origin reads what it carries.",
        fix="Set customOriginConfig.originSslProtocols to TLSv1.2.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/cloudfront-controls.html#cloudfront-10",
        frameworks=("fsbp:CloudFront.10",),
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
    Rule(
        id="edge-cdn-headers-secret",
        title="Headers that open an origin are secret",
        severity=Severity.HIGH,
        risk=Risk.LEAK,
        why="Whoever reads the value in the program or its state goes around the distribution, and its firewall.",
        fix="Give the value as a Pulumi secret: config.require_secret, or the result of random.RandomPassword.",
        source="https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/restrict-access-to-load-balancer.html",
        frameworks=("checkov:CKV_SECRET_6",),
        types=DISTRIBUTION,
        check=_no_plain_headers,
        passing=_header("X-Origin-Secret", SECRET),
        also_passing=(_header("X-Forwarded-Stage", "live"), _header("X-Stage", UNKNOWN)),
        undecided=(_header("X-Origin-Secret", UNKNOWN), _header(UNKNOWN, "correct-horse")),
        failing=_header("X-Origin-Secret", "correct-horse"),
        also_failing=(_header("Authorization", "Basic Y29ycmVjdC1ob3JzZQ=="),),
    ),
)
