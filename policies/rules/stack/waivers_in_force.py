"""No waiver has expired."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import STACK_TYPE
from deployment.tokens import TOPIC
from policies.context import Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.rules._waivers import EXPIRED
from policies.settings import PackConfig

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(context: Context) -> Iterator[Problem]:
    """No waiver of this stack has expired."""
    if context.waiver_use is None:
        return
    for waiver in context.waiver_use.expired:
        yield Problem(
            f"the waiver of {waiver.rule} for {waiver.resource} expired on {waiver.expires} (owner {waiver.owner}); "
            "mend the resource, or have the owner renew it"
        )


RULE = Rule(
    id="governance-waivers-in-force",
    title="No waiver has expired",
    severity=Severity.HIGH,
    risk=Risk.CONFIGURED,
    why="An exception that outlives its date is a risk that nobody owns any more.",
    fix="Mend the resource and delete the waiver, or renew it with a reason and a new date.",
    source="docs/policies.md, waivers",
    check_stack=check,
    judges_waivers=True,
    passing={"topic": (TOPIC[0], {})},
    failing={"example": (STACK_TYPE, {}), "topic": (TOPIC[0], {})},
    example_config=PackConfig(waivers=(EXPIRED,)),
)
