"""Audits of backends in Google Cloud Storage and Azure Blob Storage: emulators of both, which nobody of this project
wrote, on the loopback address. `.ci/run` installs them, and what reads them (gcsfs, adlfs)."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from functools import cache
from importlib.machinery import PathFinder
from pathlib import Path

import pytest
from audited import checkpoint, packed, state
from backports import zstd
from dask_processes import kill, wait_for
from forked import Forked
from judges.tools import find

ROOT = Path(__file__).parents[3]
BESIDE = ROOT / ".judges" / "python"
"""Where `.ci/run` puts what the lock file lacks; behind it, so that nothing of it comes first."""
ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""Of every Azurite: Microsoft's documents name them."""


@cache
def commands():
    """What runs the audits: the imports of both clouds done once, but gcsfs itself: it reads its environment then."""
    clouds = ("adlfs", "google.auth", "google.cloud.storage", "google.oauth2.credentials")
    ours = ("workbench.cli.audit", "workbench.audit.run", "workbench.audit.sources", "workbench.audit.warm")
    return Forked(*clouds, *ours, environment=os.environ, path=[BESIDE])


def python(code, *arguments, **environment):
    return commands().run(code, *arguments, cwd=ROOT, environment={**os.environ, **environment})


def objects():
    return {
        "meta.yaml": b"version: 1\n",
        "stacks/web/dev.json": json.dumps(checkpoint(state("web", "dev", keys=2))).encode(),
        "stacks/web/v1.2-x_y.json.gz": packed(checkpoint(state("web", "v1.2-x_y"))),
        "stacks/web/tight.json.zst": zstd.compress(json.dumps(checkpoint(state("web", "tight", keys=3))).encode()),
        "stacks/web/dev.json.bak": b"{",
        "stacks/web/dev.json.attrs": b"{",
        "stacks/data/broken.json": b"{",
        "history/web/dev/dev-1.checkpoint.json": b"{",
        "locks/organization/web/dev/1.json":
            b'{"pid": 1, "username": "ana", "hostname": "ci", "timestamp": "now"}',
    }  # fmt: skip


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """`served(tool, port, …)`: the emulator as a process, once it answers at the port."""
    folder = tmp_path_factory.mktemp("clouds")
    running = []

    def started(*command):
        port = free_port()
        with (folder / "log").open("a") as log:
            arguments = [str(each).format(port=port) for each in command]
            running.append(
                subprocess.Popen(arguments, cwd=folder, stdout=log, stderr=log, start_new_session=True)
            )  # fmt: skip
        wait_for(lambda: answers(port), command[0])
        return port

    yield started
    for process in running:
        kill(process)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def answers(port):
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def needs(package):
    if PathFinder.find_spec(package, [*sys.path, str(BESIDE)]) is None:
        pytest.skip(f"{package} is not installed; .ci/run installs it")


FILL = """
import fsspec, json, pathlib, sys
protocol, options, folder = sys.argv[1], json.loads(sys.argv[2]), pathlib.Path(sys.argv[3])
system = fsspec.filesystem(protocol, **options)
system.mkdir("states")
for file in filter(pathlib.Path.is_file, folder.rglob("*")):
    system.pipe_file(f"states/team/.pulumi/{file.relative_to(folder)}", file.read_bytes())
"""


def fill(folder, protocol, options, **environment):
    for name, content in objects().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    environment["GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT"] = "false"  # no API but the one that the emulator has
    done = python(FILL, protocol, json.dumps(options), folder, **environment)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def google(served, tmp_path_factory):
    """URL of the backend, and what has to be in the environment for it."""
    tool = find("fake-gcs-server")
    needs("gcsfs")
    port = served(tool, "-scheme", "http", "-host", "127.0.0.1", "-port", "{port}", "-backend", "memory",
                  "-public-host", "127.0.0.1:{port}")  # fmt: skip
    environment = {"STORAGE_EMULATOR_HOST": f"127.0.0.1:{port}"}
    fill(tmp_path_factory.mktemp("google"), "gs", {"token": "anon", "project": "p"}, **environment)
    return "gs://states/team", environment


@pytest.fixture(scope="module")
def azure(served, tmp_path_factory):
    tool = find("azurite-blob")
    needs("adlfs")
    port = served(tool, "--silent", "--disableTelemetry", "--inMemoryPersistence", "--skipApiVersionCheck",
                  "--blobHost", "127.0.0.1", "--blobPort", "{port}")  # fmt: skip
    place = f"http://127.0.0.1:{port}/{ACCOUNT}"
    options = {"connection_string": f"AccountName={ACCOUNT};AccountKey={KEY};BlobEndpoint={place}"}
    fill(tmp_path_factory.mktemp("azure"), "abfs", options)
    url = f"azblob://states/team?domain=127.0.0.1:{port}&protocol=http"
    return url, {"AZURE_STORAGE_ACCOUNT": ACCOUNT, "AZURE_STORAGE_KEY": KEY}


@pytest.fixture(params=["google", "azure"])
def cloud(request):
    return request.getfixturevalue(request.param)


def audit(cloud, *options, url=None, **environment):
    run = "import sys; from workbench.cli.main import run; sys.exit(run(sys.argv[1:]))"
    arguments = ["audit", url or cloud[0], "--on", "2026-11-27", *options]
    return python(run, *arguments, **{**cloud[1], **environment})


def test_stacks_locks_and_faults(cloud):
    done = audit(cloud, "--format", "json")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert "data/broken.json: malformed" in done.stderr
    stacks = {each["name"]: each for each in json.loads(done.stdout)["stacks"]}
    assert {name: each["cost"]["expected"] for name, each in stacks.items() if "cost" in each} == {
        "web/dev": "2.00", "web/tight": "3.00", "web/v1.2-x_y": "1.00",
    }  # fmt: skip
    assert stacks["data/broken"]["verdict"] == "broken" and len(stacks) == 4
    assert stacks["web/dev"]["locked"].startswith("ana@ci")


def test_what_has_not_changed_is_not_read_again(cloud, tmp_path):
    first, second = (audit(cloud, "--cache", tmp_path / "cache", "--format", "json") for _ in range(2))
    assert first.stdout == second.stdout and "4 of 4 stacks were in" in second.stderr


@pytest.mark.parametrize("path", ["none", "states/nowhere"])
def test_a_place_without_a_backend_is_bad_input(cloud, path):
    scheme, _, rest = cloud[0].partition("://")
    done = audit(cloud, url=f"{scheme}://{rest.replace('states/team', path)}")
    assert (done.returncode, done.stdout) == (2, "") and "no .pulumi folder" in done.stderr, done.stderr


def test_credentials_of_azure_in_each_of_pulumis_ways(azure):
    url, _ = azure
    domain = url.partition("domain=")[2].partition("&")[0]
    there = f"BlobEndpoint=http://{domain}/{ACCOUNT}"
    ways = (
        {"AZURE_STORAGE_KEY": "", "AZURE_STORAGE_CONNECTION_STRING": f"AccountName={ACCOUNT};AccountKey={KEY};{there}"},
        {"AZURE_STORAGE_DOMAIN": domain, "AZURE_STORAGE_PROTOCOL": "http"},
        {"AZURE_STORAGE_DOMAIN": domain, "AZURE_STORAGE_PROTOCOL": "http", "AZURE_STORAGE_KEY": "",
         "AZURE_STORAGE_SAS_TOKEN": signature()},
    )  # fmt: skip
    for more in ways:
        done = audit(azure, url="azblob://states/team", **more)
        assert done.returncode == 2 and "4 stacks" in done.stdout, done.stderr
    refused = audit(azure, AZURE_STORAGE_KEY="d3Jvbmc=")
    assert refused.returncode == 2 and "can't be listed" in refused.stderr and "d3Jvbmc=" not in refused.stderr


def signature():
    code = f"""
import datetime
from azure.storage.blob import generate_container_sas
until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
print(generate_container_sas({ACCOUNT!r}, "states", account_key={KEY!r}, permission="rl", expiry=until))
"""
    return python(code).stdout.strip()


def test_credentials_of_google_in_each_of_pulumis_ways(google):
    assert "4 stacks" in audit(google, GOOGLE_OAUTH_ACCESS_TOKEN="one").stdout
    for wrong in ("no JSON", "[]", '{"type": "service_account", "private_key": "hidden"}'):
        done = audit(google, GOOGLE_CREDENTIALS=wrong)
        assert done.returncode == 2 and "GOOGLE_CREDENTIALS: not the content" in done.stderr, done.stderr
        assert "hidden" not in done.stderr
