"""Step Functions: executions of the declared state machines over the virtual clock."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from deployment.asl.machine import Execution, Waiting
from workbench.emulator.api import ACCOUNT_ID

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.emulator.behaviour.answers import Answers
    from workbench.emulator.behaviour.clock import Clock
    from workbench.emulator.behaviour.tasks import SdkCaller


@dataclass
class Executions:
    """All executions of the account, in the order of their starts."""

    answers: Answers
    clock: Clock
    caller: SdkCaller
    emit: Callable[[dict[str, Any]], object]
    """Puts an event on the default bus."""
    started: list[Execution] = field(default_factory=list)

    def start(self, machine_arn: str, payload: Any) -> Execution:
        """Start an execution of a declared state machine, as it is defined now."""
        described = self.answers.call("stepfunctions", "describe_state_machine", stateMachineArn=machine_arn)
        name = str(len(self.started) + 1)
        execution = Execution(
            definition=json.loads(described["definition"]),
            input=payload,
            task=self.caller.as_role(described["roleArn"]),
            now=lambda: self.clock.now,
            name=name,
            arn=machine_arn.replace(":stateMachine:", ":execution:") + f":{name}",
            machine_arn=machine_arn,
        )
        self.started.append(execution)
        self._resume(execution, execution.run())
        return execution

    def list_call(self, params: dict[str, Any]) -> dict[str, Any]:
        """ListExecutions, newest first."""
        machine, status = params["stateMachineArn"], params.get("statusFilter")
        found = [
            {"executionArn": execution.arn, "stateMachineArn": machine, "status": execution.status}
            for execution in reversed(self.started)
            if execution.machine_arn == machine and status in (None, execution.status)
        ]
        return {"executions": found[: params.get("maxResults") or None]}

    def start_call(self, params: dict[str, Any]) -> dict[str, Any]:
        """StartExecution."""
        execution = self.start(params["stateMachineArn"], json.loads(params.get("input") or "{}"))
        return {"executionArn": execution.arn, "startDate": self.clock.now}

    def _resume(self, execution: Execution, steps: Waiting) -> None:
        if execution.status == "ABORTED":
            self._ended(execution)
            return
        try:
            wake = next(steps)
        except StopIteration:
            self._ended(execution)
        else:
            self.clock.at(wake, partial(self._resume, execution, steps))

    def _ended(self, execution: Execution) -> None:
        detail: dict[str, Any] = {
            "executionArn": execution.arn,
            "stateMachineArn": execution.machine_arn,
            "name": execution.name,
            "status": execution.status,
            "input": json.dumps(execution.input, separators=(",", ":")),
            # What there is none of is null (Step Functions guide, "Automating event delivery", its examples).
            "error": execution.error.name if execution.error else None,
            "cause": execution.error.cause if execution.error else None,
        }
        self.emit(
            {
                "source": "aws.states",
                "detail-type": "Step Functions Execution Status Change",
                "account": ACCOUNT_ID,
                "region": self.answers.region,
                "time": self.clock.now.isoformat(),
                "resources": [execution.arn],
                "detail": detail,
            }
        )
