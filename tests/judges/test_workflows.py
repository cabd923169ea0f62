"""The workflows before actionlint and zizmor, and their scripts before shellcheck."""

from __future__ import annotations

import json

from judges.tools import ROOT, find, run

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
SCRIPTS = [ROOT / ".github" / "comment", ROOT / ".github" / "up", ROOT / ".ci" / "run"]

FAULTY = """\
on: pull_request
permissions: {}
jobs:
  greet:
    needs: nobody
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v5
      - run: echo ${{ github.event.pull_request.title }}
"""


def findings(*paths):
    """What zizmor finds, by its audits' names."""
    result = run("zizmor", "--offline", "--no-exit-codes", "--format", "json", *paths)
    return {finding["ident"] for finding in json.loads(result.stdout)}


def test_zizmor_finds_nothing():
    assert findings(*WORKFLOWS) == set()


def test_actionlint_finds_nothing():
    result = run("actionlint", "-shellcheck", find("shellcheck"), *WORKFLOWS)
    assert result.returncode == 0, result.stdout


def test_shellcheck_finds_nothing_in_their_scripts():
    result = run("shellcheck", *SCRIPTS)
    assert result.returncode == 0, result.stdout


def test_zizmor_notices_a_tag_and_a_title_in_a_shell(tmp_path):
    path = tmp_path / "faulty.yml"
    path.write_text(FAULTY)
    assert {"unpinned-uses", "template-injection", "artipacked"} <= findings(path)


def test_actionlint_notices_a_job_that_is_not_there(tmp_path):
    path = tmp_path / "faulty.yml"
    path.write_text(FAULTY)
    result = run("actionlint", path)
    assert result.returncode == 1
    assert 'needs job "nobody" which does not exist' in result.stdout
