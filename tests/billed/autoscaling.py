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
]
