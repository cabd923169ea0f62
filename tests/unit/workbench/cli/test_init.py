"""A new stack by flags: a file that previews at once, or every problem."""

import pytest
import yaml
from click.testing import CliRunner

from deployment.errors import InputError
from workbench.cli.init import EXAMPLE, command
from workbench.preview import result, stackfile, synthesis
from workbench.preview.stackfile import read_stack

DEDICATED = ["--kind", "dedicated", "--domain", "api.qa.example.com", "--account", "210987654321"]
ZONE = ["--hosted-zone", "Z0ABCDEF1234567"]


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project whose program is ours, and which has no stack yet."""
    document = {"name": "plant", "runtime": "python", "main": str(stackfile.REPOSITORY / "infra")}
    (tmp_path / "Pulumi.yaml").write_text(yaml.safe_dump(document))
    for module in (result, synthesis, stackfile):  # whichever were imported first here would keep the project
        monkeypatch.setattr(module, "REPOSITORY", tmp_path)
    return tmp_path


def platform():
    lent = read_stack(stackfile.REPOSITORY, "prod", {}).config["plant:tenancy"]
    found = yaml.safe_load(lent)["platform"]
    return [
        word
        for key, value in found.items()
        for word in ("--platform", f"{key}={','.join(value) if isinstance(value, list) else value}")
    ]


def test_a_dedicated_stack_passes_at_once(project):
    result = CliRunner().invoke(command, EXAMPLE.split())
    assert result.exit_code == 0, result.output
    assert "qa: pass: " in result.output
    assert "waivers of policies/config/plant.waivers.toml" in result.output
    written = yaml.safe_load((project / "Pulumi.qa.yaml").read_text())["config"]
    assert written["plant:platform"] == {"account_id": "123456789012"}
    assert written["plant:edge"]["domain_name"] == "api.qa.example.com"


def test_a_shared_stack_passes_at_once_with_what_the_platform_lends(project, monkeypatch):
    monkeypatch.undo()
    lent = platform()
    monkeypatch.setattr(stackfile, "REPOSITORY", project)
    arguments = ["live", "--kind", "shared", "--domain", "api.example.com", "--account", "123456789012", *lent]
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 0, result.output
    assert "live: pass: " in result.output


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        pytest.param(
            ["qa"],
            [
                "--kind is missing: dedicated (",
                "--domain is missing",
                "--account is missing",
                "--hosted-zone is missing, if --kind is dedicated",
                "--platform KEY=VALUE is missing, if --kind is shared, for each of vpc_id, ",
                f"this is no terminal to ask on: give flags, e.g. ./plant init {EXAMPLE}",
            ],
            id="nothing given",
        ),
        pytest.param(["qa", *DEDICATED], ["--hosted-zone is missing"], id="no zone"),
        pytest.param(["qa", *DEDICATED[:4], "--account", "12", *ZONE], ["account_id", "Pulumi.qa.yaml"], id="account"),
        pytest.param(
            ["qa", *DEDICATED, *ZONE, "--platform", "vpc_id=vpc-1"],
            ["a dedicated stack borrows nothing"],
            id="borrowed",
        ),
        pytest.param(
            ["qa", "--kind", "shared", *DEDICATED[2:], *ZONE], ["a shared stack has no zone of its own"], id="own zone"
        ),
        pytest.param(
            ["qa", *DEDICATED, *ZONE, "--region", "us-esat-1"], ["not the name of an AWS Region"], id="region"
        ),
        pytest.param(["../qa", *DEDICATED, *ZONE], ["a stack's name has letters"], id="name"),
    ],
)
def test_what_is_missing_or_wrong_is_told_and_nothing_is_written(project, arguments, told):
    result = CliRunner().invoke(command, arguments)
    assert isinstance(result.exception, InputError)
    assert all(part in str(result.exception) for part in told)
    assert list(project.glob("Pulumi.*.yaml")) == []


def test_each_rule_that_blocks_is_told_once(project):
    result = CliRunner().invoke(command, ["qa", *DEDICATED, *ZONE, "--region", "eu-west-1"])
    assert result.exit_code == 1
    told = [line for line in result.output.splitlines() if line.startswith("blocks: ")]
    assert any("cost-everything-priced" in line and " more)" in line for line in told)
    assert len({line.split()[1] for line in told}) == len(told)
    assert "./plant prices refresh --region" in result.output


def test_an_answer_that_does_not_fit_is_asked_for_again(project, monkeypatch):
    monkeypatch.setattr("workbench.cli.init._on_terminal", lambda: True)
    domains = ("not a domain", "api.qa.example.com")
    lines = ("both", "dedicated", *domains, "12", "210987654321", "zone", "Z0ABCDEF1234567")
    result = CliRunner().invoke(command, ["qa"], input="\n".join(lines) + "\n")
    assert result.exit_code == 0, result.output
    told = [line for line in result.output.splitlines() if line.startswith("Error: ")]
    assert len(told) == 4
    for part, line in zip(("dedicated nor shared", "domain name", "12 digits", "hosted zone"), told, strict=True):
        assert part in line
    written = yaml.safe_load((project / "Pulumi.qa.yaml").read_text())["config"]
    assert written["plant:edge"] == {"domain_name": "api.qa.example.com", "hosted_zone_id": "Z0ABCDEF1234567"}
    assert written["plant:platform"] == {"account_id": "210987654321"}


def test_what_a_platform_lends_is_asked_for_one_by_one(project, monkeypatch):
    monkeypatch.undo()
    lent = [each.partition("=")[2] for each in platform()[1::2]]
    monkeypatch.setattr(stackfile, "REPOSITORY", project)
    monkeypatch.setattr("workbench.cli.init._on_terminal", lambda: True)
    given = ["live", "--kind", "shared", "--domain", "api.example.com", "--account", "123456789012"]
    result = CliRunner().invoke(command, given, input="\n".join(["no vpc", *lent]) + "\n")
    assert result.exit_code == 0, result.output
    assert result.output.count("Error: ") == 1
    assert "live: pass: " in result.output


def test_a_file_that_is_there_stays(project):
    (project / "Pulumi.qa.yaml").write_text("config: {}")
    result = CliRunner().invoke(command, ["qa", *DEDICATED, *ZONE])
    assert "--force" in str(result.exception)
    assert (project / "Pulumi.qa.yaml").read_text() == "config: {}"
