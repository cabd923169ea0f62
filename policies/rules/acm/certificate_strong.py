"""Certificates name hosts, are logged, renew themselves and have strong keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from deployment.graph import Resource
from deployment.tokens import CERTIFICATE
from policies.context import Context
from policies.examples import Example, each
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

WEAK = ("RSA_1024",)


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A certificate is logged in public, names hosts, and has a strong key."""
    logging = "options.certificateTransparencyLoggingPreference"
    if resource.get(logging) == "DISABLED":
        yield Problem(f"{logging} is DISABLED; browsers refuse that, set it to ENABLED", logging)
    for name in (resource.get("domainName"), *resource.all("subjectAlternativeNames[*]")):
        if isinstance(name, str) and name.startswith("*"):
            yield Problem(f"the certificate is for {name}; name the hosts", "domainName")
    if resource.get("keyAlgorithm") in WEAK:
        yield Problem(
            f"keyAlgorithm is {resource.get('keyAlgorithm')}; set it to EC_prime256v1 or RSA_2048", "keyAlgorithm"
        )
    if resource.get("validationMethod") == "EMAIL":
        yield Problem(
            "validationMethod is EMAIL, so the certificate can't renew by itself; set it to DNS", "validationMethod"
        )


_CERTIFICATE: Final[Example] = {
    "certificate": (CERTIFICATE[0], {"domainName": "api.example.com", "validationMethod": "DNS"})
}

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
    passing=_CERTIFICATE,
    failing=each(_CERTIFICATE, {"certificate.domainName": "*.example.com"})[0],
    also_failing=each(
        _CERTIFICATE,
        {"certificate.options.certificateTransparencyLoggingPreference": "DISABLED"},
        {"certificate.subjectAlternativeNames": ["*.example.com"]},
        {"certificate.keyAlgorithm": "RSA_1024"},
        {"certificate.validationMethod": "EMAIL"},
    ),
)
