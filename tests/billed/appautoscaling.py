"""What resources of `appautoscaling` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case("aws:appautoscaling/policy:Policy", {"policyType": "TargetTrackingScaling"}, {"Alarms": "0.20"}),
]
