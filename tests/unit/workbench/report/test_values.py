"""How values and dollars are written."""

from decimal import Decimal

import pytest

from workbench.report.money import change_in_dollars, dollars, signed_dollars
from workbench.report.values import pair


def test_short_values_are_whole():
    assert pair(None, 5, 20) == ("(none)", "5")


def test_long_values_are_shown_around_their_first_difference():
    old, new = pair("x" * 100 + "OLD" + "y" * 100, "x" * 100 + "NEW" + "y" * 100, 40)
    assert "OLD" in old
    assert "NEW" in new
    assert max(len(old), len(new)) <= 40


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("0", "$0.00"),
        ("0.004", "<$0.01"),
        ("-0.004", "-<$0.01"),
        ("0.005", "$0.00"),
        ("1234.5", "$1,234.50"),
        ("-3.04", "-$3.04"),
    ],
)
def test_dollars(amount, expected):
    assert dollars(Decimal(amount)) == expected


def test_changes_carry_their_sign():
    assert signed_dollars(Decimal("0.38")) == "+$0.38"
    assert change_in_dollars(Decimal(0)) == "no change"
