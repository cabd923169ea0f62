"""Whatever a stack's file holds, loading it gives settings or problems, and never anything else."""

from __future__ import annotations

import copy

import depth
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.settings import SettingsError, load
from infra.settings.loading import GROUPS

from .places import places

FILE = {
    "plant:edge": {"certificate_arn": "arn:aws:acm:us-east-1:123456789012:certificate/0a1b"},
    "plant:maintenance": {"windows": [{"name": "a", "weekday": "MON", "time": "09:00", "duration_minutes": 60}]},
    "plant:rollout": {"steps": [{"percent": 10, "hold_hours": 1}, {"percent": 100}]},
    "plant:fleet": {"scheduled_sizes": [{"name": "x", "min_size": 1, "max_size": 2}]},
    "plant:tenancy": {"network": {"zone_count": 2}},
}
SETTINGS = [(group, name) for group, model in GROUPS.items() for name in model.model_fields]
leaves = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.just("10.0.0.0/28"))
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=9) | st.dictionaries(st.sampled_from(["name", "a"]), inner, max_size=2),
    max_leaves=9,
)


@st.composite
def files(draw):
    document = copy.deepcopy(FILE)
    for (group, name), cut, value in draw(
        st.lists(st.tuples(st.sampled_from(SETTINGS), st.integers(0, 1), values), max_size=4)
    ):
        document.setdefault(f"plant:{group}", {})[name[cut:]] = value
    for _ in range(draw(st.integers(0, 2))):
        *parents, last = draw(st.sampled_from(list(places(document))))
        target = document
        for step in parents:
            target = target[step]
        target[last] = draw(values)
    return document


@given(document=files())
@settings(max_examples=depth.drawn(300))
def test_any_file_gives_settings_or_problems(document):
    before = copy.deepcopy(document)
    try:
        load(document, "Pulumi.test.yaml")
    except SettingsError as error:
        assert error.problems
        assert all(problem.key and problem.message for problem in error.problems)
    assert repr(document) == repr(before)
