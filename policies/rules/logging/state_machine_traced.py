"""State machines are traced."""

from __future__ import annotations

from policies.checks import must_be
from policies.finding import Severity
from policies.rule import Rule
from policies.rules._tokens import STATE_MACHINE

RULE = Rule(
    id="logging-state-machine-traced",
    title="State machines are traced",
    severity=Severity.LOW,
    why="A trace shows which call of a rollout was slow or refused.",
    fix="Set tracingConfiguration.enabled to true.",
    source="https://docs.aws.amazon.com/step-functions/latest/dg/concepts-xray-tracing.html",
    frameworks=("checkov:CKV_AWS_284",),
    types=STATE_MACHINE,
    check=must_be("tracingConfiguration.enabled", True),
    passing={"rollout": (STATE_MACHINE[0], {"tracingConfiguration": {"enabled": True}})},
    failing={"rollout": (STATE_MACHINE[0], {})},
)
