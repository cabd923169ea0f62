"""Ids are for good, and a new rule blocks nobody who has asked for those of an earlier release."""

import re
from pathlib import Path

import pytest
from sdk_server import told

from policies import releases
from policies.assess import assess
from policies.examples import example_graph
from policies.finding import Enforcement
from policies.registry import every_rule, rules_by_id
from policies.settings import PackConfig, PackSettings

ROOT = Path(__file__).parents[3]
RULE = "network-no-admin-ports-open"


def test_a_released_id_stays_for_as_long_as_its_major_version():
    """One that is gone would switch off what waivers and configurations of other teams name."""
    assert set(releases.since()) - {rule.id for rule in every_rule()} == set()


def test_whatever_is_not_listed_is_of_a_release_under_way():
    unlisted = {rule.id for rule in every_rule()} - set(releases.since())
    assert not unlisted or "## [Unreleased]" in (ROOT / "CHANGELOG.md").read_text(), sorted(unlisted)


@pytest.mark.parametrize("listed", [True, False])
@pytest.mark.parametrize("profile", [None, "strict", "baseline"])
@pytest.mark.parametrize("as_of", [None, "0.1", "1.7", "2.0"])
def test_a_rule_newer_than_the_configuration_wants_advises(monkeypatch, listed, profile, as_of):
    monkeypatch.setattr(releases, "since", lambda: {RULE: (1, 7)} if listed else {})
    config = PackConfig(PackSettings(profile=profile, rules_as_of=as_of))
    judged = assess(example_graph(rules_by_id()[RULE].failing), config)
    (found,) = {one.enforcement for one in judged.violations if one.rule.id == RULE}
    blocks = as_of is None or (listed and as_of != "0.1")
    assert found is (Enforcement.MANDATORY if blocks else Enforcement.ADVISORY)


@pytest.mark.parametrize("as_of", ["0.9", "1.0"])
def test_the_engine_is_told_the_same(monkeypatch, as_of):
    monkeypatch.setattr(releases, "since", lambda: {RULE: (1, 0)})
    token = "aws:ec2/securityGroup:SecurityGroup"
    opened = {"ingress": [{"protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrBlocks": ["0.0.0.0/0"]}]}
    state = {"urn": f"urn:pulumi:dev::orders::{token}::admin", "type": token, "custom": True, "id": "sg"}
    state |= {"inputs": opened, "outputs": opened}
    found = told({"deployment": {"resources": [state]}}, {"pack-settings": {"rulesAsOf": as_of}})
    mandatory = {one.rule for one in found if one.level == "mandatory"}
    advice = {one.message.partition(":")[0] for one in found if one.rule.startswith("pack-advice")}
    assert (RULE in mandatory, RULE in advice) == ((True, False) if as_of == "1.0" else (False, True))


@pytest.mark.parametrize("wrong", ["1", "v1.2", "1.2.3", "latest", ""])
def test_a_release_is_two_numbers(wrong):
    with pytest.raises(ValueError, match="rulesAsOf"):
        PackSettings.model_validate({"rulesAsOf": wrong})


def test_the_changelog_names_the_version_that_is_installed():
    version = re.search(r'^version = "(\d+\.\d+\.\d+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)[1]
    released = re.findall(
        r"^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d\d-\d\d$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE
    )
    assert released[0] == version
    assert released == sorted(released, key=lambda text: [*map(int, text.split("."))], reverse=True)
    # In one place: what else names a version of ours would be forgotten.
    assert "version" not in (ROOT / "policies" / "PulumiPolicy.yaml").read_text()
