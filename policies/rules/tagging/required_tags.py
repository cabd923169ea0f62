"""Everything carries the cost-allocation tags."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from policies.checks import mappings
from policies.model import UNKNOWN, Resource, Severity
from policies.pack import PackConfig, PackSettings
from policies.rule import Context, Problem, Rule, undecided
from policies.rules._documents import parse_json
from policies.rules._tokens import SCALING_GROUP, TAGGABLE, TOPIC


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A resource that takes tags carries the required ones, its own or the provider's."""
    required = context.config.settings.required_tags
    if not required:
        return
    tags = resource.get("tags")
    if tags is UNKNOWN or resource.get("tagsAll") is UNKNOWN:
        yield undecided("tags")
        return
    given: set[str] = set()
    for value in (tags, resource.get("tagsAll"), default_tags(resource, context)):
        given |= set(value) if isinstance(value, Mapping) else {str(tag.get("key")) for tag in mappings(value)}
    missing = [key for key in required if key not in given]
    if missing:
        yield Problem(f"tags lacks {', '.join(missing)}; add them, or set them as the provider's defaultTags", "tags")


def default_tags(resource: Resource, context: Context) -> Any:
    """Tags that the resource's provider adds."""
    reference = str(resource.options.get("provider") or "").rpartition("::")[0]
    provider = context.graph.by_urn.get(reference)
    if provider is None or resource.type in SCALING_GROUP:
        return None
    tags = provider.get("defaultTags")
    parsed = parse_json(tags) if isinstance(tags, str) else tags
    return parsed.get("tags") if isinstance(parsed, Mapping) else None


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
