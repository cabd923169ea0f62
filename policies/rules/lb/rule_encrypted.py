"""No rule of a plain HTTP listener hands requests on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import LISTENER, LISTENER_RULE
from policies.checks import mappings
from policies.context import Context
from policies.examples import Example, each
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule

OPEN_PATHS: Final = ("/.well-known/", "/health", "/ping", "/status")
"""How paths begin that are asked over HTTP on purpose, by who renews a certificate or looks whether somebody is up."""


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """What a listener redirects by default, none of its rules forwards."""
    if not any(one.get("protocol") == "HTTP" for one in context.graph.referenced(resource, "listenerArn", *LISTENER)):
        return
    forwards = [one for one in mappings(resource.get("actions")) if one.get("type") == "forward"]
    paths = [str(path) for path in resource.all("conditions[*].pathPattern.values[*]")]
    if forwards and not (paths and all(path.startswith(OPEN_PATHS) for path in paths)):
        yield Problem("actions forward what came over plain HTTP; redirect to HTTPS, or leave the rule out", "actions")


def _rule(protocol: str, **more: Any) -> Example:
    rule = {"listenerArn": "id:listener", "actions": [{"type": "forward", "targetGroupArn": "arn:api"}], **more}
    return {"listener": (LISTENER[0], {"protocol": protocol}), "rule": (LISTENER_RULE[0], rule)}


_CHALLENGE: Final = _rule("HTTP", conditions=[{"pathPattern": {"values": ["/.well-known/acme-challenge/*"]}}])

RULE = Rule(
    id="edge-rule-encrypted",
    title="What a listener redirects to HTTPS, none of its rules hands on",
    severity=Severity.HIGH,
    risk=Risk.LEAK,
    why="Requests that the rule matches are answered in plain text, whatever the listener does by default.",
    fix="Redirect in actions, or put the rule on the HTTPS listener.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-1",
    frameworks=("fsbp:ELB.1",),
    types=LISTENER_RULE,
    reads_graph=True,
    check=check,
    passing=_rule("HTTPS"),
    also_passing=(_CHALLENGE, _rule("HTTP", actions=[{"type": "redirect"}])),
    failing=_rule("HTTP"),
    also_failing=each(_CHALLENGE, {"rule.conditions[0].pathPattern.values[1]": "/*"}),
)
