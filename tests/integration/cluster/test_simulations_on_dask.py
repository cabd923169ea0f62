"""Runs of the simulator on Dask give what threads of one process give."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from functools import partial

import pytest
from dask_processes import DaskCluster

from deployment.errors import InputError
from deployment.reader import graph_from_json
from infra.settings import load
from workbench.cli.main import run
from workbench.cluster import Cluster
from workbench.preview.stackfile import read_stack
from workbench.preview.synthesis import REPOSITORY, synthesize
from workbench.simulate.judge import Objective
from workbench.simulate.optimize.candidates import Space
from workbench.simulate.optimize.report import to_json
from workbench.simulate.optimize.search import Limits, optimize
from workbench.simulate.scenario import Scenario

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """The scheduler of two workers, which no test here changes."""
    cluster = DaskCluster(tmp_path_factory.mktemp("dask"))
    try:
        for _ in range(2):
            cluster.add_worker("--no-nanny")
        yield cluster.address
    finally:
        cluster.stop()


def test_simulate_tells_the_same(address, tmp_path):
    arguments = ["simulate", "--profile", "spike", "--duration", "10m", "-r", "4", "--format", "json"]
    threads, cluster = tmp_path / "threads.json", tmp_path / "cluster.json"
    status = run([*arguments, "--out", str(threads)])
    assert run([*arguments, "--out", str(cluster), "--scheduler", address]) == status
    assert cluster.read_bytes() == threads.read_bytes()
    assert len(json.loads(threads.read_text())) > 1


def test_optimize_finds_the_same(address):
    settings = load(read_stack(REPOSITORY, "dev", {}).config, "Pulumi.dev.yaml")
    space = Space(
        instance_types=(("t4g.nano", "t4g.micro"), ("t4g.micro", "t4g.small")),
        min_sizes=(1,),
        max_sizes=(2, 3),
        warm_pools=(0,),
        caches=(None,),
        hours=(Decimal(2),),
    )
    scenario = Scenario(profiles=("spike:factor=26",), duration_seconds=600.0, replications=2)
    limits = Limits(objective=Objective(), budget_usd=Decimal("20.00"))

    def declare(overrides):
        return graph_from_json(synthesize("dev", overrides=dict(overrides)), "the program")

    def found(cluster):
        optimum = optimize(declare, settings, scenario, limits, space=space, cluster=cluster)
        return to_json(replace(optimum, seconds=1.0), limits, "spike")

    assert found(Cluster(address)) == found(None)


def test_a_rollout_runs_here_only(capsys):
    assert run(["simulate", "--rollout", "--scheduler", "tcp://127.0.0.1:8786"]) == 2
    assert "--rollout runs on this machine only" in capsys.readouterr().err


def test_no_scheduler_is_bad_input(capsys):
    assert run(["simulate", "--duration", "1m", "-r", "2", "--scheduler", "tcp://127.0.0.1:9"]) == 2
    assert "no Dask scheduler answers there" in capsys.readouterr().err


def test_an_error_of_a_call_is_the_callers(address):
    from workbench.cluster import results
    from workbench.simulate.traffic.duration import parse_duration

    with pytest.raises(InputError, match="tomorrow"):
        results(partial(parse_duration, what="--duration"), ["1h", "tomorrow"], Cluster(address))
