"""Whatever a resource waits for is in the stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.tokens import TOPIC, TOPIC_POLICY
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

MISSING = "urn:pulumi:example::example::aws:sns/topic:Topic::gone"


def check(context: Context) -> Iterator[Problem]:
    """Every resource that another one names as its dependency is there to be judged."""
    known = context.graph.by_urn
    for resource in context.graph:
        named = set(resource.dependencies)
        named.update(*resource.property_dependencies.values())
        if resource.parent:
            named.add(resource.parent)
        for urn in sorted(one for one in named if one not in known):
            yield Problem(
                f"depends on {urn.rpartition('::')[2]}, which is not in the stack: only a part of it was looked at",
                "dependencies",
                resource,
            )


RULE = Rule(
    id="governance-references-resolve",
    title="Whatever a resource waits for is in the stack",
    severity=Severity.HIGH,
    why="What was taken out of the file was not looked at; Pulumi itself refuses such a state.",
    fix="Judge the whole stack: what `pulumi stack export` or `./plant preview` writes.",
    source="https://www.pulumi.com/docs/iac/cli/commands/pulumi_state/",
    check_stack=check,
    passing={"topic": (TOPIC[0], {}), "policy": (TOPIC_POLICY[0], {"arn": "arn:topic"})},
    failing={"policy": (TOPIC_POLICY[0], {"arn": "arn:gone"}, {"dependencies": [MISSING]})},
)
