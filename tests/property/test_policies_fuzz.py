"""Arbitrary files get a verdict or one line of error; no accepted settings make a stack that breaks a security rule."""

import copy
import json
import os
from functools import cache
from typing import Literal, get_args, get_origin

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.assess import assess
from policies.deployment import graph_from_text
from policies.errors import InputError
from policies.model import Enforcement, Severity

ROUGH = settings(max_examples=2_000, deadline=None, suppress_health_check=list(HealthCheck))

WHOLE_STACKS = int(os.environ.get("PLANT_FUZZ_STACKS", "8"))
"""Drawn settings that are declared and judged whole, for each stack: about half a second each."""

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**12), 10**12),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
    st.sampled_from(["*", "[secret]", "0.0.0.0/0", "{", '{"Statement": [3]}', "04da6b54-80e4-46f7-96ec-b56ff0331ba9"]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=8,
)


def judged(text):
    """The verdict, or None for a refusal. Any other error fails the test."""
    try:
        return assess(graph_from_text(text, "fuzz"), region="us-east-1").blocked
    except InputError as error:
        assert error.problems and all(problem.strip() for problem in error.problems)
        assert all("Traceback" not in problem for problem in error.problems)
        return None


@pytest.fixture(scope="module")
def kinds(deployment):
    """One state of each type."""
    found = {}
    for stack in ("dev", "prod"):
        for state in deployment(stack)["deployment"]["resources"]:
            found.setdefault(state["type"], state)
    return list(found.values())


@pytest.mark.slow
def test_mutated_deployments_get_a_verdict_or_one_line(kinds):
    verdicts = {True: 0, False: 0, None: 0}

    @ROUGH
    @given(st.data())
    def check(data):
        states = copy.deepcopy(data.draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=4)))
        state = data.draw(st.sampled_from(states))
        where = data.draw(st.sampled_from(["inputs", "outputs", "state"]))
        holder = state if where == "state" else state.setdefault(where, {})
        if isinstance(holder, dict) and holder:
            key = data.draw(st.sampled_from(sorted(holder)))
            value = holder[key]
            if isinstance(value, dict) and value and data.draw(st.booleans()):
                value[data.draw(st.sampled_from(sorted(value)))] = data.draw(VALUES)
            else:
                holder[key] = data.draw(VALUES)
        text = json.dumps({"version": 3, "deployment": {"resources": states}})
        if data.draw(st.integers(0, 9)) == 0:
            text = text[: data.draw(st.integers(0, len(text)))]
        verdicts[judged(text)] += 1

    check()
    print(f"verdicts: {verdicts}")
    assert sum(verdicts.values()) >= 2_000
    assert verdicts[True] > 0 and verdicts[None] > 0


@settings(max_examples=500, deadline=None)
@given(VALUES)
def test_any_json_gets_a_verdict_or_one_line(value):
    judged(json.dumps(value))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_get_a_verdict_or_one_line(content):
    judged(content)


SECURITY = ("network", "edge", "iam", "cache", "data", "waf", "compute", "logging")


def values_of(model, outside):
    """Field -> values within its bounds; with `outside`, just outside them as well."""
    fields = {}
    for name, field in model.model_fields.items():
        bounds = {type(one).__name__: one for one in field.metadata}
        low = getattr(bounds.get("Ge"), "ge", getattr(bounds.get("Gt"), "gt", None))
        high = getattr(bounds.get("Le"), "le", getattr(bounds.get("Lt"), "lt", None))
        choices = get_args(field.annotation) if get_origin(field.annotation) is Literal else ()
        if choices:
            fields[name] = st.sampled_from(choices)
        elif field.annotation is bool:
            fields[name] = st.booleans()
        elif field.annotation is int and low is not None and high is not None:
            fields[name] = st.integers(low, min(high, low + 200))
            if outside:
                fields[name] |= st.sampled_from([low - 1, high + 1])
        elif field.annotation is float and low is not None and high is not None:
            fields[name] = st.floats(float(low), float(high), allow_nan=False)
    return fields


def groups():
    """The settings groups that a person tunes; those that hold ids of a platform stay as the stack's file has them."""
    from infra.settings.loading import GROUPS

    tuned = ("budget", "cache", "contract", "firewall", "fleet", "rollout", "slo", "uptime", "usage")
    return {name: GROUPS[name] for name in tuned}


@cache
def stack_values(stack):
    """Configuration of the stack's own file."""
    from workbench.preview.stackfile import read_stack
    from workbench.preview.synthesis import REPOSITORY

    return {key: yaml.safe_load(value) for key, value in read_stack(REPOSITORY, stack, {}).config.items()}


def load(stack, drawn):
    """Settings of `stack` with the drawn values on top; None when they are refused, with a reason for each."""
    from infra.settings.errors import SettingsError
    from infra.settings.loading import load as load_settings

    config = dict(stack_values(stack))
    for group, values in drawn.items():
        own = config.get(f"plant:{group}") or {}
        config[f"plant:{group}"] = {**own, **values}
    try:
        return load_settings(config, f"Pulumi.{stack}.yaml")
    except SettingsError as error:
        assert str(error).strip() and "Traceback" not in str(error)
        return None


@cache
def tunable(outside):
    """(group, field, values) of everything that can be drawn."""
    return [
        (group, name, values) for group, model in groups().items() for name, values in values_of(model, outside).items()
    ]


@st.composite
def drawn_settings(draw, outside):
    """Values for one to three fields."""
    found = {}
    for group, name, values in draw(st.lists(st.sampled_from(tunable(outside)), min_size=1, max_size=3)):
        found.setdefault(group, {})[name] = draw(values)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_generated_settings_are_accepted_or_refused_with_a_reason(stack):
    outcomes = {"accepted": 0, "refused": 0}

    @settings(max_examples=1_000, deadline=None, suppress_health_check=list(HealthCheck))
    @given(drawn_settings(outside=True))
    def check(drawn):
        outcomes["refused" if load(stack, drawn) is None else "accepted"] += 1

    check()
    print(f"{stack}: {outcomes}")
    assert sum(outcomes.values()) >= 1_000
    assert outcomes["accepted"] > 50 and outcomes["refused"] > 50


@pytest.mark.slow
@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_no_accepted_settings_make_a_stack_that_breaks_a_security_rule(stack):
    from workbench.preview.synthesis import synthesize

    outcomes = {"pass": 0, "blocked": 0}

    # The few of the suite are the same each time; a longer run, asked for by the variable, looks elsewhere.
    @settings(
        max_examples=WHOLE_STACKS,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize="PLANT_FUZZ_STACKS" not in os.environ,
    )
    @given(drawn_settings(outside=False).filter(lambda drawn: load(stack, drawn) is not None))
    def check(drawn):
        overrides = {
            f"plant:{group}.{name}": json.dumps(value)
            for group, values in drawn.items()
            for name, value in values.items()
        }
        assessment = assess(graph_from_text(json.dumps(synthesize(stack, overrides=overrides)), stack))
        outcomes["blocked" if assessment.blocked else "pass"] += 1
        broken = [
            (entry.rule.id, entry.finding.message)
            for entry in assessment.violations
            if entry.enforcement is Enforcement.MANDATORY
            and entry.rule.group in SECURITY
            and entry.rule.severity in (Severity.HIGH, Severity.CRITICAL)
            and entry.rule.id != "cache-usage-capped"  # bounds what the cache may cost, not who may read it
        ]
        assert broken == [], overrides

    check()
    print(f"{stack}: {outcomes}")
    assert sum(outcomes.values()) >= 5
