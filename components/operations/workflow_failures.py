"""Tells operators that a workflow failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.json_text import json_text


@dataclass(frozen=True, kw_only=True)
class WorkflowFailuresArgs:
    """Which workflows, and who is told."""

    state_machine_arns: Sequence[pulumi.Input[str]]
    """Workflows to watch."""
    topic_arn: pulumi.Input[str]
    """Topic of the operators; EventBridge has to be let in."""


class WorkflowFailures(pulumi.ComponentResource):
    """A workflow that fails stays silent otherwise: a maintenance page is left up, or a session goes on.

    Step Functions sends the event by itself, at no charge. Creates: event rule and its target.
    """

    rule_name: pulumi.Output[str]
    """Name of the event rule."""

    def __init__(self, name: str, args: WorkflowFailuresArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("plant:components:WorkflowFailures", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        rule = aws.cloudwatch.EventRule(
            f"{name}-failed",
            description="A workflow of the Plant API did not end well",
            event_pattern=json_text(
                {
                    "source": ["aws.states"],
                    "detail-type": ["Step Functions Execution Status Change"],
                    "detail": {
                        "stateMachineArn": list(args.state_machine_arns),
                        "status": ["FAILED", "TIMED_OUT", "ABORTED"],
                    },
                }
            ),
            opts=child,
        )
        aws.cloudwatch.EventTarget(
            f"{name}-to-operators",
            rule=rule.name,
            arn=args.topic_arn,
            input_transformer={
                "input_paths": {"execution": "$.detail.executionArn", "status": "$.detail.status"},
                "input_template": '"A workflow of the Plant API ended as <status>: <execution>"',
            },
            opts=child,
        )
        self.rule_name = rule.name
        self.register_outputs({"ruleName": self.rule_name})
