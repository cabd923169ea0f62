"""A rehearsal's three forms: for people, for tools, for test reporters."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

import pytest

from workbench.emulator.readback import ReadBack
from workbench.emulator.rehearsal import Played, Rehearsal
from workbench.emulator.report import WIDTH, as_json, as_junit, as_text
from workbench.emulator.stage import Check, Status


def check(what: str, status: Status = Status.PASSED, evidence: str = "seen") -> Check:
    return Check(what, status, evidence)


def result(*scenarios: Played) -> Rehearsal:
    return Rehearsal(
        "dev",
        created=3,
        validated={"plant-mute": ["cloudwatch.put_alarm_mute_rule"]},
        read_back=ReadBack(compared=9),
        scenarios=list(scenarios),
        deleted=4,
        seconds={"deploy": 1.5, "scenarios": 2.0},
    )


GOOD = Played("good", "It works.", [check("it does"), check("a part", Status.NOT_APPLICABLE, "not ours")], 0.25)
BAD = Played("bad", "It holds.", [check("it does"), check("it holds", Status.FAILED, "1 < 2 & \x1b[31mred")], 0.5)
MISSING = Played("missing", "It is there.", [], 0.1, missing="the stack has no web ACL")
BROKEN = Played("broken", "It runs.", [check("it starts")], 0.1, error="ValueError: no")
ELSEWHERE = Played("elsewhere", "It ends.", [], 0.0, not_applicable="the stack is always on")
EMPTY = Played("empty", "It says something.", [], 0.0)


@pytest.mark.parametrize(
    ("played", "status"),
    [
        (GOOD, Status.PASSED),
        (BAD, Status.FAILED),
        (MISSING, Status.FAILED),
        (BROKEN, Status.FAILED),
        (ELSEWHERE, Status.NOT_APPLICABLE),
        (EMPTY, Status.FAILED),
        (Played("left out", "It.", [check("a", Status.NOT_APPLICABLE)], 0.0), Status.FAILED),
    ],
    ids=lambda item: item.name if isinstance(item, Played) else None,
)
def test_a_scenario_passes_only_if_it_demanded_something_and_nothing_failed(played: Played, status: Status) -> None:
    assert played.status is status


def test_what_does_not_apply_does_not_fail_a_rehearsal() -> None:
    assert result(GOOD, ELSEWHERE).passed
    assert not result(GOOD, BAD).passed
    assert not result(GOOD, MISSING).passed


def test_the_json_form_is_stable() -> None:
    document = json.loads(as_json(result(GOOD, BAD, MISSING, ELSEWHERE)))
    assert list(document) == [
        "schema", "stack", "passed", "created", "validatedNotEmulated", "readBack", "scenarios", "deleted", "leftOver",
        "seconds",
    ]  # fmt: skip
    assert document["schema"] == 1
    assert document["scenarios"][0] == {
        "name": "good",
        "criterion": "It works.",
        "status": "passed",
        "passed": True,
        "notApplicable": None,
        "error": None,
        "seconds": 0.25,
        "checks": [
            {"what": "it does", "status": "passed", "passed": True, "evidence": "seen"},
            {"what": "a part", "status": "not applicable", "passed": None, "evidence": "not ours"},
        ],
    }
    assert [item["status"] for item in document["scenarios"]] == ["passed", "failed", "failed", "not applicable"]
    assert [item["passed"] for item in document["scenarios"]] == [True, False, False, None]
    assert document["scenarios"][2]["error"] == "the stack has no web ACL"
    assert document["scenarios"][3]["notApplicable"] == "the stack is always on"


def test_junit_counts_what_it_holds() -> None:
    root = ET.fromstring(as_junit(result(GOOD, BAD, MISSING, BROKEN, ELSEWHERE)))  # noqa: S314 - our own output
    suites = root.findall("testsuite")
    assert [suite.get("name") for suite in suites] == ["deployment", "good", "bad", "missing", "broken", "elsewhere"]
    for element in (root, *suites):
        cases = list(element.iter("testcase"))
        assert int(element.get("tests", "")) == len(cases)
        counted = [("failures", "failure"), ("errors", "error")]
        for attribute, tag in [*counted, ("skipped", "skipped")] if element is not root else counted:
            assert int(element.get(attribute, "")) == sum(len(case.findall(tag)) for case in cases)
        assert float(element.get("time", "")) >= 0
    assert (root.get("failures"), root.get("errors"), root.get("skipped")) == ("2", "1", None)
    assert all(case.get("classname") and case.get("name") and case.get("time") for case in root.iter("testcase"))
    failure = root.find(".//failure")
    assert failure is not None
    assert failure.get("message") == failure.text == "1 < 2 & [31mred", "control characters are no XML"


def test_junit_says_what_the_deployment_left() -> None:
    broken = result(GOOD)
    broken.left_over, broken.read_back.differences = ["sns topic"], ["Topic a.name: declared x, live y"]
    suite = ET.fromstring(as_junit(broken)).find("testsuite")  # noqa: S314 - our own output
    assert suite is not None
    assert [failure.get("message") for failure in suite.iter("failure")] == [
        "Topic a.name: declared x, live y",
        "sns topic",
    ]


@pytest.mark.parametrize("width", [WIDTH, 120, 60, 40])
@pytest.mark.parametrize("everything", [True, False])
def test_text_keeps_to_its_width_and_to_whole_figures(width: int, everything: bool) -> None:
    evidence = "about " + "1,234 min of 15 % " * 40
    long = Played("long", "It is long.", [check("it is", Status.FAILED, evidence)], 0.0)
    elsewhere = Played("elsewhere-and-far-away", "It ends.", [], 0.0, not_applicable="the stack is always on " * 5)
    lines = as_text(result(long, elsewhere), width, everything=everything).splitlines()
    assert max(map(len, lines)) <= width
    assert not any(line.endswith(("1,234", " 15")) for line in lines)
    assert " ".join(as_text(result(long)).split()).count("1,234 min of 15 %") == 40


def test_text_has_a_line_for_each_scenario_and_the_evidence_of_what_failed() -> None:
    lines = as_text(result(GOOD, BAD, MISSING, BROKEN, ELSEWHERE)).splitlines()
    assert lines[3:12] == [
        "",
        "ok     good        1 of  1 demands held    0.2 s",
        "FAILED bad         1 of  2 demands held    0.5 s",
        "    FAILED it holds: 1 < 2 & \x1b[31mred",
        "FAILED missing     0 of  0 demands held    0.1 s",
        "    FAILED the stack has no web ACL",
        "FAILED broken      1 of  1 demands held    0.1 s",
        "    FAILED could not be played to its end: ValueError: no",
        "n/a    elsewhere  the stack is always on",
    ]
    assert not any("plant-mute" in line or "it does" in line for line in lines)


def test_all_of_it_has_every_demand_with_its_evidence() -> None:
    told = as_text(result(GOOD, BAD, ELSEWHERE), everything=True)
    assert "  validated, not emulated: plant-mute (cloudwatch.put_alarm_mute_rule)" in told
    assert told.count("    ok     it does: seen") == 2
    assert "n/a    elsewhere: It ends." in told
    assert "--all" in as_text(result(GOOD))
    assert "--all" not in told


def test_text_ends_with_the_verdict_and_the_way_to_more() -> None:
    assert as_text(result(GOOD, ELSEWHERE)).splitlines()[-2] == "passed: 1 passed, 1 not applicable"
    assert as_text(result(GOOD, BAD), everything=True).splitlines()[-1] == "FAILED: 1 passed, 1 failed"
