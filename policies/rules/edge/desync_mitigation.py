"""Load balancers mitigate request desync."""

from __future__ import annotations

from policies.checks import must_be
from policies.finding import Severity
from policies.remediation import set_to
from policies.rule import Rule
from policies.rules._tokens import LOAD_BALANCER

RULE = Rule(
    id="edge-desync-mitigation",
    title="Load balancers mitigate request desync",
    severity=Severity.HIGH,
    why="In monitor mode requests that front end and back end would read differently pass through.",
    fix="Set desyncMitigationMode to strictest or defensive.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-12",
    frameworks=("checkov:CKV_AWS_328", "fsbp:ELB.12"),
    types=LOAD_BALANCER,
    check=must_be("desyncMitigationMode", "strictest", "defensive", None),
    remediate=set_to("desyncMitigationMode", "strictest"),
    passing={"alb": (LOAD_BALANCER[0], {"desyncMitigationMode": "strictest"})},
    failing={"alb": (LOAD_BALANCER[0], {"desyncMitigationMode": "monitor"})},
)
