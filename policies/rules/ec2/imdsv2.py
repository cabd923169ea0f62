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
    """The instance asks for session tokens, by itself, by its template or by the account's default."""
    endpoint = resource.get("metadataOptions.httpEndpoint")
    if endpoint not in (None, "enabled"):
        return
    elsewhere = resource.gives("launchTemplate") or any(
        one.get("httpTokens") == "required" for one in context.graph.of_type(*METADATA_DEFAULTS)
    )
    yield from must_be(TOKENS, "required", *((None,) if elsewhere else ())).check(resource, context)


_TEMPLATE: Final[Example] = {"template": (LAUNCH_TEMPLATE[0], {"metadataOptions": {"httpTokens": "required"}})}
_DEFAULT: Final[Example] = {
    "machine": (INSTANCE[0], {"instanceType": "t4g.nano"}),
    "default": (METADATA_DEFAULTS[0], {"httpTokens": "required"}),
}

RULE = Rule(
    id="compute-imdsv2",
    title="Instances require IMDSv2",
    severity=Severity.HIGH,
    risk=Risk.EXPOSURE,
    why="With IMDSv1 one request forged by the server hands out the role's credentials.",
    fix="Set metadataOptions.httpTokens to required.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/autoscaling-controls.html#autoscaling-3",
    frameworks=("checkov:CKV_AWS_79", "fsbp:AutoScaling.3", "fsbp:EC2.8", "fsbp:EC2.170"),
    types=(*LAUNCH_TEMPLATE, *INSTANCE, *LAUNCH_CONFIGURATION, *SPOT_REQUEST),
    reads_graph=True,
    check=check,
    remediate=set_to(TOKENS, "required"),
    passing=_TEMPLATE,
    also_passing=(
        _DEFAULT,
        *each(_TEMPLATE, {"machine": (INSTANCE[0], {"launchTemplate": {"id": "id:template"}})}),
        *each(_TEMPLATE, {"template.metadataOptions": {"httpEndpoint": "disabled"}}),
    ),
    failing=each(_TEMPLATE, {"template.metadataOptions.httpTokens": "optional"})[0],
    also_failing=each(
        _DEFAULT, {"default.httpTokens": "no-preference"}, {"machine.metadataOptions": {"httpTokens": "optional"}}
    ),
    undecided=each(
        _TEMPLATE,
        {"template.metadataOptions.httpTokens": UNKNOWN},
        {"template.metadataOptions.httpTokens": SECRET},
        {"template.metadataOptions.httpEndpoint": UNKNOWN},
    ),
)
