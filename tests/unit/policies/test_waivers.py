"""Waivers end on their day, cover what they name, and are checked when they are read."""

import datetime

import pytest

from policies.assess import assess
from policies.errors import InputError
from policies.model import Enforcement
from policies.pack import PackConfig
from policies.rule import example_graph
from policies.waivers import Waiver, waivers_from_file

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


@pytest.mark.parametrize("pattern", ["alb", "al*", f"{ALB}::alb", "urn:pulumi:*::alb"])
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
    assert by_id["edge-deletion-protection"].enforcement is Enforcement.MANDATORY
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


def test_a_waivers_file_with_mistakes_names_all_of_them(tmp_path):
    file = tmp_path / "waivers.toml"
    file.write_text(
        '[[waiver]]\nrule = "edge-access-logs"\nresource = "alb"\nreason = ""\nowner = "x"\nexpires = "2026-12-31"\n'
        '[[waiver]]\nrule = "edge-access-logs"\nfor_ever = true\n'
    )
    with pytest.raises(InputError) as caught:
        waivers_from_file(file)
    told = "\n".join(caught.value.problems)
    for expected in (
        "waiver 1: reason is missing",
        "waiver 1: expires is '2026-12-31'",
        "waiver 2: unknown key for_ever",
    ):
        assert expected in told
