"""States of small stacks, and backends that hold them, for the tests of `./plant audit`."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

ACCOUNT = "123456789012"
OTHER_ACCOUNT = "210987654321"


def resource(project, stack, token, name, *, account=ACCOUNT, region="us-east-1", **inputs):
    """One resource as a state holds it, deployed in `account`."""
    urn = f"urn:pulumi:{stack}::{project}::{token}::{name}"
    service = token.split(":")[1].split("/")[0]
    return {
        "urn": urn,
        "type": token,
        "custom": True,
        "id": f"{name}-id",
        "provider": f"urn:pulumi:{stack}::{project}::pulumi:providers:aws::default::0b1c2d3e",
        "inputs": inputs,
        "outputs": {**inputs, "arn": f"arn:aws:{service}:{region}:{account}:{name}"},
    }


def provider(project, stack, region="us-east-1"):
    """The provider of those resources."""
    token = "pulumi:providers:aws"
    return {
        "urn": f"urn:pulumi:{stack}::{project}::{token}::default",
        "type": token,
        "custom": True,
        "id": "0b1c2d3e",
        "inputs": {"region": region},
        "outputs": {"region": region},
    }


def state(project, stack, *, keys=1, account=ACCOUNT, region="us-east-1", tags=None, more=()):
    """A state with `keys` customer keys ($1 a month each) and the resources `more`: (token, name, inputs)."""
    key = {"enableKeyRotation": True, "tags": tags or {}}
    declared = [("aws:kms/key:Key", f"key-{number}", key) for number in range(keys)]
    return {
        "version": 3,
        "deployment": {
            "manifest": {"time": "2026-11-01T00:00:00Z", "magic": "", "version": "v3.260.0"},
            "resources": [
                provider(project, stack, region),
                *(
                    resource(project, stack, token, name, account=account, region=region, **inputs)
                    for token, name, inputs in (*declared, *more)
                ),
            ],
        },
    }


def checkpoint(document):
    """The state as a backend holds it."""
    return {"version": 3, "checkpoint": {"stack": "organization/x", "latest": document["deployment"]}}


def packed(document):
    """The state as bytes of gzip, the same each time."""
    return gzip.compress(json.dumps(document).encode(), mtime=0)


def backend(root: Path, *names: str, **options) -> Path:
    """A backend below `root` with a stack for each of `names` (``project/stack``)."""
    book = root / ".pulumi"
    book.mkdir(parents=True, exist_ok=True)
    (book / "meta.yaml").write_text("version: 1\n")
    for name in names:
        project, stack = name.split("/")
        put(root, name, checkpoint(state(project, stack, **options)))
    return root


def put(root: Path, name: str, document) -> Path:
    """Write one state of a backend; `document` is JSON, or bytes as they are."""
    path = root / ".pulumi" / "stacks" / f"{name}.json"
    if isinstance(document, bytes) and document[:2] == b"\x1f\x8b":
        path = path.with_name(f"{path.name}.gz")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(document if isinstance(document, bytes) else json.dumps(document).encode())
    return path


def lock(root: Path, name: str) -> None:
    """Lock the stack `name` (``project/stack``) as the CLI does."""
    folder = root / ".pulumi" / "locks" / "organization" / name
    folder.mkdir(parents=True)
    content = {"pid": 4711, "username": "ana", "hostname": "laptop", "timestamp": "2026-11-27T03:00:00Z"}
    (folder / "5c1e.json").write_text(json.dumps(content))
