"""Three other Pulumi programs, priced: reviewed golden tables, and named figures beside them.

`UPDATE_GOLDEN=1 pytest …` rewrites the tables; the diff is what a person reviews.
"""

from __future__ import annotations

import datetime
import os
from decimal import Decimal
from pathlib import Path

import pytest

from cost.catalogue import Catalogue
from workbench.cost.priced import price_files
from workbench.report.cost_table import Sections, render

ROOT = Path(__file__).parents[4]
DAY = datetime.date(2026, 11, 26)
"""Day that is priced: versions leave standard support on days, and spot prices age."""
PROGRAMS = ("eks_cluster", "serverless_api", "three_tier_web_app")


def priced(name, monkeypatch):
    monkeypatch.chdir(ROOT)
    return price_files([f"tests/fixtures/programs/{name}.json"], on=DAY)


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_table_is_the_reviewed_one(name, monkeypatch):
    golden = ROOT / "tests" / "golden" / "cost" / f"{name}.txt"
    table = render(priced(name, monkeypatch), Sections(everything=True))
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(table)
    assert table == golden.read_text()


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_figure_is_traced_to_a_row_of_the_catalogue(name, monkeypatch):
    (file,) = priced(name, monkeypatch)
    assert not file.estimate.unpriced
    for line in file.estimate.lines:
        row = Catalogue("us-east-1").price(line.price.service, line.price.key.partition(" (")[0])
        assert row.path == line.price.path.partition(" (")[0]
        assert row.source


@pytest.mark.parametrize(
    ("name", "resource", "item", "usd"),
    [
        ("eks_cluster", "shop", "Control plane", "73.00"),  # 730 x 0.10
        ("eks_cluster", "general", "Nodes (m7g.large, on demand)", "178.704"),  # 3 x 730 x 0.0816
        ("eks_cluster", "general", "Node volume (gp3)", "12.00"),  # 3 x 50 GB x 0.08
        ("eks_cluster", "main-nat-0", "NAT gateway", "32.85"),  # 730 x 0.045
        ("serverless_api", "clicks", "On-demand stream", "29.20"),  # 730 x 0.04
        ("serverless_api", "payment-provider", "Secret", "0.40"),
        ("serverless_api", "sessions", "Write capacity units", "2.3725"),  # 5 x 730 x 0.00065
        ("three_tier_web_app", "web", "Application load balancer", "16.425"),
        ("three_tier_web_app", "web", "Public IPv4 addresses of the load balancer", "7.30"),
        ("three_tier_web_app", "index", "Volume (io2) IOPS", "195.00"),  # 3,000 x 0.065
        ("three_tier_web_app", "db", "Database instance", "47.45"),  # 730 x 0.065, Multi-AZ
        ("three_tier_web_app", "cache", "Cache nodes", "46.72"),  # 2 x 730 x 0.032
        ("three_tier_web_app", "web", "Bot Control", "10.00"),
        ("three_tier_web_app", "latency", "Alarm", "0.30"),  # anomaly detection: three metrics
    ],
)
def test_named_figures_are_right(name, resource, item, usd, monkeypatch):
    (file,) = priced(name, monkeypatch)
    lines = [line for line in file.estimate.lines if line.name == resource and line.item.startswith(item)]
    assert Decimal(usd) in [line.monthly_usd for line in lines]


def test_other_programs_are_held_to_no_budget_of_ours(monkeypatch):
    (file,) = priced("three_tier_web_app", monkeypatch)
    assert file.estimate.expected_usd > Decimal("500")
    assert not file.judged and not file.blocked


def test_a_limit_judges_any_program(monkeypatch):
    monkeypatch.chdir(ROOT)
    (file,) = price_files(["tests/fixtures/programs/eks_cluster.json"], limit_usd=Decimal(100))
    assert file.blocked
