"""The policy pack as other teams have it: a wheel, in their own folder, beside their own rules, under the real CLI."""

import io
import json
import os
import shutil
import subprocess
import tarfile
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from workbench.cli.main import run
from workbench.emulator import process

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "team-policies"
PULUMI = shutil.which("pulumi")

engine = pytest.mark.skipif(PULUMI is None, reason="the Pulumi CLI is not on PATH")
pytestmark = [pytest.mark.slow]


@pytest.fixture(scope="module")
def team(wheel, environment_with, tmp_path_factory):
    """A copy of the example outside of the repository, with an environment in which it and the wheel are installed."""
    folder = tmp_path_factory.mktemp("elsewhere") / "team-policies"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("build", "*.egg-info", ".venv", "__pycache__"))
    (folder / ".venv").symlink_to(environment_with(wheel, folder))
    return folder


def in_environment(folder, *command, status=0):
    """Standard output of a command of the environment, run where no module of the repository is to be found."""
    arguments = [folder / ".venv" / "bin" / command[0], *command[1:]]
    done = subprocess.run(
        [*map(str, arguments)], cwd=folder, capture_output=True, text=True, timeout=300, check=False, env=bare()
    )
    assert status in (None, done.returncode), done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


@pytest.fixture
def in_checkout(capsys):
    """Standard output of a command of this working copy, in this process."""

    def ran(*command):
        run([*map(str, command)])
        return capsys.readouterr().out

    return ran


def bare():
    """The environment's variables without those of Python and of AWS's Region."""
    return {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "AWS_"))}


def test_the_wheel_has_every_file_that_is_read_at_run_time(wheel):
    inside = set(zipfile.ZipFile(wheel).namelist())
    read = {
        path.relative_to(ROOT).as_posix()
        for folder in ("cost", "policies/schema", "workbench/report/templates")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc")
    }
    assert len(read) > 250
    assert read - inside == set()
    # What this project has decided for its own stacks is nobody else's configuration.
    assert not [name for name in inside if name.startswith(("policies/config/", "tests/", "examples/"))]


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_an_installed_pack_prices_and_judges_as_the_checkout_does(team, in_checkout, deployment, tmp_path, stack):
    file = tmp_path / "stack.json"
    file.write_text(json.dumps(deployment(stack)))
    pack = ROOT / "policies"
    config = ["--policy-pack", pack, "--policy-pack-config", pack / "config" / "plant.json"]
    checked = ["check", file, "--format", "json", *config]
    installed = json.loads(in_environment(team, "plant", *checked))
    assert installed == json.loads(in_checkout(*checked))
    assert installed["verdict"] == "pass" and installed["policies"]["waived"]
    priced = in_environment(team, "plant", "cost", file, "--format", "json", status=None)
    assert json.loads(priced)["cost"]["lines"]
    # The verdict is the pack's, whose configuration for this project is not installed.
    assert json.loads(priced)["cost"] == json.loads(in_checkout("cost", file, "--format", "json"))["cost"]


def test_the_rules_of_the_example_hold_to_their_examples(team):
    assert "2 passed" in in_environment(team, "python", "-m", "pytest", "-q", "-p", "no:cacheprovider")


def test_rules_of_the_team_are_listed_and_explained_beside_ours(team):
    listed = json.loads(in_environment(team, "plant", "check", "--list", "--format", "json"))
    text = json.dumps(listed)
    assert "team-queue-keeps-four-days" in text and "edge-access-logs" in text
    assert "long weekend" in in_environment(team, "plant", "check", "--explain", "team-queue-keeps-four-days")


QUEUES = """
import pulumi
import pulumi_aws as aws

tags = {"CostCenter": "orders"}
aws.sqs.Queue("heartbeats", message_retention_seconds=60, sqs_managed_sse_enabled=True, tags=tags)
aws.sqs.Queue("orders", message_retention_seconds=pulumi.Config().require_int("seconds"), tags=tags)
"""


@pytest.fixture
def program(tmp_path):
    """`pulumi(*arguments)` for a program of somebody else's, on the embedded AWS, with nothing configured."""
    folder, project = tmp_path / "emulator", tmp_path / "orders"
    project.mkdir()
    (project / "__main__.py").write_text(QUEUES)
    virtualenv = json.dumps(str(ROOT / ".venv"))
    (project / "Pulumi.yaml").write_text(
        f"name: orders\nruntime: {{name: python, options: {{toolchain: pip, virtualenv: {virtualenv}}}}}\n"
    )
    process.start(folder)
    variables = {**bare(), **process.environment(folder, "us-east-1")}

    def pulumi(*arguments):
        return subprocess.run(
            [PULUMI, *map(str, arguments), "--non-interactive"],
            cwd=project,
            env={**variables, "PATH": f"{folder / 'bin'}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    yield pulumi
    process.stop(folder)


@engine
@pytest.mark.engine
def test_the_real_cli_blocks_what_breaks_the_teams_rule_and_lets_the_rest_pass(team, program):
    assert program("stack", "init", "dev").returncode == 0
    good = program("preview", "--stack", "dev", "--policy-pack", team, "-c", "seconds=400000")
    assert good.returncode == 0, good.stdout[-3000:] + good.stderr[-1000:]
    assert "team-policies@v1.0.0" in good.stdout
    assert "[mandatory]" not in good.stdout
    assert "data-queue-encrypted" in good.stdout  # advice of ours, in the baseline
    bad = program("preview", "--stack", "dev", "--policy-pack", team, "-c", "seconds=60")
    assert bad.returncode != 0
    (blocking,) = [line for line in bad.stdout.splitlines() if "[mandatory]" in line]
    assert "team-queue-keeps-four-days" in blocking and "orders)" in blocking  # heartbeats are waived


@engine
@pytest.mark.engine
def test_engine_and_process_agree_on_a_stack_of_the_team(team, tmp_path):
    token, region = "pulumi:providers:aws", {"region": "us-east-1"}
    urn = f"urn:pulumi:dev::orders::{token}::default"
    provider = {"urn": urn, "type": token, "custom": True, "id": "p", "inputs": region, "outputs": region}
    token, short = "aws:sqs/queue:Queue", {"messageRetentionSeconds": 60}
    queue = {"urn": f"urn:pulumi:dev::orders::{token}::orders", "type": token, "custom": True, "id": "q"}
    queue |= {"inputs": short, "outputs": short, "provider": f"{urn}::p"}
    file = tmp_path / "stack.json"
    file.write_text(json.dumps({"version": 3, "deployment": {"manifest": {}, "resources": [provider, queue]}}))
    config = team / "config" / "orders.json"
    done = subprocess.run(
        [PULUMI, "policy", "analyze", "--file", file, "--policy-pack", team, "--policy-pack-config", config, "--json"],
        capture_output=True,
        text=True,
        timeout=120,
        env={**bare(), "PULUMI_HOME": str(tmp_path / "home"), "PULUMI_SKIP_UPDATE_CHECK": "true"},
        check=False,
    )
    assert done.returncode != 0
    events = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    engine_says = {
        (event["policyEvent"]["policyName"], event["policyEvent"]["enforcementLevel"])
        for event in events
        if "policyEvent" in event and event["policyEvent"]["policyName"] != "pack-advice"
    }
    judged = in_environment(team, "plant", "check", file, "--policy-pack", team, "--format", "json", status=1)
    says = {
        (one["id"], one["enforcement"])
        for one in json.loads(judged)["policies"]["violations"]
        if one["id"] != "data-queue-encrypted"  # which the engine tells as advice of the pack
    }
    assert engine_says - {("cost-summary", "advisory")} == says
    assert ("team-queue-keeps-four-days", "mandatory") in says
    assert ("tagging-required-tags", "mandatory") in says


@engine
@pytest.mark.engine
@pytest.mark.parametrize(("stack", "status"), [("dev", 0), ("prod", 1)])
def test_the_cli_runs_the_commands_as_a_tool_with_their_exit_status(team, deployment, tmp_path, stack, status):
    file = tmp_path / "stack.json"
    file.write_text(json.dumps(deployment(stack)))
    path = f"{team / '.venv' / 'bin'}:{os.environ['PATH']}"
    variables = {**bare(), "PATH": path, "PULUMI_HOME": str(tmp_path / "home"), "PULUMI_SKIP_UPDATE_CHECK": "true"}
    command = [PULUMI, "plugin", "run", "plant", "--", "cost", file, "--format", "json"]
    done = subprocess.run([*map(str, command)], env=variables, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == status, done.stderr
    assert json.loads(done.stdout)["verdict"] == ("blocked" if status else "pass")


class Service(BaseHTTPRequestHandler):
    """As much of the Pulumi service as `pulumi policy publish` speaks to; keeps what it is sent."""

    def do_GET(self):
        self._answer({"githubLogin": "team", "name": "team", "organizations": [{"githubLogin": "team"}]})

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.received[self.path] = body
        host, port = self.server.server_address
        self._answer({"version": 1, "uploadURI": f"http://{host}:{port}/upload"})

    do_PUT = do_POST  # noqa: N815 - the name is the library's

    def log_message(self, *arguments):
        """Nothing on standard error."""

    def _answer(self, content):
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def service():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    server.received = {}
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@engine
@pytest.mark.engine
def test_what_is_published_holds_all_that_an_organisation_installs(team, service, tmp_path):
    variables = {
        "PULUMI_BACKEND_URL": "http://{}:{}".format(*service.server_address),
        "PULUMI_ACCESS_TOKEN": "pul-0123456789",
        "PULUMI_HOME": str(tmp_path / "home"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }
    done = subprocess.run(
        [PULUMI, "policy", "publish", "team", "--non-interactive"],
        cwd=team,
        env={**bare(), **variables},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    published = json.loads(service.received["/api/orgs/team/policypacks"])
    assert (published["name"], published["versionTag"]) == ("team-policies", "1.0.0")
    names = [policy["name"] for policy in published["policies"]]
    assert "team-queue-keeps-four-days" in names and "pack-settings" in names and len(names) > 200
    with tarfile.open(fileobj=io.BytesIO(service.received["/upload"])) as packed:
        inside = {name.removeprefix("package/") for name in packed.getnames()}
    wanted = {path.relative_to(EXAMPLE).as_posix() for path in EXAMPLE.rglob("*") if path.is_file()}
    wanted = {
        name
        for name in wanted
        if not name.startswith(("build/", "team_policies.egg-info/")) and "__pycache__" not in name
    }
    assert wanted - inside == set()
