"""Data rules about opensearch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from deployment.graph import Resource
from deployment.tokens import OPENSEARCH, SEARCH_POLICY
from policies.context import Context
from policies.examples import Example, but
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.rules._documents import allow, names_principals
from policies.table import GIVEN, left_out, must_be, row

HTTPS: Final = "domainEndpointOptions.enforceHttps"
"""True where the block is given without it (the provider's schema); AWS's own default is false."""
TLS_POLICY: Final = "Policy-Min-TLS-1-2-PFS-2023-10"
POLICIES: Final = names_principals("accessPolicies", "es:ESHttpGet")


def _outside_policy(resource: Resource, context: Context) -> Iterator[Problem]:
    """The policy of a domain outside a VPC names principals; inside, security groups say who reaches it."""
    domains = context.graph.referenced(resource, "domainName", *OPENSEARCH)
    if not any(one.gives("vpcOptions") for one in domains):
        yield from POLICIES.check(resource, context)


_OUTSIDE: Final[Example] = {
    "domain": (OPENSEARCH[0], {"encryptAtRest": {"enabled": True}}),
    "policy": (SEARCH_POLICY[0], {"domainName": "id:domain", "accessPolicies": allow("es:*", AWS="*")}),
}

RULES: Final[tuple[Rule, ...]] = (
    Rule(
        id="data-search-policy-not-public",
        title="Policies of search domains outside a VPC admit named principals only",
        severity=Severity.CRITICAL,
        risk=Risk.EXPOSURE,
        why="Open domains are found, read and wiped within hours.",
        fix="Set vpcOptions of the domain, or name the principals or addresses in accessPolicies.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/opensearch-controls.html#opensearch-2",
        frameworks=("fsbp:ES.2", "fsbp:Opensearch.2"),
        types=SEARCH_POLICY,
        reads_graph=True,
        check=_outside_policy,
        passing=but(_OUTSIDE, {"domain.vpcOptions": {"subnetIds": ["subnet-1"]}}),
        failing=_OUTSIDE,
    ),
    row(
        "data-search-encrypted",
        OPENSEARCH,
        must_be("encryptAtRest.enabled", True),
        title="Search domains are encrypted at rest",
        severity=Severity.HIGH,
        risk=Risk.LEAK,
        why="Indexes and snapshots are readable by whoever gets hold of them.",
        fix="Set encryptAtRest.enabled to true.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/opensearch-controls.html#opensearch-1",
        frameworks=(
            "checkov:CKV_AWS_5",
            "fsbp:ES.1",
            "fsbp:Opensearch.1",
            "awsguard:elasticsearch-encrypted-at-rest",
        ),
        mends=True,
    ),
    replace(
        row(
            "data-search-https",
            OPENSEARCH,
            left_out(HTTPS, "domainEndpointOptions", GIVEN, otherwise=must_be(HTTPS, True)),
            title="Search domains are asked over TLS only",
            severity=Severity.HIGH,
            risk=Risk.LEAK,
            why="Over plain HTTP the network reads queries, answers and credentials; without the block it is accepted.",
            fix="Set domainEndpointOptions.enforceHttps to true.",
            source="https://docs.aws.amazon.com/securityhub/latest/userguide/opensearch-controls.html#opensearch-8",
            frameworks=("checkov:CKV_AWS_83", "fsbp:ES.8", "fsbp:Opensearch.8"),
            mends=True,
        ),
        also_passing=({"it": (OPENSEARCH[0], {"domainEndpointOptions": {"tlsSecurityPolicy": TLS_POLICY}})},),
    ),
    row(
        "data-search-nodes-encrypted",
        OPENSEARCH,
        must_be("nodeToNodeEncryption.enabled", True),
        title="Nodes of search domains speak TLS to each other",
        severity=Severity.MEDIUM,
        why="What one node copies to another is as private as what it stores.",
        fix="Set nodeToNodeEncryption.enabled to true.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/opensearch-controls.html#opensearch-3",
        frameworks=("checkov:CKV_AWS_6", "fsbp:ES.3", "fsbp:Opensearch.3"),
        mends=True,
    ),
    row(
        "data-search-not-public",
        OPENSEARCH,
        POLICIES,
        where={"vpcOptions": (None,)},
        title="Search domains outside a VPC admit named principals only",
        severity=Severity.CRITICAL,
        risk=Risk.EXPOSURE,
        why="Open domains are found, read and wiped within hours.",
        fix="Set vpcOptions, or name the principals or addresses in accessPolicies.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/opensearch-controls.html#opensearch-2",
        frameworks=("fsbp:ES.2", "fsbp:Opensearch.2", "awsguard:elasticsearch-in-vpc-only"),
    ),
)
