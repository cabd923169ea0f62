"""The address of a client is the load balancer's word."""

from __future__ import annotations

from policies.checks import must_be
from policies.finding import Severity
from policies.remediation import set_to
from policies.rule import Rule
from policies.rules._tokens import LOAD_BALANCER

RULE = Rule(
    id="edge-forwarded-for-trusted",
    title="The address of a client is the load balancer's word",
    severity=Severity.MEDIUM,
    why="With preserve a client writes its own X-Forwarded-For, and the audit trail has whatever address it likes.",
    fix="Set xffHeaderProcessingMode to append, or leave it out.",
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html",
    types=LOAD_BALANCER,
    check=must_be("xffHeaderProcessingMode", "append", "remove", None),
    remediate=set_to("xffHeaderProcessingMode", "append"),
    passing={"alb": (LOAD_BALANCER[0], {"xffHeaderProcessingMode": "append"})},
    failing={"alb": (LOAD_BALANCER[0], {"xffHeaderProcessingMode": "preserve"})},
)
