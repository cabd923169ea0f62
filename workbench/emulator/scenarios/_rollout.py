"""What the rollout scenarios share: the machine, the weights, the flag, the canary's answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from workbench.emulator.asl.machine import Execution
from workbench.emulator.behaviour.account import Message
from workbench.emulator.stage import Stage

RULE = "aws:lb/listenerRule:ListenerRule"
TARGET_GROUP = "aws:lb/targetGroup:TargetGroup"


@dataclass
class Rollout:
    """One run of the declared state machine, observed."""

    stage: Stage
    steps: list[tuple[datetime, int, dict[str, int], str]] = field(default_factory=list)
    """(moment, announced percent, rule → live weight, flag) at each announced step."""
    notices: list[str] = field(default_factory=list)
    """Events announced, in order."""

    def start(self) -> Execution:
        """Start the declared machine."""
        machine = self.stage.entry("aws:sfn/stateMachine:StateMachine", "rollout")
        self.stage.account.on_message = self._note
        return self.stage.account.start(machine.outputs["arn"], {})

    def answer(self, seconds: Callable[[datetime], float], per_hour: int, hours: int) -> None:
        """Let the canary answer requests, in batches of five minutes."""
        account = self.stage.account
        dimensions = self.dimensions()
        batch = per_hour // 12

        def serve() -> None:
            if batch:
                account.put_metric(
                    "AWS/ApplicationELB", "TargetResponseTime", dimensions, seconds(account.clock.now), batch
                )
                account.put_metric("AWS/ApplicationELB", "RequestCount", dimensions, float(batch))

        for number in range(hours * 12):
            account.clock.at(account.clock.now + timedelta(minutes=5 * number + 1), serve)

    def dimensions(self) -> list[dict[str, str]]:
        """Dimensions of the canary's metrics at the load balancer."""
        balancer = self.stage.entry("aws:lb/loadBalancer:LoadBalancer")
        canary = self.stage.entry(TARGET_GROUP, "canary")
        return [
            {"Name": "TargetGroup", "Value": canary.outputs["arnSuffix"]},
            {"Name": "LoadBalancer", "Value": balancer.outputs["arnSuffix"]},
        ]

    def weights(self) -> dict[str, int]:
        """Live weight of the canary in each listener rule, as the load balancer reports it."""
        canary = self.stage.entry(TARGET_GROUP, "canary").outputs["arn"]
        found = {}
        for rule in self.stage.entries(RULE, "split"):
            described = self.stage.call("elbv2", "describe_rules", RuleArns=[rule.id])["Rules"][0]
            for action in described["Actions"]:
                for group in action.get("ForwardConfig", {}).get("TargetGroups", []):
                    if group["TargetGroupArn"] == canary:
                        found[rule.urn.rsplit("::", 1)[-1]] = int(group["Weight"])
        return found

    def flag(self) -> str:
        """The live flag: "off", or its percentage."""
        flags = self.stage.account.flags.deployed
        (application, _, profile), version = next(iter(flags.items()))
        content = self.stage.call(
            "appconfig",
            "get_hosted_configuration_version",
            ApplicationId=application,
            ConfigurationProfileId=profile,
            VersionNumber=int(version),
        )["Content"].read()
        value = next(iter(json.loads(content)["values"].values()))
        return f"{value['percent']} %" if value["enabled"] else "off"

    def _note(self, message: Message) -> None:
        body: Any = message.body
        if isinstance(body, dict) and str(body.get("event", "")).startswith("rollout-"):
            self.notices.append(body["event"])
            if body["event"] == "rollout-step":
                self.steps.append((message.at, int(body["percent"]), self.weights(), self.flag()))
