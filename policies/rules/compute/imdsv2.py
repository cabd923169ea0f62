"""Instances require IMDSv2."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from policies.checks import must_be
from policies.model import Severity
from policies.rule import Rule
from policies.rules._tokens import INSTANCE, LAUNCH_CONFIGURATION, LAUNCH_TEMPLATE


def require_tokens(inputs: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Requires session tokens, keeping the other metadata options."""
    options = inputs.get("metadataOptions")
    current = options if isinstance(options, Mapping) else {}
    if current.get("httpTokens") == "required":
        return None
    return {**inputs, "metadataOptions": {**current, "httpEndpoint": "enabled", "httpTokens": "required"}}


RULE = Rule(
    id="compute-imdsv2",
    title="Instances require IMDSv2",
    severity=Severity.HIGH,
    why="With IMDSv1 one request forged by the server hands out the role's credentials.",
    fix="Set metadataOptions.httpTokens to required.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/autoscaling-controls.html#autoscaling-3",
    frameworks=("checkov:CKV_AWS_79", "fsbp:AutoScaling.3", "fsbp:EC2.8", "fsbp:EC2.170"),
    types=(*LAUNCH_TEMPLATE, *INSTANCE, *LAUNCH_CONFIGURATION),
    check=must_be("metadataOptions.httpTokens", "required"),
    remediate=require_tokens,
    passing={"template": (LAUNCH_TEMPLATE[0], {"metadataOptions": {"httpTokens": "required"}})},
    failing={"template": (LAUNCH_TEMPLATE[0], {"metadataOptions": {"httpTokens": "optional"}})},
)
