"""Infracost's JSON: the fields, types and sums that `infracost output` and `infracost comment` rely on."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from workbench.cost.priced import price_files
from workbench.report.infracost import to_infracost

ROOT = {
    "version", "metadata", "currency", "projects", "totalHourlyCost", "totalMonthlyCost", "totalMonthlyUsageCost",
    "pastTotalHourlyCost", "pastTotalMonthlyCost", "pastTotalMonthlyUsageCost", "diffTotalHourlyCost",
    "diffTotalMonthlyCost", "diffTotalMonthlyUsageCost", "timeGenerated", "summary",
}  # fmt: skip
PROJECT = {"name", "displayName", "metadata", "pastBreakdown", "breakdown", "diff", "summary"}
BREAKDOWN = {"resources", "freeResources", "totalHourlyCost", "totalMonthlyCost", "totalMonthlyUsageCost"}
RESOURCE = {
    "name", "resourceType", "tags", "metadata", "hourlyCost", "monthlyCost", "monthlyUsageCost", "costComponents",
}  # fmt: skip
COMPONENT = {
    "name": str, "unit": str, "hourlyQuantity": str | None, "monthlyQuantity": str | None, "price": str | None,
    "hourlyCost": str | None, "monthlyCost": str | None, "usageBased": bool, "priceNotFound": bool,
}  # fmt: skip
"""Required and allowed fields of infracost/infracost schema/infracost.schema.json, 2026-08-21."""


@pytest.fixture
def files(tmp_path, deployment):
    """Folder with the deployment files of dev and prod."""
    for name in ("dev", "prod"):
        (tmp_path / f"{name}.json").write_text(json.dumps(deployment(name)))
    return tmp_path


@pytest.fixture
def document(files):
    return to_infracost(price_files([str(files / "dev.json")], base=str(files / "prod.json")))


def test_root_and_projects_have_the_schema_s_fields(document):
    assert set(document) == ROOT
    (project,) = document["projects"]
    assert set(project) == PROJECT
    assert project["metadata"].keys() >= {"path", "type"}


def test_breakdowns_resources_and_components_have_the_schema_s_fields_and_types(document):
    (project,) = document["projects"]
    for breakdown in (project["breakdown"], project["pastBreakdown"], project["diff"]):
        assert set(breakdown) <= BREAKDOWN
        for resource in breakdown["resources"]:
            assert set(resource) <= RESOURCE
            assert {"name", "metadata"} <= set(resource)
            for component in resource["costComponents"]:
                assert set(component) == set(COMPONENT)
                assert all(isinstance(component[field], kind) for field, kind in COMPONENT.items())


def test_resources_add_up_to_the_project_and_projects_to_the_root(document):
    (project,) = document["projects"]
    breakdown = project["breakdown"]
    total = sum(Decimal(resource["monthlyCost"]) for resource in breakdown["resources"])
    assert total == Decimal(breakdown["totalMonthlyCost"]) == Decimal(document["totalMonthlyCost"])


def test_past_and_difference_add_up(document):
    past, diff, now = (
        Decimal(document[field]) for field in ("pastTotalMonthlyCost", "diffTotalMonthlyCost", "totalMonthlyCost")
    )
    assert past + diff == now
    changed = document["projects"][0]["diff"]["resources"]
    assert sum(Decimal(resource["monthlyCost"]) for resource in changed) == diff
    for resource in changed:
        parts = sum(Decimal(component["monthlyCost"]) for component in resource["costComponents"])
        assert parts == Decimal(resource["monthlyCost"]), resource["name"]


def test_the_summary_counts_every_resource_once(document):
    summary = document["summary"]
    assert summary["totalDetectedResources"] == (
        summary["totalSupportedResources"] + summary["totalUnsupportedResources"] + summary["totalNoPriceResources"]
    )
    assert sum(summary["supportedResourceCounts"].values()) == summary["totalSupportedResources"]


def test_what_has_no_price_is_marked_and_not_zero(tmp_path):
    urn = "urn:pulumi:s::p::aws:rds/cluster:Cluster::db"
    state = {"urn": urn, "type": "aws:rds/cluster:Cluster", "custom": True, "inputs": {}}
    path = tmp_path / "stack.json"
    path.write_text(json.dumps({"version": 3, "deployment": {"resources": [state]}}))
    (project,) = to_infracost(price_files([str(path)], region="us-east-1"))["projects"]
    (resource,) = project["breakdown"]["resources"]
    assert resource["monthlyCost"] is None
    assert resource["costComponents"][0]["priceNotFound"] is True


def test_a_fixed_time_makes_the_bytes_repeat(files, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1764000000")
    first, second = (json.dumps(to_infracost(price_files([str(files / "dev.json")]))) for _ in range(2))
    assert first == second
