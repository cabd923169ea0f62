"""Which stacks a source holds: Pulumi's two layouts, folders of exports, URLs as `pulumi login` takes them."""

from __future__ import annotations

import json
import os
import time

import pytest
from audited import backend, checkpoint, lock, packed, put, state

from deployment.errors import InputError
from workbench.audit import storage
from workbench.audit.sources import found, is_local, read


def names(*sources):
    return [(each.project, each.stack) for each in found(map(str, sources))]


def test_the_layout_by_projects(tmp_path):
    backend(tmp_path, "web/dev", "web/prod", "data/dev")
    put(tmp_path, "data/packed", packed(checkpoint(state("data", "packed"))))
    assert names(tmp_path.as_uri()) == [("data", "dev"), ("data", "packed"), ("web", "dev"), ("web", "prod")]


def test_the_older_layout_has_no_projects(tmp_path):
    put(tmp_path, "dev", checkpoint(state("web", "dev")))
    put(tmp_path, "prod", packed(checkpoint(state("web", "prod"))))
    assert names(tmp_path.as_uri()) == [("", "dev"), ("", "prod")]


def test_history_backups_attributes_and_kept_checkpoints_are_no_stacks(tmp_path):
    backend(tmp_path, "web/dev")
    book = tmp_path / ".pulumi"
    for name in (
        "stacks/web/dev.json.bak",
        "stacks/web/dev.json.attrs",
        "stacks/web/dev.json.1764212585852637338",
        "stacks/web/dev.pulumi-tags",
        "stacks/web/deep/er.json",
        "history/web/dev/dev-1764212585.checkpoint.json",
        "backups/web/dev/dev.1764212585.json",
        "journal/web/dev/1.json",
    ):
        path = book / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(checkpoint(state("web", "other"))))
    assert names(tmp_path.as_uri()) == [("web", "dev")]


@pytest.mark.parametrize("newer", ["plain", "packed"])
def test_of_two_forms_of_a_stack_the_newer_counts(tmp_path, newer):
    backend(tmp_path)
    document = checkpoint(state("web", "dev"))
    paths = {"plain": put(tmp_path, "web/dev", document), "packed": put(tmp_path, "web/dev", packed(document))}
    for name, path in paths.items():
        os.utime(path, (time.time(), time.time() + (60 if name == newer else 0)))
    (location,) = found([tmp_path.as_uri()])
    assert location.path == str(paths[newer])


def test_a_lock_is_told_with_who_holds_it(tmp_path):
    backend(tmp_path, "web/dev", "web/prod")
    lock(tmp_path, "web/dev")
    held = {each.stack: each.lock for each in found([tmp_path.as_uri()])}
    assert held == {"dev": "ana@laptop (process 4711) since 2026-11-27T03:00:00Z", "prod": ""}


def test_a_lock_file_of_rubbish_is_a_lock(tmp_path):
    backend(tmp_path, "web/dev")
    lock(tmp_path, "web/dev")
    next((tmp_path / ".pulumi" / "locks").rglob("*.json")).write_bytes(b"\xff[[[")
    (location,) = found([tmp_path.as_uri()])
    assert "can't be read" in location.lock


def test_a_newer_layout_is_refused(tmp_path):
    backend(tmp_path, "web/dev")
    (tmp_path / ".pulumi" / "meta.yaml").write_text("version: 2\n")
    with pytest.raises(InputError, match="version 2 of the layout"):
        found([tmp_path.as_uri()])


@pytest.mark.parametrize("text", ["version\n", "- 1\n", "{", "version: [1]\n"])
def test_a_damaged_description_of_the_layout_is_refused(tmp_path, text):
    backend(tmp_path, "web/dev")
    (tmp_path / ".pulumi" / "meta.yaml").write_text(text)
    with pytest.raises(InputError, match=r"meta\.yaml"):
        found([tmp_path.as_uri()])


def test_a_folder_with_a_backend_in_it_is_one_and_so_is_its_own_folder(tmp_path):
    backend(tmp_path, "web/dev")
    assert names(tmp_path) == names(tmp_path / ".pulumi") == [("web", "dev")]


def test_a_folder_of_exports_and_one_export(tmp_path):
    (tmp_path / "team").mkdir()
    (tmp_path / ".git").mkdir()
    for name in ("a.json", "team/b.json", ".git/c.json", ".d.json"):
        (tmp_path / name).write_text(json.dumps(state("web", "dev")))
    (tmp_path / "team" / "e.json.gz").write_bytes(packed(state("web", "dev")))
    (tmp_path / "team" / "f.json.zst").write_bytes(b"")
    (tmp_path / "notes.txt").write_text("none")
    assert names(tmp_path) == [("", "a"), ("", "team/b"), ("", "team/e"), ("", "team/f")]
    assert names(tmp_path / "a.json") == [("", "a")]


def test_a_pipe_in_a_folder_is_no_export(tmp_path):
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "a.json").write_text(json.dumps(state("web", "dev")))
    assert names(tmp_path) == [("", "a")]


def test_links_and_pipes_in_a_backend_lead_nowhere(tmp_path):
    root = backend(tmp_path, "web/dev")
    stacks = root / ".pulumi" / "stacks"
    (stacks / "loop").symlink_to(stacks)
    (stacks / "web" / "up").symlink_to("..")
    (stacks / "web" / "itself.json").symlink_to("itself.json")
    (stacks / "web" / "nowhere.json").symlink_to("nowhere")
    (stacks / "web" / "also.json").symlink_to("dev.json")  # which the CLI reads
    (stacks / "web" / "folder.json").mkdir()
    os.mkfifo(stacks / "web" / "pipe.json")
    lock(root, "web/dev")
    os.mkfifo(root / ".pulumi" / "locks" / "organization" / "web" / "dev" / "pipe.json")
    listed = found([str(root)])
    assert [(one.project, one.stack) for one in listed] == [("web", "also"), ("web", "dev")]
    assert listed[1].lock.startswith("ana@laptop")


def test_every_wrong_source_is_told_at_once(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError) as caught:
        found([str(tmp_path / "none"), (tmp_path / "empty").as_uri(), "ftp://there", "s3://", str(tmp_path / "empty")])
    told = "\n".join(caught.value.problems)
    assert "no such file or folder" in told
    assert "no .pulumi folder" in told
    assert "no such kind of storage; allowed: file://, s3://, gs://, azblob://" in told
    assert "names no bucket" in told
    assert "holds no stack" in told


def test_one_stack_that_two_sources_name_is_one(tmp_path):
    backend(tmp_path, "web/dev")
    assert len(found([tmp_path.as_uri(), f"{tmp_path.as_uri()}/"])) == 1


@pytest.mark.parametrize(("scheme", "package"), [("gs", "gcsfs"), ("azblob", "adlfs")])
def test_a_cloud_whose_package_is_absent_says_how_to_get_it(monkeypatch, scheme, package):
    monkeypatch.setitem(__import__("sys").modules, package, None)
    storage._filesystem.cache_clear()
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT", "states")
    with pytest.raises(InputError, match=rf"{scheme}:// needs the package {package}.*pip install -e '.\[backends\]'"):
        found([f"{scheme}://states/team"])


@pytest.mark.parametrize(("scheme", "protocol"), [("gs", "gs"), ("azblob", "abfs")])
def test_other_clouds_are_read_by_the_same_layout(monkeypatch, scheme, protocol):
    """fsspec's own file system in memory stands for the cloud: what differs is the class that opens it."""
    import fsspec
    from fsspec.implementations.memory import MemoryFileSystem

    class Cloud(MemoryFileSystem):
        store: dict = {}  # noqa: RUF012 - shared by all instances, as a bucket is
        pseudo_dirs = [""]  # noqa: RUF012

        def __init__(self, **options):
            super().__init__(use_listings_cache=False)

    storage._filesystem.cache_clear()
    monkeypatch.setattr(storage, "_filesystem", lambda url: Cloud())
    cloud = Cloud()
    document = json.dumps(checkpoint(state("web", "dev"))).encode()
    cloud.pipe_file("/states/team/.pulumi/stacks/web/dev.json", document)
    (location,) = found([f"{scheme}://states/team"])
    assert (location.project, location.stack, location.size) == ("web", "dev", len(document))
    assert not is_local(location)
    assert read(location) == document
    assert fsspec and protocol == storage.SCHEMES[scheme].protocol


def test_parameters_of_an_s3_url_are_go_clouds():
    options = storage.SCHEMES["s3"].options
    given = {"region": "eu-west-1", "endpoint": "localhost:9000", "disableSSL": "true", "s3ForcePathStyle": "true"}
    assert options(given) == {
        "client_kwargs": {"region_name": "eu-west-1"},
        "endpoint_url": "http://localhost:9000",
        "config_kwargs": {"s3": {"addressing_style": "path"}},
    }
    assert options({"endpoint": "minio:9000"})["endpoint_url"] == "https://minio:9000"
    assert options({"endpoint": "http://minio:9000", "profile": "ops"})["profile"] == "ops"


AZURE = {
    "key": (
        {},
        {"ACCOUNT": "a", "KEY": "k"},
        "BlobEndpoint=https://a.blob.core.windows.net;AccountName=a;AccountKey=k",
    ),
    "key before connection string": (
        {"storage_account": "mine"},
        {"KEY": "k", "CONNECTION_STRING": "other"},
        "BlobEndpoint=https://mine.blob.core.windows.net;AccountName=mine;AccountKey=k",
    ),
    "signature": (
        {},
        {"ACCOUNT": "a", "SAS_TOKEN": "?sv=1&sig=x", "DOMAIN": "blob.core.usgovcloudapi.net"},
        "BlobEndpoint=https://a.blob.core.usgovcloudapi.net;SharedAccessSignature=sv=1&sig=x",
    ),
    "connection string": ({}, {"CONNECTION_STRING": "all of it"}, "all of it"),
    "emulator": (
        {"domain": "azurite:10000", "localemu": "true", "protocol": "http"},
        {"ACCOUNT": "a", "KEY": "k"},
        "BlobEndpoint=http://azurite:10000/a;AccountName=a;AccountKey=k",
    ),
    "content network": (
        {"domain": "states.example.net", "cdn": "1"},
        {"ACCOUNT": "a", "KEY": "k"},
        "BlobEndpoint=https://states.example.net;AccountName=a;AccountKey=k",
    ),
}


@pytest.fixture
def no_azure(monkeypatch):
    for name in list(os.environ):
        if name.startswith("AZURE_"):
            monkeypatch.delenv(name)


@pytest.mark.parametrize("name", AZURE)
def test_accounts_of_azure_are_those_of_go_cloud(no_azure, monkeypatch, name):
    given, variables, wanted = AZURE[name]
    for variable, value in variables.items():
        monkeypatch.setenv(f"AZURE_STORAGE_{variable}", value)
    assert storage.SCHEMES["azblob"].options(given) == {"anon": False, "connection_string": wanted}


def test_without_a_key_azure_asks_who_is_logged_in(no_azure, monkeypatch):
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT", "a")
    assert storage.SCHEMES["azblob"].options({"domain": "blob.core.chinacloudapi.cn"}) == {
        "anon": False,
        "account_name": "a",
        "account_host": "a.blob.core.chinacloudapi.cn",
    }


def test_an_address_in_azure_without_an_account_is_refused(no_azure):
    with pytest.raises(InputError, match="names no account"):
        found(["azblob://states"])


def test_what_people_read_holds_no_parameters_and_no_user():
    assert storage.told("s3://key:secret@bucket/team/?profile=ops") == "s3://bucket/team"
