"""An audit of a backend in S3: moto's server on the loopback address, read by s3fs."""

from __future__ import annotations

import json
import logging

import pytest
from audited import checkpoint, packed, state

from workbench.cli.main import run

BUCKET = "states"


@pytest.fixture(scope="module")
def server():
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    yield "{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture
def objects(server, monkeypatch):
    """A bucket that is empty, by boto3."""
    import boto3

    for name, value in (
        ("ACCESS_KEY_ID", "testing"),
        ("SECRET_ACCESS_KEY", "testing"),
        ("DEFAULT_REGION", "us-east-1"),
    ):
        monkeypatch.setenv(f"AWS_{name}", value)
    client = boto3.client("s3", endpoint_url=f"http://{server}")
    client.create_bucket(Bucket=BUCKET)
    yield client
    for entry in client.list_objects_v2(Bucket=BUCKET).get("Contents", ()):
        client.delete_object(Bucket=BUCKET, Key=entry["Key"])
    client.delete_bucket(Bucket=BUCKET)


@pytest.fixture
def put(objects):
    """`put(path, document)`: an object below ``team/.pulumi``."""

    def stored(path, document):
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        objects.put_object(Bucket=BUCKET, Key=f"team/.pulumi/{path}", Body=body)

    return stored


@pytest.fixture
def url(server):
    return f"s3://{BUCKET}/team?endpoint={server}&disableSSL=true&s3ForcePathStyle=true&region=us-east-1"


def audited(capsys, *arguments):
    capsys.readouterr()
    status = run(["audit", "--format", "json", "--on", "2026-11-27", *map(str, arguments)])
    output = capsys.readouterr()
    return status, (json.loads(output.out) if output.out else None), output.err


def test_stacks_locks_and_faults_of_a_bucket(capsys, put, url):
    put("meta.yaml", b"version: 1\n")
    put("stacks/web/dev.json", checkpoint(state("web", "dev", keys=2)))
    put("stacks/web/prod.json.gz", packed(checkpoint(state("web", "prod"))))
    put("stacks/web/prod.json.bak", b"{")
    put("stacks/data/broken.json", b"{")
    put("history/web/dev/dev-1.checkpoint.json", checkpoint(state("web", "dev")))
    put("locks/organization/web/dev/1.json", {"pid": 1, "username": "ana", "hostname": "ci", "timestamp": "now"})
    status, document, err = audited(capsys, url)
    assert status == 2 and f"s3://{BUCKET}/team/.pulumi/stacks/data/broken.json: malformed" in err
    stacks = {stack["name"]: stack for stack in document["stacks"]}
    assert {name: stack["verdict"] for name, stack in stacks.items()} == {
        "data/broken": "broken", "web/dev": "pass", "web/prod": "pass",
    }  # fmt: skip
    assert stacks["web/dev"]["locked"].startswith("ana@ci")
    assert "endpoint" not in json.dumps(document)
    assert [stack["cost"]["expected"] for name, stack in stacks.items() if name != "data/broken"] == ["2.00", "1.00"]


def test_an_object_that_has_not_changed_is_not_read_again(capsys, put, url, tmp_path, monkeypatch):
    from workbench.audit import examine

    read, places = examine.read, []

    def noted(location):
        places.append(location.stack)
        return read(location)

    monkeypatch.setattr(examine, "read", noted)
    put("stacks/web/a.json", checkpoint(state("web", "a")))
    put("stacks/web/b.json", checkpoint(state("web", "b")))
    arguments = (url, "--cache", tmp_path / "cache")
    first = audited(capsys, *arguments)[1]
    put("stacks/web/b.json", checkpoint(state("web", "b", keys=5)))
    second = audited(capsys, *arguments)[1]
    assert places == ["a", "b", "b"]
    assert second["stacks"][0] == first["stacks"][0]
    assert second["stacks"][1]["cost"]["expected"] == "5.00"


def test_workers_read_the_bucket_themselves(capsys, put, url, dask_cluster):
    put("stacks/web/a.json", checkpoint(state("web", "a")))
    put("stacks/web/b.json", checkpoint(state("web", "b", keys=3)))
    alone = audited(capsys, url)
    dask_cluster.add_worker("--no-nanny")
    assert audited(capsys, url, "--scheduler", dask_cluster.address) == alone


@pytest.mark.parametrize("what", ["bucket", "server"])
def test_a_bucket_that_cannot_be_listed_is_bad_input(capsys, objects, url, what):
    wrong = url.replace(BUCKET, "nobodys") if what == "bucket" else url.replace("127.0.0.1:", "127.0.0.1:1")
    status, document, err = audited(capsys, wrong)
    assert (status, document) == (2, None)
    assert err.startswith("error: s3://") and "Traceback" not in err


def test_a_bucket_without_a_backend_is_bad_input(capsys, objects, url):
    objects.put_object(Bucket=BUCKET, Key="team/readme.txt", Body=b"none")
    status, _, err = audited(capsys, url)
    assert status == 2 and "no .pulumi folder" in err
