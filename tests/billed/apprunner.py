"""What resources of `apprunner` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:apprunner/service:Service",
        {"sourceConfiguration": {"autoDeploymentsEnabled": False, "imageRepository": {}}},
        {"Memory": "10.22", "vCPUs": "4.672", "Builds": None},  # 2 GB x 730 x .007; 73 h x .064
    ),
    case(
        "aws:apprunner/service:Service",
        {
            "instanceConfiguration": {"cpu": "256", "memory": "0.5 GB"},
            "sourceConfiguration": {"autoDeploymentsEnabled": False, "codeRepository": {"repositoryUrl": "u"}},
        },
        {"Memory": "5.11", "vCPUs": "23.36", "Builds": "0.50"},  # two instances, active throughout
        {"monthly_active_instance_hours": 1460, "monthly_build_mins": 100},
        id="service: active instances beyond the smallest number",
    ),
]
