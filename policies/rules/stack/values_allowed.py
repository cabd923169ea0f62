"""Nothing is asked for that AWS refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.unknown import SECRET, Sentinel
from policies.checks import shown
from policies.context import Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule, undecided
from policies.rules._allowed_values import ALLOWED

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Each value is one that AWS takes for its property."""
    for path, allowed in ALLOWED[resource.type].items():
        top = path.partition(".")[0].partition("[")[0]
        for value in resource.peek(path) if top in resource.inputs else ():
            if isinstance(value, Sentinel):
                if value is SECRET or not resource.sources(top):  # what another resource gives, AWS takes
                    yield undecided(path, value)
            elif not allowed.takes(value):
                yield Problem(f"{path} is {shown(value) or 'empty'}; AWS takes {allowed.text}", path)


RULE = Rule(
    id="governance-values-allowed",
    title="Nothing is asked for that AWS refuses",
    severity=Severity.MEDIUM,
    risk=Risk.REFUSAL,
    why="AWS refuses it in the middle of a deployment, when half of the stack is changed.",
    fix="Set the property to what the message says.",
    source="https://docs.aws.amazon.com/cloudcontrolapi/latest/userguide/supported-resources.html",
    types=tuple(ALLOWED),
    check=check,
    passing={"group": ("aws:cloudwatch/logGroup:LogGroup", {"retentionInDays": 365})},
    failing={"group": ("aws:cloudwatch/logGroup:LogGroup", {"retentionInDays": 360})},
)
