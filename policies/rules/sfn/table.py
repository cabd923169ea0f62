"""Data rules about sfn."""

from __future__ import annotations

from typing import Final

from deployment.tokens import STATE_MACHINE
from policies.finding import Severity
from policies.rule import Rule
from policies.table import must_be, row

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
)
