"""What the rollout scenarios share: the machine, the weights, the flag, the canary's answers."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from deployment import tokens
from deployment.asl.machine import Execution
from workbench.emulator.behaviour.topics import Message
from workbench.emulator.scenarios._fleet import TARGET_GROUP, metric_dimensions
from workbench.emulator.stage import MissingPieceError, NotApplicableError, Stage, logical_name

RULE = tokens.LISTENER_RULE[0]
RICH = 3600
"""Requests an hour that are enough for a p95 in five minutes."""


@dataclass(frozen=True)
class Step:
    """What was live when a step was announced."""

    at: datetime
    percent: int
    weights: dict[str, int]
    """Listener rule → the canary's live weight, percent."""
    flag: str


@dataclass
class Rollout:
    """One run of the declared state machine, observed."""

    stage: Stage
    steps: list[Step] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    """Events announced, in order."""
    reason: str = ""
    """Why it was rolled back, in the notice's words."""

    def __post_init__(self) -> None:
        self.stage.needs_a_running_stack()
        self.machine_arn = str(self.stage.entry(tokens.STATE_MACHINE[0], "rollout").outputs["arn"])
        self.canary = metric_dimensions(self.stage, "canary")
        self._execution: Execution | None = None
        self._canary_arn = self.stage.entry(TARGET_GROUP, "canary").outputs["arn"]
        declared = self.stage.settings.rollout.steps
        self.shares = [step.percent for step in declared]
        """Declared shares, percent."""
        self.holds = [timedelta(hours=step.hold_hours or 0) for step in declared[:-1]]
        """Declared holds; the last share has none."""

    def needs_a_hold(self) -> None:
        """For scenarios about what happens in the middle of a step.

        Raises:
            NotApplicableError: No step is held.
        """
        if not any(self.holds):
            raise NotApplicableError("the rollout gives everything at once (plant:rollout.steps has no hold)")

    @property
    def longest(self) -> timedelta:
        """Time after which a healthy rollout is over."""
        return sum(self.holds, timedelta()) + timedelta(hours=2)

    def start(self) -> Execution:
        """Start the declared machine."""
        self.stage.account.topics.on_message = self.note
        execution = self.stage.account.executions.start(self.machine_arn, {})
        self.follow(execution)
        return execution

    def follow(self, execution: Execution) -> None:
        """Take an execution for the rollout's that somebody else started."""
        self._execution = execution

    def run(self, execution: Execution, length: timedelta) -> Execution:
        """Let time pass until an execution ends."""
        self.stage.account.clock.advance(length, until=lambda: execution.status != "RUNNING")
        return execution

    def enough(self) -> int:
        """Requests an hour with which every step has samples enough for a verdict."""
        hours = min((hold.total_seconds() / 3600 for hold in self.holds if hold), default=1.0)
        return max(RICH, math.ceil(2 * self.stage.settings.slo.minimum_samples / hours))

    def answer(
        self,
        length: timedelta,
        seconds: Callable[[datetime], float],
        errors: float = 0.0,
        every: timedelta = timedelta(minutes=5),
    ) -> None:
        """Let the canary answer requests for a time: so fast, and with such a share of server errors."""
        account = self.stage.account
        batch = self.enough() * every // timedelta(hours=1)

        def serve() -> None:
            if self._execution is not None and self._execution.status != "RUNNING":
                return  # nobody is sent to the canary any more
            account.put_metric("AWS/ApplicationELB", "RequestCount", self.canary, float(batch))
            account.put_metric(
                "AWS/ApplicationELB", "TargetResponseTime", self.canary, seconds(account.clock.now), batch
            )
            good, bad = (1 - errors) * batch, errors * batch
            account.put_metric("AWS/ApplicationELB", "HTTPCode_Target_2XX_Count", self.canary, good)
            if errors:
                account.put_metric("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", self.canary, bad)

        for number in range(length // every):
            account.clock.at(account.clock.now + number * every + timedelta(seconds=30), serve)

    def weights(self) -> dict[str, int]:
        """Live weight of the canary in each listener rule, as the load balancer reports it, percent.

        Raises:
            MissingPieceError: No rule forwards to it.
        """
        found = {}
        for rule in self.stage.entries(RULE, "split"):
            described = self.stage.call("elbv2", "describe_rules", RuleArns=[rule.id])["Rules"][0]
            for action in described["Actions"]:
                for group in action.get("ForwardConfig", {}).get("TargetGroups", []):
                    if group["TargetGroupArn"] == self._canary_arn:
                        found[logical_name(rule.urn)] = int(group["Weight"])
        if not found:
            raise MissingPieceError("no listener rule names the canary's target group")
        return found

    def flag(self) -> str:
        """The live flag: "off", or its percentage.

        Raises:
            MissingPieceError: No configuration is deployed.
        """
        flags = self.stage.account.flags.deployed
        if not flags:
            raise MissingPieceError("no configuration of the feature flag is deployed")
        (application, _, profile), version = next(iter(flags.items()))
        content = self.stage.call(
            "appconfig",
            "get_hosted_configuration_version",
            ApplicationId=application,
            ConfigurationProfileId=profile,
            VersionNumber=int(version),
        )["Content"].read()
        value = json.loads(content)["values"][self.stage.settings.rollout.flag_name]
        return f"{value['percent']} %" if value["enabled"] else "off"

    def note(self, message: Message) -> None:
        """Take note of a published message."""
        body: Any = message.body
        if isinstance(body, dict) and str(body.get("event", "")).startswith("rollout-"):
            self.notices.append(body["event"].removeprefix("rollout-"))
            self.reason = body.get("reason", self.reason)
            if body["event"] == "rollout-step":
                self.steps.append(Step(message.at, int(body["percent"]), self.weights(), self.flag()))


def ending(execution: Execution) -> str:
    """How an execution ended, in words."""
    if execution.error is None:
        return execution.status
    return f"{execution.status}, {execution.error.name}: {execution.error.cause}"
