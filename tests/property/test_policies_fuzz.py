"""Arbitrary files get a verdict or one line of error; no accepted settings make a stack that breaks a security rule."""

import copy
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.assess import assess
from policies.deployment import graph_from_text
from policies.errors import InputError
from policies.model import Enforcement, Severity

ROUGH = settings(max_examples=2_000, deadline=None, suppress_health_check=list(HealthCheck))

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
OVERRIDES = st.fixed_dictionaries(
    {},
    optional={
        "plant:fleet.max_size": st.integers(-1, 60).map(str),
        "plant:fleet.min_size": st.integers(0, 4).map(str),
        "plant:cache.kind": st.sampled_from(["serverless", "nodes", "none"]),
        "plant:uptime.parked": st.sampled_from(["true", "false"]),
        "plant:uptime.hours_per_session": st.integers(0, 30).map(str),
        "plant:slo.p95_threshold_ms": st.integers(1, 400).map(str),
        "plant:contract.cache_ttl_seconds": st.integers(-1, 700).map(str),
        "plant:contract.page_size_max": st.integers(0, 60).map(str),
        "plant:budget.monthly_limit_usd": st.sampled_from(["5.00", "4.00", "50.00", "0", "x"]),
        "plant:usage.monthly_requests": st.integers(-5, 10**8).map(str),
        "plant:fleet.root_volume_gib": st.integers(0, 40).map(str),
        "plant:edge.ip_address_type": st.sampled_from(["dualstack", "ipv4", "dualstack-without-public-ipv4"]),
    },
)


@pytest.mark.slow
@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_no_accepted_settings_make_a_stack_that_breaks_a_security_rule(stack):
    from workbench.preview.synthesis import synthesize

    outcomes = {"refused": 0, "pass": 0, "blocked": 0}

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(OVERRIDES)
    def check(overrides):
        try:
            document = synthesize(stack, overrides=overrides)
        except InputError as error:
            assert all(problem.strip() for problem in error.problems)
            outcomes["refused"] += 1
            return
        assessment = assess(graph_from_text(json.dumps(document), stack))
        outcomes["blocked" if assessment.blocked else "pass"] += 1
        broken = [
            (entry.rule.id, entry.finding.message)
            for entry in assessment.violations
            if entry.enforcement is Enforcement.MANDATORY
            and entry.rule.group in SECURITY
            and entry.rule.severity in (Severity.HIGH, Severity.CRITICAL)
        ]
        assert broken == [], overrides

    check()
    print(f"{stack}: {outcomes}")
    assert outcomes["refused"] and outcomes["blocked"] + outcomes["pass"]
