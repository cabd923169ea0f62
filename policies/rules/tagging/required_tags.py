"""Everything carries the cost-allocation tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policies.checks import is_absent
from policies.model import Resource, Severity
from policies.pack import PackConfig, PackSettings
from policies.rule import Context, Problem, Rule, undecided
from policies.rules._tags import tags_of
from policies.rules._tokens import TAGGABLE, TOPIC

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A resource that takes tags carries the required ones, its own or the provider's, each with a value."""
    required = context.config.settings.required_tags
    if not required:
        return
    given = tags_of(resource, context)
    if given is None:
        yield undecided("tags")
        return
    missing = [key for key in required if is_absent(given.get(key))]
    if missing:
        yield Problem(f"tags lacks {', '.join(missing)}; add them, or set them as the provider's defaultTags", "tags")


RULE = Rule(
    id="tagging-required-tags",
    title="Everything carries the cost-allocation tags",
    severity=Severity.MEDIUM,
    why=("The budget, the reaper and the bill find the stack's resources by their tags; what lacks them is nobody's."),
    fix="Set tags, or the provider's defaultTags, with the keys of pack-settings.requiredTags.",
    source="https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/cost-alloc-tags.html",
    types=TAGGABLE,
    reads_graph=True,
    check=check,
    passing={"topic": (TOPIC[0], {"tags": {"Project": "plant"}})},
    failing={"topic": (TOPIC[0], {"tags": {"Name": "x"}})},
    example_config=PackConfig(PackSettings(required_tags=("Project",))),
)
