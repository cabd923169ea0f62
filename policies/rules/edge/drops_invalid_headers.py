"""Load balancers drop invalid header fields."""

from __future__ import annotations

from policies.checks import must_be
from policies.finding import Severity
from policies.remediation import set_to
from policies.rule import Rule
from policies.rules._tokens import LOAD_BALANCER

RULE = Rule(
    id="edge-drops-invalid-headers",
    title="Load balancers drop invalid header fields",
    severity=Severity.MEDIUM,
    why=(
        "Header names that HTTP does not allow are how requests are smuggled past the load balancer to the application."
    ),
    fix="Set dropInvalidHeaderFields to true.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-4",
    frameworks=("checkov:CKV_AWS_131", "fsbp:ELB.4"),
    types=LOAD_BALANCER,
    check=must_be("dropInvalidHeaderFields", True),
    remediate=set_to("dropInvalidHeaderFields", True),
    passing={"alb": (LOAD_BALANCER[0], {"dropInvalidHeaderFields": True})},
    failing={"alb": (LOAD_BALANCER[0], {"dropInvalidHeaderFields": False})},
)
