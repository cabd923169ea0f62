"""What the stack's configuration tells the AWS provider, and the account that is nobody's."""

import json

import pytest

from infra.provider import check_account, check_lent, provider_arguments, read
from infra.settings import SettingsError, load
from workbench.preview.synthesis import synthesize

SOURCE = "Pulumi.test.yaml"


def settings(account):
    return load(
        {
            "plant:edge": {"certificate_arn": "arn:aws:acm:us-east-1:123456789012:certificate/0a1b"},
            "plant:platform": {"account_id": account},
        },
        SOURCE,
    )


def test_configuration_of_the_provider_is_passed_on():
    told = provider_arguments(
        {
            "aws:region": "eu-west-1",
            "aws:profile": "plant",
            "aws:defaultTags": '{"tags":{"Team":"plants"}}',
            "aws:skipCredentialsValidation": "true",
            "aws:maxRetries": "7",
            "aws:token": "007",
            "plant:fleet": "{}",
        },
        SOURCE,
    )
    assert told == {
        "profile": "plant",
        "default_tags": {"tags": {"Team": "plants"}},
        "skip_credentials_validation": True,
        "max_retries": 7,
        "token": "007",
    }


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("aws:allowedAccountIds", "plant:platform.account_id says which account"),
        ("aws:forbiddenAccountIds", "take this out"),
        ("aws:profil", "no such setting; did you mean 'aws:profile'?"),
        ("aws:regoin", "no such setting; did you mean 'aws:region'?"),
        ("aws:defaultTag", "no such setting; did you mean 'aws:defaultTags'?"),
        ("aws:resourceName", "no such setting"),
        ("aws:opts", "no such setting"),
    ],
)
def test_what_cannot_be_passed_on_is_refused_by_name(key, words):
    with pytest.raises(SettingsError) as caught:
        provider_arguments({key: "x", "aws:profile": "y"}, SOURCE)
    (problem,) = caught.value.problems
    assert (problem.key, problem.source) == (key, SOURCE)
    assert words in problem.message


def test_problems_of_the_provider_and_of_the_settings_are_told_together():
    with pytest.raises(SettingsError) as caught:
        read({"aws:regoin": "x", "plant:nope": "{}", "plant:fleet": {"max_size": "9" * 5_000}}, SOURCE)
    told = {problem.key: problem.message for problem in caught.value.problems}
    assert {"aws:regoin", "plant:nope", "plant:fleet.max_size"} <= told.keys()
    assert told["plant:fleet.max_size"].startswith("expected a whole number, and none of so many digits (")


def test_it_reaches_the_provider_and_credentials_stay_secret():
    found = synthesize("dev", overrides={"aws:profile": "plant", "aws:defaultTags": '{"tags":{"Team":"plants"}}'})
    (provider,) = [
        one for one in found["deployment"]["resources"] if one["type"] == "pulumi:providers:aws" and one["custom"]
    ]
    assert provider["inputs"]["profile"] == "plant"
    assert json.loads(provider["inputs"]["defaultTags"]) == {"tags": {"Team": "plants"}}


@pytest.mark.parametrize(
    ("account", "deploying", "emulated", "refused"),
    [
        pytest.param("123456789012", True, False, True, id="a deployment to the example"),
        pytest.param("123456789012", False, False, False, id="a preview of the example"),
        pytest.param("123456789012", True, True, False, id="the emulator's own account"),
        pytest.param("210987654321", True, False, False, id="somebody's account"),
    ],
)
def test_nobody_deploys_to_the_example_account(account, deploying, emulated, refused):
    if not refused:
        check_account(settings(account), SOURCE, deploying=deploying, emulated=emulated)
        return
    with pytest.raises(SettingsError, match=r"pulumi config set --path plant:platform\.account_id"):
        check_account(settings(account), SOURCE, deploying=deploying, emulated=emulated)


CERTIFICATE = "arn:aws:acm:{}:{}:certificate/0a1b2c3d-4e5f-4071-a2b3-c4d5e6f70819"


@pytest.mark.parametrize(
    ("of", "refused"),
    [
        (("us-east-1", "210987654321"), False),
        (("eu-west-1", "210987654321"), True),
        (("us-east-1", "123456789012"), True),
    ],
)
def test_nobody_deploys_with_what_aws_takes_from_its_own_place_only(of, refused):
    config = {
        "plant:edge": {"certificate_arn": CERTIFICATE.format(*of)},
        "plant:platform": {"account_id": "210987654321"},
    }
    found = load(config, SOURCE)
    check_lent(found, SOURCE, deploying=True, emulated=True)
    if not refused:
        check_lent(found, SOURCE, deploying=True, emulated=False)
        return
    check_lent(found, SOURCE, deploying=False, emulated=False)
    with pytest.raises(SettingsError, match="allowed is one of us-east-1 of account 210987654321"):
        check_lent(found, SOURCE, deploying=True, emulated=False)


def test_a_preview_names_everything_lent_that_is_elsewhere(caplog):
    synthesize("prod", overrides={"aws:region": "eu-central-1"})
    for name in ("load_balancer_arn", "listener_arn", "web_acl_arn", "cache_arn", "cache_user_arn"):
        assert f"plant:tenancy.platform.{name}" in caplog.text
    assert "of another Region or account than eu-central-1 of account 123456789012" in caplog.text


def test_the_account_is_asked_for():
    with pytest.raises(SettingsError) as caught:
        load({"plant:edge": {"hosted_zone_id": "Z0123456789"}}, SOURCE)
    (problem,) = caught.value.problems
    assert problem.key == "plant:platform.account_id"
    assert "required" in problem.message
    assert "aws sts get-caller-identity" in problem.message


def test_a_preview_says_that_the_account_is_the_example(caplog):
    synthesize("dev")
    assert "the account of AWS's examples" in caplog.text
