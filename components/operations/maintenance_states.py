"""What happens at the start and at the end of a maintenance window."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

from components.operations.maintenance_page import Page
from components.workflow.states import State, call, choose, fail, machine, publish, succeed, when


@dataclass(frozen=True, kw_only=True)
class LentRules:
    """A rule group, and the platform's web ACL that has to ask it. Values may be Pulumi outputs."""

    web_acl_arn: str
    """Web ACL of the platform."""
    rule_group_arn: pulumi.Input[str]
    """Rule group of the stack."""


def definition(
    *, parameter: Any, page: Page | None, topic_arn: Any, lent_rules: LentRules | None = None
) -> dict[str, Any]:
    """State machine whose input is ``{"phase": "start" | "end", "window", "subject", "message", "page"}``.

    The parameter comes first: it stops a rollout's clock. A parked stack has no `page`, and then only the parameter
    changes and people are told. Last it looks whether the platform's web ACL asks the stack's `lent_rules`, and fails,
    of which operators hear, where it does not.
    """
    shown = page.show(then="Announce") if page else {}
    hidden = page.hide(then="Close window") if page else {}
    states: dict[str, State] = {
        "Which phase": choose(
            when("$.phase", "StringEquals", "start", "Open window"),
            when("$.phase", "StringEquals", "end", next(iter(hidden), "Close window")),
            otherwise="Unknown phase",
        ),
        "Open window": _set(parameter, "open", then=next(iter(shown), "Announce")),
        "Close window": _set(parameter, "closed", then="Announce"),
        "Announce": publish(
            topic_arn,
            "$.subject",
            {
                "schema": 1,
                "service": "plant-api",
                "event.$": "States.Format('maintenance-{}', $.phase)",
                "window.$": "$.window",
                "message.$": "$.message",
            },
            then="Read web ACL" if lent_rules else "Done",
        ),
        **(_look_for(lent_rules) if lent_rules else {}),
        "Done": succeed(),
        "Unknown phase": fail("UnknownPhase", "the phase has to be start or end"),
    }
    return machine(
        "Maintenance window of the Plant API", "Which phase", {**states, **shown, **hidden}, timeout_seconds=900
    )


def _look_for(lent: LentRules) -> Mapping[str, State]:
    name, identifier = lent.web_acl_arn.split("/")[-2:]
    return {
        # As text: which capitals Step Functions gives to ARN and ACL is written nowhere.
        "Read web ACL": call(
            "wafv2",
            "getWebACL",
            {"Name": name, "Id": identifier, "Scope": "REGIONAL"},
            keep={"text.$": "States.JsonToString($)"},
            at="$.webAcl",
            then="Are rules asked",
        ),
        "Are rules asked": choose(
            when("$.webAcl.text", "StringMatches", pulumi.Output.concat("*", lent.rule_group_arn, "*"), "Done"),
            otherwise="Rules not asked",
        ),
        "Rules not asked": fail(
            "RulesNotAsked", "the platform's web ACL (plant:tenancy.platform.web_acl_arn) lacks this stack's rule group"
        ),
    }


def _set(parameter: Any, value: str, *, then: str) -> State:
    return call("ssm", "putParameter", {"Name": parameter, "Value": value, "Overwrite": True}, then=then)
