"""The command line's own manners: help, errors, exit statuses, files."""

import os
import subprocess
import sys

import pytest

from deployment.errors import InputError
from workbench.cli import main as cli
from workbench.cli.common import overrides_from, write_text

PLANT = [sys.executable, "-P", "-m", "workbench.cli"]


def run(*arguments, **options):
    return subprocess.run([*PLANT, *arguments], capture_output=True, text=True, check=False, **options)


def test_every_file_is_a_command_with_a_line_of_help():
    result = run("--help")
    assert result.returncode == 0
    listed = result.stdout.partition("Commands:")[2]
    for name in ("preview", "export", "test"):
        assert name in listed


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["nothing"], id="unknown command"),
        pytest.param(["preview", "--format", "pdf"], id="unknown format"),
        pytest.param(["preview", "--stack", "nowhere"], id="unknown stack"),
        pytest.param(["preview", "--config", "novalue"], id="config without value"),
        pytest.param(["preview", "--base", "no-such-ref"], id="unknown base"),
    ],
)
def test_bad_usage_exits_with_2_one_line_and_no_traceback(arguments):
    result = run(*arguments)
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.strip()
    assert "Traceback" not in result.stderr


def test_all_problems_are_told_at_once(capsys, monkeypatch):
    def fail(*_arguments, **_options):
        raise InputError("one", "two")

    monkeypatch.setattr(cli.plant, "invoke", fail)
    assert cli.run(["preview"]) == 2
    assert capsys.readouterr().err == "error: one\nerror: two\n"


def test_a_reader_that_goes_away_is_no_error():
    shell = f"{' '.join(PLANT)} --help | true; echo ${{PIPESTATUS[0]}}"
    result = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "0"
    assert result.stderr == ""


def test_overrides_are_split_at_the_first_equals_sign():
    assert overrides_from(("a:b=c=d",)) == {"a:b": "c=d"}


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "out.txt"
    write_text(path, "old\n")
    with pytest.raises(UnicodeEncodeError):
        write_text(path, "half\udcff")
    assert path.read_text() == "old\n"
    assert [found.name for found in tmp_path.iterdir()] == ["out.txt"]


def test_a_device_is_written_to_and_stays_one(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE, text=True)
    write_text(pipe, "through\n")
    assert reader.communicate(timeout=10)[0] == "through\n"
    assert pipe.is_fifo()


def test_a_link_is_followed(tmp_path):
    target = tmp_path / "target.txt"
    target.write_text("old")
    (tmp_path / "link").symlink_to(target)
    write_text(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert target.read_text() == "new"


def test_a_failure_of_the_program_is_no_verdict(capsys, monkeypatch):
    def crash(*_arguments, **_options):
        raise ZeroDivisionError

    monkeypatch.setattr(cli.plant, "invoke", crash)
    assert cli.run(["preview"]) == 2
    assert "no verdict" in capsys.readouterr().err


def test_a_closed_output_is_no_crash():
    result = subprocess.run(
        ["bash", "-c", f"{' '.join(PLANT)} session >&-"], capture_output=True, text=True, check=False
    )
    assert "Traceback" not in result.stderr


def test_a_file_that_cant_be_written_is_told(tmp_path):
    with pytest.raises(InputError, match="can't be written"):
        write_text(tmp_path / "no" / "such" / "folder.txt", "text")
