"""Whatever a state holds, examining it gives a result: its charges and findings, or what is wrong with it."""

from __future__ import annotations

import bz2
import datetime
import gzip
import json
import lzma
import sys
from decimal import Decimal

import backports
import pytest
from audited import ACCOUNT, OTHER_ACCOUNT, backend, checkpoint, packed, put, resource, state
from backports import zstd

from deployment.reader import graph_from_json
from deployment.values import SECRET_SIGNATURE, SIGNATURE_KEY
from policies.finding import Profile
from workbench.audit import examine as module
from workbench.audit.examine import MOST_TAG_SETS, Terms, examine
from workbench.audit.location import Location
from workbench.audit.result import Broken, Fault, Judged, decoded, digest_of, encoded
from workbench.audit.sources import found

TERMS = Terms(datetime.date(2026, 11, 27))
PLACE = Location("here", "file:///", "/nowhere", "web", "dev")


def examined(content, terms=TERMS):
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return decoded(examine(PLACE, data, terms))


def tight(document):
    return zstd.compress(json.dumps(document).encode())


@pytest.mark.parametrize("form", [lambda it: it, checkpoint, lambda it: packed(checkpoint(it)), packed, tight])
def test_exports_and_checkpoints_packed_or_not_are_judged(form):
    result = examined(form(state("web", "dev", keys=3)))
    assert isinstance(result, Judged)
    assert (result.project, result.stack, result.resources) == ("web", "dev", 3)
    assert sum(entry.usd[1] for entry in result.entries) == Decimal("3.009")  # keys, and 1,000 requests of each


def test_a_stack_that_was_never_deployed_costs_nothing():
    result = examined({"version": 3, "checkpoint": {"stack": "organization/web/dev", "latest": None}})
    assert isinstance(result, Judged) and result.resources == 0 and not result.entries


SECRET = {SIGNATURE_KEY: SECRET_SIGNATURE, "ciphertext": "djE6"}
ALL_SECRET = state("web", "dev", keys=0)
ALL_SECRET["deployment"]["resources"].append(resource("web", "dev", "aws:kms/key:Key", "k") | {"inputs": SECRET})
DEEP: dict = {}
for _ in range(200):
    DEEP = {"more": DEEP}

ABOVE_ITSELF = state("web", "dev")
ABOVE_ITSELF["deployment"]["resources"][-1]["parent"] = ABOVE_ITSELF["deployment"]["resources"][-1]["urn"]

FAULTS = {
    "empty": (b"", Fault.MALFORMED, "empty"),
    "half": (b'{"version": 3, "deploy', Fault.MALFORMED, "not readable as JSON"),
    "text": (b"hello", Fault.MALFORMED, "not readable as JSON"),
    "binary": (b"\x00\xff" * 50, Fault.MALFORMED, "JSON"),
    "other JSON": (b'{"name": "package"}', Fault.MALFORMED, "not a Pulumi deployment"),
    "a number": (b"7", Fault.MALFORMED, "not a Pulumi deployment"),
    "brackets": (b"[" * 100_000, Fault.MALFORMED, "not readable as JSON"),
    "deep": (state("web", "dev", more=[("aws:s3/bucket:Bucket", "b", DEEP)]), Fault.MALFORMED, "deeper than"),
    "no URN": ({"version": 3, "deployment": {"resources": [{"type": "a:b:C"}]}}, Fault.MALFORMED, "without urn"),
    "above itself": (ABOVE_ITSELF, Fault.MALFORMED, "is its own parent"),
    "half a gzip": (packed(state("web", "dev"))[:-20], Fault.UNREADABLE, "damaged"),
    "no zstd": (b"\x28\xb5\x2f\xfd" + b"\xff" * 20, Fault.UNREADABLE, "damaged zstd"),
    "half a zstd": (tight(state("web", "dev"))[:-20], Fault.UNREADABLE, "damaged"),
    "garbage behind a gzip": (packed(state("web", "dev")) + b"garbage", Fault.UNREADABLE, "damaged"),
    "bzip2": (bz2.compress(b"{}"), Fault.UNREADABLE, "packed with bzip2; unpack it"),
    "xz": (lzma.compress(b"{}"), Fault.UNREADABLE, "packed with xz; unpack it"),
    "zip": (b"PK\x03\x04" + b"\x00" * 26, Fault.UNREADABLE, "packed with zip; unpack it"),
    "age": (b"age-encryption.org/v1\n-> X25519", Fault.ENCRYPTED, "age"),
    "pgp": (b"-----BEGIN PGP MESSAGE-----\n", Fault.ENCRYPTED, "OpenPGP"),
    "git-crypt": (b"\x00GITCRYPT\x00abc", Fault.ENCRYPTED, "git-crypt"),
    "sops": ({"data": "ENC[AES256_GCM,data:x]", "sops": {"kms": []}}, Fault.ENCRYPTED, "sops"),
    "packed age": (gzip.compress(b"age-encryption.org/v1\n"), Fault.ENCRYPTED, "age"),
    "a secret resource": (ALL_SECRET, Fault.ENCRYPTED, "one secret value"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_cannot_be_judged_is_told_with_its_fault(name):
    content, fault, said = FAULTS[name]
    result = examined(content)
    assert isinstance(result, Broken)
    assert result.fault is fault and said in result.message


LONG = "a" * 5000


@pytest.mark.parametrize(
    "token",
    [f"{LONG}:b:C", f"aws:{LONG}/c:C", f"kubernetes:{LONG}:Pod", f"kubernetes:v1:{LONG}", f"kubernetes:a/{LONG}:B",
     "..:..:..", "../aws:kms/key:Key", "aws:../../x:Y", "aws:__init__/x:Y", "a\0b:c:D", "aws:kms/key:Key\n"],
)  # fmt: skip
def test_a_type_that_nobody_has_is_no_file_name(token):
    _, version, kind = token.split(":")
    result = examined(state("web", "dev", more=[(token, "x", {"apiVersion": version, "kind": kind, "metadata": {}})]))
    assert isinstance(result, Judged) and len(result.unpriced) == 1


def test_names_are_no_longer_than_pulumis():
    result = examined(state("p" * 5000, "s" * 5000))
    assert isinstance(result, Judged) and (result.project, result.stack) == ("p" * 100, "s" * 100)


@pytest.mark.parametrize("pack", [gzip.compress, zstd.compress])
def test_a_zip_bomb_is_not_unpacked_beyond_the_limit(monkeypatch, pack):
    monkeypatch.setenv("PLANT_MAX_FILE_MB", "1")
    result = examined(pack(b" " * 3_000_000))
    assert isinstance(result, Broken) and result.fault is Fault.TOO_LARGE
    assert "larger than 1 MB" in result.message


def test_what_unpacks_zstd_may_be_absent(monkeypatch):
    monkeypatch.setitem(sys.modules, "backports.zstd", None)
    monkeypatch.delattr(backports, "zstd")
    result = examined(tight(state("web", "dev")))
    assert isinstance(result, Broken) and result.fault is Fault.UNREADABLE
    assert "pip install backports.zstd" in result.message


def test_a_huge_file_is_not_even_read(tmp_path, monkeypatch):
    monkeypatch.setenv("PLANT_MAX_FILE_MB", "1")
    backend(tmp_path)
    with put(tmp_path, "web/dev", b"{").open("r+b") as file:
        file.truncate(5_000_000_000)  # a hole: it takes no disk
    (location,) = found([tmp_path.as_uri()])
    result = decoded(examine(location, None, TERMS))
    assert isinstance(result, Broken) and result.fault is Fault.TOO_LARGE
    assert "5,000,000,000" in result.message


def test_what_is_gone_since_the_listing_is_unreadable(tmp_path):
    backend(tmp_path, "web/dev")
    (location,) = found([tmp_path.as_uri()])
    next(tmp_path.rglob("dev.json")).unlink()
    result = decoded(examine(location, None, TERMS))
    assert isinstance(result, Broken) and result.fault is Fault.UNREADABLE


def test_a_failure_of_ours_is_a_result_too(monkeypatch):
    def fails(*anything, **more):
        raise RuntimeError("a rule tripped")

    monkeypatch.setattr(module, "assess", fails)
    result = examined(state("web", "dev"))
    assert isinstance(result, Broken) and result.fault is Fault.FAILED
    assert "RuntimeError: a rule tripped" in result.message


def test_a_result_says_nothing_of_where_the_state_lies():
    other = Location("elsewhere", "file:///", "/other", "x", "y")
    for content in (json.dumps(state("web", "dev")).encode(), b"hello"):
        assert examine(PLACE, content, TERMS) == examine(other, content, TERMS)


def test_a_result_comes_back_from_its_encoded_form(deployment):
    content = json.dumps(deployment("dev")).encode()
    once = examine(PLACE, content, TERMS)
    result = decoded(once)
    assert encoded(digest_of(once), result) == once
    assert isinstance(result, Judged) and result.waived and result.brake is None


def test_terms_change_what_a_result_is_kept_under():
    keys = {
        terms.key("ab")
        for terms in (
            TERMS,
            Terms(datetime.date(2026, 11, 28)),
            Terms(TERMS.day, region="eu-west-1"),
            Terms(TERMS.day, profile=Profile.STRICT),
            Terms(TERMS.day, code="other"),
        )
    }
    assert len(keys) == 5 and TERMS.key("ab") == TERMS.key("ab") != TERMS.key("cd")


def test_a_region_without_prices_leaves_the_resource_unpriced():
    result = examined(state("web", "dev", region="xx-nowhere-1"))
    assert isinstance(result, Judged)
    assert result.unpriced and all("xx-nowhere-1" in each.reason for each in result.unpriced)


def test_a_region_that_nobody_names_leaves_the_stack_unpriced():
    result = examined(state("web", "dev", region=""))
    assert isinstance(result, Judged)
    assert [each.urn for each in result.unpriced] == [""] and "region isn't known" in result.unpriced[0].reason
    assert not examined(state("web", "dev", region=""), Terms(TERMS.day, region="us-east-1")).unpriced


def test_a_region_that_only_the_environment_named_is_where_aws_put_things():
    document = state("web", "dev", keys=1)
    provider_, key = document["deployment"]["resources"]
    provider_["inputs"], provider_["outputs"] = {}, {}
    bare = resource("web", "dev", "aws:cloudwatch/dashboard:Dashboard", "board") | {"outputs": {}}
    document["deployment"]["resources"].append(bare)
    result = examined(document)
    assert isinstance(result, Judged) and not result.unpriced
    assert {entry.keys[1] for entry in result.entries} == {"us-east-1"}
    key["outputs"] = {"region": "eu-west-1", "arn": ""}
    assert {entry.keys[1] for entry in examined(document).entries} == {"eu-west-1"}


def test_a_type_of_another_cloud_has_no_price():
    result = examined(state("web", "dev", more=[("gcp:storage/bucket:Bucket", "b", {})]))
    assert isinstance(result, Judged)
    assert [each.type for each in result.unpriced] == ["gcp:storage/bucket:Bucket"]


def keys_of(document):
    result = examined(document)
    assert isinstance(result, Judged)
    return {entry.keys for entry in result.entries}


def test_account_region_and_tags_are_the_resources_own():
    here = resource("web", "dev", "aws:kms/key:Key", "mine", tags={"Team": "a", "Name": "one"})
    document = state("web", "dev", keys=0)
    document["deployment"]["resources"].append(here)
    assert keys_of(document) == {(ACCOUNT, "us-east-1", "Team", "a")}


def test_two_accounts_in_one_stack_are_told_apart():
    document = state("web", "dev")
    document["deployment"]["resources"].append(
        resource("web", "dev", "aws:kms/key:Key", "theirs", account=OTHER_ACCOUNT)
    )
    assert {keys[0] for keys in keys_of(document)} == {ACCOUNT, OTHER_ACCOUNT}


def test_a_resource_without_an_arn_is_its_stacks_accounts():
    document = state("web", "dev")
    bare = resource("web", "dev", "aws:cloudwatch/dashboard:Dashboard", "board")
    document["deployment"]["resources"].append(bare | {"outputs": {}})
    assert {keys[0] for keys in keys_of(document)} == {ACCOUNT}


def test_the_only_account_that_a_provider_may_work_in_is_the_stacks():
    document = state("web", "dev")
    for one in document["deployment"]["resources"]:
        one["outputs"].pop("arn", None)
    document["deployment"]["resources"][0]["inputs"]["allowedAccountIds"] = f'["{OTHER_ACCOUNT}"]'
    assert {keys[0] for keys in keys_of(document)} == {OTHER_ACCOUNT}
    del document["deployment"]["resources"][0]["inputs"]["allowedAccountIds"]
    assert {keys[0] for keys in keys_of(document)} == {"unknown"}


def test_tags_of_a_scaling_group_are_a_list():
    group = {"tags": [{"key": "Team", "value": "b", "propagateAtLaunch": True}], "minSize": 1, "maxSize": 1}
    document = state("web", "dev", keys=0, more=[("aws:autoscaling/group:Group", "g", group)])
    graph = graph_from_json(document, "a state")
    from cost.basis import basis_of
    from workbench.audit.attributes import Attributes

    attributes = Attributes(graph, basis_of(graph))
    assert attributes.tags(document["deployment"]["resources"][-1]["urn"]) == {"Team": "b"}


def test_a_stack_of_endless_tags_stays_small():
    more = [("aws:kms/key:Key", f"k{n}", {"tags": {"Id": str(n)}}) for n in range(MOST_TAG_SETS + 5)]
    result = examined(state("web", "dev", keys=0, more=more))
    assert isinstance(result, Judged)
    assert len(result.entries) < 10 and "aren't told apart by tag" in result.notes[0]
