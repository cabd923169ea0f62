"""Certificates name hosts, are logged, renew themselves and have strong keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import CERTIFICATE
from deployment.unknown import UNKNOWN
from policies.checks import shown
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule, undecided

if TYPE_CHECKING:
    from collections.abc import Iterator

WEAK = ("RSA_1024",)


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A certificate is logged in public, names hosts, and has a strong key."""
    preference = resource.get("options.certificateTransparencyLoggingPreference")
    if preference is UNKNOWN:
        yield undecided("options.certificateTransparencyLoggingPreference")
    elif preference == "DISABLED":
        yield Problem(
            "options.certificateTransparencyLoggingPreference is DISABLED; browsers refuse that, set it to ENABLED",
            "options.certificateTransparencyLoggingPreference",
        )
    names = [resource.get("domainName"), *resource.all("subjectAlternativeNames[*]")]
    for name in names:
        if isinstance(name, str) and name.startswith("*"):
            yield Problem(f"the certificate is for {name}; name the hosts", "domainName")
    if resource.get("keyAlgorithm") in WEAK:
        yield Problem(
            f"keyAlgorithm is {resource.get('keyAlgorithm')}; set it to EC_prime256v1 or RSA_2048", "keyAlgorithm"
        )
    method = resource.get("validationMethod")
    given = any(resource.get(path) is not None for path in ("certificateBody", "privateKey", "certificateAuthorityArn"))
    if method not in ("DNS", "HTTP", UNKNOWN) and not given:
        yield Problem(
            f"validationMethod is {shown(method)}, so the certificate can't renew by itself; set it to DNS",
            "validationMethod",
        )


RULE = Rule(
    id="edge-certificate-strong",
    title="Certificates name hosts, are logged, renew themselves and have strong keys",
    severity=Severity.MEDIUM,
    why=(
        "A wildcard key stolen in one place speaks for all hosts; an expired or unlogged certificate stops "
        "every client."
    ),
    fix="Set domainName to the host, validationMethod to DNS, and leave transparency logging on.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/acm-controls.html#acm-2",
    frameworks=(
        "checkov:CKV_AWS_234",
        "checkov:CKV2_AWS_71",
        "fsbp:ACM.1",
        "fsbp:ACM.2",
        "awsguard:acm-certificate-expiration",
    ),
    types=CERTIFICATE,
    check=check,
    passing={"certificate": (CERTIFICATE[0], {"domainName": "api.example.com", "validationMethod": "DNS"})},
    failing={"certificate": (CERTIFICATE[0], {"domainName": "*.example.com", "validationMethod": "EMAIL"})},
)
