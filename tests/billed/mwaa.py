"""What resources of `mwaa` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:mwaa/environment:Environment",
        {"environmentClass": "mw1.large", "minWorkers": 1, "maxWorkers": 10, "schedulers": 5},
        {"Environment": "722.70", "Further workers": "401.50", "Further schedulers": "481.80", "Metadata": "100.00"},
        {"additional_workers": 2.5, "meta_database_gb": 1000},
    ),
]
