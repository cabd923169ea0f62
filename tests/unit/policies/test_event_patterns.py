"""Which events a pattern of EventBridge matches."""

import pytest

from policies.promises._events import execution_event, matches

OTHERS = {"anything-but": ["RolledBack"]}


@pytest.mark.parametrize(
    ("error", "status", "matched"),
    [
        pytest.param([OTHERS], "FAILED", True, id="another error"),
        pytest.param([{"exists": False}, OTHERS], "TIMED_OUT", False, id="no error is null, and null is there"),
        pytest.param([None, OTHERS], "ABORTED", True, id="null is named"),
    ],
)
def test_an_execution_that_names_no_error_has_a_null_one(error, status, matched):
    assert matches({"detail": {"error": error}}, execution_event("machine", status)) is matched
