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
    BUCKET_POLICY,
    CACHE_USER,
    CACHE_USER_GROUP,
    COMPOSITE_ALARM,
    EGRESS_RULE,
    EVENT_RULE,
    EVENT_TARGET,
    FLOW_LOG,
    INGRESS_RULE,
    INSTANCE_PROFILE,
    LAUNCH_TEMPLATE,
    LIFECYCLE_HOOK,
    LISTENER,
    LOAD_BALANCER,
    LOG_GROUP,
    METRIC_ALARM,
    ROLE,
    ROLE_POLICY,
    ROUTE,
    SCALING_GROUP,
    SCALING_POLICY,
    SCHEDULE,
    SECURITY_GROUP,
    SERVERLESS_CACHE,
    STATE_MACHINE,
    SUBNET,
    TARGET_GROUP,
    TOPIC,
    TOPIC_POLICY,
    TOPIC_SUBSCRIPTION,
    VPC,
    WEB_ACL,
    WEB_ACL_LOGGING,
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


NO_HOST = {
    **alarm(metricName="HealthyHostCount", threshold=1, period=60, statistic="Maximum"),
    **BALANCER,
    "comparisonOperator": "LessThanThreshold",
}

SPIKE = {
    **alarm(metricName="RequestCountPerTarget", threshold=re.compile(r"\d{3,4}"), period=60, evaluationPeriods=1),
    **BALANCER,
}

KEPT = {
    "plant-ci-preview-role": {"assumeRolePolicy": SET},
    "plant-ci-preview-attachment": {"policyArn": SET, "role": Refers(*ROLE)},
    "plant-ci-deploy-attachment": {"policyArn": SET, "role": Refers(*ROLE)},
    "plant-ci-deploy-denials": {"policy": SET, "role": Refers(*ROLE)},
    "plant-audit-masking": {"policyDocument": re.compile(r".*Deidentify.*EmailAddress.*|.*EmailAddress.*Deidentify.*")},
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
    # A monitor would roll back whatever is deployed while it is in alarm, the way back too.
    "plant-flag-environment": {"applicationId": SET, "monitors": None},
    "plant-flag-off": {"configurationVersion": SET, "deploymentStrategyId": SET},
    **{f"plant-flag-{percent}-percent": {"contentType": "application/json"} for percent in (0, 10, 50, 100)},
    "plant-maintenance-window": {"insecureValue": SET},
    "plant-budget-action": {"approvalModel": "AUTOMATIC", "actionThreshold.actionThresholdValue": 100},
}
"""Logical name -> property -> value, of what each stack holds, parked or not."""

SERVING = {
    "plant-scaling-traffic-spikes": {"metricTransformation.name": "traffic_spikes", **COUNT},
    "plant-rollout-before": {"type": "String", "insecureValue": re.compile(r'.*"flagVersion":.*"stableSize":.*')},
    "plant-rollout-control": {"type": "String"},
    "plant-access-edge-to-fleet": {"fromPort": 8443, "toPort": 8443},
    "plant-access-fleet-to-cache": {"fromPort": 6379, "toPort": 6380},
    "plant-alerts-subscriber-4a2e67c9": {"endpoint": SET},
    "plant-notices-subscriber-8ef3e32a": {"endpoint": SET},
    "plant-slo-database-latency": {
        **alarm(metricName="database_latency", namespace=OWN, threshold=30, period=300, evaluationPeriods=1),
        **P95,
    },
    "plant-slo-errors-canary": {**alarm(), **RATIO},
    "plant-slo-errors-stable": {**alarm(), **RATIO},
    "plant-slo-p95-canary": {**alarm(metricName="TargetResponseTime"), **P95, **BALANCER},
    "plant-slo-p95-stable": {**alarm(metricName="TargetResponseTime"), **P95, **BALANCER},
    "plant-slo-unhealthy-stable": {**NO_HOST, "evaluationPeriods": 3, "treatMissingData": "breaching"},
    "plant-slo-unhealthy-canary": {**NO_HOST, "evaluationPeriods": 5, "treatMissingData": "notBreaching"},
    "plant-slo-users-affected": {"alarmRule": re.compile(r'(ALARM\("[\w-]+"\)( OR )?){6,7}')},
    "plant-kept-writers": {"policyDocument": re.compile(r".*events\.amazonaws\.com.*")},
    "plant-overview-dashboard": {"dashboardBody": re.compile(r'.*"widgets": \[\{.*')},
    "plant-rollout-end": {"arn": Refers(*STATE_MACHINE), "roleArn": SET, "input": '{"action":"alarm"}'},
    "plant-rollout-recover": {"arn": Refers(*STATE_MACHINE), "roleArn": SET, "input": '{"action":"abort"}'},
    "plant-feed-to-topic": {"arn": Refers(*TOPIC)},
    "plant-workflows-to-operators": {"arn": Refers(*TOPIC)},
}
"""The same, of what a stack holds while it serves."""

INSTANCES = {"plant-instances-instance-policy": {"policy": re.compile(r".*appconfig:GetLatestConfiguration.*")}}
"""The same, of fleets of instances, parked or not."""

FLEETS = {
    "plant-scaling-auto-scale-events": {"metricTransformation.name": "auto_scale_events", **COUNT},
    "plant-scaling-launch-successes": {
        "metricTransformation.name": "launch_failure_percent",
        "metricTransformation.value": "0",
        "metricTransformation.unit": "Percent",
    },
    "plant-access-fleet-https-ipv6": {"cidrIpv6": "::/0", "fromPort": 443, "toPort": 443},
    "plant-scaling-launch-failures": alarm(metricName="launch_failure_percent", statistic="Average", threshold=5),
    "plant-stable-traffic-spike": SPIKE,
    "plant-canary-traffic-spike": SPIKE,
    "plant-stable-answer-spike": {"policyType": "StepScaling"},
    "plant-canary-answer-spike": {"policyType": "StepScaling"},
    "plant-stable-track-requests": {"policyType": "TargetTrackingScaling"},
    "plant-canary-track-requests": {"policyType": "TargetTrackingScaling"},
    "plant-stable-drain": {"lifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING"},
    "plant-canary-drain": {"lifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING"},
}
"""The same, of fleets of instances while they serve."""

TRACKS = ("stable", "canary")
SCALERS = "plant-k8s:rollout"
API_PODS = {
    "app.kubernetes.io/instance": "plant-k8s",
    "app.kubernetes.io/name": "plant-api",
    "app.kubernetes.io/part-of": "plant",
}
ROUTED = {"spec.targetType": "ip", "spec.serviceRef.port": 8443, "spec.targetGroupARN": SET}
ROLLED = {
    "spec.strategy.rollingUpdate.maxUnavailable": 0,
    "spec.template.spec.containers[0].startupProbe.httpGet.path": "/livez",
}

PODS = {
    "cluster": {"enableServerSideApply": "true"},
    "plant-space-namespace": {"metadata.name": "plant-k8s"},
    "plant-space-quota": {"spec.hard.pods": "10"},
    "plant-space-from-load-balancer": {"spec.policyTypes": ["Ingress"], "spec.podSelector.matchLabels": API_PODS},
    "plant-space-to-what-the-service-uses": {"spec.policyTypes": ["Egress"], "spec.podSelector.matchLabels": API_PODS},
    "plant-scale-entry": {"principalArn": re.compile(r".*-rollout-workflow-role-.*"), "kubernetesGroups": [SCALERS]},
    "plant-scale-role": {
        "rules[0].resources": ["deployments/scale"],
        "rules[0].resourceNames": ["stable", "canary"],
        "rules[0].verbs": ["get", "update"],
    },
    "plant-scale-binding": {"roleRef.kind": "Role", "roleRef.name": "scale-fleets", "subjects[0].name": SCALERS},
    "plant-identity-account": {"automountServiceAccountToken": False},
    "plant-identity-pod-policy": {"policy": re.compile(r".*appconfig:GetLatestConfiguration.*")},
    "plant-identity-association": {"roleArn": re.compile(r".*-pod-role-.*"), "serviceAccount": "plant-api"},
    "plant-pods-auto-scale-events": {"metricTransformation.name": "auto_scale_events", **COUNT},
    "plant-pods-placement-failures": alarm(threshold=5, evaluationPeriods=1),
    "plant-pods-missing-pods": {
        **NO_HOST,
        "threshold": 2,
        "statistic": "Minimum",
        "evaluationPeriods": 15,
        "treatMissingData": "breaching",
    },
    "plant-pods-traffic-spike": SPIKE,
    **{f"plant-{track}-binding": ROUTED for track in TRACKS},
    **{f"plant-{track}-deployment": ROLLED for track in TRACKS},
    **{f"plant-{track}-autoscaler": {"spec.behavior.scaleUp.stabilizationWindowSeconds": 0} for track in TRACKS},
    **{f"plant-{track}-disruptions": {"spec.maxUnavailable": 1} for track in TRACKS},
}
"""The same, of pods on somebody's cluster."""

GROUND = {
    "plant-access-fleet-s3": {"prefixListId": SET},
    "plant-access-edge-to-issuer": {"fromPort": 443, "toPort": 443},
    "plant-access-edge-https-ipv4": {"cidrIpv4": "0.0.0.0/0", "fromPort": 443, "toPort": 443},
    "plant-access-edge-https-ipv6": {"cidrIpv6": "::/0", "fromPort": 443, "toPort": 443},
    "plant-certificate-validation": {"certificateArn": SET},
    **{
        f"plant-network-{tier}-us-east-1{zone}-routes": {"routeTableId": SET}
        for tier in ("edge", "fleet")
        for zone in "ab"
    },
    "plant-network-edge-ipv4": {"destinationCidrBlock": "0.0.0.0/0", "gatewayId": SET},
    "plant-network-edge-ipv6": {"destinationIpv6CidrBlock": "::/0", "gatewayId": SET},
    "plant-network-fleet-ipv6": {"destinationIpv6CidrBlock": "::/0", "egressOnlyGatewayId": SET},
}
"""The same, of a network and a certificate of the stack's own, parked or not."""

CACHE = {
    "plant-cache-nearly-full": alarm(
        metricName="BytesUsedForCache",
        namespace="AWS/ElastiCache",
        period=300,
        evaluationPeriods=3,
        threshold=re.compile(r"\d{9}"),
    ),
}
"""The same, of what comes with a cache of the stack's own."""

BALANCED = {"plant-slo-errors-edge": {**alarm(), **RATIO}}
"""The same, of what watches a load balancer of the stack's own."""

BRAKE = {"plant-brake-state": {"type": "String", "insecureValue": re.compile("on|off")}}
"""The same, of what comes with a spend brake."""

ANSWERS = {
    "plant-answers-maintenance": {"actions[0].fixedResponse.statusCode": "503"},
    **{
        f"plant-answers-page-size-{index}": {
            "actions[0].fixedResponse.statusCode": "400",
            "conditions[1].queryStrings[0].key": "page_size",
        }
        for index in range(1, 6)
    },
}
"""The same, of what a shared stack's listener answers by itself."""

SESSIONS = ("plant:components:RolloutProgress",)
PROGRESS = {"plant-progress-parameter": {"insecureValue": "none"}}
"""The same, of what outlives the session in which a rollout is under way."""

GOES_ON = {"plant-rollout-resume": {"target.input": '{"action":"resume"}'}}
"""The same, of a rollout in sessions while it serves."""

PARTS = (
    (("plant:components:InstanceAccess",), INSTANCES),
    (("plant:components:Fleet",), FLEETS),
    (("plant:components:GuardedNamespace",), PODS),
    (("plant:components:ListenerAnswers",), ANSWERS),
    (VPC, GROUND),
    (SERVERLESS_CACHE, CACHE),
    (LOAD_BALANCER, BALANCED),
    (("plant:components:SpendBrake",), BRAKE),
    (SESSIONS, PROGRESS),
)
"""Types by which a part of the stack is known, and the table of that part."""

RULES = ("maintenance", "rate-per-ip", "rate-per-user", "rate-heavy-path", "page-size", "body-size")
"""Rules of our own web ACL that block, in this order, before AWS's managed ones."""

ASSOCIATION = ("aws:ec2/routeTableAssociation:RouteTableAssociation",)
CERTIFICATE_VALIDATION = ("aws:acm/certificateValidation:CertificateValidation",)
KEYS = ("kmsKeyId", "kmsMasterKeyId", "kmsKeyArn", "kmsKeyIdentifier", "targetKeyId")

TYPES = {
    EVENT_TARGET: {"arn": Refers(*LOG_GROUP, *STATE_MACHINE, *TOPIC)},
    SCHEDULE: {"state": re.compile("ENABLED|None"), "target.roleArn": SET},
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
    LAUNCH_TEMPLATE: {
        "blockDeviceMappings[0].ebs.deleteOnTermination": "true",
        "creditSpecification.cpuCredits": "standard",
        "iamInstanceProfile": SET,
        "networkInterfaces[0].associatePublicIpAddress": "false",
        "networkInterfaces[0].deleteOnTermination": re.compile("true|None"),
        "networkInterfaces[0].securityGroups": Refers(*SECURITY_GROUP),
    },
    INSTANCE_PROFILE: {"role": Refers(*ROLE)},
    ROLE: {"permissionsBoundary": SET, "maxSessionDuration": re.compile("3600|None")},
    ROLE_POLICY: {"role": Refers(*ROLE)},
    SERVERLESS_CACHE: {
        "cacheUsageLimits.dataStorage.maximum": 1,
        "cacheUsageLimits.dataStorage.unit": "GB",
        "cacheUsageLimits.ecpuPerSeconds[0].maximum": 1000,
        "engine": "valkey",
        "securityGroupIds": Refers(*SECURITY_GROUP),
        "subnetIds[1]": SET,
        "userGroupId": Refers(*CACHE_USER_GROUP),
    },
    CACHE_USER: {
        "accessString": re.compile(r"on ~plant:\* resetchannels -@all \+@read \+@write .*-@dangerous -@admin .*"),
        "authenticationMode.type": "iam",
        "engine": "valkey",
    },
    CACHE_USER_GROUP: {"engine": "valkey", "userIds": Refers(*CACHE_USER)},
    SECURITY_GROUP: {"vpcId": SET},
    TARGET_GROUP: {"vpcId": SET},
    VPC: {"assignGeneratedIpv6CidrBlock": True, "enableDnsHostnames": True, "enableDnsSupport": True},
    SUBNET: {
        "assignIpv6AddressOnCreation": True,
        "availabilityZone": SET,
        "ipv6CidrBlock": SET,
        "vpcId": Refers(*VPC),
    },
    ROUTE: {"routeTableId": SET},
    ASSOCIATION: {"routeTableId": SET, "subnetId": Refers(*SUBNET)},
    FLOW_LOG: {"logDestination": SET, "logDestinationType": "s3"},
    TOPIC_POLICY: {"policy": re.compile(r'.*"Deny".*"aws:SecureTransport".*')},
    TOPIC_SUBSCRIPTION: {"topic": Refers(*TOPIC)},
    BUCKET_POLICY: {"policy": re.compile(r".*logdelivery\.elasticloadbalancing.*")},
    CERTIFICATE_VALIDATION: {"certificateArn": SET, "validationRecordFqdns": SET},
    WEB_ACL_LOGGING: {
        "loggingFilter.filters[0].requirement": "MEETS_ANY",
        "redactedFields[0].singleHeader.name": "authorization",
    },
}
"""Type -> property -> value, of every resource of that type."""


def departures(graph):
    """What differs from the tables, one line each; nothing for our own stacks as they are."""
    roots = graph.of_type(ROOT_TYPE)
    parked = bool(roots) and roots[0].outputs["costBasis"]["uptime"]["parked"]
    named = {resource.name: resource for resource in graph}
    tables = [KEPT, *(table for types, table in PARTS if graph.of_type(*types))]
    if not parked:
        tables += [SERVING, *([GOES_ON] if graph.of_type(*SESSIONS) else [])]
    for name, row in (row for table in tables for row in table.items()):
        if name not in named:
            yield f"{name} is not declared"
        else:
            yield from differing(named[name], row, graph)
    for types, row in TYPES.items():
        for resource in graph.of_type(*types):
            yield from differing(resource, row, graph)
    yield from unretried(graph)
    yield from mixed_up(graph)
    yield from cut_off(graph)
    yield from other_keys(graph)
    yield from unheard(graph)


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
    for schedule in graph.of_type(*SCHEDULE):
        if "cron" in schedule.get("scheduleExpression") and not schedule.get("scheduleExpressionTimezone"):
            yield f"{schedule.name}: is in nobody's time zone"
    for mute in graph.of_type(*ALARM_MUTE_RULE):
        muted = mute.get("muteTargets.alarmNames") or ["every alarm"]
        if not all(re.search(r"-stable-|errors-edge-|users-affected", name) for name in muted):
            yield f"{mute.name}: mutes {muted}"
    for acl in graph.of_type(*WEB_ACL):
        blocking = tuple(rule["name"] for rule in acl.get("rules") or () if "block" in rule.get("action", {}))
        if blocking != RULES:
            yield f"{acl.name}: blocks by {blocking}"


def cut_off(graph):
    """Rules between two security groups of which only one half is there, or opens other ports."""
    ingress, egress = ({ends(rule): rule for rule in graph.of_type(*types)} for types in (INGRESS_RULE, EGRESS_RULE))
    for ways, others in ((ingress, egress), (egress, ingress)):
        for (own, peer, ports), rule in ways.items():
            if peer is not None and (peer, own, ports) not in others:
                yield f"{rule.name}: the other half is not there"


def ends(rule):
    ports = tuple(rule.get(path) for path in ("ipProtocol", "fromPort", "toPort"))
    return rule.get("securityGroupId"), rule.get("referencedSecurityGroupId"), ports


def other_keys(graph):
    """Keys beside the one of the stack, or of its platform."""
    named = {value for one in graph for path in KEYS if isinstance(value := one.inputs.get(path), str)}
    if len({key.rpartition("/")[2] for key in named}) > 1:
        yield f"several keys: {sorted(named)}"


def unheard(graph):
    """Alarms that the Health Aggregator hears nothing of: promised of some, and ours tells it of all."""
    patterns = [json.loads(rule.get("eventPattern")) for rule in graph.of_type(*EVENT_RULE)]
    told = {arn for pattern in patterns for arn in pattern.get("resources", ())}
    for alarm in graph.of_type(*METRIC_ALARM, *COMPOSITE_ALARM):
        if alarm.outputs.get("arn") not in told:
            yield f"{alarm.name}: no event rule follows it"
