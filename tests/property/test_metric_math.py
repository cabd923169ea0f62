"""The embedded AWS and the twin evaluate metric math by code of their own, datapoint by datapoint and as arrays: one
expression over one set of datapoints is one value in both."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from workbench.emulator.behaviour.metrics import metric_math
from workbench.simulate.metrics import evaluate

IDS = ("errors", "requests", "timed")
NUMBERS = st.integers(0, 5).map(str)
LEAVES = st.sampled_from(IDS) | NUMBERS
PERIODS = 4


def combined(inner):
    pair = st.tuples(inner, inner)
    several = st.lists(inner, min_size=1, max_size=3).map(", ".join)
    return st.one_of(
        st.tuples(st.sampled_from(["+", "-", "*", "/", ">", ">=", "<", "<=", "==", "!="]), pair).map(
            lambda one: f"({one[1][0]} {one[0]} {one[1][1]})"
        ),
        st.tuples(inner, inner, inner).map(lambda one: f"IF({', '.join(one)})"),
        pair.map(lambda one: f"FILL({one[0]}, {one[1]})"),
        st.tuples(st.sampled_from(["MAX", "MIN", "SUM"]), several).map(lambda one: f"{one[0]}([{one[1]}])"),
        inner.map(lambda one: f"(-{one})"),
    )


EXPRESSIONS = st.recursive(LEAVES, combined, max_leaves=6)
DATAPOINTS = st.none() | st.integers(0, 4).map(float)


@given(expression=EXPRESSIONS, columns=st.tuples(*[st.lists(DATAPOINTS, min_size=PERIODS, max_size=PERIODS)] * 3))
def test_one_expression_is_one_value(expression, columns):
    arrays = {
        name: np.array([math.nan if one is None else one for one in each])
        for name, each in zip(IDS, columns, strict=True)
    }
    together = np.broadcast_to(np.asarray(evaluate(expression, arrays), float), PERIODS)
    for place, row in enumerate(zip(*columns, strict=True)):
        alone = metric_math(expression, dict(zip(IDS, row, strict=True)))
        assert (math.nan if alone is None else alone) == together[place] or (
            alone is None and math.isnan(together[place])
        )
