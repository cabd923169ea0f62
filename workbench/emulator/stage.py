"""The stage of a rehearsal: the deployed stack, and what a scenario needs to find its way in it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbench.emulator.behaviour.account import Account, Message
from workbench.emulator.program import deploy_program

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.emulator.deploy import Deployer, Outcome
    from workbench.emulator.statefile import Entry


OWNED_BY_WORKFLOWS = {
    "aws:lb/listenerRule:ListenerRule": ("actions",),
    "aws:autoscaling/group:Group": ("minSize", "maxSize", "desiredCapacity"),
    "aws:ssm/parameter:Parameter": ("value",),
    "aws:wafv2/ipSet:IpSet": ("addresses",),
}
"""Type → properties that the stack's workflows change while it runs."""


class MissingPieceError(Exception):
    """The stack does not declare what a scenario is about."""


@dataclass
class Check:
    """One thing that a scenario demands, and what it saw."""

    what: str
    passed: bool
    evidence: str


@dataclass
class Stage:
    """A stack on the embedded AWS."""

    deployer: Deployer
    stack: str
    account: Account
    overrides: dict[str, str] = field(default_factory=dict)
    checks: list[Check] = field(default_factory=list)

    # --- finding --------------------------------------------------------------------------------------------

    def entries(self, token: str, part: str = "") -> list[Entry]:
        """Deployed resources of a type whose logical name contains a part, in order of creation."""
        return [
            entry
            for entry in self.deployer.state.entries.values()
            if entry.type == token and part in entry.urn.rsplit("::", 1)[-1]
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

    def call(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        """Call the API."""
        return self.account.api.call(service, operation, **params)

    # --- acting ---------------------------------------------------------------------------------------------

    def deploy(self, overrides: Mapping[str, str] | None = None) -> Outcome:
        """Deploy again, with other configuration values, as a second `pulumi up` would."""
        outcome, _ = deploy_program(self.deployer, self.stack, overrides={**self.overrides, **(overrides or {})})
        self.account.reload()
        return outcome

    def reset(self) -> None:
        """Undo what scenarios and their workflows changed behind the deploy's back, and nothing else."""
        lifecycle = self.deployer.lifecycle
        for token, names in OWNED_BY_WORKFLOWS.items():
            for entry in self.entries(token):
                present = [name for name in names if name in entry.inputs]
                lifecycle.update(token, entry.urn, entry.id, entry.outputs, entry.inputs, present)
        for alarm in self.entries("aws:cloudwatch/metricAlarm:MetricAlarm"):
            self.call(
                "cloudwatch", "set_alarm_state", AlarmName=alarm.id, StateValue="INSUFFICIENT_DATA", StateReason="reset"
            )

    def listen(self, topic: str) -> Callable[[], list[Any]]:
        """Subscribe a new queue to a topic; the function gives the messages that have arrived, oldest first."""
        queue = self.call("sqs", "create_queue", QueueName=f"listener-{len(self.account.messages)}-{id(topic) % 9999}")
        url = queue["QueueUrl"]
        attributes = self.call("sqs", "get_queue_attributes", QueueUrl=url, AttributeNames=["QueueArn"])
        arn = attributes["Attributes"]["QueueArn"]
        subscription = self.call("sns", "subscribe", TopicArn=topic, Protocol="sqs", Endpoint=arn)["SubscriptionArn"]
        received: list[Any] = []

        def messages() -> list[Any]:
            while True:
                batch = self.call("sqs", "receive_message", QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
                if not batch:
                    return received
                for message in batch:
                    envelope = json.loads(message["Body"])
                    received.append(_parsed(envelope.get("Message", "")))
                    self.call("sqs", "delete_message", QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

        self._cleanups().append(lambda: self.call("sns", "unsubscribe", SubscriptionArn=subscription))
        self._cleanups().append(lambda: self.call("sqs", "delete_queue", QueueUrl=url))
        return messages

    def clean_up(self) -> None:
        """Remove what the scenario itself made."""
        for action in self._cleanups():
            action()
        self._cleanups().clear()

    # --- demanding ------------------------------------------------------------------------------------------

    def demand(self, what: str, passed: bool, evidence: object) -> bool:
        """Record whether something holds, with what was seen."""
        self.checks.append(Check(what, bool(passed), str(evidence)))
        return bool(passed)

    def sent(self, topic: str = "") -> list[Message]:
        """Messages published so far, to a topic or to any."""
        return [message for message in self.account.messages if topic in ("", message.topic)]

    def _cleanups(self) -> list[Callable[[], object]]:
        found: list[Callable[[], object]] = self.__dict__.setdefault("_clean", [])
        return found


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
