"""Instances carry the tags of their scaling group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from deployment.graph import Resource
from deployment.tokens import LAUNCH_TEMPLATE, SCALING_GROUP
from deployment.unknown import UNKNOWN
from policies.checks import mappings, same, shown
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Each tag of a group reaches its instances: propagated, or set by the launch template."""
    templates = [
        template
        for path in ("launchTemplate", "mixedInstancesPolicy.launchTemplate.launchTemplateSpecification")
        for template in context.graph.referenced(resource, path, *LAUNCH_TEMPLATE)
    ]
    by_template = {key for template in templates for key in instance_tags(template)}
    for index, tag in enumerate(mappings(resource.get("tags"))):
        value = tag.get("propagateAtLaunch")
        if value is not UNKNOWN and not same(value, True) and tag.get("key") not in by_template:
            path = f"tags[{index}].propagateAtLaunch"
            yield Problem(f"{path} ({shown(tag.get('key'))}) is {shown(value)}; set it to true", path)


def instance_tags(template: Resource) -> Iterator[str]:
    """Keys of the tags that `template` gives to instances."""
    for specification in mappings(template.get("tagSpecifications")):
        tags = specification.get("tags")
        if specification.get("resourceType") == "instance" and isinstance(tags, Mapping):
            yield from tags


RULE = Rule(
    id="tagging-group-tags-propagate",
    title="Instances carry the tags of their scaling group",
    severity=Severity.MEDIUM,
    why="Untagged instances are missing in the bill by tag, and the reaper does not find them.",
    fix=(
        "Set propagateAtLaunch to true on each tag, or name the tag in the template's tagSpecifications for instances."
    ),
    source="https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-tagging.html",
    types=SCALING_GROUP,
    reads_graph=True,
    check=check,
    passing={"fleet": (SCALING_GROUP[0], {"tags": [{"key": "Project", "value": "plant", "propagateAtLaunch": True}]})},
    failing={"fleet": (SCALING_GROUP[0], {"tags": [{"key": "Project", "value": "plant", "propagateAtLaunch": False}]})},
)
