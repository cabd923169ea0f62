"""What a template launches carries the required tags."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from deployment.graph import Resource
from deployment.tokens import LAUNCH_TEMPLATE
from policies.checks import mappings, shown
from policies.context import Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.rules._tags import tags_of
from policies.settings import PackConfig, PackSettings


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Each kind of resource that is tagged at launch has the required tags, with the template's own values."""
    own = tags_of(resource, context) or {}
    for index, one in enumerate(mappings(resource.get("tagSpecifications"))):
        tags = one.get("tags")
        for key in context.config.settings.required_tags if isinstance(tags, Mapping) or tags is None else ():
            given = tags.get(key) if isinstance(tags, Mapping) else None
            wanted = own.get(key, given)
            if not given or given != wanted:
                path = f"tagSpecifications[{index}].tags.{key}"
                yield Problem(f"{path} is {shown(given)}; set it to {shown(wanted)}", path)


RULE = Rule(
    id="tagging-launched-tagged",
    title="What a template launches carries the required tags",
    severity=Severity.MEDIUM,
    risk=Risk.CONFIGURED,
    why="Instances and volumes are most of the bill; without tags they are nobody's.",
    fix="Give each of tagSpecifications the required tags of the template itself.",
    source="https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-tagging.html",
    types=LAUNCH_TEMPLATE,
    reads_graph=True,
    check=check,
    passing={
        "template": (
            LAUNCH_TEMPLATE[0],
            {
                "tags": {"Project": "plant"},
                "tagSpecifications": [{"resourceType": "instance", "tags": {"Project": "plant"}}],
            },
        )
    },
    failing={
        "template": (
            LAUNCH_TEMPLATE[0],
            {
                "tags": {"Project": "plant"},
                "tagSpecifications": [{"resourceType": "instance", "tags": {"Project": "other"}}],
            },
        )
    },
    example_config=PackConfig(PackSettings(required_tags=("Project",))),
)
