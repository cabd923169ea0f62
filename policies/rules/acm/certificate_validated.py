"""A listener waits until its certificate is issued."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import CERTIFICATE
from policies.checks import is_absent
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A certificate by DNS is waited for, and its record is made here."""
    if resource.get("validationMethod") != "DNS":
        return
    validations = context.pointing_at(resource, "certificateArn", "aws:acm/certificateValidation:CertificateValidation")
    if not validations:
        yield Problem("nothing waits until this certificate is issued; add aws.acm.CertificateValidation")
    for one in validations:
        if is_absent(one.get("validationRecordFqdns")):
            yield Problem(
                "validationRecordFqdns is not set; give the record that proves the domain", "validationRecordFqdns", one
            )


RULE = Rule(
    id="edge-certificate-validated",
    title="A listener waits until its certificate is issued",
    severity=Severity.MEDIUM,
    why="AWS refuses a listener with a certificate that is still pending.",
    fix="Add an aws.acm.CertificateValidation with certificateArn and validationRecordFqdns.",
    source="https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html",
    types=CERTIFICATE,
    reads_graph=True,
    check=check,
    passing={
        "certificate": (CERTIFICATE[0], {"validationMethod": "DNS"}),
        "validation": (
            "aws:acm/certificateValidation:CertificateValidation",
            {"certificateArn": "arn:certificate", "validationRecordFqdns": ["x"]},
        ),
    },
    failing={"certificate": (CERTIFICATE[0], {"validationMethod": "DNS"})},
)
