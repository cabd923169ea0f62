"""What happens at the start and at the end of a maintenance window."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

from components.operations.maintenance_page import Page
from components.workflow.states import State, call, choose, fail, machine, publish, set_parameter, succeed, when

IDLE, DUE, OPEN = "idle", "due", "open"
"""Stages of a monthly window: nothing, from a week before it, and from its start to its end."""


@dataclass(frozen=True, kw_only=True)
class LentRules:
    """A rule group, and the platform's web ACL that has to ask it. Values may be Pulumi outputs."""

    web_acl_arn: str
    """Web ACL of the platform."""
    rule_group_arn: pulumi.Input[str]
    """Rule group of the stack."""


def definition(
    *, parameter: Any, page: Page | None, topic_arn: Any, lent_rules: LentRules | None = None, monthly: bool = False
) -> dict[str, Any]:
    """State machine whose input is ``{"phase": "start" | "end", "window", "subject", "message", "page"}``.

    The parameter comes first: it stops a rollout's clock. A parked stack has no `page`, and then only the parameter
    changes and people are told. Last it looks whether the platform's web ACL asks the stack's `lent_rules`, and fails,
    of which operators hear, where it does not.

    The input of a monthly window has ``stage``, too: the name of the parameter that says its stage. What ``mark`` says
    is written there: by the phase ``due``, which comes a week ahead, by the start and by the end. The end may come each
    week, as may the phase ``ahead``, whose input is a notice: they are heeded in the stage that ``while`` names.
    """
    shown = page.show(then="Announce") if page else {}
    hidden = page.hide(then="Close window") if page else {}
    open_page, close_page = next(iter(shown), "Announce"), next(iter(hidden), "Close window")
    states: dict[str, State] = {
        "Which phase": choose(
            *(MONTHLY_PHASES if monthly else ()),
            when("$.phase", "StringEquals", "start", "Open window"),
            when("$.phase", "StringEquals", "end", close_page),
            otherwise="Unknown phase",
        ),
        "Open window": set_parameter(parameter, "open", then=open_page),
        "Close window": set_parameter(parameter, "closed", then="Is it monthly" if monthly else "Announce"),
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
        **(_by_stage(topic_arn, close_page) if monthly else {}),
        "Done": succeed(),
        "Unknown phase": fail("UnknownPhase", "the phase has to be start or end"),
    }
    return machine(
        "Maintenance window of the Plant API", "Which phase", {**states, **shown, **hidden}, timeout_seconds=900
    )


IS_MONTHLY = {"Variable": "$.stage", "IsPresent": True}
MONTHLY_PHASES = tuple(
    {"And": [IS_MONTHLY, {"Variable": "$.phase", "StringEquals": phase}], "Next": first}
    for phase, first in (("start", "Mark"), ("due", "Mark"), ("end", "Read stage"), ("ahead", "Read stage"))
)


def _by_stage(topic_arn: Any, close_page: str) -> Mapping[str, State]:
    """The mark comes before a window is opened: one that is not marked would not be closed."""
    told = ("schema", "service", "event", "window", "hours", "duration_minutes", "time_zone", "message")
    return {
        "Mark": call(
            "ssm", "putParameter", {"Name.$": "$.stage", "Value.$": "$.mark", "Overwrite": True}, then="What is marked"
        ),
        "What is marked": choose(
            when("$.phase", "StringEquals", "start", "Open window"),
            when("$.phase", "StringEquals", "end", "Announce"),
            otherwise="Done",
        ),
        "Is it monthly": choose({**IS_MONTHLY, "Next": "Mark"}, otherwise="Announce"),
        "Read stage": call(
            "ssm",
            "getParameter",
            {"Name.$": "$.stage"},
            keep={"stage.$": "$.Parameter.Value"},
            at="$.found",
            then="Is it the time",
        ),
        "Is it the time": choose(
            {"Not": {"Variable": "$.found.stage", "StringEqualsPath": "$.while"}, "Next": "Done"},
            when("$.phase", "StringEquals", "end", close_page),
            otherwise="Announce ahead",
        ),
        "Announce ahead": publish(topic_arn, "$.subject", {f"{key}.$": f"$.{key}" for key in told}, then="Done"),
    }


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
