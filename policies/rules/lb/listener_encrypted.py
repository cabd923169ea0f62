"""Listeners use TLS, or only redirect to HTTPS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import LISTENER, LISTENER_RULE
from deployment.unknown import UNKNOWN, Sentinel
from policies.checks import mappings
from policies.context import Context
from policies.examples import Example, each
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule, undecided


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A plain HTTP listener does nothing but redirect to HTTPS; what carries TCP leaves TLS to its targets."""
    hidden = next((one for one in resource.all("defaultActions[*].redirect") if isinstance(one, Sentinel)), None)
    if _is_http(resource) and hidden is not None:
        yield undecided("defaultActions", hidden)
    elif _is_http(resource) and not redirects_to_https(resource) and not _turns_away(resource, context):
        yield Problem("protocol is HTTP; set it to HTTPS, or make every default action redirect to HTTPS", "protocol")


def _turns_away(listener: Resource, context: Context) -> bool:
    """True when the listener answers by itself that there is nothing here, and no rule of it says otherwise."""
    answers = [one.get("fixedResponse") for one in mappings(listener.get("defaultActions"))]
    refused = [str(one["statusCode"]) for answer in answers for one in mappings(answer) if one.get("statusCode")]
    return (
        len(refused) == len(answers) > 0
        and all(code.startswith("4") for code in refused)
        and not any(
            "forward" in rule.all("actions[*].type")
            for rule in context.pointing_at(listener, "listenerArn", *LISTENER_RULE)
        )
    )


def _is_http(listener: Resource) -> bool:
    """True for HTTP, which a listener speaks where it says nothing; that of a gateway has not even a port."""
    protocol = listener.get("protocol")
    return protocol == "HTTP" or (protocol is None and listener.get("port") is not None)


def redirects_to_https(listener: Resource) -> bool:
    """True when all that the listener does is a redirect to HTTPS."""
    actions = mappings(listener.get("defaultActions"))
    targets = [redirect for action in actions for redirect in mappings(action.get("redirect"))]
    return len(targets) == len(actions) > 0 and all(target.get("protocol") == "HTTPS" for target in targets)


_REDIRECT: Final[dict[str, Any]] = {"type": "redirect", "redirect": {"protocol": "HTTPS", "port": "443"}}
_REFUSING: Final[Example] = {
    "http": (
        LISTENER[0],
        {
            "protocol": "HTTP",
            "port": 80,
            "defaultActions": [{"type": "fixed-response", "fixedResponse": {"statusCode": "403"}}],
        },
    ),
    "rule": (LISTENER_RULE[0], {"listenerArn": "id:http", "actions": [_REDIRECT]}),
}
_PLAIN: Final = {"http": (LISTENER[0], {"protocol": "HTTP", "port": 80, "defaultActions": [_REDIRECT]})}

RULE = Rule(
    id="edge-listener-encrypted",
    title="Listeners use TLS, or only redirect to HTTPS",
    severity=Severity.CRITICAL,
    risk=Risk.LEAK,
    why="Tokens and personal data in plain text can be read and changed on the way.",
    fix="Set protocol to HTTPS (or QUIC), or let the listener do nothing but redirect to HTTPS.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-18",
    frameworks=(
        "checkov:CKV_AWS_2",
        "checkov:CKV_AWS_103",
        "checkov:CKV2_AWS_20",
        "fsbp:ELB.1",
        "fsbp:ELB.18",
        "awsguard:alb-http-to-https-redirection",
        "pulumi:disallowUnencryptedTraffic",
    ),
    types=LISTENER,
    reads_graph=True,
    check=check,
    passing={"https": (LISTENER[0], {"protocol": "HTTPS", "port": 443})},
    also_passing=(
        _PLAIN,
        _REFUSING,
        {"gateway": (LISTENER[0], {"defaultActions": [{"type": "forward"}]})},
        {"pass-through": (LISTENER[0], {"protocol": "TCP", "port": 443})},
    ),
    undecided=each(_PLAIN, {"http.defaultActions": UNKNOWN}, {"http.defaultActions[0].redirect": UNKNOWN}),
    failing={"http": (LISTENER[0], {"protocol": "HTTP", "port": 80, "defaultActions": [{"type": "forward"}]})},
    also_failing=each(
        _PLAIN,
        {"http.defaultActions[0].redirect.protocol": "HTTP"},
        {"http.defaultActions[1]": {"type": "forward"}},
        {"http.protocol": None, "http.defaultActions[0]": {"type": "forward"}},
    )
    + each(
        _REFUSING,
        {"rule.actions[0]": {"type": "forward"}},
        {"http.defaultActions[0].fixedResponse.statusCode": "200"},
        {"http.defaultActions[0].fixedResponse.statusCode": None},
    ),
)
