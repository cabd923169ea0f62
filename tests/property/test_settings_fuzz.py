"""Any settings are refused with a reason, or make a stack that previews, and that breaks no mandatory security rule."""

import contextlib
import json
import os
import re
import subprocess
import sys
from functools import cache
from math import ceil
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from infra.settings import SettingsError
from infra.settings.loading import load
from workbench.preview.synthesis import REPOSITORY

from .settings_values import drawn_groups, overlaid, take_out

WHOLE_STACKS = int(os.environ.get("PLANT_FUZZ_STACKS", "100"))
"""Drawn settings that are declared, priced and judged whole; `.ci/run` wants 300 of them."""
SEED = int(os.environ.get("PLANT_FUZZ_SEED", "0"))
"""Another number, other settings."""
STACKS_A_PART = 50
"""Stacks of one test: several tests, so that all workers of pytest-xdist have some."""

CAPACITY = "compute-spike-answered"
"""A promise about capacity and no security rule: a stack of one instance at most is accepted, and doesn't keep it."""
SECURITY = (
    "network",
    "edge",
    "iam",
    "cache",
    "data",
    "waf",
    "compute",
    "functions",
    "logging",
    "kubernetes",
    "tagging",
)
"""Groups of rules that keep a stack safe; what the others want may be blocked, and often is: by the budget."""

JARGON = ("Traceback", "pydantic", "NoneType", "<class", "object at 0x", "Input should", "_error")
LINE = re.compile(r"Pulumi\.fuzz\.yaml: (plant:[a-z_]+[a-z_.\[\]0-9]*|aws:region) = .+: .+", re.DOTALL)


@cache
def base(name):
    """Configuration that the drawn values are put on: of a stack's own file, or as little as there can be."""
    if name == "little":
        return {
            "plant:edge": {"hosted_zone_id": "Z0123456789EXAMPLE"},
            "plant:platform": {"account_id": "123456789012"},
        }
    if name == "parked":
        return {**base("dev"), "plant:uptime": {**base("dev")["plant:uptime"], "parked": True}}
    return yaml.safe_load((REPOSITORY / f"Pulumi.{name}.yaml").read_text(encoding="utf-8"))["config"]


def settled(config, drawn, refusals):
    """`config` with as many of the drawn values as are accepted together; each refusal on the way is added."""
    while True:
        whole = overlaid(config, drawn)
        try:
            load(whole, "Pulumi.fuzz.yaml")
        except SettingsError as error:
            refusals.extend(map(str, error.problems))
            take_out(drawn, error)
        else:
            return whole


def assert_clear(problem):
    assert LINE.fullmatch(problem), problem
    assert not any(word in problem for word in JARGON), problem


@st.composite
def configurations(draw):
    """Configuration that is accepted, and the problems of what was drawn beside it."""
    refusals = []
    region = draw(st.sampled_from(["us-east-1", "us-east-1", "us-east-1", "eu-west-1"]))
    config = {**base(draw(st.sampled_from(["dev", "prod", "parked", "little"]))), "aws:region": region}
    return settled(config, draw(drawn_groups()), refusals), refusals


def examples(count, part):
    """Settings of a run with `count` examples, the same ones for the same part."""

    def decorate(function):
        rough = settings(max_examples=count, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        return seed(SEED * 1_000 + part)(rough(function))

    return decorate


@contextlib.contextmanager
def judge():
    """`ask(configuration)`: what the judging process says of it."""
    command = [sys.executable, "-P", str(Path(__file__).with_name("judge.py"))]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8"
    ) as process:

        def ask(configuration):
            process.stdin.write(json.dumps(configuration) + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        yield ask
        process.stdin.close()


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_generated_settings_are_accepted_or_refused_with_a_reason(part):
    outcomes = {"accepted at once": 0, "refused": 0}

    @examples(500, part)
    @given(configurations())
    def check(drawn):
        _, refusals = drawn
        outcomes["refused" if refusals else "accepted at once"] += 1
        for problem in refusals:
            assert_clear(problem)

    check()
    print(outcomes)
    assert sum(outcomes.values()) >= 500
    assert min(outcomes.values()) > 20


@pytest.mark.slow
@pytest.mark.parametrize("part", range(ceil(WHOLE_STACKS / STACKS_A_PART)))
def test_no_accepted_settings_make_a_stack_that_breaks_a_security_rule(part):
    count = min(STACKS_A_PART, WHOLE_STACKS - part * STACKS_A_PART)
    outcomes = {"pass": 0, "blocked": 0}

    with judge() as ask:

        @examples(count, part)
        @given(configurations())
        def check(drawn):
            said = ask(drawn[0])
            assert "verdict" in said, said.get("traceback") or said.get("refused")
            outcomes[said["verdict"]] += 1
            broken = [(rule, message) for rule, group, message in said["broken"] if group in SECURITY]
            assert [one for one in broken if one[0] != CAPACITY] == []

        check()
    print(outcomes)
    assert sum(outcomes.values()) >= count
