"""Everything carries the cost-allocation tags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from deployment.graph import Resource
from deployment.tokens import SCALING_GROUP, TOPIC
from policies.checks import is_absent, mappings
from policies.context import Context
from policies.finding import Risk, Severity
from policies.property_schema import takes_tags
from policies.rule import ANY_OF_AWS, Problem, Rule
from policies.rules._tags import tags_of
from policies.settings import PackConfig, PackSettings

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A resource that takes tags carries the required ones, its own or the provider's, each with a value."""
    required = context.config.settings.required_tags
    if not required or not takes_tags(resource.type):
        return
    given = tags_of(resource, context)
    missing = [key for key in required if given is not None and is_absent(given.get(key))]
    if missing:
        yield Problem(f"tags lacks {', '.join(missing)}; add them, or set them as the provider's defaultTags", "tags")


def add(resource: Resource, settings: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Adds those of the configured `values` whose key the resource lacks."""
    tags = resource.inputs.get("tags")
    given = {*_keys(tags), *_keys(resource.inputs.get("tagsAll"))}
    if not takes_tags(resource.type):
        return None
    lacking = {key: value for key, value in (settings.get("values") or {}).items() if key not in given}
    if not lacking:
        return None
    if resource.type in SCALING_GROUP and isinstance(tags, (list, type(None))):
        added = [{"key": key, "value": value, "propagateAtLaunch": True} for key, value in lacking.items()]
        return {**resource.inputs, "tags": [*(tags or []), *added]}
    if isinstance(tags, (Mapping, type(None))):
        return {**resource.inputs, "tags": {**(tags or {}), **lacking}}
    return None  # not known yet


def _keys(tags: Any) -> Iterator[str]:
    """Keys that have a value, of a map of tags or a list of them."""
    if isinstance(tags, Mapping):
        yield from (key for key, value in tags.items() if not is_absent(value))
    else:
        yield from (str(tag.get("key")) for tag in mappings(tags))


RULE = Rule(
    id="tagging-required-tags",
    title="Everything carries the cost-allocation tags",
    severity=Severity.MEDIUM,
    risk=Risk.CONFIGURED,
    why=("The budget, the reaper and the bill find the stack's resources by their tags; what lacks them is nobody's."),
    fix="Set tags, or the provider's defaultTags, with the keys of pack-settings.requiredTags.",
    source="https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/cost-alloc-tags.html",
    types=(ANY_OF_AWS,),
    check=check,
    remediate=add,
    config_schema={
        "values": {
            "type": "object",
            "additionalProperties": {"type": "string", "minLength": 1, "maxLength": 256},
            "description": "Tag key -> value that remediation adds to what lacks the key.",
        }
    },
    passing={"topic": (TOPIC[0], {"tags": {"Project": "plant"}})},
    failing={"topic": (TOPIC[0], {"tags": {"Name": "x"}})},
    example_config=PackConfig(PackSettings(required_tags=("Project",))),
)
