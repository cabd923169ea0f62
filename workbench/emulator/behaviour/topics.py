"""SNS topics: who may publish, which queues and HTTPS endpoints get it, and how often a failed delivery is tried."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from workbench.emulator.api import ACCOUNT_ID
from workbench.emulator.behaviour.access import Ask, allows
from workbench.emulator.lifecycle import is_gone

if TYPE_CHECKING:
    from workbench.emulator.behaviour.answers import Answers
    from workbench.emulator.behaviour.clock import Clock
    from workbench.emulator.behaviour.roles import Roles

ATTEMPTS = 4
RETRY_DELAY = timedelta(seconds=20)
"""SNS tries an HTTPS endpoint once and three times more, 20 s apart (SNS developer guide, "Step 4: Set the delivery
policy for the subscription", 2026-11)."""

Endpoint = Callable[[dict[str, Any]], int | None]
"""Takes the body of a request; gives the status of the answer, or None if there was no connection."""


@dataclass(frozen=True)
class Publisher:
    """Who publishes: a service in its own name, or a role."""

    service: str = ""
    """Service principal, e.g. ``cloudwatch.amazonaws.com``."""
    source_arn: str = ""
    """Alarm, rule or budget on whose behalf the service publishes."""
    role_arn: str = ""


@dataclass(frozen=True)
class Message:
    """Something published to a topic."""

    at: datetime
    topic: str
    subject: str
    text: str

    @property
    def body(self) -> Any:
        """The text as JSON, or the text itself."""
        try:
            return json.loads(self.text)
        except ValueError:
            return self.text


@dataclass(frozen=True)
class Delivery:
    """One attempt to reach an HTTPS endpoint."""

    at: datetime
    endpoint: str
    attempt: int
    status: int | None
    body: dict[str, Any]


@dataclass
class Topics:
    """All topics of the account."""

    answers: Answers
    clock: Clock
    roles: Roles
    messages: list[Message] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    """What was not published, and why."""
    endpoints: dict[str, Endpoint] = field(default_factory=dict)
    """HTTPS address → who answers there; a scenario's receivers."""
    on_message: Callable[[Message], None] = lambda message: None
    """Called with each message as it is published; a scenario's observer."""

    def publish(self, topic: str, text: str, subject: str, publisher: Publisher) -> bool:
        """Publish if the publisher may: queues get it through the API, HTTPS subscribers from here."""
        obstacle = self._obstacle(topic, publisher)
        if obstacle:
            self.refused.append(obstacle)
            return False
        params: dict[str, Any] = {"TopicArn": topic, "Message": text}
        if subject:
            params["Subject"] = subject[:100]
        self.answers.call("sns", "publish", **params)
        message = Message(self.clock.now, topic, subject, text)
        self.messages.append(message)
        self.on_message(message)
        subscriptions = self.answers.call("sns", "list_subscriptions_by_topic", TopicArn=topic)["Subscriptions"]
        for subscription in subscriptions:
            if subscription["Protocol"] == "https":
                self._deliver(subscription["Endpoint"], _envelope(message, len(self.messages)), 1)
        return True

    def _deliver(self, endpoint: str, body: dict[str, Any], attempt: int) -> None:
        receiver = self.endpoints.get(endpoint)
        if receiver is None:
            return  # outside of this machine: nothing is sent there
        status = receiver(body)
        self.deliveries.append(Delivery(self.clock.now, endpoint, attempt, status, body))
        # No connection or a status outside 200 to 4xx is a failed attempt (developer guide, "Step 1: Make sure your
        # endpoint is ready").
        failed = status is None or not 200 <= status < 500
        if failed and attempt < ATTEMPTS:
            self.clock.at(self.clock.now + RETRY_DELAY, partial(self._deliver, endpoint, body, attempt + 1))

    def _obstacle(self, topic: str, publisher: Publisher) -> str:
        """Why a publisher cannot publish; empty if it can."""
        who = publisher.service or publisher.role_arn.rsplit("/", 1)[-1]
        name = topic.rsplit(":", 1)[-1]
        attributes = self.answers.call("sns", "get_topic_attributes", TopicArn=topic)["Attributes"]
        if publisher.role_arn:
            may = self.roles.may(publisher.role_arn, "sns:Publish", topic)
        else:
            may = allows([attributes["Policy"]], _ask(publisher, "sns:Publish", topic))
        if not may:
            return f"{who} may not publish to {name}"
        key = attributes.get("KmsMasterKeyId")
        if key and not all(self._may_use(key, publisher, action) for action in KEY_ACTIONS):
            return f"{who} may not use the key of {name}"
        return ""

    def _may_use(self, key: str, publisher: Publisher, action: str) -> bool:
        if publisher.role_arn:
            return self.roles.may(publisher.role_arn, action, key)
        if key.startswith("alias/aws/"):
            return False  # the policy of AWS's own key lets in no other service
        try:
            policy = self.answers.call("kms", "get_key_policy", KeyId=key, PolicyName="default")["Policy"]
        except Exception as error:
            if is_gone(error):
                return True  # the platform's key, whose policy is its own
            raise
        return allows([policy], _ask(publisher, action, key))


KEY_ACTIONS = ("kms:Decrypt", "kms:GenerateDataKey")
"""What publishing to an encrypted topic takes (SNS developer guide, "Key management")."""


def _ask(publisher: Publisher, action: str, resource: str) -> Ask:
    context = {"aws:SecureTransport": "true"}
    if publisher.source_arn:
        context["aws:SourceArn"] = publisher.source_arn
    if publisher.service != "events.amazonaws.com":  # EventBridge names no source account
        context["aws:SourceAccount"] = ACCOUNT_ID
    return Ask(action, resource, publisher.service, context)


def _envelope(message: Message, number: int) -> dict[str, Any]:
    """Body of an HTTPS notification, without the signature, which only SNS can make."""
    body = {
        "Type": "Notification",
        "MessageId": f"{number:08d}-0000-4000-8000-000000000000",
        "TopicArn": message.topic,
        "Message": message.text,
        "Timestamp": message.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "SignatureVersion": "2",
    }
    return {**body, "Subject": message.subject} if message.subject else body
