"""Everything carries the tag by which the budget finds the stack's cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from deployment.graph import Resource
from deployment.tokens import BUDGET, LAUNCH_TEMPLATE, TAGGABLE, TOPIC
from policies.checks import mappings, shown, strings
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule, undecided
from policies.rules._tags import tags_of


def check(context: Context) -> Iterator[Problem]:
    """What a budget counts by a tag is what the stack's resources carry."""
    wanted = dict(pair for budget in context.graph.of_type(*BUDGET) for pair in filters(budget))
    if not wanted:
        return
    carried = [(resource, tags_of(resource, context)) for resource in context.graph.of_type(*TAGGABLE)]
    for key, value in wanted.items():
        if not any(tags is not None and tags.get(key) == value for _, tags in carried):
            yield Problem(f"a budget counts what is tagged {key}={value}, and nothing of the stack is")
            continue
        for resource, tags in carried:
            if tags is None:
                yield undecided("tags")._replace(resource=resource)
            elif tags.get(key) != value:
                yield Problem(
                    f"tags.{key} is {shown(tags.get(key))}, and the budget counts {value} only; set it",
                    "tags",
                    resource,
                )
        for template in context.graph.of_type(*LAUNCH_TEMPLATE):
            yield from uncounted(template, key, value)


def filters(budget: Resource) -> Iterator[tuple[str, str]]:
    """(key, value) of the tags that `budget` counts by, where it counts by one value each."""
    for one in mappings(budget.get("costFilters")):
        values = strings(one.get("values"))
        if one.get("name") == "TagKeyValue" and len(values) == 1 and "$" in values[0]:
            key, _, value = values[0].removeprefix("user:").partition("$")
            yield key, value


def uncounted(template: Resource, key: str, value: str) -> Iterator[Problem]:
    """What `template` launches without the tag."""
    given = {
        one.get("resourceType"): one["tags"].get(key)
        for one in mappings(template.get("tagSpecifications"))
        if isinstance(one.get("tags"), Mapping)
    }
    for kind in ("instance", "volume"):
        if given.get(kind) != value:
            yield Problem(
                f"tagSpecifications gives a launched {kind} the tag {key} {shown(given.get(kind))}, and the budget "
                f"counts {value} only; set it",
                "tagSpecifications",
                template,
            )


def _budget(value: str) -> tuple[str, dict[str, object]]:
    return BUDGET[0], {
        "tags": {"Stack": "plant"},
        "costFilters": [{"name": "TagKeyValue", "values": [f"user:Stack${value}"]}],
    }


RULE = Rule(
    id="tagging-budget-tag",
    title="Everything carries the tag that the budget counts by",
    severity=Severity.HIGH,
    why="What lacks the tag is spent without the budget seeing it, so the limit is none.",
    fix="Set the tag on the resource, or in the provider's defaultTags, to the value in the budget's costFilters.",
    source="https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-create-filters.html",
    check_stack=check,
    passing={"budget": _budget("plant"), "topic": (TOPIC[0], {"tags": {"Stack": "plant"}})},
    failing={"budget": _budget("plant"), "topic": (TOPIC[0], {"tags": {"Stack": "plnat"}})},
)
