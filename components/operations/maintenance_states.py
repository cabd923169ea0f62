"""What happens at the start and at the end of a maintenance window."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from components.workflow.states import State, call, choose, fail, machine, publish, succeed, when

EVERYBODY: Mapping[str, list[str]] = {
    "IPV4": ["0.0.0.0/1", "128.0.0.0/1"],
    "IPV6": ["::/1", "8000::/1"],
}
"""All addresses, in halves: an IP set takes no /0 (AWS WAF developer guide, "IP set")."""
NOBODY: Mapping[str, list[str]] = {"IPV4": [], "IPV6": []}


@dataclass(frozen=True, kw_only=True)
class IpSet:
    """A set of addresses that get the maintenance page. Values may be Pulumi outputs."""

    family: str
    """``IPV4`` or ``IPV6``."""
    identifier: Any
    """Its id."""
    name: Any
    """Its name."""


def definition(*, parameter: Any, ip_sets: list[IpSet], topic_arn: Any) -> dict[str, Any]:
    """State machine whose input is ``{"phase": "start" | "end", "window", "message"}``.

    The parameter comes first: it stops a rollout's clock. A parked stack has no `ip_sets`, and then only the
    parameter changes and people are told.
    """
    states: dict[str, State] = {
        "Which phase": choose(
            when("$.phase", "StringEquals", "start", "Open window"),
            when("$.phase", "StringEquals", "end", "Take page away from IPV4" if ip_sets else "Close window"),
            otherwise="Unknown phase",
        ),
        "Open window": _set(parameter, "open", then="Show page to IPV4" if ip_sets else "Announce"),
        "Close window": _set(parameter, "closed", then="Announce"),
        "Announce": publish(
            topic_arn,
            "Plant API maintenance",
            {
                "schema": 1,
                "service": "plant-api",
                "event.$": "States.Format('maintenance-{}', $.phase)",
                "window.$": "$.window",
                "message.$": "$.message",
            },
            then="Done",
        ),
        "Done": succeed(),
        "Unknown phase": fail("UnknownPhase", "the phase has to be start or end"),
    }
    families = [found.family for found in ip_sets]
    for index, ip_set in enumerate(ip_sets):
        following = families[index + 1] if index + 1 < len(families) else None
        states |= _fill(ip_set, "Show page to", EVERYBODY, f"Show page to {following}" if following else "Announce")
        states |= _fill(
            ip_set, "Take page away from", NOBODY, f"Take page away from {following}" if following else "Close window"
        )
    return machine("Maintenance window of the Plant API", "Which phase", states, timeout_seconds=900)


def _set(parameter: Any, value: str, *, then: str) -> State:
    return call("ssm", "putParameter", {"Name": parameter, "Value": value, "Overwrite": True}, then=then)


def _fill(ip_set: IpSet, verb: str, addresses: Mapping[str, list[str]], then: str) -> dict[str, State]:
    """Replace the addresses of a set: read its lock token, then write. Somebody else's write is retried over."""
    named = {"Id": ip_set.identifier, "Name": ip_set.name, "Scope": "REGIONAL"}
    start, write = f"{verb} {ip_set.family}", f"{verb} {ip_set.family} now"
    return {
        start: call(
            "wafv2", "getIPSet", named, keep={"token.$": "$.LockToken"}, at=f"$.lock{ip_set.family}", then=write
        ),
        write: call(
            "wafv2",
            "updateIPSet",
            {**named, "Addresses": list(addresses[ip_set.family]), "LockToken.$": f"$.lock{ip_set.family}.token"},
            then=then,
        ),
    }
