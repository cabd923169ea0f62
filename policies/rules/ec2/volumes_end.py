"""Volumes and network interfaces end with their instance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import LAUNCH_TEMPLATE
from deployment.unknown import UNKNOWN
from policies.checks import mappings, same, shown
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Nothing that a template makes for an instance outlives it."""
    parts = {
        f"blockDeviceMappings[{index}].ebs": ebs
        for index, device in enumerate(mappings(resource.get("blockDeviceMappings")))
        for ebs in mappings(device.get("ebs"))
    }
    parts |= {
        f"networkInterfaces[{index}]": one for index, one in enumerate(mappings(resource.get("networkInterfaces")))
    }
    for path, part in parts.items():
        value = part.get("deleteOnTermination")
        if value is not None and value is not UNKNOWN and not same(value, True):
            yield Problem(
                f"{path}.deleteOnTermination is {shown(value)}; set it to true, or it stays, and is billed",
                f"{path}.deleteOnTermination",
            )


RULE = Rule(
    id="cost-volumes-end",
    title="Volumes and network interfaces end with their instance",
    severity=Severity.MEDIUM,
    why="A fleet that replaces its instances leaves a volume behind each time: a bill that only grows, and old data.",
    fix="Set deleteOnTermination to true, or leave it out.",
    source="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/preserving-volumes-on-termination.html",
    types=LAUNCH_TEMPLATE,
    check=check,
    passing={"template": (LAUNCH_TEMPLATE[0], {"blockDeviceMappings": [{"ebs": {"deleteOnTermination": "true"}}]})},
    failing={"template": (LAUNCH_TEMPLATE[0], {"blockDeviceMappings": [{"ebs": {"deleteOnTermination": "false"}}]})},
)
