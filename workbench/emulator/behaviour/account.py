"""An AWS account that acts: alarms, scaling, events, schedules and state machines over one virtual clock."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from workbench.emulator.api import ACCOUNT_ID
from workbench.emulator.asl.machine import Execution, Waiting
from workbench.emulator.behaviour import filters, handlers
from workbench.emulator.behaviour.alarms import AlarmLoop, Transition, notification, state_change_event
from workbench.emulator.behaviour.clock import Clock
from workbench.emulator.behaviour.metrics import MetricStore, key_of
from workbench.emulator.behaviour.router import EventRouter
from workbench.emulator.behaviour.scaling import ScalingLoop
from workbench.emulator.behaviour.schedules import next_time
from workbench.emulator.behaviour.tasks import SdkCaller

if TYPE_CHECKING:
    from workbench.emulator.deploy import Deployer

MINUTE = timedelta(minutes=1)
COMPOSITE = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
MUTE = "aws:cloudwatch/alarmMuteRule:AlarmMuteRule"


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


@dataclass
class Account:
    """What runs in the account between deployments."""

    deployer: Deployer
    clock: Clock = field(default_factory=Clock)
    metrics: MetricStore = field(default_factory=MetricStore)
    messages: list[Message] = field(default_factory=list)
    executions: list[tuple[str, Execution]] = field(default_factory=list)
    """(state machine ARN, execution) in the order of their starts."""
    posts: list[tuple[datetime, str, dict[str, Any]]] = field(default_factory=list)
    """(moment, endpoint, body) of what was sent to HTTPS subscribers."""
    on_post: Any = None
    """Called with (endpoint, body) for each of those; a scenario's receiver."""
    on_message: Any = None
    """Called with each message as it is published; a scenario's observer."""

    def __post_init__(self) -> None:
        self.api = self.deployer.lifecycle.api
        self.flags = handlers.FlagStore(self.clock)
        self.router = EventRouter(self.api, self._deliver)
        self.scaling = ScalingLoop(self.api, self.router.put)
        self.alarms = AlarmLoop(self.api, self.metrics, is_muted=self.is_muted)
        self.caller = SdkCaller(
            self.api,
            {
                "appconfig.start_deployment": self.flags.start_deployment,
                "cloudwatch.get_metric_data": partial(handlers.get_metric_data, self.metrics),
                "elasticache.delete_serverless_cache": partial(handlers.delete_serverless_cache, self.deployer),
                "resourcegroupstaggingapi.get_resources": partial(handlers.get_resources, self.deployer),
                "sns.publish": self._publish_call,
                "stepfunctions.list_executions": self._list_call,
                "stepfunctions.start_execution": self._start_call,
            },
        )
        self.reload()

    def reload(self) -> None:
        """Take note of what is deployed now: alarms, rules, groups, flags."""
        entries = list(self.deployer.state.entries.values())
        self.alarms.composites = [entry.outputs for entry in entries if entry.type == COMPOSITE]
        self._mute_rules = [entry.outputs for entry in entries if entry.type == MUTE]
        self.alarms.reload()
        self.router.reload()
        self.scaling.reload()
        for entry in entries:
            if entry.type == "aws:appconfig/deployment:Deployment":
                out = entry.outputs
                key = out["applicationId"], out["environmentId"], out["configurationProfileId"]
                self.flags.deployed.setdefault(key, str(out["configurationVersion"]))

    # --- what time does ----------------------------------------------------------------------------------

    def minute(self) -> list[Transition]:
        """Let a minute pass: what is due happens, then every alarm is evaluated."""
        self.clock.advance(MINUTE)
        changed = self.alarms.evaluate(self.clock.now)
        for transition in changed:
            self._act(transition)
        return changed

    def minutes(self, count: int) -> list[Transition]:
        """Let several minutes pass."""
        return [transition for _ in range(count) for transition in self.minute()]

    def watch_alarms(self, every: timedelta, until: datetime) -> None:
        """Evaluate the alarms again and again while time is advanced by others."""

        def look() -> None:
            for transition in self.alarms.evaluate(self.clock.now):
                self._act(transition)
            if self.clock.now + every <= until:
                self.clock.at(self.clock.now + every, look)

        self.clock.at(self.clock.now + every, look)

    def schedule_all(self, until: datetime, part: str = "") -> int:
        """Put the enabled schedules whose names hold a part on the agenda; gives how many invocations are due."""
        count = 0
        for summary in self.api.call("scheduler", "list_schedules").get("Schedules", []):
            if summary.get("State") == "DISABLED" or part not in summary["Name"]:
                continue
            schedule = self.api.call("scheduler", "get_schedule", Name=summary["Name"], GroupName=summary["GroupName"])
            zone = schedule.get("ScheduleExpressionTimezone") or "UTC"
            moment = next_time(schedule["ScheduleExpression"], zone, self.clock.now)
            while moment is not None and moment <= until:
                self.clock.at(moment, partial(self._invoke, schedule["Target"]))
                count += 1
                if schedule["ScheduleExpression"].startswith("at"):
                    break
                moment = next_time(schedule["ScheduleExpression"], zone, moment)
        return count

    # --- what can be done in it --------------------------------------------------------------------------

    def put_metric(
        self, namespace: str, name: str, dimensions: list[dict[str, str]], value: float, count: int = 1
    ) -> None:
        """Samples of a metric, in the minute that is running. AWS's own namespaces belong to its services."""
        at = self.clock.now
        self.metrics.put(key_of(namespace, name, dimensions), at, value, count)
        if not namespace.startswith("AWS/"):
            datum = {
                "MetricName": name,
                "Dimensions": dimensions,
                "Timestamp": at,
                "Values": [value],
                "Counts": [count],
            }
            self.api.call("cloudwatch", "put_metric_data", Namespace=namespace, MetricData=[datum])

    def start(self, machine_arn: str, payload: Any, name: str = "") -> Execution:
        """Start an execution of a declared state machine, as it is defined now."""
        described = self.api.call("stepfunctions", "describe_state_machine", stateMachineArn=machine_arn)
        arn = machine_arn.replace(":stateMachine:", ":execution:") + f":{name or len(self.executions) + 1}"
        execution = Execution(
            definition=json.loads(described["definition"]),
            input=payload,
            task=self.caller.task,
            now=lambda: self.clock.now,
            name=name or str(len(self.executions) + 1),
            arn=arn,
            machine_arn=machine_arn,
        )
        self.executions.append((machine_arn, execution))
        self._resume(machine_arn, execution, execution.run())
        return execution

    def publish(self, topic: str, text: str, subject: str = "") -> None:
        """Publish to a topic: queues get it through the API, HTTPS subscribers from here."""
        params: dict[str, Any] = {"TopicArn": topic, "Message": text}
        if subject:
            params["Subject"] = subject[:100]
        self.api.call("sns", "publish", **params)
        self.messages.append(Message(self.clock.now, topic, subject, text))
        if self.on_message is not None:
            self.on_message(self.messages[-1])
        subscriptions = self.api.call("sns", "list_subscriptions_by_topic", TopicArn=topic)["Subscriptions"]
        for subscription in subscriptions:
            if subscription["Protocol"] == "https":
                body = {
                    "Type": "Notification",
                    "TopicArn": topic,
                    "Subject": subject,
                    "Message": text,
                    "Timestamp": self.clock.now.isoformat(timespec="milliseconds"),
                    "SignatureVersion": "2",
                }
                self.posts.append((self.clock.now, subscription["Endpoint"], body))
                if self.on_post is not None:
                    self.on_post(subscription["Endpoint"], body)

    def log(self, group: str, message: str) -> None:
        """Write a log event; the group's metric filters count it."""
        stream = f"emulator-{id(self)}"
        if group not in self.__dict__.setdefault("_streams", set()):
            self.api.call("logs", "create_log_stream", logGroupName=group, logStreamName=stream)
            self.__dict__["_streams"].add(group)
        event = {"timestamp": int(self.clock.now.timestamp() * 1000), "message": message}
        self.api.call("logs", "put_log_events", logGroupName=group, logStreamName=stream, logEvents=[event])
        for item in self.api.call("logs", "describe_metric_filters", logGroupName=group)["metricFilters"]:
            matched = filters.matches(item["filterPattern"], message)
            for transformation in item["metricTransformations"]:
                key = key_of(transformation["metricNamespace"], transformation["metricName"])
                if matched:
                    self.metrics.put(key, self.clock.now, float(transformation["metricValue"]))
                elif transformation.get("defaultValue") is not None:
                    self.metrics.put(key, self.clock.now, float(transformation["defaultValue"]))

    # --- how one thing leads to another ------------------------------------------------------------------

    def _resume(self, machine_arn: str, execution: Execution, steps: Waiting) -> None:
        if execution.status == "ABORTED":
            self._ended(machine_arn, execution)
            return
        try:
            wake = next(steps)
        except StopIteration:
            self._ended(machine_arn, execution)
        else:
            self.clock.at(wake, partial(self._resume, machine_arn, execution, steps))

    def _ended(self, machine_arn: str, execution: Execution) -> None:
        detail: dict[str, Any] = {
            "executionArn": execution.arn,
            "stateMachineArn": machine_arn,
            "name": execution.name,
            "status": execution.status,
            "input": json.dumps(execution.input),
        }
        if execution.error is not None:
            detail |= {"error": execution.error.name, "cause": execution.error.cause}
        self.router.put(
            {
                "source": "aws.states",
                "detail-type": "Step Functions Execution Status Change",
                "account": ACCOUNT_ID,
                "region": self.api.region,
                "time": self.clock.now.isoformat(),
                "resources": [execution.arn],
                "detail": detail,
            }
        )

    def _act(self, transition: Transition) -> None:
        text = notification(transition, ACCOUNT_ID, self.api.region)
        for action in transition.actions:
            if action.startswith("arn:aws:sns:"):
                self.publish(action, text, f"{transition.after}: {transition.name}")
            elif ":scalingPolicy:" in action:
                self._scale(transition, action)
        self.router.put(state_change_event(transition, ACCOUNT_ID, self.api.region))

    def _scale(self, transition: Transition, policy_arn: str) -> None:
        alarm = self.api.call("cloudwatch", "describe_alarms", AlarmNames=[transition.name])["MetricAlarms"][0]
        start = self.clock.now - timedelta(seconds=int(alarm.get("Period") or 60))
        value, _ = self.alarms.datapoint(alarm, start, int(alarm.get("Period") or 60))
        if value is not None:
            self.scaling.run_policy(policy_arn, value, float(alarm["Threshold"]), self.clock.now)

    def _deliver(self, target: dict[str, Any], text: str) -> None:
        arn = target["Arn"]
        if arn.startswith("arn:aws:logs:"):
            self.log(arn.split(":log-group:", 1)[1].removesuffix(":*"), text)
        elif arn.startswith("arn:aws:sns:"):
            self.publish(arn, text)
        elif arn.startswith("arn:aws:states:"):
            self.start(arn, json.loads(text))
        elif arn.startswith("arn:aws:sqs:"):
            url = self.api.call("sqs", "get_queue_url", QueueName=arn.rsplit(":", 1)[-1])["QueueUrl"]
            self.api.call("sqs", "send_message", QueueUrl=url, MessageBody=text)

    def _invoke(self, target: dict[str, Any]) -> None:
        """A schedule's target: a topic, a state machine, or any API call."""
        arn, text = target["Arn"], target.get("Input") or "{}"
        if arn.startswith("arn:aws:scheduler:::aws-sdk:"):
            self.caller.task(arn.replace("arn:aws:scheduler:::", "arn:aws:states:::"), json.loads(text))
        else:
            self._deliver(target, text)

    def _publish_call(self, params: dict[str, Any]) -> dict[str, Any]:
        self.publish(params["TopicArn"], params["Message"], params.get("Subject", ""))
        return {"MessageId": f"message-{len(self.messages)}"}

    def _list_call(self, params: dict[str, Any]) -> dict[str, Any]:
        """ListExecutions, newest first."""
        machine, status = params["stateMachineArn"], params.get("statusFilter")
        found = [
            {"executionArn": execution.arn, "stateMachineArn": machine, "status": execution.status}
            for own, execution in reversed(self.executions)
            if own == machine and status in (None, execution.status)
        ]
        return {"executions": found[: params.get("maxResults") or None]}

    def _start_call(self, params: dict[str, Any]) -> dict[str, Any]:
        execution = self.start(params["stateMachineArn"], json.loads(params.get("input") or "{}"))
        return {"executionArn": execution.arn, "startDate": self.clock.now}

    def is_muted(self, alarm: str, at: datetime) -> bool:
        """Whether a mute rule covers an alarm now: its window began at most its duration ago."""
        return any(_covers(rule, alarm, at) for rule in self._mute_rules)


def _covers(rule: dict[str, Any], alarm: str, at: datetime) -> bool:
    if alarm not in (rule.get("muteTargets") or {}).get("alarmNames", []):
        return False
    schedule = rule["rule"]["schedule"]
    length = _duration(schedule["duration"])
    expression = schedule["expression"]
    if expression.startswith("cron("):
        fields = expression.removeprefix("cron(").removesuffix(")").split()
        if len(fields) == 5:  # an alarm mute rule's cron has no year, and names days as Unix does
            fields[2] = "?" if fields[4] != "*" else fields[2]
            expression = f"cron({' '.join([*fields, '*'])})"
    start = next_time(expression, schedule.get("timezone") or "UTC", at - length)
    return start is not None and start <= at


def _duration(text: str) -> timedelta:
    import re

    match = re.fullmatch(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?", text)
    if match is None:
        raise ValueError(f"{text!r} is not an ISO 8601 duration of days, hours and minutes")
    days, hours, minutes = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes)
