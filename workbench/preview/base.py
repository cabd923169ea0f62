"""Gets the deployment to compare with: a saved one, or the same stack at a git ref, made by that ref's own code."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from fnmatch import fnmatch
from pathlib import Path

from deployment.errors import InputError
from deployment.graph import STACK_TYPE, ResourceGraph
from deployment.reader import graph_from_file, graph_from_text
from workbench.preview.stackfile import name_in, stacks

TIMEOUT_SECONDS = 120
"""A ref whose program takes longer is not going to end."""


def base_graph(base: str, stack: str, root: Path) -> ResourceGraph | None:
    """Graph of `base`: a file that holds a deployment, or a git ref of the working copy `root`.

    None where the ref has no such stack: it is new, or has another name there. What `--config` sets is not set here: it
    is a change, and its dollars are the difference.
    Raises InputError when it is neither, or when the ref's program can't be previewed.
    """
    path = Path(base)
    if path.is_file():
        graph = graph_from_file(base)
        return _of_stack(graph, base, stack)
    commit = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{base}^{{commit}}")
    if commit.returncode != 0:
        shallow = _git(root, "rev-parse", "--is-shallow-repository").stdout.strip() == "true"
        raise InputError(
            f"--base {base}: neither a file nor a git ref of {root}; give a file that `./plant export` or "
            "`pulumi stack export` wrote, or a branch, tag or commit"
            + ("; this clone is shallow: `git fetch --unshallow` brings the rest" if shallow else "")
        )
    with tempfile.TemporaryDirectory(prefix="plant-base-") as folder:
        tree = Path(folder) / "tree"
        # By an index of its own: the user's stays as it is, and nothing is written into the repository.
        index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        for step in (("read-tree", commit.stdout.strip()), ("checkout-index", "--all", f"--prefix={tree}/")):
            done = _git(root, *step, environment=index)
            if done.returncode != 0:
                raise InputError(f"--base {base}: git can't check it out: {done.stderr.strip()}")
        # Without its own command line the ref would be declared by ours, and nothing would seem to change.
        for needed in ("workbench/cli/export.py", "Pulumi.yaml"):
            if not (tree / needed).exists():
                raise InputError(f"--base {base}: {needed} is not there yet, so it can't declare {stack}")
        return _exported(tree, base, stack) if (tree / f"Pulumi.{stack}.yaml").exists() else None


def gone_stacks(base: str, root: Path) -> tuple[str, ...]:
    """Stacks that the git ref `base` has a file of and `root` has not: removed, or renamed; none of a file."""
    if Path(base).is_file():
        return ()
    listed = _git(root, "ls-tree", "--name-only", "-z", "--end-of-options", base).stdout.split("\0")
    names = {name_in(name) for name in listed if fnmatch(name, "Pulumi.*.yaml")}
    return tuple(sorted(names - set(stacks(root))))


def _of_stack(graph: ResourceGraph, base: str, stack: str) -> ResourceGraph:
    """`graph`, if it is one of `stack`: against another stack everything would be created and deleted."""
    found = graph.of_type(STACK_TYPE)
    if not found:
        raise InputError(f"--base {base}: holds no stack; give what `./plant export` or `pulumi stack export` wrote")
    name = found[0].urn.removeprefix("urn:pulumi:").partition("::")[0]
    if name != stack:
        raise InputError(f"--base {base}: is the stack {name}, not {stack}; give one of {stack}, or --stack {name}")
    return graph


def _exported(tree: Path, base: str, stack: str) -> ResourceGraph:
    """Graph that the code in `tree` gives, in a process of its own so that none of ours is mixed in."""
    out = tree / ".plant-base.json"
    arguments = ["export", "--format", "stack", "--stack", stack, "--out", str(out)]
    # The environment's editable install points at our own code; PYTHONPATH comes before it. The folder is thrown away,
    # so its byte code is nothing to keep.
    environment = {**_without_git_variables(), "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        result = subprocess.run(  # noqa: S603 - our own interpreter, on code of this repository
            [sys.executable, "-P", "-m", "workbench.cli", *arguments],
            cwd=tree,
            env=environment,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise InputError(f"--base {base}: its preview did not end within {TIMEOUT_SECONDS} s") from error
    if result.returncode != 0 or not out.exists():
        last = (result.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise InputError(f"--base {base}: stack {stack} can't be previewed there: {last.removeprefix('error: ')}")
    return graph_from_text(out.read_bytes(), f"{base} (stack {stack})")


def _git(root: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603 - fixed program, arguments checked by git itself
            ["git", "-C", str(root), *arguments],  # noqa: S607 - whichever git the user has
            env={**_without_git_variables(), **(environment or {})},
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise InputError("--base: comparing with a git ref needs git, which is not on PATH") from error


def _without_git_variables() -> dict[str, str]:
    """The environment but for GIT_DIR, GIT_INDEX_FILE and the like: in a hook they would lead to the user's index."""
    return {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
