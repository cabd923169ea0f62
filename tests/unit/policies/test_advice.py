"""Advice can be followed: settings that it names exist, and what it says fits the stack it is given to."""

import re
from pathlib import Path

import pytest

import policies
from deployment.reader import graph_from_json, graph_from_text
from infra.settings.loading import GROUPS
from infra.settings.suggestions import fields_at
from policies.assess import assess, run_rule
from policies.context import Context
from policies.examples import example_graph
from policies.finding import Enforcement
from policies.registry import rules_by_id

SOURCES = sorted(Path(policies.__file__).parent.rglob("*.py"))
NAMED = sorted({name for file in SOURCES for name in re.findall(r"plant:[a-z_]+(?:\.[a-z0-9_]+)+", file.read_text())})


@pytest.mark.parametrize("name", NAMED)
def test_settings_that_rules_name_exist(name):
    group, *path = name.removeprefix("plant:").split(".")
    assert path[-1] in fields_at(GROUPS[group], path[:-1])


def test_rules_name_settings():
    assert len(NAMED) >= 3


@pytest.fixture(scope="module")
def always_on():
    from workbench.preview.synthesis import synthesize

    return graph_from_json(synthesize("dev", overrides={"plant:uptime.schedule": "always-on"}), "always on")


def test_an_always_on_stack_declares_no_hours_and_is_not_told_of_a_reaper(always_on):
    (root,) = always_on.of_type("plant:infra:PlantApi")
    uptime = root.get("costBasis")["uptime"]
    assert (uptime["sessionsPerMonth"], uptime["hoursPerSession"], uptime["reaper"]) == (None, None, None)
    judged = assess(always_on)
    assert judged.estimate.uptime_hours == 730
    assert "uptime-reaper-rehearsed" not in {entry.rule.id for entry in judged.violations}


def test_hours_without_a_reaper_are_told_in_plain_words():
    rule = rules_by_id()["uptime-reaper-rehearsed"]
    told = [found.message for example in rule.also_failing for found in run_rule(rule, Context(example_graph(example)))]
    assert (
        "30 hours a month are declared, and nothing ends them: no reaper is in the stack; without it the stack "
        "stays up, and 730 hours are priced"
    ) in told


def test_a_log_bucket_is_waived_whatever_its_stack_is_called(deployment):
    import json

    copied = json.dumps(deployment("dev")).replace("urn:pulumi:dev::", "urn:pulumi:copy::")
    blocking = {
        entry.rule.id
        for entry in assess(graph_from_text(copied, "copy")).violations
        if entry.enforcement is Enforcement.MANDATORY
    }
    assert not {each for each in blocking if each.startswith("data-bucket")}


def test_prod_and_parked_report_no_waiver_as_unused(graph):
    for stack in ("dev", "prod", "parked"):
        assert "governance-waivers-used" not in {entry.rule.id for entry in assess(graph(stack)).violations}


@pytest.mark.parametrize(("external", "blocks"), [(False, True), (True, False)], ids=["its own", "only read"])
def test_what_a_program_only_reads_is_told_and_blocks_nothing(external, blocks):
    """Nobody who runs the program can mend it, and the engine shows it to no pack in preview and up."""
    group = {
        "urn": "urn:pulumi:s::p::aws:ec2/securityGroup:SecurityGroup::open",
        "type": "aws:ec2/securityGroup:SecurityGroup",
        "custom": True,
        "external": external,
        "id": "sg-1",
        "inputs": {"ingress": [{"protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrBlocks": ["0.0.0.0/0"]}]},
    }
    judged = assess(graph_from_json({"resources": [group]}, "f"), region="us-east-1")
    told = [one for one in judged.violations if one.rule.id == "network-no-admin-ports-open"]
    assert [one.enforcement is Enforcement.MANDATORY for one in told] == [blocks]
    assert judged.blocked is blocks
