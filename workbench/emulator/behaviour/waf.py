"""AWS WAF decides on requests by the rules of a web ACL, or of a rule group, as the API reports it.

Rate rules use the simulator's window (workbench.simulate.firewall), which cites the documented semantics. AWS's managed
rule groups are code of AWS's that nobody else has: they are listed as not evaluated, never as passed.
"""

from __future__ import annotations

import ipaddress
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

import numpy as np

from deployment import tokens
from workbench.simulate.declaration import RateLimit
from workbench.simulate.firewall import FirewallConstants, RateWindow

if TYPE_CHECKING:
    from workbench.emulator.behaviour.answers import Answers
    from workbench.emulator.statefile import Entry


@dataclass(frozen=True)
class Request:
    """One request at the edge."""

    path: str = "/"
    ip: str = "198.51.100.1"
    method: str = "GET"
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    body: bytes = b""


@dataclass(frozen=True)
class Answer:
    """What the firewall did with a request; 200 stands for "let through"."""

    status: int = 200
    rule: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    content_type: str = ""


@dataclass
class WebAcl:
    """A web ACL at work. Rates are looked at every ten seconds: call :meth:`tick` that often."""

    rules: list[dict[str, Any]]
    bodies: dict[str, dict[str, str]]
    ip_sets: dict[str, list[str]]
    """ARN → addresses."""
    not_evaluated: list[str] = field(default_factory=list)
    """Managed rule groups, which only AWS can evaluate."""
    _keys: dict[str, dict[str, int]] = field(default_factory=dict)
    _counts: dict[str, Counter[str]] = field(default_factory=dict)
    _windows: dict[str, RateWindow] = field(default_factory=dict)
    _limited: dict[str, set[str]] = field(default_factory=dict)

    @classmethod
    def live(cls, api: Answers, entry: Entry) -> WebAcl:
        """A deployed web ACL (or a rule group, as one that holds nothing else) and its IP sets, as they are now."""
        named = {"Name": entry.outputs["name"], "Id": entry.id, "Scope": "REGIONAL"}
        if entry.type == RULE_GROUP:
            acl = api.call("wafv2", "get_rule_group", **named)["RuleGroup"]
        else:
            acl = api.call("wafv2", "get_web_acl", **named)["WebACL"]
        sets = {}
        for item in api.call("wafv2", "list_ip_sets", Scope="REGIONAL")["IPSets"]:
            answer = api.call("wafv2", "get_ip_set", Name=item["Name"], Id=item["Id"], Scope="REGIONAL")
            sets[item["ARN"]] = answer["IPSet"]["Addresses"]
        rules = sorted(acl["Rules"], key=lambda rule: rule["Priority"])
        managed = [rule["Name"] for rule in rules if "ManagedRuleGroupStatement" in rule["Statement"]]
        return cls(rules, acl.get("CustomResponseBodies") or {}, sets, managed)

    def rate_rules(self) -> dict[str, dict[str, Any]]:
        """Name → rate statement of the rules that limit rates."""
        return {
            rule["Name"]: rule["Statement"]["RateBasedStatement"]
            for rule in self.rules
            if "RateBasedStatement" in rule["Statement"]
        }

    def answer(self, request: Request) -> Answer:
        """The first rule that matches decides; a rate rule matches once its key is over the limit."""
        result: Answer | None = None
        for rule in self.rules:
            rate = rule["Statement"].get("RateBasedStatement")
            if rate is not None:
                matched = result is None and self._over(rule["Name"], rate, request)
            else:
                matched = result is None and self.matches(rule["Statement"], request)
            if matched and "Block" in rule.get("Action", {}):
                result = self._blocked(rule)
        return result or Answer()

    def tick(self) -> None:
        """Let ten seconds end: counts go into the windows, and who is over its limit is decided anew."""
        for name, window in self._windows.items():
            known = self._keys[name]
            counts = np.zeros(MAX_KEYS, np.int64)
            for key, count in self._counts[name].items():
                counts[known[key]] = count
            self._counts[name].clear()
            refused = window.check(counts)
            self._limited[name] = {key for key, index in known.items() if refused[index]}

    def matches(self, statement: dict[str, Any], request: Request) -> bool:
        """Whether a statement, other than a rate, matches a request.

        Raises:
            ValueError: A kind of statement that is not covered.
        """
        kind, content = next(iter(statement.items()))
        if kind == "ManagedRuleGroupStatement":
            return False
        if kind == "OrStatement":
            return any(self.matches(item, request) for item in content["Statements"])
        if kind == "AndStatement":
            return all(self.matches(item, request) for item in content["Statements"])
        if kind == "NotStatement":
            return not self.matches(content["Statement"], request)
        if kind == "IPSetReferenceStatement":
            return _contains(self.ip_sets[content["ARN"]], request.ip)
        if kind == "ByteMatchStatement":
            return any(_byte_match(content, text) for text in _texts(content, request))
        if kind == "RegexMatchStatement":
            return any(re.search(content["RegexString"], text) is not None for text in _texts(content, request))
        if kind == "SizeConstraintStatement":
            compare = {"GT": "__gt__", "GE": "__ge__", "LT": "__lt__", "LE": "__le__", "EQ": "__eq__", "NE": "__ne__"}
            sizes = [len(text.encode()) for text in _texts(content, request)]
            return any(
                bool(getattr(size, compare[content["ComparisonOperator"]])(int(content["Size"]))) for size in sizes
            )
        raise ValueError(f"the firewall's {kind} is not covered")

    def _over(self, name: str, rate: dict[str, Any], request: Request) -> bool:
        scope = rate.get("ScopeDownStatement")
        if scope and not self.matches(scope, request):
            return False
        key = _key(rate, request)
        if key is None:
            return False
        if name not in self._windows:
            seconds = int(rate.get("EvaluationWindowSec", 300))
            limit = RateLimit(name=name, limit=int(rate["Limit"]), window_seconds=seconds)
            self._windows[name] = RateWindow(limit, MAX_KEYS, FirewallConstants())
            self._counts[name], self._keys[name] = Counter(), {}
        known = self._keys[name]
        if key not in known and len(known) < MAX_KEYS:
            known[key] = len(known)
        if key in known:
            self._counts[name][key] += 1
        return key in self._limited.get(name, set())

    def _blocked(self, rule: dict[str, Any]) -> Answer:
        custom = rule["Action"]["Block"].get("CustomResponse") or {}
        body = self.bodies.get(custom.get("CustomResponseBodyKey", ""), {})
        headers = {item["Name"]: item["Value"] for item in custom.get("ResponseHeaders", [])}
        return Answer(
            int(custom.get("ResponseCode", 403)),
            rule["Name"],
            headers,
            body.get("Content", ""),
            body.get("ContentType", ""),
        )


RULE_GROUP = tokens.WAF_RULE_GROUP[0]
MAX_KEYS = 4096
"""Keys that one rule can tell apart here; AWS tracks 10,000."""


def _key(rate: dict[str, Any], request: Request) -> str | None:
    if rate["AggregateKeyType"] == "IP":
        return request.ip
    parts = []
    for custom in rate.get("CustomKeys", []):
        if "Header" in custom:
            value = request.headers.get(custom["Header"]["Name"].lower())
            if value is None:
                return None  # a request without the component is not counted (developer guide, rate-based rules)
            parts.append(value)
        elif "IP" in custom:
            parts.append(request.ip)
        else:
            raise ValueError(f"the aggregation key {sorted(custom)} is not covered")
    return "\0".join(parts)


def _texts(content: dict[str, Any], request: Request) -> list[str]:
    field_, options = next(iter(content["FieldToMatch"].items()))
    match field_:
        case "UriPath":
            texts = [request.path]
        case "Method":
            texts = [request.method]
        case "Body":
            texts = [request.body.decode("latin-1")]
        case "QueryString":
            texts = ["&".join(f"{name}={value}" for name, value in request.query.items())]
        case "SingleHeader":
            texts = [value for name, value in request.headers.items() if name == options["Name"].lower()]
        case "SingleQueryArgument":
            texts = [value for name, value in request.query.items() if name == options["Name"]]
        case _:
            raise ValueError(f"the field {field_} is not covered")
    for transformation in sorted(content["TextTransformations"], key=lambda item: item["Priority"]):
        kind = transformation["Type"]
        if kind == "URL_DECODE":
            texts = [unquote_plus(text) for text in texts]
        elif kind == "LOWERCASE":
            texts = [text.lower() for text in texts]
        elif kind != "NONE":
            raise ValueError(f"the text transformation {kind} is not covered")
    return texts


def _byte_match(content: dict[str, Any], text: str) -> bool:
    wanted = content["SearchString"]
    if isinstance(wanted, bytes):
        wanted = wanted.decode()
    kind = content["PositionalConstraint"]
    if kind == "CONTAINS_WORD":
        return re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", text) is not None
    tests: dict[str, bool] = {
        "STARTS_WITH": text.startswith(wanted),
        "ENDS_WITH": text.endswith(wanted),
        "EXACTLY": text == wanted,
        "CONTAINS": wanted in text,
    }
    return tests[kind]


def _contains(addresses: list[str], ip: str) -> bool:
    address = _network(ip).network_address
    return any(network.version == address.version and address in network for network in map(_network, addresses))


_network = lru_cache(MAX_KEYS)(ipaddress.ip_network)  # a flood comes from a few addresses
