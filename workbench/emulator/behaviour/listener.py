"""A load balancer's listener decides on requests by its rules, as the API reports them.

Source: Application Load Balancer guide, "Listener rules" and "Condition types for listener rules" (2026-11): rules are
asked from the lowest priority on; a rule matches when each of its conditions does, and a condition when one of its
values does; names of hosts and query strings are compared without regard to case, paths and methods with it.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.emulator.behaviour.waf import Answer, Request

if TYPE_CHECKING:
    from workbench.emulator.behaviour.answers import Answers

LET_THROUGH = Answer()


@dataclass(frozen=True)
class Listener:
    """A listener at work."""

    rules: list[dict[str, Any]]
    """As the API describes them, the first asked first."""

    @classmethod
    def live(cls, api: Answers, arn: str) -> Listener:
        """The rules of a listener, as they are now."""
        rules = api.call("elbv2", "describe_rules", ListenerArn=arn)["Rules"]
        own = [rule for rule in rules if rule["Priority"] != "default"]
        return cls(sorted(own, key=lambda rule: int(rule["Priority"])))

    def answer(self, request: Request) -> Answer:
        """What the first rule that matches answers by itself; let through where it forwards, or where none matches."""
        for rule in self.rules:
            if all(matches(condition, request) for condition in rule.get("Conditions", ())):
                return _fixed(rule)
        return LET_THROUGH


def matches(condition: Mapping[str, Any], request: Request) -> bool:
    """Whether a condition holds for a request.

    Raises:
        ValueError: A kind of condition that is not covered.
    """
    kind = condition["Field"]
    if kind == "host-header":
        host = request.headers.get("host", "").partition(":")[0]
        return _any(_values(condition, "HostHeaderConfig"), host.lower(), fold=True)
    if kind == "path-pattern":
        return _any(_values(condition, "PathPatternConfig"), request.path)
    if kind == "http-request-method":
        return request.method in _values(condition, "HttpRequestMethodConfig")
    if kind == "source-ip":
        address = ipaddress.ip_address(request.ip)
        networks = map(ipaddress.ip_network, _values(condition, "SourceIpConfig"))
        return any(address.version == network.version and address in network for network in networks)
    if kind == "query-string":
        return any(_in_query(pair, request.query) for pair in _values(condition, "QueryStringConfig"))
    raise ValueError(f"the listener's condition {kind} is not covered")


def _values(condition: Mapping[str, Any], config: str) -> list[Any]:
    return list((condition.get(config) or {}).get("Values") or condition.get("Values") or ())


def _in_query(pair: Mapping[str, str], query: Mapping[str, str]) -> bool:
    wanted = pair.get("Key")
    return any(
        (wanted is None or _any([wanted], name, fold=True)) and _any([pair["Value"]], value, fold=True)
        for name, value in query.items()
    )


def _any(patterns: Iterable[str], text: str, *, fold: bool = False) -> bool:
    flags = re.IGNORECASE | re.DOTALL if fold else re.DOTALL
    return any(re.fullmatch(_expression(pattern), text, flags) for pattern in patterns)


def _expression(pattern: str) -> str:
    """Regular expression of a pattern: * is any text, ? any one character, a backslash makes them plain."""
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    return "".join({"*": ".*", "?": "."}.get(part, re.escape(part[-1])) for part in parts)


def _fixed(rule: Mapping[str, Any]) -> Answer:
    for action in rule["Actions"]:
        if action["Type"] == "fixed-response":
            config = action["FixedResponseConfig"]
            return Answer(
                int(config["StatusCode"]),
                rule["RuleArn"],
                {},
                config.get("MessageBody", ""),
                config.get("ContentType", ""),
            )
    return LET_THROUGH
