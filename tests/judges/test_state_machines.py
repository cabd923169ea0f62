"""State machines before two validators of the Amazon States Language that this project did not write."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from conftest import STACKS

from components.operations.maintenance_states import definition
from judges.tools import run

TOPIC = "arn:aws:sns:us-east-1:123456789012:users"
MACHINE = "aws:sfn/stateMachine:StateMachine"
FILTERED = re.compile(r"Field \"(?P<field>.*)\.\$\" .* is not a JSONPath or intrinsic function expression$")
"""statelint knows no filters in paths; AWS does ("JSONPath", Step Functions developer guide: ``$.store.book[?(@.price <
10)]``), and asl-validator reads each of them."""


@pytest.fixture(scope="module")
def definitions(graph, tmp_path_factory):
    """Files with the machines of all stacks, each definition once; and the one of monthly windows, which none has."""
    folder = tmp_path_factory.mktemp("machines")
    texts = {json.dumps(definition(parameter="/window", page=None, topic_arn=TOPIC, monthly=True)): "monthly"}
    for stack in STACKS:
        machines = graph(stack).of_type(MACHINE)
        assert machines
        texts |= {machine.get("definition"): f"{stack}-{machine.name}" for machine in machines}
    for text, name in texts.items():
        (folder / f"{name}.json").write_text(text)
    return sorted(folder.iterdir())


def faulty(tmp_path, name: str, **states: Any):
    path = tmp_path / f"{name}.json"
    path.write_text(json.dumps({"StartAt": "A", "States": states}))
    return path


def test_asl_validator_accepts_every_machine(definitions):
    result = run("asl-validator", *(part for path in definitions for part in ("--json-path", path)))
    assert result.returncode == 0, result.stdout + result.stderr


def test_statelint_accepts_every_machine(definitions):
    for path in definitions:
        text = path.read_text()
        lines = run("statelint", path).stdout.splitlines()
        faults = [line.strip() for line in lines if line and not re.fullmatch(r"(One|\d+) errors?:", line.strip())]
        assert [fault for fault in faults if not is_filter(fault, text)] == []


def is_filter(fault: str, text: str) -> bool:
    """Whether `fault` only says that a path has a filter."""
    found = FILTERED.search(fault)
    return found is not None and re.search(rf'"{found["field"]}\.\$": "\$[^"]*\[\?\(', text) is not None


@pytest.mark.parametrize("judge", ["asl-validator", "statelint"])
@pytest.mark.parametrize(
    "states",
    [
        pytest.param({"A": {"Type": "Pass", "Next": "B"}}, id="a target that is missing"),
        pytest.param({"A": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish"}}, id="no way on"),
    ],
)
def test_both_notice(judge, states, tmp_path):
    path = faulty(tmp_path, "machine", **states)
    result = run(judge, *(["--json-path"] if judge == "asl-validator" else []), path)
    assert result.returncode != 0 or "error" in result.stdout


def test_asl_validator_notices_a_name_inside_a_map_and_outside(tmp_path):
    done = {"Type": "Succeed"}
    loop = {"Type": "Map", "ItemProcessor": {"StartAt": "B", "States": {"B": done}}, "Next": "B"}
    result = run("asl-validator", "--json-path", faulty(tmp_path, "machine", A=loop, B=done))
    assert "DUPLICATE_STATE_NAME" in result.stderr


def test_statelint_notices_a_path_that_is_none(tmp_path):
    path = faulty(tmp_path, "machine", A={"Type": "Pass", "Parameters": {"x.$": "not a path"}, "End": True})
    assert not all(is_filter(line, path.read_text()) for line in run("statelint", path).stdout.splitlines())
    assert 'Field "x.$"' in run("statelint", path).stdout
