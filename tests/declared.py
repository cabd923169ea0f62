"""What our own stacks declare beyond what rules and promises ask of anybody: a row for each resource, or each type.

`departures` compares a graph with it. The component tests hold the recorded stacks to it, and the mutation test asks
it which mutants a component test would notice.
"""

import json
import re

from deployment.tokens import (
    ALARM_MUTE_RULE,
    APPCONFIG_DEPLOYMENT,
    APPCONFIG_PROFILE,
    EVENT_RULE,
    EVENT_TARGET,
    LIFECYCLE_HOOK,
    LISTENER,
    LOAD_BALANCER,
    LOG_GROUP,
    METRIC_ALARM,
    SCALING_GROUP,
    SCALING_POLICY,
    SCHEDULE,
    SERVERLESS_CACHE,
    STATE_MACHINE,
    TARGET_GROUP,
    TOPIC,
    WEB_ACL,
)
from policies.context import ROOT_TYPE
from policies.rules._workflows import definition, machines_in

SET = object()
"""Something is given."""


class Refers:
    """A resource of one of these types, in the same stack."""

    def __init__(self, *types):
        self.types = types


UP = "GreaterThanThreshold"
COUNT = {"metricTransformation.value": "1", "metricTransformation.unit": "Count"}
OWN = re.compile(r"PlantApi/plant-\w+")
BALANCER = {"namespace": "AWS/ApplicationELB", "dimensions.LoadBalancer": SET, "dimensions.TargetGroup": SET}
RATIO = {"threshold": 1, "evaluationPeriods": 5, "datapointsToAlarm": 3, "comparisonOperator": UP}
P95 = {"evaluateLowSampleCountPercentiles": "ignore", "extendedStatistic": "p95", "comparisonOperator": UP}


def alarm(**values):
    return {"treatMissingData": "notBreaching", "comparisonOperator": UP, **values}


KEPT = {
    "plant-audit-anonymous-requests": {"metricTransformation.name": "anonymous_requests", **COUNT},
    "plant-audit-api-latency": {
        "metricTransformation.name": "api_latency",
        "metricTransformation.namespace": OWN,
        "metricTransformation.value": "$.duration_ms",
    },
    "plant-audit-database-latency": {
        "metricTransformation.name": "database_latency",
        "metricTransformation.value": "$.database_ms",
    },
    "plant-flag-profile": {"type": "AWS.AppConfig.FeatureFlags", "locationUri": "hosted"},
    "plant-flag-environment": {"applicationId": SET},
    "plant-flag-off": {"configurationVersion": SET, "deploymentStrategyId": SET},
    **{f"plant-flag-{percent}-percent": {"contentType": "application/json"} for percent in (0, 10, 50, 100)},
    "plant-maintenance-window": {"insecureValue": SET},
}
"""Logical name -> property -> value, of what each stack holds, parked or not."""

SERVING = {
    "plant-scaling-auto-scale-events": {"metricTransformation.name": "auto_scale_events", **COUNT},
    "plant-scaling-launch-attempts": {"metricTransformation.name": "launch_attempts", **COUNT},
    "plant-scaling-traffic-spikes": {"metricTransformation.name": "traffic_spikes", **COUNT},
    "plant-rollout-control": {"type": "String"},
    "plant-scaling-launch-failures": alarm(threshold=5),
    "plant-slo-database-latency": {
        **alarm(metricName="database_latency", namespace=OWN, threshold=30, period=300, evaluationPeriods=1),
        **P95,
    },
    "plant-slo-errors-canary": {**alarm(), **RATIO},
    "plant-slo-errors-stable": {**alarm(), **RATIO},
    "plant-slo-p95-canary": {**alarm(metricName="TargetResponseTime"), **P95, **BALANCER},
    "plant-slo-p95-stable": {**alarm(metricName="TargetResponseTime"), **P95, **BALANCER},
    "plant-slo-unhealthy-stable": {
        **alarm(metricName="UnHealthyHostCount", threshold=0, period=60, evaluationPeriods=3),
        **BALANCER,
        "treatMissingData": "breaching",
    },
    "plant-slo-users-affected": {"alarmRule": re.compile(r'(ALARM\("[\w-]+"\)( OR )?){3}')},
    "plant-stable-traffic-spike": {**alarm(metricName="RequestCountPerTarget"), **BALANCER},
    "plant-stable-answer-spike": {"policyType": "StepScaling"},
    "plant-stable-track-requests": {"policyType": "TargetTrackingScaling"},
    "plant-canary-track-requests": {"policyType": "TargetTrackingScaling"},
    "plant-stable-drain": {"lifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING"},
    "plant-canary-drain": {"lifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING"},
    "plant-scaling-log-policy": {"policyDocument": re.compile(r".*events\.amazonaws\.com.*")},
    "plant-overview-dashboard": {"dashboardBody": re.compile(r'.*"widgets": \[\{.*')},
    "plant-rollout-recover": {"arn": Refers(*STATE_MACHINE), "roleArn": SET, "input": '{"action":"abort"}'},
    "plant-feed-to-topic": {"arn": Refers(*TOPIC)},
    "plant-workflows-to-operators": {"arn": Refers(*TOPIC)},
}
"""The same, of what a stack holds while it serves."""

DEDICATED = {
    "plant-ci-preview-role": {"assumeRolePolicy": SET},
    "plant-access-edge-to-issuer": {"fromPort": 443, "toPort": 443},
    "plant-cache-nearly-full": alarm(
        metricName="BytesUsedForCache",
        namespace="AWS/ElastiCache",
        period=300,
        evaluationPeriods=3,
        threshold=re.compile(r"\d{9}"),
    ),
}
"""The same, of what comes with an edge and a cache of the stack's own."""

RULES = ("maintenance", "rate-per-ip", "rate-per-user", "rate-heavy-path", "page-size", "body-size")
"""Rules of our own web ACL that block, in this order, before AWS's managed ones."""

TYPES = {
    EVENT_TARGET: {"arn": Refers(*LOG_GROUP, *STATE_MACHINE, *TOPIC)},
    SCHEDULE: {"scheduleExpressionTimezone": SET, "state": re.compile("ENABLED|None"), "target.roleArn": SET},
    SCALING_GROUP: {
        "capacityRebalance": True,
        "defaultInstanceWarmup": SET,
        "instanceRefresh.preferences.alarmSpecification.alarms": SET,
        "targetGroupArns": Refers(*TARGET_GROUP),
    },
    SCALING_POLICY: {"autoscalingGroupName": Refers(*SCALING_GROUP)},
    LIFECYCLE_HOOK: {"autoscalingGroupName": Refers(*SCALING_GROUP)},
    LOAD_BALANCER: {"ipAddressType": "dualstack", "enableWafFailOpen": re.compile("False|None")},
    LISTENER: {"protocol": "HTTPS", "port": 443},
    APPCONFIG_PROFILE: {"kmsKeyIdentifier": SET},
    APPCONFIG_DEPLOYMENT: {"kmsKeyIdentifier": SET},
    METRIC_ALARM: {"treatMissingData": SET},
}
"""Type -> property -> value, of every resource of that type."""


def departures(graph):
    """What differs from the tables, one line each; nothing for our own stacks as they are."""
    roots = graph.of_type(ROOT_TYPE)
    parked = bool(roots) and roots[0].outputs["costBasis"]["uptime"]["parked"]
    named = {resource.name: resource for resource in graph}
    dedicated = DEDICATED if graph.of_type(*SERVERLESS_CACHE) else {}
    for name, row in (KEPT if parked else {**KEPT, **SERVING, **dedicated}).items():
        if name not in named:
            yield f"{name} is not declared"
        else:
            yield from differing(named[name], row, graph)
    for types, row in TYPES.items():
        for resource in graph.of_type(*types):
            yield from differing(resource, row, graph)
    yield from unretried(graph)
    yield from mixed_up(graph)


def differing(resource, row, graph):
    for path, wanted in row.items():
        given = resource.get(path)
        if isinstance(wanted, Refers):
            fits = bool(graph.referenced(resource, path, *wanted.types))
        elif wanted is SET:
            fits = given not in (None, "", [], {})
        elif isinstance(wanted, re.Pattern):
            fits = wanted.fullmatch(str(given)) is not None
        else:
            fits = given == wanted
        if not fits:
            yield f"{resource.name}: {path} is {given!r}"


def unretried(graph):
    """State machines that make a call only once: AWS throttles."""
    for machine in graph.of_type(*STATE_MACHINE):
        for name in once_only(definition(machine) or {"States": {}}):
            yield f"{machine.name}: {name} is not tried again"


def once_only(document):
    for name, state in document["States"].items():
        if "Retry" in state:
            continue
        if state.get("Type") == "Task":
            yield name
        for inner in machines_in(state):
            yield from once_only(inner)


def mixed_up(graph):
    """Event patterns that are too wide, mutes of what scales or rolls back, and rules of the firewall that are gone."""
    for rule in graph.of_type(*EVENT_RULE):
        pattern = json.loads(rule.get("eventPattern"))
        followed = str(pattern.get("source"))
        if not pattern.get("detail-type") or not (pattern.get("resources") or pattern.get("detail")):
            yield f"{rule.name}: the pattern is for everybody's events"
        if not any(source in followed for source in ("aws.autoscaling", "aws.cloudwatch", "aws.states")):
            yield f"{rule.name}: the pattern follows {followed}"
    for mute in graph.of_type(*ALARM_MUTE_RULE):
        muted = mute.get("muteTargets.alarmNames") or ["every alarm"]
        if not all(re.search(r"-stable-|users-affected", name) for name in muted):
            yield f"{mute.name}: mutes {muted}"
    for acl in graph.of_type(*WEB_ACL):
        blocking = tuple(rule["name"] for rule in acl.get("rules") or () if "block" in rule.get("action", {}))
        if blocking != RULES:
            yield f"{acl.name}: blocks by {blocking}"
