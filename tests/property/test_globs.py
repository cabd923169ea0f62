"""Patterns mean what the standard library says that they mean."""

from fnmatch import fnmatchcase

from hypothesis import example, given
from hypothesis import strategies as st

from policies.rules._globs import fits

FEW = st.text("ab*?[]:/\n", max_size=12)


@given(text=st.text("ab:/[?\n", max_size=12), pattern=FEW)
@example(text="a", pattern="a*a")
@example(text="aba", pattern="a*b*a")
@example(text="ab", pattern="*b*b")
@example(text="", pattern="**")
@example(text="a\nb", pattern="a*b")
def test_a_pattern_fits_what_fnmatch_fits(text, pattern):
    assert fits(text, pattern) == fnmatchcase(text, pattern)
