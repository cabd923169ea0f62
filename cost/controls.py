"""The compliance ledger: what each security and reliability control costs a month.

A control's cost is the difference that leaving it out makes, so allowances that it uses up count too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from cost.estimate import Estimate
from deployment import tokens
from deployment.graph import Resource, ResourceGraph


@dataclass(frozen=True, slots=True)
class Control:
    """One control, and the resources that exist because of it."""

    title: str
    references: str
    """Rules that ask for it: AWS Foundational Security Best Practices and Checkov ids."""
    types: tuple[str, ...] = ()
    also: Callable[[Resource], bool] = lambda _: False
    """Further resources that belong to it."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ControlCost:
    """What one control costs."""

    control: Control
    resources: int
    expected_usd: Decimal
    worst_case_usd: Decimal
    list_always_on_usd: Decimal
    """At list prices for 730 hours."""


def _named(*words: str) -> Callable[[Resource], bool]:
    return lambda resource: any(word in resource.name for word in words)


def _of(token: str, *words: str) -> Callable[[Resource], bool]:
    return lambda resource: resource.type == token and any(word in resource.name for word in words)


CONTROLS: Final = (
    Control(
        "Web application firewall",
        "FSBP ELB.16, WAF.10; CKV2_AWS_28",
        (*tokens.WEB_ACL, *tokens.WAF_RULE_GROUP),
    ),
    Control(
        "Encryption with a customer managed key",
        "CKV_AWS_26, CKV_AWS_158, CKV_AWS_173",
        tokens.KEY,
        note="with yearly rotation (FSBP KMS.4) $1.00 more a month from the second year, $2.00 from the third",
    ),
    Control(
        "Access logs of the load balancer",
        "FSBP ELB.5",
        tokens.BUCKET,
    ),
    Control("Network flow logs", "FSBP EC2.6", tokens.FLOW_LOG),
    Control(
        "Firewall logs",
        "FSBP WAF.11",
        also=_of(tokens.LOG_GROUP[0], "firewall", "waf"),
    ),
    Control(
        "Audit trail of every request",
        "CloudWatch logs with masking and retention; CKV_AWS_338",
        tokens.LOG_DATA_PROTECTION,
        also=_of(tokens.LOG_GROUP[0], "audit"),
    ),
    Control(
        "Alarms and what they watch",
        "FSBP CloudWatch.15; AutoScaling.1",
        (
            *tokens.METRIC_ALARM,
            *tokens.COMPOSITE_ALARM,
            *tokens.LOG_METRIC_FILTER,
        ),
    ),
    Control("Dashboard", "operations", tokens.DASHBOARD),
    Control("Budget that denies new capacity", "cost control", tokens.BUDGET_ACTION),
    Control("Canary rollout with automatic rollback", "reliability", also=_named("canary", "rollout")),
    Control("Reaper that ends sessions", "cost control", also=_named("reaper")),
)
"""Controls of the ledger, in the order in which it tells them."""


def ledger(graph: ResourceGraph, current: Estimate) -> list[ControlCost]:
    """What each control that the graph has costs; controls without resources in it are left out.

    The basis stays as it is: leaving the reaper out would also end the sessions, which is not its price.
    """
    entries = []
    for control in CONTROLS:
        kept = [resource for resource in graph if not _belongs(resource, control)]
        if len(kept) == len(graph):
            continue
        without = current.again(ResourceGraph(kept), current.basis)
        entries.append(
            ControlCost(
                control,
                resources=len(graph) - len(kept),
                expected_usd=current.expected_usd - without.expected_usd,
                worst_case_usd=current.worst_case_usd - without.worst_case_usd,
                list_always_on_usd=current.list_always_on_usd - without.list_always_on_usd,
            )
        )
    return entries


def _belongs(resource: Resource, control: Control) -> bool:
    return resource.custom and (resource.type in control.types or control.also(resource))
