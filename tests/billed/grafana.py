"""What resources of `grafana` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:grafana/workspace:Workspace",
        {},
        {"Editors": "18.00", "Viewers": "15.00"},
        {"editors_administrator_licenses": 2, "viewer_licenses": 3},
    ),
    case("aws:grafana/workspace:Workspace", {}, {"Editors": "9.00", "Viewers": None}, id="grafana: one administrator"),
]
