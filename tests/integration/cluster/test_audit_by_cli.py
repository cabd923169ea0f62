"""Stacks as the real Pulumi CLI lists and exports them, where it is on PATH."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest
from audited import state

from workbench.cli.main import run

pytestmark = pytest.mark.engine


@pytest.fixture
def cli(tmp_path, monkeypatch):
    """`cli(argument, …)`: the CLI in an empty home, logged in to a backend in a folder."""
    if shutil.which("pulumi") is None:
        pytest.skip("the Pulumi CLI is not on PATH")
    for folder in ("home", "states", "work"):
        (tmp_path / folder).mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home" / ".pulumi"))
    monkeypatch.setenv("PULUMI_BACKEND_URL", (tmp_path / "states").as_uri())
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "test")
    (tmp_path / "work" / "Pulumi.yaml").write_text("name: web\nruntime: yaml\n")

    def ran(*arguments):
        command = ["pulumi", "--non-interactive", *arguments]
        return subprocess.run(command, cwd=tmp_path / "work", capture_output=True, text=True, check=True)

    return ran


@pytest.mark.parametrize(("packing", "ending"), [("", ".json"), ("GZIP", ".json.gz"), ("ZSTD", ".json.zst")])
def test_the_cli_and_its_backend_give_the_same_stacks(cli, tmp_path, capsys, monkeypatch, packing, ending):
    if packing:
        monkeypatch.setenv(f"PULUMI_DIY_BACKEND_{packing}", "true")
    document = state("web", "dev", keys=2)
    (tmp_path / "export.json").write_text(json.dumps(document))
    cli("stack", "init", "dev")
    cli("stack", "init", "empty")
    cli("stack", "import", "--stack", "dev", "--force", "--file", str(tmp_path / "export.json"))
    assert (tmp_path / "states" / ".pulumi" / "stacks" / "web" / f"dev{ending}").is_file()
    found = {}
    for source in ("pulumi", f"pulumi:{(tmp_path / 'states').as_uri()}", str(tmp_path / "states")):
        capsys.readouterr()
        assert run(["audit", source, "--format", "json", "--on", "2026-11-27"]) == 0
        stacks = json.loads(capsys.readouterr().out)["stacks"]
        found[source] = [(one["name"], one["cost"]["expected"], one["resources"]) for one in stacks]
    assert set(map(tuple, found.values())) == {(("web/dev", "2.00", 2), ("web/empty", "0.00", 0))}


def test_a_cli_that_refuses_is_bad_input(cli, tmp_path, capsys):
    assert run(["audit", f"pulumi:file://{tmp_path}/nowhere"]) == 2
    assert capsys.readouterr().err.startswith("error: pulumi stack ls")


def test_without_the_cli_the_message_says_what_to_do(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert run(["audit", "pulumi"]) == 2
    assert "isn't on PATH" in capsys.readouterr().err
