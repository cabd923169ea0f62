import pytest

from infra.burstable import burstable_type
from workbench.simulate.credits import CreditAccount

NANO = burstable_type("t4g.nano")


def test_the_guides_example_of_accrual():
    # A nano (2 vCPUs, 6 credits an hour) at 2 % for an hour accrues 3.6 credits.
    account = CreditAccount(NANO)
    account.spend(cpu_seconds=2 * 0.02 * 3600, elapsed_seconds=3600)
    assert account.balance == pytest.approx(3.6)


@pytest.mark.parametrize(("name", "ratio"), [("nano", 0.05), ("micro", 0.1), ("small", 0.2), ("xlarge", 0.4)])
def test_baseline_utilisation_of_the_credit_table(name, ratio):
    kind = burstable_type(f"t4g.{name}")
    assert kind.baseline_vcpus / kind.vcpus == pytest.approx(ratio)


def test_other_families_have_no_credits():
    assert burstable_type("m7g.medium") is None


def test_the_balance_is_capped_at_a_day_of_earnings():
    account = CreditAccount(NANO)
    account.spend(0.0, 3 * 86400)
    assert account.balance == 144


def test_standard_mode_slows_down_to_the_baseline_without_credits():
    account = CreditAccount(NANO)
    # The baseline is 0.1 vCPU; asked for twice that, the CPU runs at half speed.
    assert account.spend(cpu_seconds=12.0, elapsed_seconds=60) == pytest.approx(0.5)
    assert account.balance == 0.0


def test_standard_mode_runs_at_full_speed_while_credits_last():
    account = CreditAccount(NANO, balance=1.0)
    assert account.spend(cpu_seconds=60.0, elapsed_seconds=60) == 1.0
    assert account.spend(cpu_seconds=60.0, elapsed_seconds=60) < 1.0


def test_unlimited_mode_stays_fast_and_counts_the_surplus():
    account = CreditAccount(NANO, unlimited=True)
    assert account.spend(cpu_seconds=60.0, elapsed_seconds=60) == 1.0
    assert account.surplus == pytest.approx(1 - 0.1)
