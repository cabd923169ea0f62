"""The workflows: valid YAML, least rights, and no untrusted text in a shell."""

import os
import re
import subprocess
from datetime import time
from pathlib import Path

import pytest
import yaml

from infra.settings import load

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PINNED = re.compile(r"uses: [\w.-]+(?:/[\w.-]+)+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", re.MULTILINE)


def steps(workflow):
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


@pytest.fixture(params=WORKFLOWS, ids=lambda path: path.stem)
def workflow(request):
    return yaml.safe_load(request.param.read_text())


def test_there_are_workflows():
    assert {path.stem for path in WORKFLOWS} >= {"ci", "deploy", "preview", "preview-comment", "uptime"}


def test_rights_are_declared_and_jobs_end(workflow):
    assert "write-all" not in str(workflow["permissions"])
    assert all(job["timeout-minutes"] <= 45 for job in workflow["jobs"].values())


def test_no_expression_is_pasted_into_a_shell(workflow):
    """`run: echo ${{ github.head_ref }}` would run what a branch is called; values go through the environment."""
    pasted = [step["run"] for step in steps(workflow) if re.search(r"\$\{\{", step.get("run", ""))]
    assert pasted == []


def test_code_of_a_pull_request_never_runs_with_the_right_to_write(workflow):
    triggers = workflow[True]  # YAML reads the key `on` as true
    assert "pull_request_target" not in triggers
    if "workflow_run" in triggers:
        for step in steps(workflow):
            if "checkout" in step.get("uses", ""):
                assert not step["with"].keys() & {"ref", "repository"}  # the default branch


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_actions_are_pinned_by_commit_and_say_their_version(path):
    text = path.read_text()
    assert len(PINNED.findall(text)) == text.count("uses: ")


def test_no_condition_of_a_job_reads_a_variable(workflow):
    """An environment's variables are not there yet when a job's condition is decided: it would never run."""
    assert [job["if"] for job in workflow["jobs"].values() if "vars." in job.get("if", "")] == []


def test_prod_waits_for_a_person():
    deploy = yaml.safe_load((ROOT / ".github" / "workflows" / "deploy.yml").read_text())["jobs"]["deploy"]
    assert deploy["environment"] == "prod"
    assert deploy["if"] == "needs.preview.outputs.gated == 'true' && github.ref == 'refs/heads/main'"


def test_checkouts_keep_no_credentials(workflow):
    for step in steps(workflow):
        if "actions/checkout" in step.get("uses", ""):
            assert step["with"]["persist-credentials"] is False


HEAD = "0123456789abcdef0123456789abcdef01234567"
GH = """\
#!/bin/bash
echo "$*" >> calls
case "$*" in
  *pulls/7*) echo "$LIVE_HEAD" ;;
  *--paginate*) printf '%s' "$COMMENTS" ;;
esac
"""
PULUMI = """\
#!/bin/bash
echo "$*" >> calls
if [ "$1" = up ] && [ -n "$LOCK" ] && ! grep --quiet '^cancel' calls; then
  echo "error: the stack is currently locked by 1 lock(s). Either wait or use `pulumi cancel`."
  echo "  s3://b/.pulumi/locks/x.json: created by $LOCK (pid 2) at 2026-11-26T09:00:00Z"
  exit 255
fi
"""


def run(tmp_path, script, *arguments, **environment):
    """The script in a folder with stand-ins for `gh` and `pulumi`; its exit status and the calls that it made."""
    for name, text in {"gh": GH, "pulumi": PULUMI.replace("`", "'")}.items():
        command = tmp_path / "bin" / name
        command.parent.mkdir(exist_ok=True)
        command.write_text(text)
        command.chmod(0o755)
    if not (tmp_path / "plant").exists():
        (tmp_path / "plant").symlink_to(ROOT / "plant")
    done = subprocess.run(
        [ROOT / ".github" / script, *arguments],
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    calls = tmp_path / "calls"
    return done, calls.read_text().splitlines() if calls.exists() else []


@pytest.fixture
def post(tmp_path):
    """`post(number, ...)`: what `.github/comment` does with what a run left."""

    def posted(number, *, live_head=HEAD, comments="", files=()):
        left = tmp_path / "left"
        left.mkdir()
        if number is not None:
            (left / "number").write_text(number)
        for name, text in dict(files).items():
            (left / name).write_text(text)
        where = {
            "GITHUB_OUTPUT": str(tmp_path / "output"),
            "GH_REPO": "plant/api",
            "HEAD": HEAD,
            "RUN": "https://github.com/plant/api/actions/runs/1",
        }
        return run(tmp_path, "comment", "left", LIVE_HEAD=live_head, COMMENTS=comments, **where)

    return posted


def test_a_first_comment_is_posted_and_its_place_said(post, tmp_path):
    done, calls = post("7\n")
    assert done.returncode == 0, done.stderr
    assert calls[-1] == "api --method POST repos/plant/api/issues/7/comments --field body=@comment.md --silent"
    assert (tmp_path / "output").read_text() == "number=7\n"


def test_the_last_comment_is_replaced_also_when_there_is_no_preview(post, tmp_path):
    done, calls = post("7", comments="41\n42\n", files=[("preview-dev.err", "error: no such setting")])
    assert done.returncode == 0, done.stderr
    assert calls[-1] == "api --method PATCH repos/plant/api/issues/comments/42 --field body=@comment.md --silent"
    text = (tmp_path / "comment.md").read_text()
    assert "no such setting" in text
    assert "pass" not in text


@pytest.mark.parametrize("number", [None, "", "7; rm -rf /", "../7", "0", "7" * 20])
def test_a_number_that_is_none_is_refused(post, number):
    done, calls = post(number)
    assert done.returncode == 1
    assert done.stderr == "error: the run left no number of a pull request\n"
    assert calls == []


def test_another_commit_than_the_previewed_one_gets_no_comment(post, tmp_path):
    done, calls = post("7", live_head="f" * 40)
    assert done.returncode == 0
    assert calls == ["api repos/plant/api/pulls/7 --jq .head.sha"]
    assert not (tmp_path / "output").exists()


@pytest.mark.parametrize(
    ("lock", "status", "verbs"),
    [
        pytest.param("", 0, ["up"], id="no lock"),
        pytest.param("runner@fv-az1", 0, ["up", "cancel", "up"], id="of a job that was killed"),
        pytest.param("ada@laptop", 1, ["up"], id="of a person"),
    ],
)
def test_only_the_lock_of_a_killed_job_is_taken_away(tmp_path, lock, status, verbs):
    done, calls = run(tmp_path, "up", "dev", LOCK=lock)
    assert done.returncode == status
    assert [call.split()[0] for call in calls] == verbs


def test_the_clock_wakes_when_a_session_of_dev_is_made_and_when_it_ends():
    config = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text())["config"]
    uptime = load(config, "Pulumi.dev.yaml").uptime
    start = time.fromisoformat(uptime.session_start)
    minutes = {(start.minute - uptime.lead_minutes) % 60, (start.minute + uptime.session_minutes) % 60}
    [clock] = yaml.safe_load((ROOT / ".github/workflows/uptime.yml").read_text())[True]["schedule"]
    woken, *rest = clock["cron"].split()
    assert {int(minute) for minute in woken.split(",")} == minutes
    assert rest == ["*"] * 4
