"""Any settings are refused with a reason, or make a stack that previews, and that breaks no mandatory security rule."""

import gc
import itertools
import json
import os
import re
import sys
from functools import cache
from math import ceil
from pathlib import Path

import depth
import pytest
import yaml
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from deployment.garbage import no_garbage_collection
from deployment.kept import FOLDER_VARIABLE
from infra.settings import SettingsError
from infra.settings.loading import load
from policies import assess
from policies.finding import Enforcement
from policies.pack import config_from_json
from workbench.preview import causes
from workbench.preview.result import preview
from workbench.preview.synthesis import REPOSITORY

from .settings_values import drawn_groups, overlaid, take_out

WHOLE_STACKS = int(os.environ.get("PLANT_FUZZ_STACKS", depth.drawn(300)))
"""Drawn settings that are declared, priced and judged whole."""
SEED = int(os.environ.get("PLANT_FUZZ_SEED", "0"))
"""Another number, other settings."""
STACKS_A_PART = 30
"""Stacks of one test: several tests, so that all workers of pytest-xdist have some."""
STACKS_OF_GARBAGE = 25
"""Stacks after which it is looked for: some 7 MB each."""

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
    region = draw(REGIONS)
    config = {**base(draw(BASES)), "aws:region": region}
    return settled(config, draw(DRAWN), refusals), refusals


REGIONS = st.sampled_from(["us-east-1", "us-east-1", "us-east-1", "eu-west-1"])
BASES = st.sampled_from(["dev", "prod", "parked", "little"])
DRAWN = drawn_groups()


def examples(count, part):
    """Settings of a run with `count` examples, the same ones for the same part."""

    def decorate(function):
        rough = settings(max_examples=count, database=None, suppress_health_check=list(HealthCheck))
        return seed(SEED * 1_000 + part)(rough(function))

    return decorate


@pytest.fixture
def judged(monkeypatch, tmp_path):
    """`judged(text)`: preview of that stack file, in a process that looks for garbage now and then.

    Left to itself it would do so among all that a stack declares, a quarter of the time. Rehearsals, which several
    drawn stacks share, are kept in a folder of their own: they would drive out what previews find again.
    """
    monkeypatch.setenv(FOLDER_VARIABLE, str(Path(sys.prefix, "kept-drawn")))
    # The waivers of our stacks in every Region: their own configuration allows that of the two alone.
    ours = config_from_json({"pack-settings": {"waiversFile": "config/plant.waivers.toml"}}, "fuzz")
    monkeypatch.setattr(assess, "config_of", lambda graph: ours)
    program = {"name": "fuzzed", "main": str(REPOSITORY / "infra")}
    (tmp_path / "Pulumi.yaml").write_text(yaml.safe_dump(program), encoding="utf-8")
    stack_file, stacks = tmp_path / "Pulumi.fuzz.yaml", itertools.count(1)

    def judge(text):
        if next(stacks) % STACKS_OF_GARBAGE == 0:
            gc.collect()
        stack_file.write_text(text, encoding="utf-8")
        found = preview("fuzz", {}, root=tmp_path)
        assert found.to_json()["verdict"] == found.verdict
        return found

    gc.collect()
    gc.freeze()
    with no_garbage_collection():
        yield judge
    gc.collect()


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_generated_settings_are_accepted_or_refused_with_a_reason(part):
    outcomes, count = {"accepted at once": 0, "refused": 0}, depth.drawn(500)

    @examples(count, part)
    @given(configurations())
    def check(drawn):
        _, refusals = drawn
        outcomes["refused" if refusals else "accepted at once"] += 1
        for problem in refusals:
            assert_clear(problem)

    check()
    print(outcomes)
    assert sum(outcomes.values()) >= count
    assert min(outcomes.values()) > count / 25


@pytest.mark.slow
@pytest.mark.parametrize("part", range(ceil(WHOLE_STACKS / STACKS_A_PART)))
def test_no_accepted_settings_make_a_stack_that_breaks_a_security_rule(judged, part, monkeypatch):
    # Which setting to change nobody asks here: that a search for it ends well, the first part's stacks show.
    monkeypatch.setattr(causes, "MOST_TRIALS", 0 if part else 1)
    count = min(STACKS_A_PART, WHOLE_STACKS - part * STACKS_A_PART)
    outcomes = {"pass": 0, "blocked": 0}

    @cache  # without what is refused every fourth configuration is one that was drawn before
    def judgement(text):
        found = judged(text)
        broken = [
            (entry.rule.id, entry.finding.message)
            for entry in found.assessment.violations
            if entry.enforcement is Enforcement.MANDATORY and entry.rule.topic in SECURITY
        ]
        return found.verdict, [one for one in broken if one[0] != CAPACITY]

    @examples(count, part)
    @given(configurations())
    def check(drawn):
        # JSON is YAML, with what is text in quotes.
        verdict, broken = judgement(json.dumps({"config": drawn[0]}, ensure_ascii=False, sort_keys=True))
        outcomes[verdict] += 1
        assert broken == []

    check()
    print(outcomes)
    assert sum(outcomes.values()) >= count
