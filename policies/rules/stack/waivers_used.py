"""Every waiver is still needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.tokens import TOPIC
from policies.context import Context
from policies.finding import Enforcement, Severity
from policies.rule import Problem, Rule
from policies.rules._waivers import FOR_TOPICS
from policies.settings import PackConfig

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(context: Context) -> Iterator[Problem]:
    """Every waiver names a rule that exists and covers something in this stack."""
    if context.waiver_use is None:
        return
    needless = {waiver.rule: "names a rule that does not exist; correct it" for waiver in context.waiver_use.unknown}
    if not context.parked:  # what the waivers are for is not there while the stack is parked
        needless |= {waiver.rule: "covers nothing any more; delete it" for waiver in context.waiver_use.unused}
    for waiver in (*context.waiver_use.unknown, *context.waiver_use.unused):
        if waiver.rule in needless:
            yield Problem(f"the waiver of {waiver.rule} for {waiver.resource} {needless[waiver.rule]}")


RULE = Rule(
    id="governance-waivers-used",
    title="Every waiver is still needed",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    why="A waiver that covers nothing today covers a mistake tomorrow.",
    fix="Delete the waiver, or correct its rule or resource.",
    source="docs/policies.md, waivers",
    check_stack=check,
    judges_waivers=True,
    passing={"topic": (TOPIC[0], {})},
    failing={"topic": (TOPIC[0], {"kmsMasterKeyId": "arn:key"})},
    example_config=PackConfig(waivers=(FOR_TOPICS,)),
)
