"""Requests that the web ACL can't judge are refused."""

from __future__ import annotations

from policies.checks import must_be
from policies.finding import Severity
from policies.remediation import set_to
from policies.rule import Rule
from policies.rules._tokens import LOAD_BALANCER

RULE = Rule(
    id="edge-firewall-fails-closed",
    title="Requests that the web ACL can't judge are refused",
    severity=Severity.MEDIUM,
    why="With fail-open, whoever overloads the firewall is past it.",
    fix="Leave enableWafFailOpen at false.",
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-integrations.html",
    types=LOAD_BALANCER,
    check=must_be("enableWafFailOpen", False, None),
    remediate=set_to("enableWafFailOpen", False),
    passing={"alb": (LOAD_BALANCER[0], {"enableWafFailOpen": False})},
    failing={"alb": (LOAD_BALANCER[0], {"enableWafFailOpen": True})},
)
