"""How a window puts the maintenance page in front of the API, and takes it away again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import pulumi

from components.access.iam_policy import Statement, allow
from components.operations.locked_write import locked_write
from components.workflow.states import State, call, choose, fail

EVERYBODY: Mapping[str, list[str]] = {
    "IPV4": ["0.0.0.0/1", "128.0.0.0/1"],
    "IPV6": ["::/1", "8000::/1"],
}
"""All addresses, in halves: an IP set takes no /0 (AWS WAF developer guide, "IP set")."""
NOBODY: Mapping[str, list[str]] = {"IPV4": [], "IPV6": []}


class Page(Protocol):
    """States that show the page and take it away, and what they may do."""

    def show(self, *, then: str) -> Mapping[str, State]:
        """States that show it, the first one first."""
        ...

    def hide(self, *, then: str) -> Mapping[str, State]:
        """States that take it away, the first one first."""
        ...

    def statements(self) -> Sequence[Statement]:
        """What the workflow may do for it."""
        ...


@dataclass(frozen=True, kw_only=True)
class IpSet:
    """A set of addresses that get the maintenance page. Values may be Pulumi outputs."""

    family: str
    """``IPV4`` or ``IPV6``."""
    identifier: Any
    """Its id."""
    name: Any
    """Its name."""
    arn: Any
    """Its ARN."""


@dataclass(frozen=True, kw_only=True)
class FirewallPage:
    """A rule of the web ACL answers the addresses of two sets: everybody in a window, and nobody outside."""

    ip_sets: Sequence[IpSet]
    """The sets."""

    def show(self, *, then: str) -> Mapping[str, State]:
        """See `Page`."""
        return self._fill("Show page to", EVERYBODY, then)

    def hide(self, *, then: str) -> Mapping[str, State]:
        """See `Page`."""
        return self._fill("Take page away from", NOBODY, then)

    def statements(self) -> Sequence[Statement]:
        """See `Page`."""
        return [allow(["wafv2:GetIPSet", "wafv2:UpdateIPSet"], [found.arn for found in self.ip_sets])]

    def _fill(self, verb: str, addresses: Mapping[str, list[str]], then: str) -> dict[str, State]:
        states: dict[str, State] = {}
        following = [f"{verb} {found.family}" for found in self.ip_sets[1:]] + [then]
        for ip_set, after in zip(self.ip_sets, following, strict=True):
            named = {"Id": ip_set.identifier, "Name": ip_set.name, "Scope": "REGIONAL"}
            addressed = {"Addresses": list(addresses[ip_set.family])}
            states |= locked_write(
                "IPSet",
                named,
                addressed,
                verb=f"{verb} {ip_set.family}",
                at=f"$.lock{ip_set.family}",
                then=after,
            )
        return states


@dataclass(frozen=True, kw_only=True)
class ListenerPage:
    """A listener rule answers requests to the host: all of them in a window, outside only those from no address.

    Values may be Pulumi outputs.
    """

    rule_arn: pulumi.Input[str]
    """The rule."""
    open_conditions: Sequence[Mapping[str, Any]]
    """Conditions that every request to the host meets, in the words of the API."""
    closed_conditions: Sequence[Mapping[str, Any]]
    """Conditions that no request meets."""

    def show(self, *, then: str) -> Mapping[str, State]:
        """See `Page`. An accepted request is no proof, so the rule is read back."""
        answer = {
            "Type": "fixed-response",
            "FixedResponseConfig": {
                "StatusCode": "503",
                "ContentType": "application/json",
                "MessageBody.$": "$.page",
            },
        }
        return {
            "Show page": self._modify({"Conditions": self.open_conditions, "Actions": [answer]}, "Read page back"),
            **self._verify("Read page back", "Is page shown", "$.shown.answers[0]", then),
        }

    def hide(self, *, then: str) -> Mapping[str, State]:
        """See `Page`."""
        return {"Take page away": self._modify({"Conditions": self.closed_conditions}, then)}

    def statements(self) -> Sequence[Statement]:
        """See `Page`."""
        return [
            allow(["elasticloadbalancing:ModifyRule"], [self.rule_arn]),
            allow(["elasticloadbalancing:DescribeRules"], "*"),  # knows no resources
        ]

    def _modify(self, what: Mapping[str, Any], then: str) -> State:
        return call("elasticloadbalancingv2", "modifyRule", {"RuleArn": self.rule_arn, **what}, then=then)

    def _verify(self, read: str, judge: str, answer: str, then: str) -> dict[str, State]:
        return {
            read: call(
                "elasticloadbalancingv2",
                "describeRules",
                {"RuleArns": [self.rule_arn]},
                keep={
                    "answers.$": "$.Rules[0].Actions[*].FixedResponseConfig.MessageBody",
                    "fields.$": "$.Rules[0].Conditions[*].Field",
                },
                at="$.shown",
                then=judge,
            ),
            judge: choose(
                {
                    "And": [
                        {"Variable": answer, "IsPresent": True},
                        {"Variable": answer, "StringEqualsPath": "$.page"},
                        {"Variable": "$.shown.fields[0]", "StringEquals": "host-header"},
                        {"Variable": "$.shown.fields[1]", "IsPresent": False},
                    ],
                    "Next": then,
                },
                otherwise="Page not shown",
            ),
            "Page not shown": fail("PageNotShown", "the listener rule does not answer what it was set to"),
        }
