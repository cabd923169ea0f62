"""Every control that touches the stack is answered by a rule, or declared not applicable with its reason."""

import csv
from pathlib import Path

import pytest

from policies.registry import every_rule

TABLE = Path(__file__).parents[3] / "policies" / "controls.csv"
ROWS = list(csv.DictReader(TABLE.open(encoding="utf-8")))
CLAIMED = {control for rule in every_rule() for control in rule.frameworks}


def test_no_control_is_listed_twice():
    assert len({row["control"] for row in ROWS}) == len(ROWS) > 400


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["control"])
def test_a_control_is_answered_or_declared_not_applicable(row):
    if row["status"] == "rule":
        assert row["control"] in CLAIMED
        assert row["reason"] == ""
    else:
        assert row["status"] == "not applicable"
        assert row["control"] not in CLAIMED
        assert len(row["reason"]) > 20


def test_every_control_that_a_rule_claims_is_in_the_table():
    missing = sorted(CLAIMED - {row["control"] for row in ROWS})
    lines = " and ".join(f'"{one},rule,"' for one in missing)
    assert not missing, f"policies/controls.csv:{len(ROWS) + 2}: write {lines}, each on a line of its own"


def test_controls_of_every_framework_are_there():
    frameworks = {row["control"].partition(":")[0] for row in ROWS}
    of_aws = {"checkov", "fsbp", "awsguard", "pulumi", "prowler", "cfn-nag", "device-defender"}
    of_kubernetes = {
        "cis-eks",
        "cve",
        "pss",
        "nsa-cisa",
        "eks-best-practices",
        "kube-score",
        "kube-linter",
        "polaris",
        "trivy",
    }
    assert frameworks == of_aws | of_kubernetes
