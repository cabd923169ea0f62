"""A certificate's successor is made before the certificate is deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import CERTIFICATE
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A certificate is replaced before the old one is deleted."""
    if resource.options.get("deleteBeforeReplace"):
        yield Problem("deleteBeforeReplace is on; drop it, so that the new certificate exists before the old one goes")


RULE = Rule(
    id="edge-certificate-replaced-first",
    title="A certificate's successor is made before the certificate is deleted",
    severity=Severity.MEDIUM,
    why=("A listener without a certificate serves nobody; AWS refuses to delete one in use, and the deployment hangs."),
    fix="Drop deleteBeforeReplace from the certificate's options.",
    source="https://www.pulumi.com/docs/iac/concepts/options/deletebeforereplace/",
    frameworks=("checkov:CKV_AWS_233",),
    types=CERTIFICATE,
    check=check,
    passing={"certificate": (CERTIFICATE[0], {"domainName": "api.example.com"})},
    failing={"certificate": (CERTIFICATE[0], {"domainName": "api.example.com"}, {"deleteBeforeReplace": True})},
)
