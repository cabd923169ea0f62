"""The command line's own manners: help, errors, exit statuses, files."""

import fcntl
import importlib
import logging
import os
import pty
import re
import struct
import subprocess
import sys
import termios

import click
import pytest

from deployment.errors import InputError
from workbench.cli import main as cli
from workbench.cli.common import overrides_from, write_text
from workbench.preview.synthesis import REPOSITORY

PLANT = [sys.executable, "-P", "-m", "workbench.cli"]


def run(*arguments, **options):
    return subprocess.run([*PLANT, *arguments], capture_output=True, text=True, check=False, **options)


COMMANDS = cli.plant.list_commands(click.Context(cli.plant))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_file_is_a_command_with_a_line_of_help(name):
    file = f"workbench/cli/{name}.py"
    command = getattr(importlib.import_module(f"workbench.cli.{name}"), "command", None)
    assert isinstance(command, click.Command), f"{file}: name its click command `command`, or add it to NOT_COMMANDS"
    assert command.get_short_help_str(), f"{file}: say in the docstring of `command` what it does: --help shows it"
    assert len(command.get_short_help_str(1000)) <= 66, f"{file}: --help cuts the first sentence; shorten it"
    for child in getattr(command, "commands", {}).values():
        assert len(child.get_short_help_str(1000)) <= 66, f"{file}: the help cuts that of {child.name}; shorten it"
    assert f"\n## {name}\n" in (REPOSITORY / "docs/commands.md").read_text(encoding="utf-8"), "run ./plant docs"


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize(("columns", "most"), [(40, 40), (80, 78), (200, 78)])
def test_help_is_as_wide_as_the_terminal(name, columns, most, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", str(columns))
    assert cli.run([name, "--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    # What is to be copied stays whole, and so does the name of an option with its values.
    assert [
        line
        for line in lines
        if len(line) > most and " " in line.strip() and not re.search(r'["|;]|--policy-pack', line)
    ] == []
    assert max(map(len, lines)) > most // 2


@pytest.mark.parametrize("name", [[], ["emulator"], ["prices"], ["schema"]], ids=str)
def test_help_on_a_narrow_terminal_says_of_each_command_what_it_does(name, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "40")
    assert cli.run([*name, "--help"]) == 0
    out = capsys.readouterr().out
    told = out.partition("Commands:")[2]
    assert "..." not in told and told.rstrip().endswith(".")
    assert max(len(line) for line in told.splitlines()) <= 40


def test_the_help_lists_every_command():
    result = run("--help")
    assert result.returncode == 0
    listed = result.stdout.partition("Commands:")[2]
    assert [line.split()[0] for line in listed.splitlines() if re.match(r"  \w", line)] == COMMANDS


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


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        pytest.param(["previw"], "error: no such command: previw; did you mean 'preview'?", id="command"),
        pytest.param(
            ["prices", "chek"], "error: no such command: chek; did you mean 'check'?", id="command of a command"
        ),
        pytest.param(["preview", "--format", "jsn"], "did you mean 'json'?", id="value"),
        pytest.param(["preview", "--stack", "pord"], "did you mean 'prod'?", id="stack"),
        pytest.param(["simulate", "--profile", "spke"], "did you mean 'spike'?", id="profile"),
        pytest.param(["preview", "--stack", "Pulumi.dev.yaml"], "did you mean 'dev'?", id="file of a stack"),
        pytest.param(["init", "x", "--platform", "vpcid=x"], "did you mean 'vpc_id'?", id="platform"),
        pytest.param(["rehearse", "--scenario", "rolback"], "did you mean 'rollback'?", id="scenario"),
        pytest.param(["test", "tests/nowhere"], "error: tests/nowhere: there is no such file", id="test"),
    ],
)
def test_a_mistyped_name_is_answered_with_the_one_that_was_meant(arguments, told):
    result = run(*arguments)
    assert result.returncode == 2
    assert told in result.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        pytest.param(["cost", ""], "error: an argument is empty", id="nothing"),
        pytest.param(["audit", "."], None, id="a folder"),
        pytest.param(["test", "-k", ""], None, id="what pytest is given"),
        pytest.param(["simulate", "--file", "no\nfile\x1b[31m"], "error: no\\nfile\\x1b[31m: ", id="hidden characters"),
        pytest.param(["simulate", "--start", "noon"], "'noon' is not of the form YYYY-MM-DD[THH:MM].", id="moment"),
        pytest.param(["cost", "--on", "noon", "x"], "'noon' is not of the form YYYY-MM-DD.", id="day"),
        pytest.param(["simulate", "--seed", "x"], "'x' is not a valid whole number.", id="whole number"),
        pytest.param(["simulate", "--scale", "x"], "'x' is not a valid number.", id="number"),
        pytest.param(["init", "x", "--platform", "vpc"], "error: --platform vpc: must be KEY=VALUE", id="pair"),
        pytest.param(["completion"], "Choose from: bash, zsh, fish", id="choices"),
        pytest.param(["check", "--policy-pack", "docs", "x"], "--policy-pack docs: no policy pack", id="pack"),
        *(
            pytest.param(
                [name, "-c", "plant:fleet.max_size=many"], "error: --config plant:fleet.max_size = 'many'", id=name
            )
            for name in ("preview", "session", "optimize", "rehearse")
        ),
        pytest.param(
            ["session", "-c", "plant:fleet.max_size.x=1"], "error: --config plant:fleet.max_size = ", id="deeper"
        ),
    ],
)
def test_a_mistake_is_told_by_one_line_in_words_of_people(arguments, told, capsys, monkeypatch):
    if told is None:
        monkeypatch.setattr(cli.plant, "invoke", lambda context: None)
        assert cli.run(arguments) == 0
        return
    assert cli.run(arguments) == 2
    line, *more = capsys.readouterr().err.splitlines()
    assert told in line
    assert [one for one in more if not one.startswith("try: ")] == []


@pytest.mark.parametrize("arguments", [["report"], ["optimize"], ["rehearse"], ["audit", "."], ["actual", "x.csv"]])
def test_where_nothing_can_be_written_is_told_before_anything_is_computed(arguments, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(cli.plant, "invoke", lambda context: pytest.fail("computed"))
    monkeypatch.setattr(os, "access", lambda path, mode: str(path) != str(tmp_path))
    for out, why in ((tmp_path / "no" / "x", "there is no folder"), (tmp_path / "x", "admits no new file")):
        command = cli.plant.get_command(click.Context(cli.plant), arguments[0])
        with pytest.raises(InputError, match=f"can't be written: .*{why}"):
            command.make_context(arguments[0], [*arguments[1:], "--out", str(out)])
    (tmp_path / "x").touch()
    command.make_context(arguments[0], [*arguments[1:], "--out", str(tmp_path / "x")])


@pytest.mark.parametrize("arguments", [[], ["prices"], ["schema"], ["emulator"]])
def test_a_group_without_a_command_shows_its_help(arguments, capsys):
    assert cli.run(arguments) == 2
    told = capsys.readouterr().err
    assert told.startswith("Usage: ./plant") and told.endswith("error: give a command\n" + told.splitlines()[-1] + "\n")


def test_a_full_disk_is_one_line_and_no_verdict():
    result = subprocess.run(
        ["bash", "-c", f"{' '.join(PLANT)} --help > /dev/full"], capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stderr) == (
        2,
        "error: standard output, or a temporary file: No space left on device\n",
    )


def test_what_the_program_says_is_told_once(capsys):
    notes = cli.Notes()
    for _ in range(2):
        notes.handle(logging.LogRecord("pulumi", logging.WARNING, "", 0, "set your %s", ("account",), None))
    assert capsys.readouterr().err == "", "told at the end"
    notes.tell()
    assert capsys.readouterr().err == "note: set your account\n"


def test_a_terminal_gets_whole_words_in_each_line():
    parent, child = pty.openpty()
    fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 40, 0, 0))
    command = [*PLANT, "preview", "--stack", "nowhere"]
    anywhere = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=child, env=anywhere) as process:
        assert process.wait() == 2
    told = os.read(parent, 65536).decode().rpartition("\r\x1b[K")[2].replace("\r\n", "\n")
    os.close(parent)
    os.close(child)
    assert max(map(len, told.splitlines())) <= 40
    assert "error: Pulumi.nowhere.yaml: there is no" in " ".join(told.split())
    assert len(run("preview", "--stack", "nowhere").stderr.splitlines()) == 1


def test_beside_an_error_no_note_is_told():
    wrong = run("preview", "--base", "no-such-branch")
    assert wrong.returncode == 2
    assert len(wrong.stderr.splitlines()) == 1
    assert "note: plant:platform.account_id" in run("session").stderr + run("preview").stderr


def test_the_version_names_what_decides_about_a_preview():
    assert re.fullmatch(r"plant \S+ \(Python \S+, pulumi \S+, pulumi-aws \S+\)\n", run("--version").stdout)


@pytest.mark.parametrize(
    ("shell", "words"),
    [
        pytest.param("bash", {"COMP_WORDS": "plant preview --stack pro", "COMP_CWORD": "3"}, id="bash"),
        pytest.param("zsh", {"COMP_WORDS": "plant preview --stack pro", "COMP_CWORD": "3"}, id="zsh"),
        pytest.param("fish", {"COMP_WORDS": "plant preview --stack pro", "COMP_CWORD": "pro"}, id="fish"),
    ],
)
def test_a_shell_completes_stacks_and_its_script_calls_the_launcher(shell, words):
    script = run("completion", shell).stdout
    assert f"_PLANT_COMPLETE={shell}_complete" in script
    assert str(REPOSITORY / "plant") in script
    assert "$1" not in script
    completed = run(env={**os.environ, **words, "_PLANT_COMPLETE": f"{shell}_complete"}).stdout
    assert "prod" in completed
    assert "dev" not in completed


def test_all_problems_are_told_at_once(capsys, monkeypatch):
    def fail(*_arguments, **_options):
        raise InputError("one", "two")

    monkeypatch.setattr(cli.plant, "invoke", fail)
    assert cli.run(["preview"]) == 2
    assert capsys.readouterr().err == "error: one\nerror: two\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["cost", "a.json", "b.json", "--base", "c.json", "--usage", "d.yml"],
        ["check", "a.json", "b.json"],
        ["drift", "a.json", "b.json"],
        ["prices", "check", "a.json", "b.json"],
        ["comment", "a.json", "b.json"],
        ["actual", "a.csv", "b.csv"],
    ],
    ids=" ".join,
)
def test_every_file_that_cant_be_read_is_told(arguments, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.run(arguments) == 2
    told = sorted(line.split(":")[1].strip() for line in capsys.readouterr().err.splitlines())
    assert told == [one for one in arguments if "." in one]


def test_every_stack_that_is_not_there_is_told(tmp_path, capsys):
    assert cli.run(["report", "--stack", "none", "--stack", "nobody", "--out", str(tmp_path / "a.html")]) == 2
    told = capsys.readouterr().err
    assert "Pulumi.none.yaml" in told and "Pulumi.nobody.yaml" in told and not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", [["simulate"], ["export", "--format", "manifests", "--out", "x"]], ids=" ".join)
def test_what_is_of_the_program_is_refused_beside_a_file(command, capsys):
    file = str(REPOSITORY / "tests/fixtures/programs/eks_cluster.json")
    assert cli.run([*command, "--file", file, "--stack", "prod", "-c", "plant:fleet.max_size=3"]) == 2
    assert "--file is taken as it is; --stack and --config: only for the program" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [["a.json", "--list"], ["--list", "--explain", "x"], ["--explain", "x", "a.json"]]
)
def test_check_does_one_thing_of_three(arguments, capsys):
    assert cli.run(["check", *arguments]) == 2
    assert "give FILEs, --list or --explain RULE, one of the three" in capsys.readouterr().err


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


def test_a_mistake_in_a_program_that_is_being_edited_is_told_by_its_line(capsys, monkeypatch):
    def broken(*_, **__):
        compile("x = 1\ndef (:", "infra/__main__.py", "exec")

    monkeypatch.setattr("workbench.preview.result.preview", broken)
    assert cli.run(["preview"]) == 2
    told = capsys.readouterr().err
    assert told.startswith("error: infra/__main__.py, line 2: ")
    assert "Traceback" not in told


def test_a_character_that_the_output_has_not_is_no_crash():
    result = run(
        "cost",
        "tests/fixtures/programs/serverless_api.json",
        "--all",
        env={**os.environ, "PYTHONIOENCODING": "latin-1"},
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert "\\u2500" in result.stdout


def test_a_closed_output_is_no_crash():
    result = subprocess.run(
        ["bash", "-c", f"{' '.join(PLANT)} session >&-"], capture_output=True, text=True, check=False
    )
    assert "Traceback" not in result.stderr


def test_a_file_that_cant_be_written_is_told(tmp_path):
    with pytest.raises(InputError, match="can't be written"):
        write_text(tmp_path / "no" / "such" / "folder.txt", "text")


def test_what_only_the_whole_project_has_installed_is_named_where_it_is_missing(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "duckdb", None)
    monkeypatch.setattr(cli.plant, "invoke", lambda context: __import__("duckdb"))
    assert cli.run(["doctor"]) == 2
    told = capsys.readouterr().err
    assert told.startswith("error: duckdb is not installed here") and "plant-api-stack[stack]" in told


def test_a_missing_module_of_our_own_is_our_mistake_and_is_shown(monkeypatch, capsys):
    monkeypatch.setattr(cli.plant, "invoke", lambda context: __import__("policies.no_such_module"))
    assert cli.run(["doctor"]) == 2
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "heavy"),
    [
        pytest.param(["simulate", "--traffic", "nowhere.csv"], ("pulumi", "numpy", "cost"), id="simulate"),
        pytest.param(["optimize", "--traffic", "nowhere.csv"], ("pulumi", "numpy"), id="optimize"),
        pytest.param(["cost", "--usage", "nowhere.yaml", "nowhere.json"], ("pulumi",), id="usage of cost"),
        pytest.param(["check", "nowhere.json"], ("pulumi",), id="check"),
        pytest.param(["--help"], ("pulumi", "numpy", "asyncio", "pydantic", "rich", "yaml", "cost"), id="help"),
    ],
)
def test_what_is_missing_is_told_before_anything_is_loaded(arguments, heavy):
    script = "import sys; from workbench.cli.main import run; run(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True)
    *told, modules = done.stderr.splitlines()
    assert set(heavy).isdisjoint(modules.split())
    missing = next((one for one in arguments if one.startswith("nowhere")), None)
    assert told == [] if missing is None else told[0].startswith(f"error: {missing}: ")


def test_a_command_ends_without_a_look_for_garbage():
    script = (
        "import atexit, gc, runpy, sys; atexit.register(lambda: print('frozen', gc.get_freeze_count() > 0));"
        " sys.argv = ['plant', '--help']; runpy.run_module('workbench.cli', run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-P", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("frozen True\n")
