"""What resources of `autoscaling` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:autoscaling/policy:Policy",
        {"policyType": "TargetTrackingScaling"},
        {"Alarms": "0.20"},
        id="target tracking",
    ),
    case("aws:autoscaling/policy:Policy", {"policyType": "StepScaling"}, {"Alarms": None}, id="step scaling"),
    case(
        "aws:autoscaling/policy:Policy",
        {
            "policyType": "TargetTrackingScaling",
            "targetTrackingConfiguration": {
                "customizedMetricSpecification": {
                    "metrics": [
                        {"id": "a", "metricStat": {}},
                        {"id": "b", "metricStat": {}},
                        {"id": "c", "expression": "a/b"},
                    ]
                }
            },
        },
        {"Alarms of target tracking": "0.40"},
        id="target tracking of two metrics: two alarms of two",
    ),
]
