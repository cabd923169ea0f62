"""The parts of the feature flag belong together, and it is switched at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from deployment.graph import Resource
from deployment.tokens import APPCONFIG_ENVIRONMENT, APPCONFIG_PROFILE, APPCONFIG_VERSION
from policies.checks import number, shown
from policies.context import ROOT_TYPE, Context
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

APPLICATION: Final = "aws:appconfig/application:Application"
STRATEGY: Final = "aws:appconfig/deploymentStrategy:DeploymentStrategy"
DEPLOYMENT: Final = "aws:appconfig/deployment:Deployment"
OWNERS: Final = {
    "applicationId": (APPLICATION, "id"),
    "environmentId": (APPCONFIG_ENVIRONMENT[0], "environmentId"),
    "configurationProfileId": (APPCONFIG_PROFILE[0], "configurationProfileId"),
    "deploymentStrategyId": (STRATEGY, "id"),
}
"""Property -> type that it names, and the output by which it does."""
AT_ONCE: Final = {"deploymentDurationInMinutes": 0, "growthFactor": 100, "finalBakeTimeInMinutes": 0}


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Each part names parts of this stack; a strategy reaches all clients at once; a version is JSON that exists."""
    if not context.is_plant_stack:
        return
    for path, (token, output) in OWNERS.items():
        known = {one.outputs.get(output) for one in context.graph.of_type(token)}
        value = resource.inputs.get(path)
        if isinstance(value, str) and known and all(isinstance(one, str) for one in known) and value not in known:
            yield Problem(f"{path} is {shown(value) or 'empty'}, which is not in this stack; name its own", path)
    if resource.type == STRATEGY:
        for path, wanted in AT_ONCE.items():
            if number(resource.get(path)) not in (wanted, None if path == "finalBakeTimeInMinutes" else wanted):
                yield Problem(
                    f"{path} is {shown(resource.get(path))}; the kill switch works at once: set {wanted}", path
                )
    if resource.type in APPCONFIG_VERSION and resource.get("contentType") != "application/json":
        yield Problem(f"contentType is {shown(resource.get('contentType'))}; a flag is application/json", "contentType")
    if resource.type in APPCONFIG_PROFILE and resource.get("locationUri") != "hosted":
        yield Problem(f"locationUri is {shown(resource.get('locationUri'))}; the versions are hosted", "locationUri")
    if resource.type == DEPLOYMENT:
        versions = {str(one.outputs.get("versionNumber")) for one in context.graph.of_type(*APPCONFIG_VERSION)} - {
            "None"
        }
        given = resource.get("configurationVersion")
        if versions and isinstance(given, (str, int)) and str(given) not in versions:
            yield Problem(
                f"configurationVersion is {given}, which is none of the flag's versions", "configurationVersion"
            )


def _stack(growth: int) -> dict[str, Any]:
    speed = {"deploymentDurationInMinutes": 0, "growthFactor": growth, "finalBakeTimeInMinutes": 0}
    return {"root": (ROOT_TYPE, {}), "at-once": (STRATEGY, speed)}


RULE = Rule(
    id="rollout-flag-consistent",
    title="The parts of the feature flag belong together, and it is switched at once",
    severity=Severity.HIGH,
    why="A kill switch that takes its time, or switches another application, is none.",
    fix="Name this stack's application, environment, profile and strategy; let the strategy reach everybody at once.",
    source="https://docs.aws.amazon.com/appconfig/latest/userguide/appconfig-creating-deployment-strategy.html",
    types=(*APPCONFIG_ENVIRONMENT, *APPCONFIG_PROFILE, *APPCONFIG_VERSION, STRATEGY, DEPLOYMENT),
    reads_graph=True,
    check=check,
    passing=_stack(100),
    failing=_stack(10),
)
