"""EventBridge Scheduler at work: the deployed schedules on the virtual clock, and what they start."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from deployment.asl.machine import StateError
from workbench.emulator.behaviour.schedules import next_time
from workbench.emulator.behaviour.topics import Publisher

if TYPE_CHECKING:
    from workbench.emulator.behaviour.answers import Answers
    from workbench.emulator.behaviour.clock import Clock
    from workbench.emulator.behaviour.executions import Executions
    from workbench.emulator.behaviour.roles import Roles
    from workbench.emulator.behaviour.tasks import SdkCaller
    from workbench.emulator.behaviour.topics import Topics


@dataclass
class Timetable:
    """All enabled schedules of the account."""

    answers: Answers
    clock: Clock
    roles: Roles
    topics: Topics
    executions: Executions
    caller: SdkCaller
    refused: list[str] = field(default_factory=list)
    """Invocations that the schedule's role does not allow."""

    def follow(self, until: datetime, part: str = "") -> list[tuple[datetime, str]]:
        """Put the schedules whose names hold a part on the agenda; gives the (moment, schedule) that are due."""
        due: list[tuple[datetime, str]] = []
        for schedule in self._enabled(part):
            for moment in self._moments(schedule, until):
                self.clock.at(moment, partial(self._invoke, schedule["Name"], schedule["Target"]))
                due.append((moment, schedule["Name"]))
        return sorted(due)

    def due(self, until: datetime, part: str = "") -> list[tuple[datetime, str]]:
        """The (moment, schedule) that are due, without doing anything about it."""
        return sorted(
            (moment, schedule["Name"]) for schedule in self._enabled(part) for moment in self._moments(schedule, until)
        )

    def _enabled(self, part: str) -> list[dict[str, Any]]:
        return [
            self.answers.call("scheduler", "get_schedule", Name=item["Name"], GroupName=item["GroupName"])
            for item in self.answers.call("scheduler", "list_schedules").get("Schedules", [])
            if item.get("State") != "DISABLED" and part in item["Name"]
        ]

    def _moments(self, schedule: dict[str, Any], until: datetime) -> list[datetime]:
        expression, zone = schedule["ScheduleExpression"], schedule.get("ScheduleExpressionTimezone") or "UTC"
        found: list[datetime] = []
        moment = next_time(expression, zone, self.clock.now)
        while moment is not None and moment <= until:
            found.append(moment)
            moment = None if expression.startswith("at") else next_time(expression, zone, moment)
        return found

    def _invoke(self, name: str, target: dict[str, Any]) -> None:
        """A schedule's target: a topic, a state machine, or any API call."""
        arn, role, text = target["Arn"], target["RoleArn"], target.get("Input") or "{}"
        if arn.startswith("arn:aws:sns:"):
            self.topics.publish(arn, text, "", Publisher(role_arn=role))
        elif arn.startswith("arn:aws:states:"):
            if self.roles.may(role, "states:StartExecution", arn, assumed_by="scheduler.amazonaws.com"):
                self.executions.start(arn, json.loads(text))
            else:
                self.refused.append(f"the schedule {name} may not start {arn.rsplit(':', 1)[-1]}")
        elif arn.startswith("arn:aws:scheduler:::aws-sdk:"):
            resource = arn.replace("arn:aws:scheduler:::", "arn:aws:states:::")
            try:
                self.caller.task(role, resource, json.loads(text), "scheduler.amazonaws.com")
            except StateError as error:
                self.refused.append(f"the schedule {name}: {error.name}, {error.cause}")
