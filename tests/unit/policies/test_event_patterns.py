"""Which events a pattern of EventBridge matches."""

import pytest

from policies.promises._events import matches

OTHERS = {"anything-but": ["RolledBack"]}


@pytest.mark.parametrize(
    ("pattern", "error", "matched"),
    [
        pytest.param([OTHERS], "States.Runtime", True, id="another error"),
        pytest.param([{"exists": False}, OTHERS], None, False, id="no error is null, and null is there"),
        pytest.param([None, OTHERS], None, True, id="null is named"),
    ],
)
def test_an_execution_that_names_no_error_has_a_null_one(pattern, error, matched):
    assert matches({"detail": {"error": pattern}}, {"detail": {"error": error}}) is matched
