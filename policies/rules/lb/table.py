"""Data rules about lb."""

from __future__ import annotations

from typing import Final

from deployment.tokens import LOAD_BALANCER
from policies.finding import Severity
from policies.rule import Rule
from policies.table import must_be, row

RULES: Final[tuple[Rule, ...]] = (
    row(
        "edge-deletion-protection",
        LOAD_BALANCER,
        must_be("enableDeletionProtection", True),
        title="Load balancers are protected from deletion",
        severity=Severity.MEDIUM,
        why="A load balancer deleted by mistake takes the address and every rule with it.",
        fix="Set enableDeletionProtection to true; where a stack is torn down on schedule, waive this with a date.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-6",
        frameworks=("checkov:CKV_AWS_150", "fsbp:ELB.6", "awsguard:elb-deletion-protection-enabled"),
        reads_graph=True,
    ),
    row(
        "edge-desync-mitigation",
        LOAD_BALANCER,
        must_be("desyncMitigationMode", "strictest", "defensive", None),
        title="Load balancers mitigate request desync",
        severity=Severity.HIGH,
        why="In monitor mode requests that front end and back end would read differently pass through.",
        fix="Set desyncMitigationMode to strictest or defensive.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-12",
        frameworks=("checkov:CKV_AWS_328", "fsbp:ELB.12"),
        mends=True,
    ),
    row(
        "edge-drops-invalid-headers",
        LOAD_BALANCER,
        must_be("dropInvalidHeaderFields", True),
        title="Load balancers drop invalid header fields",
        severity=Severity.MEDIUM,
        why="Header names that HTTP does not allow are how requests are smuggled past the load balancer.",
        fix="Set dropInvalidHeaderFields to true.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-4",
        frameworks=("checkov:CKV_AWS_131", "fsbp:ELB.4"),
        mends=True,
    ),
    row(
        "edge-firewall-fails-closed",
        LOAD_BALANCER,
        must_be("enableWafFailOpen", False, None),
        title="Requests that the web ACL can't judge are refused",
        severity=Severity.MEDIUM,
        why="With fail-open, whoever overloads the firewall is past it.",
        fix="Leave enableWafFailOpen at false.",
        source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-integrations.html",
        mends=True,
    ),
    row(
        "edge-forwarded-for-trusted",
        LOAD_BALANCER,
        must_be("xffHeaderProcessingMode", "append", "remove", None),
        title="The address of a client is the load balancer's word",
        severity=Severity.MEDIUM,
        why="With preserve a client writes its own X-Forwarded-For, and the audit trail has whatever address it likes.",
        fix="Set xffHeaderProcessingMode to append, or leave it out.",
        source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html",
        mends=True,
    ),
)
