"""What a stack is compared with."""

import json
import os
import subprocess

import pytest

from deployment.errors import InputError
from workbench.preview.base import base_graph, gone_stacks

STACK = {"urn": "urn:pulumi:dev::plant::pulumi:pulumi:Stack::plant-dev", "type": "pulumi:pulumi:Stack", "custom": False}


def git(root, *arguments):
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
    return subprocess.run(
        ["git", "-C", str(root), *identity, *arguments], check=True, capture_output=True, text=True, env=environment
    ).stdout


@pytest.fixture
def repository(tmp_path):
    """A repository whose one commit has no command line of ours."""
    root = tmp_path / "repository"
    root.mkdir()
    git(root, "init", "--quiet")
    (root / "file").write_text("1")
    git(root, "add", "file")
    git(root, "commit", "--quiet", "--message", "first")
    return root


def saved(tmp_path, *resources):
    path = tmp_path / "base.json"
    path.write_text(json.dumps({"version": 3, "deployment": {"resources": list(resources)}}))
    return str(path)


def test_stacks_that_a_ref_has_and_the_folder_has_not_are_gone(repository, tmp_path):
    for name in ("qa", "dev"):
        (repository / f"Pulumi.{name}.yaml").write_text("{}")
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message", "stacks")
    assert gone_stacks("HEAD", repository) == ()
    (repository / "Pulumi.qa.yaml").rename(repository / "Pulumi.staging.yaml")
    assert gone_stacks("HEAD", repository) == ("qa",)
    assert gone_stacks(saved(tmp_path, STACK), repository) == ()


def test_a_saved_deployment_of_the_stack_is_taken(tmp_path):
    assert len(base_graph(saved(tmp_path, STACK), "dev", tmp_path)) == 1


def test_a_deployment_of_another_stack_is_refused(tmp_path):
    with pytest.raises(InputError, match="is the stack dev, not prod"):
        base_graph(saved(tmp_path, STACK), "prod", tmp_path)


def test_a_file_without_a_stack_is_refused(tmp_path):
    with pytest.raises(InputError, match="holds no stack"):
        base_graph(saved(tmp_path), "dev", tmp_path)


def test_a_ref_that_cant_declare_the_stack_is_refused_rather_than_declared_by_our_own_code(repository):
    with pytest.raises(InputError, match=r"workbench/cli/export\.py is not there yet"):
        base_graph("HEAD", "dev", repository)
    assert len(git(repository, "worktree", "list").splitlines()) == 1


PROGRAM = """
import json, pathlib, sys
arguments = sys.argv[1:]
out = pathlib.Path(arguments[arguments.index("--out") + 1])
stack = {"urn": "urn:pulumi:dev::plant::pulumi:pulumi:Stack::" + "_".join(arguments), "type": "pulumi:pulumi:Stack"}
out.write_text(json.dumps({"version": 3, "deployment": {"resources": [{**stack, "custom": False}]}}))
"""


def committed(repository, *stacks):
    """Commits a command line that tells in its stack's name what it was asked."""
    package = repository / "workbench" / "cli"
    package.mkdir(parents=True)
    for path in (package.parent / "__init__.py", package / "__init__.py", package / "export.py"):
        path.touch()
    (package / "__main__.py").write_text(PROGRAM)
    for name in ("Pulumi.yaml", *(f"Pulumi.{stack}.yaml" for stack in stacks)):
        (repository / name).touch()
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message", "stacks")


def test_the_refs_own_code_declares_the_stack_without_what_the_command_line_sets(repository):
    committed(repository, "dev")
    graph = base_graph("HEAD", "dev", repository)
    told = graph.of_type(STACK["type"])[0].name
    assert told.startswith("export_--format_stack_--stack_dev_--out")
    assert "--config" not in told


def test_a_stack_that_the_ref_has_not_is_all_new(repository):
    committed(repository, "dev")
    assert base_graph("HEAD", "prod", repository) is None


def test_git_variables_of_a_hook_lead_nowhere(repository, monkeypatch):
    (repository / "file").write_text("2")
    git(repository, "add", "file")
    monkeypatch.setenv("GIT_DIR", str(repository / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(repository / ".git" / "index"))
    with pytest.raises(InputError):
        base_graph("HEAD", "dev", repository)
    assert git(repository, "diff", "--cached", "--name-only") == "file\n"


def test_an_unknown_ref_of_a_shallow_clone_is_told_how_to_get_it(repository, tmp_path):
    git(repository, "commit", "--quiet", "--allow-empty", "--message", "second")
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{repository}", str(shallow))
    with pytest.raises(InputError, match="git fetch --unshallow"):
        base_graph("HEAD~1", "dev", shallow)
