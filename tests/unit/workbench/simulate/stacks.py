"""A small stack as deployment JSON: just what the twin reads, with every figure in sight of the test."""

from __future__ import annotations

from typing import Any

from deployment.graph import ResourceGraph
from deployment.reader import graph_from_json

ROOT = "urn:pulumi:small::plant::pulumi:pulumi:Stack::plant-small"
SUFFIX = "targetgroup/{}/73e2d6bc24d8a067"


def urn(kind: str, name: str) -> str:
    return f"urn:pulumi:small::plant::{kind}::{name}"


def resource(kind: str, name: str, inputs: dict[str, Any], **outputs: Any) -> dict[str, Any]:
    arn = f"arn:aws:test:us-east-1:123456789012:{name}"
    return {
        "urn": urn(kind, name),
        "type": kind,
        "custom": True,
        "parent": ROOT,
        "id": f"{name}-id",
        "inputs": inputs,
        "outputs": {"id": f"{name}-id", "arn": arn, "name": name, **outputs},
    }


def arn(name: str) -> str:
    return f"arn:aws:test:us-east-1:123456789012:{name}"


def fleet(name: str, **group: Any) -> list[dict[str, Any]]:
    """Template, target group, group, tracking and step policy with its alarm."""
    return [
        resource(
            "aws:ec2/launchTemplate:LaunchTemplate",
            f"{name}-template",
            {"instanceType": "m7g.large", "creditSpecification": {"cpuCredits": "standard"}},
        ),
        resource(
            "aws:lb/targetGroup:TargetGroup",
            f"{name}-targets",
            {
                "loadBalancingAlgorithmType": "least_outstanding_requests",
                "deregistrationDelay": 30,
                "healthCheck": {"interval": 10, "timeout": 5, "healthyThreshold": 2, "unhealthyThreshold": 3},
            },
            arnSuffix=SUFFIX.format(name),
        ),
        resource(
            "aws:autoscaling/group:Group",
            f"{name}-group",
            {
                "minSize": 1,
                "maxSize": 4,
                "desiredCapacity": 1,
                "defaultInstanceWarmup": 90,
                "healthCheckGracePeriod": 90,
                "healthCheckType": "ELB",
                "capacityRebalance": True,
                "targetGroupArns": [arn(f"{name}-targets")],
                "mixedInstancesPolicy": {
                    "instancesDistribution": {"onDemandBaseCapacity": 1, "onDemandPercentageAboveBaseCapacity": 0},
                    "launchTemplate": {
                        "launchTemplateSpecification": {"launchTemplateId": f"{name}-template-id"},
                        "overrides": [{"instanceType": "m7g.large"}],
                    },
                },
                **group,
            },
        ),
        resource(
            "aws:autoscaling/policy:Policy",
            f"{name}-track",
            {
                "autoscalingGroupName": f"{name}-group",
                "policyType": "TargetTrackingScaling",
                "targetTrackingConfiguration": {
                    "targetValue": 2573.0,
                    "predefinedMetricSpecification": {"predefinedMetricType": "ALBRequestCountPerTarget"},
                },
            },
        ),
        resource(
            "aws:autoscaling/policy:Policy",
            f"{name}-answer-spike",
            {
                "autoscalingGroupName": f"{name}-group",
                "policyType": "StepScaling",
                "adjustmentType": "PercentChangeInCapacity",
                "minAdjustmentMagnitude": 1,
                "stepAdjustments": [
                    {"metricIntervalLowerBound": "0", "metricIntervalUpperBound": "3860", "scalingAdjustment": 50},
                    {"metricIntervalLowerBound": "3860", "scalingAdjustment": 100},
                ],
            },
        ),
        resource(
            "aws:cloudwatch/metricAlarm:MetricAlarm",
            f"{name}-traffic-spike",
            {
                "namespace": "AWS/ApplicationELB",
                "metricName": "RequestCountPerTarget",
                "dimensions": {"TargetGroup": SUFFIX.format(name)},
                "statistic": "Sum",
                "period": 60,
                "evaluationPeriods": 1,
                "comparisonOperator": "GreaterThanThreshold",
                "threshold": 3860.0,
                "treatMissingData": "notBreaching",
                "alarmActions": [arn(f"{name}-answer-spike")],
            },
        ),
    ]


EDGE = [
    resource("aws:lb/loadBalancer:LoadBalancer", "edge", {"idleTimeout": 30}),
    resource(
        "aws:wafv2/webAcl:WebAcl",
        "firewall",
        {
            "rules": [
                {
                    "name": "rate-heavy-path",
                    "priority": 20,
                    "statement": {
                        "rateBasedStatement": {
                            "limit": 100,
                            "aggregateKeyType": "IP",
                            "scopeDownStatement": {
                                "byteMatchStatement": {"fieldToMatch": {"uriPath": {}}, "searchString": "/v1/reports"}
                            },
                        }
                    },
                    "action": {"block": {}},
                },
                {
                    "name": "rate-per-ip",
                    "priority": 10,
                    "statement": {
                        "rateBasedStatement": {"limit": 1000, "evaluationWindowSec": 60, "aggregateKeyType": "IP"}
                    },
                    "action": {
                        "block": {
                            "customResponse": {
                                "responseCode": 429,
                                "responseHeaders": [{"name": "Retry-After", "value": "60"}],
                            }
                        }
                    },
                },
                {"name": "page-size", "priority": 5, "statement": {"regexMatchStatement": {}}, "action": {"block": {}}},
            ]
        },
    ),
    resource(
        "aws:ssm/parameter:Parameter",
        "contract",
        {
            "value": '{"schema": 1, "response_budget_ms": 100, "database_query_limit_ms": 30,'
            ' "cache_ttl_seconds": 600, "page_size_max": 50, "service_time_ms": 25, "workers_per_instance": 2}'
        },
    ),
    resource(
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        "p95-stable",
        {
            "namespace": "AWS/ApplicationELB",
            "metricName": "TargetResponseTime",
            "dimensions": {"TargetGroup": SUFFIX.format("stable")},
            "extendedStatistic": "p95",
            "evaluateLowSampleCountPercentiles": "ignore",
            "period": 300,
            "evaluationPeriods": 1,
            "comparisonOperator": "GreaterThanThreshold",
            "threshold": 0.2,
            "treatMissingData": "notBreaching",
        },
    ),
    resource(
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        "launch-failures",
        {
            "comparisonOperator": "GreaterThanThreshold",
            "threshold": 5.0,
            "evaluationPeriods": 1,
            "treatMissingData": "notBreaching",
            "metricQueries": [
                {
                    "id": "rate",
                    "expression": "IF(attempts > 0, 100 * FILL(failures, 0) / attempts, 0)",
                    "returnData": True,
                },
                {
                    "id": "attempts",
                    "metric": {"namespace": "plant", "metricName": "launch_attempts", "stat": "Sum", "period": 900},
                },
                {
                    "id": "failures",
                    "metric": {"namespace": "plant", "metricName": "launch_failures", "stat": "Sum", "period": 900},
                },
            ],
        },
    ),
    resource(
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        "database-latency",
        {"metricName": "database_latency", "comparisonOperator": "GreaterThanThreshold", "threshold": 30.0},
    ),
]


def small_stack(*extra: dict[str, Any], peak: str = "3", **group: Any) -> dict[str, Any]:
    """Deployment JSON of a stable and a canary fleet of m7g.large (no CPU credits) behind one load balancer."""
    root = {
        "urn": ROOT,
        "type": "pulumi:pulumi:Stack",
        "custom": False,
    }
    api = {
        "urn": urn("plant:infra:PlantApi", "plant"),
        "type": "plant:infra:PlantApi",
        "custom": False,
        "parent": ROOT,
        "inputs": {},
        "outputs": {"costBasis": {"version": 1, "usage": {"monthlyRequests": 200000, "peakRequestsPerSecond": peak}}},
    }
    resources = [root, api, *EDGE, *fleet("stable", **group), *fleet("canary", minSize=0, desiredCapacity=0), *extra]
    return {"version": 3, "deployment": {"manifest": {}, "resources": resources}}


def small_graph(*extra: dict[str, Any], peak: str = "3", **group: Any) -> ResourceGraph:
    return graph_from_json(small_stack(*extra, peak=peak, **group), "the small stack")
