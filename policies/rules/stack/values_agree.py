"""A required tag has one value in the whole stack."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from deployment.tokens import TAGGABLE, TOPIC
from policies.checks import shown
from policies.context import Context
from policies.finding import Enforcement, Severity
from policies.rule import Problem, Rule
from policies.rules._tags import tags_of
from policies.settings import PackConfig, PackSettings


def check(context: Context) -> Iterator[Problem]:
    """Where most resources say one thing of Project, Owner and so on, none says another."""
    required = context.config.settings.required_tags
    if not required:
        return
    carried = [(resource, tags_of(resource, context) or {}) for resource in context.graph.of_type(*TAGGABLE)]
    for key in required:
        values = Counter(tags[key] for _, tags in carried if isinstance(tags.get(key), str))
        if len(values) < 2:
            continue
        usual, count = values.most_common(1)[0]
        if count * 4 < 3 * values.total():
            continue  # a stack of several projects, or owners
        for resource, tags in carried:
            if isinstance(tags.get(key), str) and tags[key] != usual:
                yield Problem(
                    f"tags.{key} is {shown(tags[key])}, and {usual} in the rest of the stack; make them equal",
                    f"tags.{key}",
                    resource,
                )


RULE = Rule(
    id="tagging-values-agree",
    title="A required tag has one value in the whole stack",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    why="What is tagged otherwise is missing in somebody's bill, and in nobody's care.",
    fix="Give the tag the value that the rest of the stack has.",
    source="https://docs.aws.amazon.com/whitepapers/latest/tagging-best-practices/building-a-cost-allocation-strategy.html",
    check_stack=check,
    passing={name: (TOPIC[0], {"tags": {"Project": "plant"}}) for name in ("a", "b", "c", "d")},
    failing={
        **{name: (TOPIC[0], {"tags": {"Project": "plant"}}) for name in ("a", "b", "c", "d")},
        "other": (TOPIC[0], {"tags": {"Project": "plnat"}}),
    },
    example_config=PackConfig(PackSettings(required_tags=("Project",))),
)
