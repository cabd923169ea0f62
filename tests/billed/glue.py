"""What resources of `glue` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:glue/job:Job",
        {"workerType": "G.2X", "numberOfWorkers": 10},
        {"Job runs (20 DPUs)": "528.00"},
        {"monthly_hours": 60},
    ),
    case(
        "aws:glue/job:Job", {}, {"Job runs (10 DPUs)": "264.00"}, {"monthly_hours": 60}, id="glue: ten units by default"
    ),
    case(
        "aws:glue/job:Job",
        {"command": {"name": "pythonshell"}},
        {"Job runs (0.0625 DPUs)": "1.65"},
        {"monthly_hours": 60},
        id="glue: a sixteenth of a unit for a shell",
    ),
    case("aws:glue/crawler:Crawler", {}, {"Crawler runs": "26.40"}, {"monthly_dpu_hours": 60}),
    case("aws:glue/crawler:Crawler", {}, {"Crawler runs": "26.40"}, {"monthly_hours": 60}, id="crawler, the other key"),
    case(
        "aws:glue/catalogDatabase:CatalogDatabase",
        {},
        {"Objects": "2.00", "Requests": "300.00"},
        {"monthly_objects": 200_000, "monthly_requests": 300_000_000},
    ),
    case(
        "aws:glue/job:Job",
        {"workerType": "G.1X", "numberOfWorkers": 6},
        {"Job runs": "0.66"},
        {"monthly_hours": "0.25"},
        id="glue: an ETL job of 15 minutes (pricing page)",
    ),
    case("aws:glue/devEndpoint:DevEndpoint", {}, {"Development endpoint": "1606.00"}),  # 5 x 730 x .44
]
