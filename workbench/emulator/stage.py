"""The stage of a rehearsal: the deployed stack, and what a scenario needs to find its way in it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from deployment import tokens
from deployment.urn import name_of
from workbench.emulator.behaviour.account import Account
from workbench.emulator.program import deploy_program

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.settings import Settings
    from workbench.emulator.deploy import Deployer, Outcome
    from workbench.emulator.statefile import Entry

METRIC_ALARM = tokens.METRIC_ALARM[0]


@dataclass(frozen=True)
class Moving:
    """What the stack's workflows change of a type while it runs."""

    properties: tuple[str, ...]
    operations: frozenset[str]
    """Calls that do so."""


MOVED_BY_WORKFLOWS = {
    tokens.LISTENER_RULE[0]: Moving(("actions", "conditions"), frozenset({"modify_rule"})),
    tokens.SCALING_GROUP[0]: Moving(
        ("minSize", "maxSize", "desiredCapacity"),
        frozenset({"set_desired_capacity", "terminate_instance_in_auto_scaling_group", "update_auto_scaling_group"}),
    ),
    tokens.PARAMETER[0]: Moving(("insecureValue",), frozenset({"put_parameter"})),
    tokens.IP_SET[0]: Moving(("addresses",), frozenset({"update_ip_set"})),
}


class MissingPieceError(Exception):
    """The stack does not have what its settings promise, and a scenario is about."""


class NotApplicableError(Exception):
    """By its settings the stack is not meant to have what a scenario is about."""


class Status(StrEnum):
    """What became of a demand or of a scenario."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not applicable"


@dataclass
class Check:
    """One thing that a scenario demands, and what it saw."""

    what: str
    status: Status
    evidence: str
    """What was seen; of what is not applicable, the reason."""


@dataclass
class Stage:
    """A stack on the emulated AWS."""

    deployer: Deployer
    stack: str
    settings: Settings
    """What the stack is meant to be: scenarios hold it to this."""
    account: Account
    overrides: Mapping[str, str] = field(default_factory=dict)
    since: int = 0
    """API calls made before the scenario that was played last."""
    checks: list[Check] = field(default_factory=list)
    _clean_ups: list[Callable[[], object]] = field(default_factory=list)

    # --- finding --------------------------------------------------------------------------------------------

    def entries(self, token: str, part: str = "") -> list[Entry]:
        """Deployed resources of a type whose logical name contains a part, in order of creation."""
        return [
            entry
            for entry in self.deployer.state.entries.values()
            if entry.type == token and part in logical_name(entry.urn)
        ]

    def entry(self, token: str, part: str = "") -> Entry:
        """The first deployed resource of a type whose logical name contains a part.

        Raises:
            MissingPieceError: There is none.
        """
        found = self.entries(token, part)
        if not found:
            raise MissingPieceError(f"the stack has no {token}" + (f" named …{part}…" if part else ""))
        return found[0]

    def alarm(self, part: str) -> Entry:
        """The metric alarm whose logical name contains a part.

        Raises:
            MissingPieceError: There is none.
        """
        return self.entry(METRIC_ALARM, part)

    def call(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        """Call the API."""
        return self.deployer.lifecycle.api.call(service, operation, **params)

    # --- acting ---------------------------------------------------------------------------------------------

    def deploy(self, overrides: Mapping[str, str] | None = None) -> Outcome:
        """Deploy again, with other configuration values, as a second `pulumi up` would."""
        outcome, _ = deploy_program(self.deployer, self.stack, overrides={**self.overrides, **(overrides or {})})
        self.account.reload()
        return outcome

    def restore_later(self) -> None:
        """Bring resources that are updated from here on back to their present inputs, when the scenario is over."""
        before = {urn: replace(entry) for urn, entry in self.deployer.state.entries.items()}

        def restore() -> None:
            for urn, old in before.items():
                now = self.deployer.state.entries.get(urn)
                if now is not None and now.inputs != old.inputs:
                    changed = self.deployer.lifecycle.diff(now.type, now.outputs, old.inputs).changed
                    now.outputs = self.deployer.lifecycle.update(
                        now.type, urn, now.id, now.outputs, old.inputs, changed
                    )
                    now.inputs = old.inputs

        self.finally_do(restore)

    def reset(self) -> None:
        """Undo what scenarios and their workflows changed behind the deploy's back, and nothing else."""
        lifecycle = self.deployer.lifecycle
        done = {record.operation for record in lifecycle.api.calls[self.since :]}
        if "set_instance_protection" in done:
            self._let_instances_go()
        for token, moving in MOVED_BY_WORKFLOWS.items():
            for entry in self.entries(token) if done & moving.operations else ():
                present = [name for name in moving.properties if name in entry.inputs]
                lifecycle.update(token, entry.urn, entry.id, entry.outputs, _at_rest(entry), present)
        if self.account.cluster is not None:
            self.account.cluster.rest()
        states = {
            alarm["AlarmName"]: alarm["StateValue"]
            for alarm in self.call("cloudwatch", "describe_alarms")["MetricAlarms"]
        }
        for name in sorted(name for name, state in states.items() if state != "INSUFFICIENT_DATA"):
            self.call(
                "cloudwatch", "set_alarm_state", AlarmName=name, StateValue="INSUFFICIENT_DATA", StateReason="reset"
            )

    def _let_instances_go(self) -> None:
        """No program declares this protection, so no property brings it back."""
        for group in self.call("autoscaling", "describe_auto_scaling_groups")["AutoScalingGroups"]:
            if held := [item["InstanceId"] for item in group["Instances"] if item["ProtectedFromScaleIn"]]:
                self.call(
                    "autoscaling",
                    "set_instance_protection",
                    AutoScalingGroupName=group["AutoScalingGroupName"],
                    InstanceIds=held,
                    ProtectedFromScaleIn=False,
                )

    def listen(self, topic: str) -> Callable[[], list[Any]]:
        """Subscribe a new queue to a topic; the function gives the messages that have arrived, oldest first."""
        url = self.call("sqs", "create_queue", QueueName=f"listener-{len(self._clean_ups)}")["QueueUrl"]
        attributes = self.call("sqs", "get_queue_attributes", QueueUrl=url, AttributeNames=["QueueArn"])
        arn = attributes["Attributes"]["QueueArn"]
        subscription = self.call("sns", "subscribe", TopicArn=topic, Protocol="sqs", Endpoint=arn)["SubscriptionArn"]
        received: list[Any] = []

        def messages() -> list[Any]:
            while True:
                batch = self.call("sqs", "receive_message", QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
                if not batch:
                    return received
                received.extend(_parsed(json.loads(message["Body"]).get("Message", "")) for message in batch)
                handles = [
                    {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]}
                    for number, message in enumerate(batch)
                ]
                self.call("sqs", "delete_message_batch", QueueUrl=url, Entries=handles)

        self.finally_do(lambda: self.call("sns", "unsubscribe", SubscriptionArn=subscription))
        self.finally_do(lambda: self.call("sqs", "delete_queue", QueueUrl=url))
        return messages

    def finally_do(self, action: Callable[[], object]) -> None:
        """Do something once the scenario is over, however it ends."""
        self._clean_ups.append(action)

    def clean_up(self) -> None:
        """Remove what the scenario itself made."""
        while self._clean_ups:
            self._clean_ups.pop()()

    # --- demanding ------------------------------------------------------------------------------------------

    def demand(self, what: str, passed: bool, evidence: str) -> bool:
        """Record whether something holds, with what was seen, in words."""
        self.checks.append(Check(what, Status.PASSED if passed else Status.FAILED, evidence))
        return passed

    def leave_out(self, what: str, reason: str) -> None:
        """Record that something cannot be demanded of this stack, or not be seen here, and why."""
        self.checks.append(Check(what, Status.NOT_APPLICABLE, reason))

    def needs_a_running_stack(self) -> None:
        """For scenarios about what answers requests.

        Raises:
            NotApplicableError: The stack is parked.
        """
        if self.settings.uptime.parked:
            raise NotApplicableError(
                "the stack is parked (plant:uptime.parked): it has no load balancer, fleet, cache or firewall"
            )


def _at_rest(entry: Entry) -> dict[str, Any]:
    """Inputs of a resource that nothing moves; after a refresh a group's desired capacity may be one of the past."""
    if "desiredCapacity" not in entry.inputs:
        return entry.inputs
    desired = max(int(entry.inputs["desiredCapacity"]), int(entry.inputs["minSize"]))
    return {**entry.inputs, "desiredCapacity": desired}


def logical_name(urn: str) -> str:
    """The name of a resource in the program."""
    return name_of(urn)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
