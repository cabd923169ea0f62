"""A preview of our own stack names the setting that breaks a rule, whatever property the rule speaks of."""

import pytest

from workbench.preview.result import preview
from workbench.preview.synthesis import REPOSITORY
from workbench.report.preview_text import render


@pytest.fixture
def project(tmp_path):
    """`project(text)`: folder of this project, where the stack file of dev has `text` at its end."""

    def make(text):
        (tmp_path / "infra").symlink_to(REPOSITORY / "infra")
        (tmp_path / "Pulumi.yaml").write_text((REPOSITORY / "Pulumi.yaml").read_text())
        (tmp_path / "Pulumi.dev.yaml").write_text((REPOSITORY / "Pulumi.dev.yaml").read_text() + text)
        return tmp_path

    return make


@pytest.mark.parametrize(
    ("setting", "value", "rule", "fix"),
    [
        pytest.param("fleet.max_size", "1", "compute-spike-answered", "max_size to 2 instead of 1", id="size"),
        pytest.param("slo.p95_threshold_ms", "30000", "rollout-rehearsed", "to 200 instead of 30000", id="threshold"),
        pytest.param(
            "slo.p95_threshold_ms", "400", "observability-latency-alarm", "to 200 instead of 400", id="named before"
        ),
        pytest.param("fleet.root_volume_gib", "99", "cost-worst-case-within-budget", "plant:uptime", id="dollars"),
    ],
)
def test_what_an_option_breaks_is_told_with_the_setting(setting, value, rule, fix):
    found = preview("dev", {f"plant:{setting}": value})
    finding = next(one.finding for one in found.blocking if one.rule.id == rule)
    assert "plant:" in finding.remedy
    assert fix in finding.remedy
    assert fix in " ".join(render(found, width=200).split())


def test_what_the_stack_file_breaks_is_told_with_the_setting_and_its_default(project):
    root = project("  plant:contract:\n    page_size_max: 80\n    cache_ttl_seconds: 300\n")
    found = preview("dev", {}, root=root)
    assert [one.finding.remedy for one in found.blocking] == ["set plant:contract.page_size_max to 50 instead of 80"]
    assert found.remedies == ("set plant:contract.page_size_max to 50 instead of 80",)
    assert found.to_json()["fixes"]["contract-published"] == found.remedies[0]


def test_two_settings_of_which_each_breaks_a_rule_are_told_apart():
    found = preview("dev", {"plant:contract.page_size_max": "80", "plant:fleet.max_size": "1"})
    assert {one.rule.id: one.finding.remedy for one in found.blocking} == {
        "contract-published": "set plant:contract.page_size_max to 50 instead of 80",
        "compute-spike-answered": "set plant:fleet.max_size to 2 instead of 1",
    }
