"""A fleet launches what the stack declares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deployment.graph import Resource
from deployment.tokens import LAUNCH_TEMPLATE, METRIC_ALARM, SCALING_GROUP
from deployment.unknown import UNKNOWN
from policies.checks import is_absent, number, shown
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._reach import TEMPLATE_PATHS, templates_of

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """The version is the template's newest, it can start, and the refresh watches alarms of the stack."""
    for template in templates_of(resource, context):
        newest = number(template.outputs.get("latestVersion"))
        for path in TEMPLATE_PATHS:
            if not is_absent(resource.get(path)):
                yield from version_problems(resource.get(f"{path}.version"), f"{path}.version", template, newest)
        if is_absent(template.get("imageId")) and is_absent(template.get("instanceRequirements")):
            yield Problem("imageId is not set, so nothing can be launched; give an AMI", "imageId", template)
        if template.get("metadataOptions.httpEndpoint") == "disabled" and not is_absent(
            template.get("iamInstanceProfile")
        ):
            yield Problem(
                "metadataOptions.httpEndpoint is disabled, so instances can't take their role; set enabled",
                "metadataOptions.httpEndpoint",
                template,
            )
    known = context.once(alarm_names)
    for name in resource.all("instanceRefresh.preferences.alarmSpecification.alarms[*]"):
        if context.is_plant_stack and isinstance(name, str) and known - {None} and name not in known:
            yield Problem(
                f"instanceRefresh.preferences.alarmSpecification names {shown(name)}, which is no alarm of this stack",
                "instanceRefresh.preferences.alarmSpecification",
            )


def alarm_names(context: Context) -> set[Any]:
    """Names of the stack's alarms."""
    return {name for one in context.graph.of_type(*METRIC_ALARM) for name in (one.outputs.get("name"), one.get("name"))}


def version_problems(value: Any, path: str, template: Resource, newest: Any) -> Iterator[Problem]:
    """A version that does not exist, or is not the one that the stack declares."""
    if value in ("$Latest", UNKNOWN) or (value == "$Default" and template.get("updateDefaultVersion") is True):
        return
    given = number(value)
    if newest is not None and given is not None and given != newest:
        yield Problem(
            f"{path} is {given}, and the newest of {template.name} is {newest}; name its latest_version", path
        )
    elif given is None:
        yield Problem(f"{path} is {shown(value)}, so a change of {template.name} reaches no instance; name it", path)


def _fleet(version: str) -> dict[str, Any]:
    return {
        "template": (LAUNCH_TEMPLATE[0], {"imageId": "ami-1"}),
        "fleet": (SCALING_GROUP[0], {"launchTemplate": {"id": "id:template", "version": version}}),
    }


RULE = Rule(
    id="reliability-template-current",
    title="A fleet launches what the stack declares",
    severity=Severity.HIGH,
    why="A fleet on an old version keeps its old image and software, and the deployment looks done.",
    fix="Set version to the template's latest_version.",
    source="https://docs.aws.amazon.com/autoscaling/ec2/userguide/launch-templates.html",
    types=SCALING_GROUP,
    reads_graph=True,
    check=check,
    passing=_fleet("$Latest"),
    failing=_fleet("$Default"),
)
