"""Runs a state machine in virtual time against an AWS that answers as a scenario says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias

from deployment.asl.machine import Execution, StateError
from deployment.graph import Resource
from deployment.per_text import per_text
from policies.checks import mappings
from policies.rules._shapes import shape
from policies.rules._workflows import CALL, read, tasks

START: Final = datetime(2026, 1, 5, tzinfo=UTC)
OWN: Final = "arn:aws:states:us-east-1:123456789012:execution:machine:own"
OTHER: Final = f"{OWN}-other"
MOVES: Final = "elasticloadbalancing:ModifyRule"
MOST_TRANSITIONS: Final = 12_000
LONGEST: Final = timedelta(days=40)
MALFORMED: Final = (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError)
"""What the interpreter raises where a definition lacks what the language wants."""
Parameters: TypeAlias = Mapping[str, Any]


@dataclass
class World:
    """What AWS answers, and what was done to it."""

    alarm: str = "OK"
    """State of every alarm."""
    alarms_missing: int = 0
    healthy: bool = True
    """Whether targets are, of either fleet."""
    canary_alive: bool = True
    """Whether those of the canary are, the second target group of the rules."""
    samples: float = 100_000
    latency: float = 0.01
    failed_percent: float = 0.0
    """What any expression over metrics comes to: the share of the canary's requests that fail."""
    running: tuple[str, ...] = (OWN,)
    parameters: dict[str, str] = field(default_factory=dict)
    resources: tuple[str, ...] = ()
    """ARNs that carry the tags asked for."""
    groups: tuple[str, ...] = ()
    web_acl: tuple[str, ...] = ()
    """What every web ACL refers to."""
    failing: Callable[[str, int], bool] = lambda call, times: False
    """(call, times it was made) -> True when it fails."""
    refused: str = ""
    """A call that fails for good once the canary has traffic."""
    now: datetime = START
    calls: list[tuple[datetime, str, Parameters]] = field(default_factory=list)
    made: Counter[str] = field(default_factory=Counter)
    """Call -> how often it was made."""
    made_since: set[str] = field(default_factory=set)
    """Calls that were made once the canary had traffic."""
    rules: dict[str, Any] = field(default_factory=dict)
    """ARN of a listener rule -> its actions."""
    conditions: dict[str, Any] = field(default_factory=dict)
    """ARN of a listener rule -> its conditions."""
    sizes: list[int] = field(default_factory=list)
    """Sizes that the canary was given, instances or pods, in order."""
    flags: list[str] = field(default_factory=list)
    """Versions of the flag that were deployed, newest first."""
    weights: list[tuple[datetime, str, int]] = field(default_factory=list)
    """(moment, rule, weight of the second target group), in order."""

    def answer(self, resource: str, parameters: Parameters) -> Any:
        """Carries a task out. Raises StateError where it fails."""
        found = CALL.match(resource)
        call = f"{found[2]}:{found[3]}" if found else resource
        times = self.made[call]
        self.made[call] += 1
        self.calls.append((self.now, call, parameters))
        if self.weights:
            self.made_since.add(call)
        if (self.weights and call == self.refused) or self.failing(call, times):
            raise StateError("Service.Exception", "the call fails in this scenario")
        reply = getattr(self, f"_{call.partition(':')[2]}", None)
        try:
            return reply(parameters) if reply else {}
        except MALFORMED as error:
            raise StateError("Service.ValidationException", f"{call} lacks {error}") from error

    def done(self, call: str) -> list[Parameters]:
        """Parameters of each time that `call` was made."""
        return [parameters for _, made, parameters in self.calls if made == call]

    def _modifyRule(self, given: Parameters) -> Any:  # noqa: N802 - AWS's names
        arn = given["RuleArn"]
        if "Conditions" in given:
            self.conditions[arn] = given["Conditions"]
        if "Actions" in given:
            self.rules[arn] = given["Actions"]
            self.weights.append((self.now, arn, canary_weight(given["Actions"])))
        return self._describeRules({"RuleArns": [arn]})

    def _describeRules(self, given: Parameters) -> Any:  # noqa: N802
        return {
            "Rules": [
                {"RuleArn": arn, "Actions": self.rules.get(arn, []), "Conditions": self.conditions.get(arn, [])}
                for arn in given["RuleArns"]
            ]
        }

    def _describeAlarms(self, given: Parameters) -> Any:  # noqa: N802
        named = given["AlarmNames"][self.alarms_missing :]
        return {"MetricAlarms": [{"AlarmName": name, "StateValue": self.alarm} for name in named]}

    def _getParameter(self, given: Parameters) -> Any:  # noqa: N802
        return {"Parameter": {"Name": given["Name"], "Value": self.parameters.get(given["Name"], "")}}

    def _putParameter(self, given: Parameters) -> Any:  # noqa: N802
        self.parameters[given["Name"]] = given["Value"]
        return {"Version": 2}

    def _describeAutoScalingGroups(self, given: Parameters) -> Any:  # noqa: N802
        names = given.get("AutoScalingGroupNames") or self.groups
        sizes = {"DesiredCapacity": 2, "MinSize": 1, "MaxSize": 2}
        instances = [{"InstanceId": name, "LifecycleState": "InService"} for name in ("i-1", "i-2")]
        return {
            "AutoScalingGroups": [{"AutoScalingGroupName": name, **sizes, "Instances": instances} for name in names]
        }

    def _startDeployment(self, given: Parameters) -> Any:  # noqa: N802
        self.flags.insert(0, given["ConfigurationVersion"])
        return {"DeploymentNumber": len(self.flags)}

    def _listDeployments(self, given: Parameters) -> Any:  # noqa: N802
        return {"Items": [{"ConfigurationVersion": version, "State": "COMPLETE"} for version in self.flags]}

    def _updateAutoScalingGroup(self, given: Parameters) -> Any:  # noqa: N802
        self.sizes.append(given["DesiredCapacity"])
        if given.get("MaxSize") == 0:
            self.groups = tuple(name for name in self.groups if name != given["AutoScalingGroupName"])
        return {}

    def _call(self, given: Parameters) -> Any:
        """The scale of a Deployment, by Step Functions' call of a cluster's API."""
        if given["Method"] == "PUT":
            self.sizes.append(given["RequestBody"]["spec"]["replicas"])
        return {"StatusCode": 200, "ResponseBody": {"spec": {"replicas": 2}}}

    def _invoke(self, given: Parameters) -> Any:
        """The same by a function in the cluster's network."""
        return {"Payload": self._call(given["Payload"])}

    def _describeTargetHealth(self, given: Parameters) -> Any:  # noqa: N802
        dead = not self.canary_alive and given["TargetGroupArn"] in canaries(self.rules.values())
        state = {"TargetHealth": {"State": "healthy" if self.healthy and not dead else "unhealthy"}}
        return {"TargetHealthDescriptions": [state, state]}

    def _getMetricData(self, given: Parameters) -> Any:  # noqa: N802
        asked = next(one for one in given["MetricDataQueries"] if one.get("ReturnData") is not False)
        if "Expression" in asked:
            return {"MetricDataResults": [{"Values": [self.failed_percent]}]}
        stat = asked["MetricStat"]["Stat"]
        value = self.samples if stat == "SampleCount" else self.latency if stat == "p95" else None
        return {"MetricDataResults": [{"Values": [] if value is None else [value]}]}

    def _listExecutions(self, given: Parameters) -> Any:  # noqa: N802
        return {"Executions": [{"ExecutionArn": arn} for arn in self.running]}

    def _getResources(self, given: Parameters) -> Any:  # noqa: N802
        return {"ResourceTagMappingList": [{"ResourceARN": arn} for arn in self.resources]}

    def _getIPSet(self, given: Parameters) -> Any:  # noqa: N802
        return {"LockToken": f"token-{given['Id']}"}

    def _updateIPSet(self, given: Parameters) -> Any:  # noqa: N802
        if given["LockToken"] != f"token-{given['Id']}":
            raise StateError("WAFOptimisticLockException", "another token")
        return {}

    def _getWebACL(self, given: Parameters) -> Any:  # noqa: N802
        return {"LockToken": "token", "WebACL": {"Rules": list(self.web_acl)}}

    def _deleteWebACL(self, given: Parameters) -> Any:  # noqa: N802
        if given["LockToken"] != "token":
            raise StateError("WAFOptimisticLockException", "another token")
        return self._gone(f"/webacl/{given['Name']}/")

    def _deleteLoadBalancer(self, given: Parameters) -> Any:  # noqa: N802
        return self._gone(given["LoadBalancerArn"])

    def _deleteServerlessCache(self, given: Parameters) -> Any:  # noqa: N802
        return self._gone(f"serverlesscache:{given['ServerlessCacheName']}")

    def _deleteReplicationGroup(self, given: Parameters) -> Any:  # noqa: N802
        return self._gone(f"replicationgroup:{given['ReplicationGroupId']}")

    def _deleteAlarms(self, given: Parameters) -> Any:  # noqa: N802
        return [self._gone(f"alarm:{name}") for name in given["AlarmNames"]][-1]

    def _gone(self, part: str) -> Any:
        self.resources = tuple(arn for arn in self.resources if part not in arn)
        return {}


def is_rollout(machine: Resource) -> bool:
    """True for a state machine that moves traffic, as far as its definition is known."""
    text = machine.get("definition")
    return isinstance(text, str) and _is_rollout(shape(text))


@per_text()
def _is_rollout(text: str) -> bool:
    return moves_traffic(read(text) or {})


def moves_traffic(document: Mapping[str, Any]) -> bool:
    """True for a machine that sets to which targets listener rules forward."""
    return any(task.action == MOVES and forwards(task.state.get("Parameters")) for task in tasks(document))


def forwards(parameters: Any) -> bool:
    """True unless the parameters of a ModifyRule say that it sets conditions alone, or an answer of the listener's."""
    if not isinstance(parameters, Mapping) or "RuleArn" not in parameters:
        return True
    actions = parameters.get("Actions", ())
    return "Actions.$" in parameters or any("forward" in str(action.get("Type")) for action in mappings(actions))


def canaries(rules: Iterable[Any]) -> set[str]:
    """Second target groups of what the rules forward to."""
    found = set()
    for actions in rules:
        for action in actions:
            groups = action.get("ForwardConfig", {}).get("TargetGroups", [])
            found |= {group["TargetGroupArn"] for group in groups[1:] if "TargetGroupArn" in group}
    return found


def canary_weight(actions: Any) -> int:
    """Weight of the second target group of what the actions forward to."""
    for action in actions:
        if "ForwardConfig" in action:
            return int(action["ForwardConfig"]["TargetGroups"][1]["Weight"])
    return -1


def run(
    document: Mapping[str, Any], given: Any, world: World, change: Callable[[World], None] | None = None
) -> Execution:
    """Runs `document` with the input `given`; `change` may change the world each time that time passes."""
    execution = Execution(
        definition=dict(document),
        input=given,
        task=world.answer,
        now=lambda: world.now,
        arn=OWN,
        machine_arn="arn:aws:states:us-east-1:123456789012:stateMachine:machine",
    )
    try:
        for moment in execution.run():
            world.now = max(world.now, moment)
            if change is not None:
                change(world)
            if len(execution.history) > MOST_TRANSITIONS or world.now - START > LONGEST:
                execution.stop()
                break
    except MALFORMED as error:
        execution.status, execution.error = "FAILED", StateError("States.Runtime", f"no such thing: {error}")
    return execution
