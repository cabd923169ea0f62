"""Instances require IMDSv2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from deployment.graph import Resource
from deployment.tokens import INSTANCE, LAUNCH_CONFIGURATION, LAUNCH_TEMPLATE, METADATA_DEFAULTS, SPOT_REQUEST
from deployment.unknown import SECRET, UNKNOWN
from policies.context import Context
from policies.examples import Example, each
from policies.finding import Risk, Severity
from policies.remediation import set_to
from policies.rule import Problem, Rule
from policies.table import must_be

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKENS: Final = "metadataOptions.httpTokens"


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """What is said about session tokens is that they are required."""
    if _has_endpoint(resource):
        yield from must_be(TOKENS, "required", None).check(resource, context)


def check_default(resource: Resource, context: Context) -> Iterator[Problem]:
    """Where nothing is said, the launch template or the account's default requires them."""
    if resource.get(TOKENS) is not None or resource.gives("launchTemplate") or not _has_endpoint(resource):
        return
    if not any(one.get("httpTokens") == "required" for one in context.graph.of_type(*METADATA_DEFAULTS)):
        yield from must_be(TOKENS, "required").check(resource, context)


def _has_endpoint(resource: Resource) -> bool:
    endpoint = resource.get("metadataOptions.httpEndpoint")
    return endpoint in (None, "enabled")


_TEMPLATE: Final[Example] = {"template": (LAUNCH_TEMPLATE[0], {"metadataOptions": {"httpTokens": "required"}})}
_DEFAULT: Final[Example] = {
    "machine": (INSTANCE[0], {"instanceType": "t4g.nano"}),
    "default": (METADATA_DEFAULTS[0], {"httpTokens": "required"}),
}
_WHY: Final = "With IMDSv1 one request forged by the server hands out the role's credentials."
_SOURCE: Final = "https://docs.aws.amazon.com/securityhub/latest/userguide/autoscaling-controls.html#autoscaling-3"
_CONTROLS: Final = ("checkov:CKV_AWS_79", "fsbp:AutoScaling.3", "fsbp:EC2.8", "fsbp:EC2.170")
_TYPES: Final = (*LAUNCH_TEMPLATE, *INSTANCE, *LAUNCH_CONFIGURATION, *SPOT_REQUEST)

RULES: Final = (
    Rule(
        id="compute-imdsv2",
        title="Instances require IMDSv2",
        severity=Severity.HIGH,
        risk=Risk.EXPOSURE,
        why=_WHY,
        fix="Set metadataOptions.httpTokens to required.",
        source=_SOURCE,
        frameworks=_CONTROLS,
        types=_TYPES,
        check=check,
        reads=("metadataOptions",),
        remediate=set_to(TOKENS, "required"),
        passing=_TEMPLATE,
        also_passing=each(_TEMPLATE, {"template.metadataOptions": {"httpEndpoint": "disabled"}}),
        failing=each(_TEMPLATE, {"template.metadataOptions.httpTokens": "optional"})[0],
        undecided=each(
            _TEMPLATE,
            {"template.metadataOptions.httpTokens": UNKNOWN},
            {"template.metadataOptions.httpTokens": SECRET},
            {"template.metadataOptions.httpEndpoint": UNKNOWN},
        ),
    ),
    Rule(
        id="compute-imdsv2-by-default",
        title="Instances require IMDSv2, where they say nothing about it",
        severity=Severity.HIGH,
        risk=Risk.EXPOSURE,
        why=_WHY,
        fix="Set metadataOptions.httpTokens to required, there or in aws.ec2.InstanceMetadataDefaults.",
        source=_SOURCE,
        frameworks=_CONTROLS,
        types=_TYPES,
        reads_graph=True,
        check=check_default,
        reads=("metadataOptions", "launchTemplate"),
        passing=_TEMPLATE,
        also_passing=(
            _DEFAULT,
            *each(_TEMPLATE, {"machine": (INSTANCE[0], {"launchTemplate": {"id": "id:template"}})}),
        ),
        failing=each(_TEMPLATE, {"template.metadataOptions.httpTokens": None})[0],
        also_failing=each(_DEFAULT, {"default.httpTokens": "no-preference"}),
    ),
)
