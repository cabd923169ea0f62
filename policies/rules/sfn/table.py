"""Data rules about sfn."""

from __future__ import annotations

from typing import Final

from deployment.tokens import STATE_MACHINE
from policies.finding import Severity
from policies.rule import Rule
from policies.table import must_be, must_have, row

RULES: Final[tuple[Rule, ...]] = (
    row(
        "logging-state-machine-traced",
        STATE_MACHINE,
        must_be("tracingConfiguration.enabled", True),
        title="State machines are traced",
        severity=Severity.LOW,
        why="A trace shows which call of a rollout was slow or refused.",
        fix="Set tracingConfiguration.enabled to true.",
        source="https://docs.aws.amazon.com/step-functions/latest/dg/concepts-xray-tracing.html",
        frameworks=("checkov:CKV_AWS_284",),
    ),
    row(
        "logging-state-machine-logged",
        STATE_MACHINE,
        must_be("loggingConfiguration.level", "ERROR", "ALL", "FATAL"),
        must_be("loggingConfiguration.includeExecutionData", True),
        must_have("loggingConfiguration.logDestination", "the ARN of a log group followed by :*"),
        title="State machines log what they do",
        severity=Severity.MEDIUM,
        why="A rollout or a reaper that failed at night must be explainable in the morning.",
        fix="Set loggingConfiguration.level, includeExecutionData and logDestination.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/stepfunctions-controls.html#stepfunctions-1",
        frameworks=("checkov:CKV_AWS_285", "fsbp:StepFunctions.1"),
    ),
)
