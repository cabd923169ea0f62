"""Waivers end on their day, cover what they name, and are checked when they are read."""

import datetime

import pytest

from deployment.errors import InputError
from deployment.reader import graph_from_json
from policies import PACK_DIRECTORY
from policies.adapter import Pack
from policies.assess import assess
from policies.examples import example_graph
from policies.finding import Enforcement
from policies.pack import load_config
from policies.registry import rules_by_id
from policies.settings import PackConfig
from policies.waivers import Waiver, waivers_from_file
from workbench.preview.synthesis import synthesize

ALB = "aws:lb/loadBalancer:LoadBalancer"
UNPROTECTED = example_graph({"alb": (ALB, {"subnets": ["a", "b"]})})
LAST_DAY = datetime.date(2026, 12, 31)


def waiver(**changes):
    fields = {
        "rule": "edge-deletion-protection",
        "resource": "alb",
        "reason": "The stack is torn down every evening.",
        "owner": "team-plant",
        "expires": LAST_DAY,
    }
    return Waiver(**{**fields, **changes})


def judged(*waivers, today=LAST_DAY):
    return assess(UNPROTECTED, PackConfig(waivers=waivers), today=today)


def ids(entries):
    return {entry.rule.id for entry in entries}


@pytest.mark.parametrize("pattern", ["alb", "al*", "a[kl]b", "[a]lb", f"{ALB}::alb", "urn:pulumi:*::alb"])
def test_a_waiver_moves_the_violation_to_the_waived(pattern):
    assessment = judged(waiver(resource=pattern))
    assert "edge-deletion-protection" not in ids(assessment.violations)
    assert [entry.violation.rule.id for entry in assessment.waived] == ["edge-deletion-protection"]
    assert assessment.to_json()["waived"][0]["owner"] == "team-plant"


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"resource": "other"}, id="another resource"),
        pytest.param({"rule": "edge-access-logs"}, id="another rule"),
        pytest.param({"stacks": ("prod",)}, id="another stack"),
    ],
)
def test_a_waiver_covers_only_what_it_names(changes):
    assert "edge-deletion-protection" in ids(judged(waiver(**changes)).violations)


def test_an_expired_waiver_covers_nothing_and_itself_blocks():
    assessment = judged(waiver(), today=LAST_DAY + datetime.timedelta(days=1))
    by_id = {entry.rule.id: entry for entry in assessment.violations}
    assert "edge-deletion-protection" in by_id
    assert by_id["governance-waivers-in-force"].enforcement is Enforcement.MANDATORY
    assert "expired on 2026-12-31" in by_id["governance-waivers-in-force"].finding.message


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        pytest.param({"rule": "edge-no-such-rule"}, "does not exist", id="unknown rule"),
        pytest.param({"rule": "data-topic-encrypted"}, "covers nothing", id="no longer needed"),
    ],
)
def test_a_waiver_that_covers_nothing_is_reported_without_blocking(changes, says):
    [entry] = [e for e in judged(waiver(**changes)).violations if e.rule.id == "governance-waivers-used"]
    assert says in entry.finding.message
    assert entry.enforcement is Enforcement.ADVISORY


def test_a_waiver_for_every_stack_may_cover_nothing_in_one_of_them():
    assert "governance-waivers-used" not in ids(judged(waiver(resource="gone")).violations)


@pytest.mark.parametrize(
    ("overrides", "covers"),
    [
        pytest.param({}, True, id="sessions that a reaper ends"),
        pytest.param({"plant:uptime.schedule": "always-on"}, False, id="always on"),
    ],
)
def test_a_waiver_for_what_is_reaped_covers_nothing_where_nothing_reaps(overrides, covers):
    document = synthesize("dev", overrides=overrides)
    for state in document["deployment"]["resources"]:
        if state["type"] == ALB:
            state["inputs"]["enableDeletionProtection"] = False
    entry = waiver(resource="plant-edge-alb", when="reaped")
    assessment = assess(graph_from_json(document, "dev"), PackConfig(waivers=(entry,)), today=LAST_DAY)
    assert ("edge-deletion-protection" in ids(assessment.violations)) is not covers
    assert ([waived.waiver for waived in assessment.waived] == [entry]) is covers


def test_only_rules_that_see_the_whole_stack_are_waived_for_what_is_reaped():
    """Under the engine the others judge one resource, before anything is known of a reaper."""
    conditional = [entry for entry in waivers_from_file(PACK_DIRECTORY / "config" / "plant.waivers.toml") if entry.when]
    assert conditional
    assert all(rules_by_id()[entry.rule].stack_wide for entry in conditional)


STRANGER = {"plant-logs-bucket": ("aws:s3/bucket:Bucket", {}), "plant-edge-alb": (ALB, {"subnets": ["a", "b"]})}
"""What our own waivers name, in somebody else's program."""


def test_our_waivers_are_no_exceptions_for_others_and_tell_them_nothing():
    ours = {entry.rule for entry in waivers_from_file(PACK_DIRECTORY / "config" / "plant.waivers.toml")}
    assessment = assess(example_graph(STRANGER), today=datetime.date(2050, 1, 1))
    assert assessment.waived == ()
    assert {"edge-deletion-protection", "data-bucket-access-logged"} <= ids(assessment.violations) & ours
    assert not [rule for rule in ids(assessment.violations) if rule.startswith("governance-waivers")]


def test_nor_under_the_engine_which_knows_no_waivers_before_their_configuration_comes():
    assert Pack().config.waivers == ()


def test_our_own_stacks_get_them_by_the_configuration_of_the_project():
    assert load_config("plant", "whatever").waivers
    assert load_config("acme", "live").waivers == ()


def test_a_waivers_file_with_mistakes_names_all_of_them(tmp_path):
    file = tmp_path / "waivers.toml"
    file.write_text(
        '[[waiver]]\nrule = "edge-access-logs"\nresource = "alb"\nreason = ""\nowner = "x"\nexpires = "2026-12-31"\n'
        '[[waiver]]\nrule = "edge-access-logs"\nfor_ever = true\nwhen = "convenient"\n'
    )
    with pytest.raises(InputError) as caught:
        waivers_from_file(file)
    told = "\n".join(caught.value.problems)
    for expected in (
        "waiver 1: reason is missing",
        "waiver 1: expires is '2026-12-31'",
        "waiver 2: unknown key for_ever",
        "waiver 2: when is 'convenient'; allowed: reaped",
    ):
        assert expected in told


def test_a_file_is_understood_once_until_it_is_another(tmp_path):
    file = tmp_path / "waivers.toml"
    ours = (PACK_DIRECTORY / "config" / "plant.waivers.toml").read_text(encoding="utf-8")
    file.write_text(ours, encoding="utf-8")
    first = waivers_from_file(file)
    assert waivers_from_file(file) is first
    file.write_text(ours.replace("owner = ", "owner = 'somebody else' #"), encoding="utf-8")
    assert {entry.owner for entry in waivers_from_file(file)} == {"somebody else"}
