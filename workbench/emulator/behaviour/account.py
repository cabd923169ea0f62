"""An AWS account that acts: alarms, scaling, events, schedules and state machines over one virtual clock."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from deployment import tokens
from deployment.asl.machine import StateError
from workbench.emulator.api import ACCOUNT_ID
from workbench.emulator.behaviour import balancer, handlers, muting
from workbench.emulator.behaviour.alarm_messages import Transition, notification, state_change_event
from workbench.emulator.behaviour.alarms import AlarmLoop
from workbench.emulator.behaviour.answers import Answers
from workbench.emulator.behaviour.clock import Clock
from workbench.emulator.behaviour.executions import Executions
from workbench.emulator.behaviour.logs import Logs
from workbench.emulator.behaviour.metrics import MetricStore, key_of
from workbench.emulator.behaviour.roles import Roles
from workbench.emulator.behaviour.router import EventRouter
from workbench.emulator.behaviour.scaling import ScalingLoop
from workbench.emulator.behaviour.tasks import SdkCaller
from workbench.emulator.behaviour.timetable import Timetable
from workbench.emulator.behaviour.topics import Publisher, Topics
from workbench.emulator.kubernetes.calls import call as cluster_call
from workbench.emulator.kubernetes.cluster import STARTING

if TYPE_CHECKING:
    from workbench.emulator.deploy import Deployer
    from workbench.emulator.kubernetes.cluster import Cluster

MINUTE = timedelta(minutes=1)
SYNC = timedelta(seconds=15)
"""Time between two rounds of a cluster's autoscalers."""
COMPOSITE = tokens.COMPOSITE_ALARM[0]
MUTE = tokens.ALARM_MUTE_RULE[0]
EVENTS = "events.amazonaws.com"
FLAG = tokens.APPCONFIG_DEPLOYMENT[0]


@dataclass
class Account:
    """What runs in the account between deployments."""

    deployer: Deployer
    clock: Clock = field(default_factory=Clock)
    metrics: MetricStore = field(default_factory=MetricStore)

    def __post_init__(self) -> None:
        self.answers = Answers(self.deployer.lifecycle.api)
        self.roles = Roles(self.answers, self.deployer)
        self.flags = handlers.FlagStore(self.clock)
        self.topics = Topics(self.answers, self.clock, self.roles)
        self.logs = Logs(self.answers, self.clock, self.metrics)
        self.router = EventRouter(self.answers, self._deliver)
        self.scaling = ScalingLoop(self.answers, self.metrics, self.router.put)
        self.alarms = AlarmLoop(self.answers, self.metrics, is_muted=self.is_muted)
        self.caller = SdkCaller(self.answers, self.roles, {}, self._publish_call)
        self.executions = Executions(self.answers, self.clock, self.caller, self.router.put)
        self.caller.handlers |= {
            "appconfig.list_deployments": self.flags.list_deployments,
            "appconfig.start_deployment": self.flags.start_deployment,
            "cloudwatch.get_metric_data": partial(handlers.get_metric_data, self.metrics),
            "elasticache.delete_serverless_cache": partial(handlers.delete_serverless_cache, self.deployer),
            "resourcegroupstaggingapi.get_resources": partial(handlers.get_resources, self.deployer),
            "stepfunctions.list_executions": self.executions.list_call,
            "stepfunctions.start_execution": self.executions.start_call,
        }
        self.cluster: Cluster | None = getattr(self.deployer.lifecycle, "cluster", None)
        if self.cluster is not None:
            self._attach(self.cluster)
        self.timetable = Timetable(self.answers, self.clock, self.roles, self.topics, self.executions, self.caller)
        self.reload()

    def reload(self) -> None:
        """Take note of what is deployed now: alarms, rules, groups, flags."""
        entries = list(self.deployer.state.entries.values())
        self.alarms.composites = [entry.outputs for entry in entries if entry.type == COMPOSITE]
        self._mute_rules = [entry.outputs for entry in entries if entry.type == MUTE]
        self.alarms.reload()
        self.router.reload()
        self.scaling.reload()
        for out in (entry.outputs for entry in entries if entry.type == FLAG):
            key = out["applicationId"], out["environmentId"], out["configurationProfileId"]
            self.flags.deployed.setdefault(key, str(out["configurationVersion"]))

    def is_muted(self, alarm: str, at: datetime) -> bool:
        """Whether a mute rule covers an alarm."""
        return any(muting.covers(rule, alarm, at) for rule in self._mute_rules)

    def refused(self) -> list[str]:
        """What was not done in the account because something was not allowed."""
        return [*self.topics.refused, *self.router.refused, *self.timetable.refused]

    # --- what time does ----------------------------------------------------------------------------------

    def minute(self) -> list[Transition]:
        """Let a minute pass: what is due happens, then alarms are evaluated and the fleets scaled."""
        balancer.report_hosts(self.answers, self.metrics, self.scaling.lost(), self.clock.now)
        for _ in range(MINUTE // SYNC):
            self.clock.advance(SYNC)
            if self.cluster is not None:
                self.cluster.sync()
        changed = self._evaluate()
        self.scaling.minute(self.clock.now)
        return changed

    def minutes(self, count: int) -> list[Transition]:
        """Let several minutes pass."""
        return [transition for _ in range(count) for transition in self.minute()]

    def _attach(self, cluster: Cluster) -> None:
        """Let a cluster live by this account's clock, count in its metrics, and take its workflows' calls."""
        named = [{"Name": "ClusterName", "Value": str(cluster.name)}]

        def count(result: str) -> None:
            for each in ("total", result):
                self.put_metric("AWS/EKS", f"scheduler_schedule_attempts_{each}", named, 1.0)

        def call(role_arn: str, parameters: dict[str, Any]) -> dict[str, Any]:
            answer = cluster_call(cluster, self.deployer, role_arn, parameters)
            self.clock.at(self.clock.now + STARTING, cluster.reconcile)
            return answer

        cluster.now, cluster.attempted = lambda: self.clock.now, count
        log = f"/aws/eks/{cluster.name}/cluster"
        cluster.audited = lambda event: self.logs.write(log, [json.dumps(event)])
        self.caller.cluster_call = call

    def watch_alarms(self, every: timedelta, until: datetime) -> None:
        """Evaluate the alarms again and again while time is advanced by others."""

        def look() -> None:
            balancer.report_hosts(self.answers, self.metrics, self.scaling.lost(), self.clock.now - MINUTE / 2)
            self._evaluate()
            if self.clock.now + every <= until:
                self.clock.at(self.clock.now + every, look)

        self.clock.at(self.clock.now + every, look)

    # --- what can be done in it --------------------------------------------------------------------------

    def put_metric(
        self, namespace: str, name: str, dimensions: Sequence[dict[str, str]], value: float, count: int = 1
    ) -> None:
        """Samples of a metric of AWS's own services, in the minute that is running."""
        self.metrics.put(key_of(namespace, name, dimensions), self.clock.now, value, count)

    # --- how one thing leads to another ------------------------------------------------------------------

    def _evaluate(self) -> list[Transition]:
        changed = self.alarms.evaluate(self.clock.now)
        for transition in changed:
            self._act(transition)
        for name, actions in self.alarms.sustained(self.clock.now, {transition.name for transition in changed}):
            for action in actions:
                self._scale(name, action)
        return changed

    def _act(self, transition: Transition) -> None:
        text = notification(transition, ACCOUNT_ID, self.answers.region)
        publisher = Publisher("cloudwatch.amazonaws.com", transition.arn)
        for action in transition.actions:
            if action.startswith("arn:aws:sns:"):
                self.topics.publish(action, text, f"{transition.after}: {transition.name}", publisher)
            elif ":scalingPolicy:" in action:
                self._scale(transition.name, action)
        if not transition.late:
            self.router.put(state_change_event(transition, ACCOUNT_ID, self.answers.region))

    def _scale(self, alarm_name: str, policy_arn: str) -> None:
        answer = self.answers.call("cloudwatch", "describe_alarms", AlarmNames=[alarm_name])
        alarm = answer["MetricAlarms"][0]
        period = int(alarm.get("Period") or 60)
        value, _ = self.alarms.datapoint(alarm, self.clock.now - timedelta(seconds=period), period)
        if value is not None:
            self.scaling.run_policy(policy_arn, value, float(alarm["Threshold"]), self.clock.now)

    def _deliver(self, target: dict[str, Any], text: str, rule_arn: str) -> str:
        """Hand an event to a rule's target; gives why that is not allowed, or an empty text."""
        arn, rule = target["Arn"], rule_arn.rsplit("/", 1)[-1]
        if arn.startswith("arn:aws:logs:"):
            group = arn.split(":log-group:", 1)[1].removesuffix(":*")
            if not self.logs.admits_rule(group, rule_arn):
                return f"no resource policy lets the rule {rule} write to {group}"
            self.logs.write(group, [text])
        elif arn.startswith("arn:aws:sns:"):
            if not self.topics.publish(arn, text, "", Publisher(EVENTS, rule_arn)):
                return self.topics.refused[-1]
        elif arn.startswith("arn:aws:states:"):
            if not self.roles.may(target["RoleArn"], "states:StartExecution", arn, assumed_by=EVENTS):
                return f"the role of the rule {rule} may not start {arn.rsplit(':', 1)[-1]}"
            self.executions.start(arn, json.loads(text))
        elif ":event-bus/" in arn and not self.roles.may(target["RoleArn"], "events:PutEvents", arn, assumed_by=EVENTS):
            return f"the role of the rule {rule} may not put events on {arn.rsplit('/', 1)[-1]}"
        return ""

    def _publish_call(self, params: dict[str, Any], role_arn: str) -> dict[str, Any]:
        published = self.topics.publish(
            params["TopicArn"], params["Message"], params.get("Subject", ""), Publisher(role_arn=role_arn)
        )
        if not published:
            raise StateError("Sns.AuthorizationErrorException", self.topics.refused[-1])
        return {"MessageId": f"message-{len(self.topics.messages)}"}
