"""What resources of `mskconnect` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:mskconnect/connector:Connector",
        {"capacity": {"provisionedCapacity": {"mcuCount": 2, "workerCount": 3}}},
        {"Connector workers": "481.80"},  # 6 x 730 x .11
    ),
    case(
        "aws:mskconnect/connector:Connector",
        {"capacity": {"autoscaling": {"mcuCount": 1, "minWorkerCount": 1, "maxWorkerCount": 4}}},
        {"Connector workers": "80.30"},
        id="connector: scaling",
    ),
]
