"""`./plant preview` as a user runs it: the whole stack, its dollars, the verdict and the exit status."""

import json
import os
import re
import subprocess
import sys
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from forked import Forked, provider_modules

from policies.registry import every_rule

ROOT = Path(__file__).resolve().parents[2]
PLANT = [sys.executable, "-P", "-m", "workbench.cli"]
ANSI = re.compile(r"\x1b\[[0-9;]*m")


ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/nonexistent",
    # Where `./plant test` keeps byte code, or everything is compiled once more.
    **{name: value for name, value in os.environ.items() if name == "PYTHONPYCACHEPREFIX"},
}


@cache
def commands():
    """What runs the commands: the programs' imports done once, and all that rules and prices are made of."""
    every_rule()
    judges = sorted(name for name in sys.modules if name.partition(".")[0] in ("cost", "deployment", "policies"))
    ours = ("workbench.cli.preview", "workbench.preview.synthesis", "infra.stack", *judges)
    return Forked(*ours, used=provider_modules(), environment=ENVIRONMENT)


def plant(*arguments, cwd=ROOT):
    run = "from workbench.cli.main import main; main()"
    return commands().run(run, *arguments, cwd=cwd, environment=ENVIRONMENT)


once = cache(plant)


def preview_json(*arguments):
    result = once("preview", "--format", "json", *arguments)
    assert result.returncode in (0, 1), result.stderr
    return result.returncode, json.loads(result.stdout)


@pytest.mark.parametrize(
    "options",
    [
        pytest.param((), id="dev"),
        pytest.param(("--stack", "prod"), id="prod"),
        pytest.param(("--config", "plant:uptime.parked=true"), id="parked"),
    ],
)
def test_each_stack_passes_within_five_dollars(options):
    status, preview = preview_json(*options)
    assert (status, preview["verdict"]) == (0, "pass"), preview["policies"]["violations"]
    cost = preview["cost"]
    assert cost["unpriced"] == []
    assert Decimal(cost["floor"]) <= Decimal(cost["expected"]) <= Decimal("5.00")
    assert Decimal(cost["expected"]) <= Decimal(cost["worstCase"])


def test_the_worst_case_of_dev_and_parked_is_within_the_budget_too():
    for config in ((), ("--config", "plant:uptime.parked=true")):
        assert Decimal(preview_json(*config)[1]["cost"]["worstCase"]) <= Decimal("5.00")


def test_the_list_price_beside_it_is_honest():
    """A dedicated stack that is always on costs $41 to $57 in the facts of 2026-11, before the WAF rules it adds."""
    assert Decimal(preview_json()[1]["cost"]["listAlwaysOn"]) > Decimal(41)


@pytest.mark.parametrize(
    "config",
    [
        pytest.param(("plant:uptime.schedule=always-on",), id="always on"),
        pytest.param(("plant:fleet.max_size=50",), id="fifty instances"),
        pytest.param(("plant:cache.node_type=cache.t4g.medium",), id="large cache nodes"),
    ],
)
def test_what_breaks_the_budget_is_blocked_with_a_way_back(config):
    status, preview = preview_json(*(word for item in config for word in ("--config", item)))
    assert (status, preview["verdict"]) == (1, "blocked")
    blocking = [found for found in preview["policies"]["violations"] if found["id"].startswith("cost-")]
    assert blocking
    message = blocking[0]["message"]
    assert re.search(r"\$\d+\.\d\d over the budget of \$5\.00", message)  # by how much
    assert "driven by" in message  # which lines
    assert re.search(r"set plant:\w+\.\w+ to ", message)  # what would bring it back


def test_dev_is_the_complete_stack():
    _, preview = preview_json()
    assert preview["changes"]["create"] == len(preview["resources"])
    types = {resource["type"] for resource in preview["resources"]}
    assert {
        "aws:lb/loadBalancer:LoadBalancer",
        "aws:autoscaling/group:Group",
        "aws:elasticache/serverlessCache:ServerlessCache",
        "aws:wafv2/webAcl:WebAcl",
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        "aws:cloudwatch/compositeAlarm:CompositeAlarm",
        "aws:cloudwatch/dashboard:Dashboard",
        "aws:appconfig/configurationProfile:ConfigurationProfile",
        "aws:sfn/stateMachine:StateMachine",
        "aws:scheduler/schedule:Schedule",
        "aws:budgets/budget:Budget",
        "aws:sns/topic:Topic",
    } <= types


def test_prod_owns_nothing_of_the_platform():
    _, preview = preview_json("--stack", "prod")
    types = {resource["type"] for resource in preview["resources"]}
    assert not types & {
        "aws:ec2/vpc:Vpc",
        "aws:lb/loadBalancer:LoadBalancer",
        "aws:lb/listener:Listener",
        "aws:wafv2/webAcl:WebAcl",
        "aws:elasticache/serverlessCache:ServerlessCache",
    }
    assert {
        "aws:lb/listenerRule:ListenerRule",
        "aws:lb/targetGroup:TargetGroup",
        "aws:wafv2/ruleGroup:RuleGroup",
    } <= types


def test_parked_keeps_nothing_that_is_billed_by_the_hour():
    _, preview = preview_json("--config", "plant:uptime.parked=true")
    types = {resource["type"] for resource in preview["resources"]}
    assert not types & {
        "aws:lb/loadBalancer:LoadBalancer",
        "aws:elasticache/serverlessCache:ServerlessCache",
        "aws:wafv2/webAcl:WebAcl",
    }


@pytest.mark.parametrize("command", [("preview", "--format", "json"), ("export",)], ids=["preview", "export"])
def test_output_is_the_same_to_the_byte(command):
    """Of a process that starts from nothing, too."""
    first, second = once(*command), plant(*command)
    assert first.returncode == 0 and first.stdout == second.stdout
    fresh = subprocess.run([*PLANT, *command], cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert (fresh.returncode, fresh.stdout) == (0, first.stdout)


def test_text_fits_80_columns_and_has_colours_only_on_a_terminal():
    text = plant("preview").stdout
    assert max(map(len, text.splitlines())) <= 80
    assert not ANSI.search(text)


def test_a_terminal_gets_colours_and_a_progress_line_unless_no_color(tmp_path):
    def on_terminal(**environment):
        command = " ".join([*PLANT, "preview"])
        script = f"script --quiet --return --command '{command}' /dev/null"
        return subprocess.run(
            ["bash", "-c", script],
            cwd=ROOT,
            env={"PATH": "/usr/bin:/bin", "TERM": "xterm", **environment},
            capture_output=True,
            text=True,
            check=False,
        ).stdout

    coloured = on_terminal()
    assert ANSI.search(coloured)
    assert "pricing and judging …" in coloured
    assert not ANSI.search(on_terminal(NO_COLOR="1"))


def test_it_works_from_another_directory_and_writes_a_file(tmp_path):
    result = plant("preview", "--format", "json", "--out", "preview.json", cwd=tmp_path)
    assert (result.returncode, result.stdout) == (0, "")
    assert json.loads((tmp_path / "preview.json").read_text())["stack"] == "dev"


def test_all_problems_of_the_settings_come_at_once_without_a_traceback():
    result = plant(
        "preview",
        "--config",
        "plant:fleet.max_size=0",
        "--config",
        "plant:fleeet.min_size=1",
        "--config",
        "plant:contract.page_size=900",
    )
    assert result.returncode == 2
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert len([line for line in lines if line.startswith("error: --config plant:")]) >= 3
    assert "did you mean" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """Path of a saved deployment of dev."""
    file = tmp_path_factory.mktemp("saved") / "base.json"
    assert plant("export", "--out", str(file)).returncode == 0
    return file


def test_against_a_saved_deployment_changes_have_dollars(base):
    _, same = preview_json("--base", str(base))
    assert same["changes"]["same"] == len(same["resources"])
    _, changed = preview_json("--base", str(base), "--config", "plant:cache.node_type=cache.t4g.micro")
    assert changed["changes"]["create"] > 0
    assert changed["changes"]["delete"] > 0
    total = sum(Decimal(resource["monthlyDelta"]) for resource in changed["resources"])
    assert total > 0


def test_a_changed_cidr_replaces_the_network(base):
    _, preview = preview_json("--base", str(base), "--config", "plant:tenancy.network.cidr=10.99.0.0/22")
    replaced = {resource["type"] for resource in preview["resources"] if resource["operation"] == "replace"}
    assert {"aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet", "aws:lb/targetGroup:TargetGroup"} <= replaced


def worktrees():
    """Folders of the repository's working trees."""
    command = ["git", "worktree", "list", "--porcelain"]
    text = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [line for line in text.splitlines() if line.startswith("worktree ")]


def test_against_a_git_ref_the_refs_own_code_declares_the_stack():
    if subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, check=False).returncode != 0:
        pytest.skip("this working copy is no git checkout")
    before = worktrees()
    result = plant("preview", "--base", "HEAD", "--format", "json")
    assert result.returncode in (0, 1), result.stderr
    assert json.loads(result.stdout)["base"] == "HEAD"
    assert worktrees() == before


@pytest.mark.parametrize("format_", ["markdown", "html"])
def test_the_other_formats_say_the_same_verdict(format_):
    result = plant("preview", "--format", format_)
    assert result.returncode == 0
    assert "pass" in result.stdout
    assert "$5.00" in result.stdout
