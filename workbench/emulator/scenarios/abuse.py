"""Floods by address, by user and on heavy paths; ordinary users; too large pages and bodies."""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import Any

from deployment import tokens
from workbench.emulator import words
from workbench.emulator.behaviour.listener import Listener
from workbench.emulator.behaviour.waf import RULE_GROUP, Answer, Request, WebAcl
from workbench.emulator.scenarios._flood import FLOODS, ORDINARY_ADDRESS, Flood
from workbench.emulator.stage import Stage
from workbench.emulator.statefile import Entry

CRITERION = "Rate limits stop a flood and nobody else; a page of 51 items is refused; a 429 says when to come back."
WEB_ACL = tokens.WEB_ACL[0]
CHECKS_OF_REQUESTS = {"page-size", "rate-per-ip", "rate-per-user", "rate-heavy-path", "body-size"}
"""Rules of the firewall that this scenario is about."""
MANAGED = {
    "AWSManagedRulesAnonymousIpList",
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesKnownBadInputsRuleSet",
}
"""Rule groups of AWS's that the story asks for."""
ORDINARY_USERS = 40
LARGEST_FLOOD = 20_000
"""Requests in ten seconds beyond which a flood takes too long to act out."""


def play(stage: Stage) -> None:
    """Flood each rate rule as its key says, with ordinary users beside it; then ask for pages and send bodies."""
    stage.needs_a_running_stack()
    shared = stage.settings.tenancy.kind == "shared"
    wanted = set(stage.settings.firewall.rule_group_rules) if shared else CHECKS_OF_REQUESTS
    entry = stage.entry(RULE_GROUP if shared else WEB_ACL)
    acl = WebAcl.live(stage.account.answers, entry)
    names = {rule["Name"] for rule in acl.rules}
    stage.demand("every rule is there", wanted <= names, words.listed(rule["Name"] for rule in acl.rules))
    _in_front(stage, entry, shared=shared)
    refused: list[Answer] = []
    for flood in FLOODS:
        if flood.rule in wanted & names:
            refused += _flooded(stage, entry, flood)
    if refused:
        _too_many(stage, refused)
    elif wanted & {flood.rule for flood in FLOODS}:
        stage.demand("a refusal says when to come back", False, "nothing was refused")
    platform = stage.settings.tenancy.platform
    if platform is not None:
        _pages(stage, Listener.live(stage.account.answers, platform.listener_arn))
    if "page-size" in wanted:
        _pages(stage, acl)
    if "body-size" in wanted:
        _bodies(stage, acl)
    for rule in sorted(CHECKS_OF_REQUESTS - wanted - {"page-size"}):
        stage.leave_out(rule, "the platform's web ACL has it, not this stack's rule group")
    if not shared:
        _managed(stage, acl)


def _in_front(stage: Stage, entry: Entry, *, shared: bool) -> None:
    what = "the rules stand in front of the load balancer"
    if shared:
        stage.leave_out(
            what,
            "the platform's web ACL refers to this stack's rule group: each maintenance window looks whether it does",
        )
        return
    balancer = stage.entry(tokens.LOAD_BALANCER[0]).id
    found: dict[str, Any] = stage.call("wafv2", "get_web_acl_for_resource", ResourceArn=balancer).get("WebACL") or {}
    stage.demand(what, found.get("ARN") == entry.outputs["arn"], found.get("Name", "no web ACL"))


def _flooded(stage: Stage, entry: Entry, flood: Flood) -> list[Answer]:
    """Three times the allowed rate until well after it is noticed, then silence for a window; gives the refusals."""
    acl = WebAcl.live(stage.account.answers, entry)
    statement = acl.rate_rules().get(flood.rule)
    if statement is None:
        stage.demand(f"{flood.what} is limited", False, f"{flood.rule} limits no rate")
        return []
    limit, window = int(statement["Limit"]), int(statement.get("EvaluationWindowSec", 300))
    a_look = math.ceil(flood.times * limit * 10 / window)  # requests in ten seconds, between two looks at the rates
    if a_look > LARGEST_FLOOD:
        stage.leave_out(f"{flood.what} is limited", f"a flood over {limit:,} requests in {window} s is not acted out")
        return []
    host, header = stage.settings.edge.domain_name, stage.settings.firewall.user_header
    ordinary: Counter[int] = Counter()
    answers: list[list[Answer]] = []
    for _ in range(window // 10 + 6):
        for number in range(ORDINARY_USERS):
            request = Request(
                "/v1/plants", f"198.51.100.{number + 1}", headers={"host": host, header: f"Bearer user-{number}"}
            )
            ordinary[acl.answer(request).status] += 1
        answers.append([acl.answer(flood.request(number, host, header, stage)) for number in range(a_look)])
        acl.tick()
    every = [answer for look in answers for answer in look]
    refused = [answer for answer in every if answer.rule == flood.rule and answer.status == 429]
    last = {(answer.rule, answer.status) for look in answers[-6:] for answer in look}
    stage.demand(
        f"{flood.what} is limited, and stays so while it lasts",
        last == {(flood.rule, 429)},
        f"{flood.rule}, {limit:,} in {window} s: {len(refused):,} of {len(every):,} requests refused"
        f" ({words.percent(len(refused) / len(every))}), in the last minute"
        f" {words.listed(f'{status} by {rule}' if rule else str(status) for rule, status in sorted(last))}",
    )
    stage.demand(
        f"{flood.what} holds back no ordinary user",
        set(ordinary) == {200},
        f"{ORDINARY_USERS} users with 6 requests a minute each: "
        + words.listed(f"{count:,} times {status}" for status, count in sorted(ordinary.items())),
    )
    for _ in range(window // 10 + 2):
        acl.tick()
    back = acl.answer(flood.request(0, host, header, stage)).status
    stage.demand(f"{flood.what} is let in again {window} s after it ended", back == 200, f"status {back}")
    return refused


def _too_many(stage: Stage, refused: list[Answer]) -> None:
    wanted = str(stage.settings.firewall.retry_after_seconds)
    waits = {answer.headers.get("Retry-After", "none") for answer in refused}
    stage.demand(
        "a refusal says when to come back", waits == {wanted}, f"status 429, Retry-After {words.listed(waits)}"
    )
    bodies = {(answer.content_type, _error(answer.body)) for answer in refused}
    stage.demand(
        "in JSON, as all answers of the API",
        all(kind == "APPLICATION_JSON" and error for kind, error in bodies),
        words.listed(f"{kind or 'no content type'}, error {error or 'not named'}" for kind, error in sorted(bodies)),
    )


def _pages(stage: Stage, edge: WebAcl | Listener) -> None:
    largest = stage.settings.contract.page_size_max
    fine, over = [1, largest - 1, largest], [largest + 1, 2 * largest + 1, 1_000_000]
    wanted = {str(size): 200 for size in fine if size > 0} | {str(size): 400 for size in over}
    wanted |= {f"00{largest + 1}": 400, f"%2B{largest + 1}": 400, f"%20{largest + 1}": 400}
    host = {"host": stage.settings.edge.domain_name}
    found = {
        size: edge.answer(Request("/v1/plants", ORDINARY_ADDRESS, query={"page_size": size}, headers=host)).status
        for size in wanted
    }
    stage.demand(
        f"pages of {largest} items pass, larger ones are refused, however they are written",
        found == wanted,
        words.listed(f"{size}: {status}" for size, status in found.items()),
    )


def _bodies(stage: Stage, acl: WebAcl) -> None:
    largest = stage.settings.contract.body_size_max_kib * 1024
    host = {"host": stage.settings.edge.domain_name}
    found = {
        size: acl.answer(Request("/v1/plants", ORDINARY_ADDRESS, "POST", headers=host, body=b"x" * size)).status
        for size in (largest, largest + 1, 25 * largest)
    }
    stage.demand(
        f"bodies of {largest:,} bytes pass, larger ones are refused",
        list(found.values()) == [200, 413, 413],
        words.listed(f"{size:,} bytes: {status}" for size, status in found.items()),
    )


def _managed(stage: Stage, acl: WebAcl) -> None:
    counting = [rule["Name"] for rule in acl.rules if "Count" in rule.get("OverrideAction", {})]
    stage.demand(
        "AWS's managed rule groups are asked, and may block",
        set(acl.not_evaluated) >= MANAGED and not counting,
        f"{words.listed(acl.not_evaluated)}; only counting: {words.listed(counting)}",
    )
    stage.leave_out(
        "what AWS's managed rule groups decide",
        f"not evaluated, their rules are AWS's own and run nowhere else: {words.listed(acl.not_evaluated)}",
    )


def _error(text: str) -> str:
    """The error that a JSON body names; empty if it names none or is no JSON."""
    try:
        content = json.loads(text)
    except ValueError:
        return ""
    return str(content.get("error", "")) if isinstance(content, dict) else ""
