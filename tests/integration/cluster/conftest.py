"""Fixtures of audits as processes, on a cluster of processes."""

from __future__ import annotations

import pytest
from dask_processes import Audit, DaskCluster, kill


@pytest.fixture
def dask_cluster(tmp_path):
    """A scheduler without workers."""
    folder = tmp_path / "dask"
    folder.mkdir()
    cluster = DaskCluster(folder)
    try:
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture
def start(tmp_path):
    """`start(source, name, option, …)`: an audit that runs, with files of its own."""
    running = []

    def started(source, name, *options):
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        running.append(Audit(source, folder, *options))
        return running[-1]

    yield started
    for audit in running:
        if audit.process.is_alive():
            kill(audit.process)
