"""Names are found in a script wherever they stand, as one search for each would find them."""

from hypothesis import given
from hypothesis import strategies as st

from policies.rules._user_data import Names

TEXT = st.text("ab/-", max_size=12)


@given(st.sets(TEXT, max_size=5), st.text("ab/-", max_size=40))
def test_the_same_as_searching_one_by_one(names, script):
    assert Names(names).inside(script) == {name for name in names if name in script}
