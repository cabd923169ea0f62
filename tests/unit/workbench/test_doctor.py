"""What is missing is told with the way to get it, and what a preview does not need is no error."""

import os
import subprocess
import sys

import pytest

from workbench.cli.main import run
from workbench.doctor import _account, local_checks


def doctor(tmp_path, **environment):
    return subprocess.run(
        [sys.executable, "-P", "-m", "workbench.cli", "doctor"],
        env={"HOME": str(tmp_path), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_machine_with_nothing_but_python_is_ready_for_a_preview(tmp_path):
    result = doctor(tmp_path, PATH=str(tmp_path))
    assert result.returncode == 0, result.stdout
    lines = {line.split()[1]: line.split()[0] for line in result.stdout.splitlines() if not line.startswith(" ")}
    assert lines["Python"] == lines["packages"] == "ok"
    assert lines["git"] == lines["Pulumi"] == lines["credentials"] == "note"


def test_whatever_is_missing_has_a_way_to_get_it():
    assert all(check.ok or check.remedy for check in local_checks())


@pytest.mark.parametrize(
    ("account", "ok"),
    [("012345678901", False), ('"012345678901"', True), ("210987654321", True), ("000000000012", False)],
)
def test_an_account_that_lost_its_zeros_is_noticed(tmp_path, monkeypatch, account, ok):
    (tmp_path / "Pulumi.yaml").write_text("name: plant\n")
    (tmp_path / "Pulumi.qa.yaml").write_text(f"config:\n  plant:platform:\n    account_id: {account}\n")
    monkeypatch.setattr("workbench.doctor.REPOSITORY", tmp_path)
    found = _account()
    assert found.ok is ok
    assert ok or "quotes" in found.remedy


def test_credentials_are_found_and_not_shown(tmp_path):
    result = doctor(tmp_path, PATH=os.environ["PATH"], AWS_ACCESS_KEY_ID="AKIAX", AWS_SECRET_ACCESS_KEY="hidden-thing")
    assert "from env" in result.stdout
    assert "hidden-thing" not in result.stdout


def test_an_old_command_line_of_pulumi_is_noticed(tmp_path):
    (tmp_path / "pulumi").write_text("#!/bin/sh\necho v3.100.0\n")
    (tmp_path / "pulumi").chmod(0o755)
    result = doctor(tmp_path, PATH=f"{tmp_path}:/usr/bin:/bin")
    line = next(line for line in result.stdout.splitlines() if "Pulumi CLI" in line)
    assert line.startswith("note")
    assert "v3.100.0" in line
    assert "older than 3.260.0" in " ".join(result.stdout.split())


def test_on_a_narrow_terminal_words_stand_below_what_they_are_about(monkeypatch, capsys):
    monkeypatch.setattr("workbench.cli.doctor.terminal_width", lambda: 40)
    run(["doctor"])
    lines = capsys.readouterr().out.splitlines()
    assert "note    prices" in lines or "ok      prices" in lines
    assert all(len(line) <= 40 or " " not in line.strip() for line in lines)
