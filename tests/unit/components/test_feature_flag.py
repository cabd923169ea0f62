"""The flag that a rollout switches."""

import json

import pytest

from components.rollout.feature_flag import flag_document

DEPLOYMENT = "aws:appconfig/deployment:Deployment"
VERSION = "aws:appconfig/hostedConfigurationVersion:HostedConfigurationVersion"


def test_there_is_a_version_for_each_step_and_for_off(dev):
    # The content itself is a secret to Pulumi; flag_document, which makes it, is tested below.
    assert sorted(version.get("description") for version in dev.of_type(VERSION)) == [
        f"api_optimization_enabled for {percent} % of the users" for percent in (0, 10, 100, 50)
    ]


def test_versions_are_made_one_after_the_other(dev, one):
    ten, fifty = one(dev, VERSION, "plant-flag-10-percent"), one(dev, VERSION, "plant-flag-50-percent")
    assert ten.urn in fifty.dependencies


def test_pulumi_deploys_off_once_and_leaves_the_live_version_alone(dev, one):
    deployment = one(dev, DEPLOYMENT)
    assert deployment.options["ignoreChanges"] == ["configurationVersion"]
    assert dev.referenced(deployment, "configurationVersion")[0].name == "plant-flag-0-percent"


@pytest.mark.parametrize(
    ("setting", "value"),
    [("plant:uptime.parked", "true"), ("plant:rollout.flag_name", "other_flag")],
    ids=["parked in the middle of a rollout", "another name"],
)
def test_off_is_deployed_again_when_no_rollout_would_switch_it_off(dev, setting, value):
    from deployment.reader import graph_from_json
    from workbench.preview.changes import Operation, compare
    from workbench.preview.synthesis import synthesize

    changed = graph_from_json(synthesize("dev", overrides={setting: value}), setting)
    found = {change.resource.name: change.operation for change in compare(dev, changed)}
    assert found["plant-flag-off"] == Operation.REPLACE


def test_kill_switch_waits_for_nothing(dev, one):
    strategy = one(dev, "aws:appconfig/deploymentStrategy:DeploymentStrategy")
    assert strategy.get("deploymentDurationInMinutes") == 0
    assert strategy.get("finalBakeTimeInMinutes") == 0
    assert strategy.get("growthFactor") == 100


@pytest.mark.parametrize("stack", ["dev", "prod", "parked"])
def test_no_alarm_rolls_the_kill_switch_back(graph, one, stack):
    # AppConfig would roll back "off" itself while the alarm that asked for it is on.
    assert not one(graph(stack), "aws:appconfig/environment:Environment").get("monitors")


@pytest.mark.parametrize("percent", [0, 1, 100])
def test_flag_is_off_only_at_zero(percent):
    value = json.loads(flag_document("some_flag", percent))["values"]["some_flag"]
    assert value == {"enabled": percent > 0, "percent": percent}
