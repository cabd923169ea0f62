"""What a new account lacks is told before the first launch fails."""

from __future__ import annotations

from typing import Any

import pytest

from workbench.preview.settings import settings_of
from workbench.quotas import QUOTAS, shortages, vcpus


class Account:
    """Service Quotas of an account that has 5 vCPUs of each kind."""

    def get_service_quota(self, **asked: str) -> dict[str, Any]:
        assert asked["ServiceCode"] == "ec2"
        assert asked["QuotaCode"] in {code for code, _ in QUOTAS.values()}
        return {"Quota": {"Value": 5.0}}


@pytest.mark.parametrize(
    ("stack", "overrides", "needed"),
    [
        pytest.param("dev", {}, {"Spot": 8}, id="two fleets of two nanos"),
        pytest.param(
            "dev", {"plant:fleet.max_size": "1", "plant:fleet.desired_capacity": "1"}, {"Spot": 4}, id="smaller"
        ),
        pytest.param("dev", {"plant:fleet.on_demand_base_capacity": "1"}, {"Spot": 4, "On-Demand": 4}, id="a base"),
        pytest.param("dev", {"plant:fleet.on_demand_percent_above_base": "100"}, {"On-Demand": 8}, id="no spot"),
        pytest.param("k8s", {}, {}, id="no fleet"),
    ],
)
def test_vcpus_of_both_fleets_at_their_maximum(stack: str, overrides: dict[str, str], needed: dict[str, int]) -> None:
    assert vcpus(settings_of(stack, overrides)) == needed


def test_a_new_account_has_too_few_for_dev_and_says_of_what() -> None:
    ((name, found, enough),) = shortages(vcpus(settings_of("dev", {})), Account())
    assert (name, found, enough) == (QUOTAS["Spot"][1], "8 vCPUs of 5", False)
    assert [enough for _, _, enough in shortages({"On-Demand": 5}, Account())] == [True]


def test_doctor_tells_of_every_stack_with_fleets(monkeypatch: pytest.MonkeyPatch) -> None:
    import boto3

    from workbench import doctor

    monkeypatch.setattr(boto3, "client", lambda *_, **__: Account())
    found = {check.what: (check.ok, check.found) for check in doctor._quotas()}
    assert found["quota of dev"] == (False, f"{QUOTAS['Spot'][1]}: 8 vCPUs of 5")
    assert {"quota of prod"} == {what for what in found if what != "quota of dev"}
