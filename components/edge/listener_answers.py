"""What the listener of a shared stack answers by itself: the maintenance page, and refusals of too large pages.

A rule of a web ACL is $1 a month, a listener rule is free. It has no headers of its own, so the body says what there is
to say.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.edge.firewall_rules import BODIES, PAGE_TOO_LARGE

NO_ADDRESS = "192.0.2.0/24"
"""Addresses of documents, which no client has (RFC 5737)."""
VALUES_PER_CONDITION = 3
WILDCARDS_PER_RULE = 5
"""Application Load Balancer guide, "Condition types for listener rules" and "Quotas", read 2026-11: three values of a
condition; of a rule, five values (the host is one) and five wildcards, six in accounts from before 2020-12."""


@dataclass(frozen=True, kw_only=True)
class ListenerAnswersArgs:
    """Where the rules go, and what they refuse."""

    listener_arn: pulumi.Input[str]
    """HTTPS listener of the platform."""
    domain_name: str
    """Host of the requests; other services of the platform are left alone."""
    page_size_max: int
    """Items on one page at most."""
    priority_base: int
    """Priority of the first rule, the maintenance page's; the others follow (`MOST_RULES`)."""


class ListenerAnswers(pulumi.ComponentResource):
    """Maintenance page and page size, as listener rules with a fixed response.

    Outside windows the page's rule answers an address that nobody has. The maintenance workflow changes its
    conditions and its body, and Pulumi leaves both alone. Creates: a rule for the page, and as many for page sizes as
    the limits of a rule ask for.
    """

    page_rule_arn: pulumi.Output[str]
    """ARN of the rule with the maintenance page."""

    def __init__(self, name: str, args: ListenerAnswersArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("plant:components:ListenerAnswers", name, {}, opts)
        host: dict[str, Any] = {"host_header": {"values": [args.domain_name]}}
        page = aws.lb.ListenerRule(
            f"{name}-maintenance",
            listener_arn=args.listener_arn,
            priority=args.priority_base,
            conditions=[host, {"source_ip": {"values": [NO_ADDRESS]}}],
            actions=[_answer("503", '{"error":"maintenance"}')],
            tags={"Name": f"{name}-maintenance"},
            opts=pulumi.ResourceOptions(
                parent=self,
                ignore_changes=["actions", "conditions"],
                replacement_trigger={"host": args.domain_name},
                delete_before_replace=True,
            ),
        )
        for index, patterns in enumerate(packed(patterns_over(args.page_size_max)), start=1):
            aws.lb.ListenerRule(
                f"{name}-page-size-{index}",
                listener_arn=args.listener_arn,
                priority=args.priority_base + index,
                conditions=[
                    host,
                    {"query_strings": [{"key": "page_size", "value": pattern} for pattern in patterns]},
                ],
                actions=[_answer("400", BODIES[PAGE_TOO_LARGE])],
                tags={"Name": f"{name}-page-size-{index}"},
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.page_rule_arn = pulumi.Output.from_input(page.arn)
        self.register_outputs({"pageRuleArn": self.page_rule_arn})


MOST_RULES = 15
"""Listener rules, and so priorities, that `ListenerAnswers` may take; 999 items ask for 12. What comes after them keeps
its priority when the number of items changes: AWS takes no priority that another rule still has."""


def conditions_in_api(domain_name: str, *, closed: bool) -> list[Mapping[str, Any]]:
    """Conditions of the page's rule in the words of the API: of every request to the host, or `closed` of none."""
    host = {"Field": "host-header", "HostHeaderConfig": {"Values": [domain_name]}}
    nobody = {"Field": "source-ip", "SourceIpConfig": {"Values": [NO_ADDRESS]}}
    return [host, nobody] if closed else [host]


def page_body(until: str, time_zone: str) -> str:
    """Body of the page: when to come back, in local time."""
    return json.dumps({"error": "maintenance", "until": until, "time_zone": time_zone}, separators=(",", ":"))


def patterns_over(limit: int) -> list[str]:
    """Wildcards that match the whole numbers greater than `limit` (1 or more), and nothing from 1 to `limit`.

    A listener compares text. Whatever is longer than the limit is refused, which takes leading zeros, a sign, spaces
    and percent-encoding along; of the same length, each digit of the limit may be a greater one with any digits after.
    """
    digits = str(limit)
    larger = [
        digits[:index] + str(greater) + "?" * (len(digits) - index - 1)
        for index, digit in enumerate(digits)
        for greater in range(int(digit) + 1, 10)
    ]
    return ["?" * (len(digits) + 1) + "*", *larger]


def packed(patterns: Sequence[str]) -> list[list[str]]:
    """`patterns` in as many rules as the limits of one ask for."""
    rules: list[list[str]] = []
    for pattern in patterns:
        together = [*rules[-1], pattern] if rules else []
        if 0 < len(together) <= VALUES_PER_CONDITION and sum(map(_wildcards, together)) <= WILDCARDS_PER_RULE:
            rules[-1] = together
        else:
            rules.append([pattern])
    return rules


def _wildcards(pattern: str) -> int:
    return pattern.count("?") + pattern.count("*")


def _answer(status: str, body: str) -> dict[str, Any]:
    response = {"status_code": status, "content_type": "application/json", "message_body": body}
    return {"type": "fixed-response", "fixed_response": response}
