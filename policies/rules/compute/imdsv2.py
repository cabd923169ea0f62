"""Instances require IMDSv2."""

from __future__ import annotations

from policies.checks import must_be
from policies.finding import Severity
from policies.remediation import set_to
from policies.rule import Rule
from policies.rules._tokens import INSTANCE, LAUNCH_CONFIGURATION, LAUNCH_TEMPLATE

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
    remediate=set_to("metadataOptions.httpTokens", "required"),
    passing={"template": (LAUNCH_TEMPLATE[0], {"metadataOptions": {"httpTokens": "required"}})},
    failing={"template": (LAUNCH_TEMPLATE[0], {"metadataOptions": {"httpTokens": "optional"}})},
)
