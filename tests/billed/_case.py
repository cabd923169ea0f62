"""One priced resource and the lines that its bill has to have."""

import pytest


def case(token, inputs, lines, usage=None, id=None):  # noqa: A002 - pytest's own word
    """`lines` is the beginning of a line's name -> its dollars a month, or None for a line that must not be there."""
    return pytest.param(token, inputs, lines, usage, id=id or token.rpartition("/")[2])
