"""Listener rules of this stack name the host and the paths that they are for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import CERTIFICATE, LISTENER, LISTENER_RULE
from policies.checks import mappings
from policies.context import ROOT_TYPE, Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._hosts import HOST, values_of

PLACES: Final = (HOST, "pathPattern")


def check(context: Context) -> Iterator[Problem]:
    """Each rule is for a host and for paths, the same in all rules, and the listener's certificate covers the host."""
    if not context.is_plant_stack:
        return
    rules = context.graph.of_type(*LISTENER_RULE)
    for place in PLACES:
        named = {rule.urn: values_of(rule, place) for rule in rules if isinstance(rule.get("conditions"), list)}
        for rule in rules:
            if rule.urn in named and not named[rule.urn]:
                yield Problem(
                    f"conditions has no {place}; without it the rule takes requests that are for somebody else",
                    "conditions",
                    rule,
                )
        several = {values for values in named.values() if values}
        if len(several) > 1 and not any(browsers(rule) for rule in rules):
            told = " and ".join(sorted(", ".join(sorted(values)) for values in several))
            yield Problem(
                f"conditions of the rules name different {place}s ({told}); make them equal", "conditions", rules[0]
            )
    for rule in rules:
        yield from uncovered(rule, context)


def browsers(rule: Resource) -> bool:
    """True for a rule that lets people sign in: it has paths of its own."""
    return any(str(action.get("type")).startswith("authenticate-") for action in mappings(rule.get("actions")))


def uncovered(rule: Resource, context: Context) -> Iterator[Problem]:
    """Hosts of a rule that the certificate of its listener, made in this stack, does not name."""
    graph = context.graph
    for listener in graph.referenced(rule, "listenerArn", *LISTENER):
        given = listener.get("certificateArn")
        own = [one.outputs.get("arn") for one in graph.of_type(*CERTIFICATE)]
        if isinstance(given, str) and own and all(isinstance(one, str) for one in own) and given not in own:
            yield Problem(
                f"certificateArn is {given}, which is not this stack's; name its certificate",
                "certificateArn",
                listener,
            )
        for certificate in graph.referenced(listener, "certificateArn", *CERTIFICATE):
            names = [certificate.get("domainName"), *certificate.all("subjectAlternativeNames[*]")]
            for host in sorted(values_of(rule, HOST)):
                if not any(isinstance(name, str) and covers(name, host) for name in names):
                    yield Problem(
                        f"the rule is for {host}, and the listener's certificate for {names[0]}; make them fit",
                        "conditions",
                        rule,
                    )


def covers(name: str, host: str) -> bool:
    """True when a certificate for `name` is good for `host`; a wildcard stands for one label."""
    if name == host:
        return True
    return name.startswith("*.") and name.count(".") == host.count(".") and fnmatchcase(host, name)


def _rule(*conditions: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    return LISTENER_RULE[0], {"conditions": list(conditions), "actions": []}


_HOST: Final = {"hostHeader": {"values": ["api.example.com"]}}
_PATH: Final = {"pathPattern": {"values": ["/v1/*"]}}

RULE = Rule(
    id="edge-rules-name-hosts",
    title="Listener rules name the host and the paths that they are for",
    severity=Severity.HIGH,
    why="On a shared listener a rule without a host takes the requests of the neighbours.",
    fix="Give each rule the conditions hostHeader and pathPattern, and the host a certificate.",
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html",
    check_stack=check,
    passing={"root": (ROOT_TYPE, {}), "read": _rule(_HOST, _PATH)},
    failing={"root": (ROOT_TYPE, {}), "read": _rule(_PATH)},
)
