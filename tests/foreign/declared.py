"""What the programs declare, as the deployment JSON that an engine would write; and what their twins change in it."""

from __future__ import annotations

import importlib
import json
import pickle
import pkgutil
import re
import sys
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from deployment import kept
from foreign import programs
from policies.examples import but
from workbench.preview.kept import CODE
from workbench.preview.outputs import ACCOUNT, SyntheticOutputs
from workbench.preview.recorder import Recorder
from workbench.preview.stackfile import StackFile
from workbench.preview.synthesis import record

NAMES = tuple(module.name for module in pkgutil.iter_modules(programs.__path__))
REGION = "us-east-1"
SHORT_ID = 6
"""Ids that short, as numbers, stand in other text, too."""


class AnyOutputs(SyntheticOutputs):
    """Outputs of types that our own preview has no row for: programs of other people use all of AWS."""

    def of(
        self, token: str, name: str, urn: str, inputs: Mapping[str, Any], provider: Mapping[str, Any] | None = None
    ) -> tuple[str, dict[str, Any]]:
        """As of the base class, and what programs read of most resources."""
        named = {"domainName": "imported.acme.example"} if token == "aws:acm/certificate:Certificate" else {}
        identifier, outputs = super().of(token, name, urn, {**named, **inputs}, provider or {})
        if not token.startswith("aws:"):
            return identifier, outputs
        service, kind = token.split(":")[1].partition("/")[::2]
        arn = f"arn:aws:{service}:{REGION}:{ACCOUNT}:{kind.partition(':')[0].lower()}/{identifier}"
        given = {key: value for key, value in inputs.items() if isinstance(value, str)}
        known = {
            "arn": arn,
            "name": given.get("name", identifier),
            "url": f"https://{service}.{REGION}.amazonaws.com/{ACCOUNT}/{identifier}",
            "arnSuffix": f"{kind.partition(':')[0].lower()}/{identifier}",
            "bucketRegionalDomainName": f"{given.get('bucket', identifier)}.s3.{REGION}.amazonaws.com",
            "domainName": f"{identifier}.cloudfront.net",
            "hostedZoneId": "Z2FDTNDATAQYW2",
            "zoneId": "Z0123456789ABCDEFGHIJ",
            "invokeArn": f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{arn}/invocations",
            "executionArn": f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{identifier}",
            "streamArn": f"{arn}/stream/2026-01-01T00:00:00.000",
            "version": "1",
            "bucket": identifier,
            "deploymentConfigName": identifier,
            "rootResourceId": "a1b2c3d4e5",
            "endpoint": f"{identifier}.cluster-abcdefghijkl.{REGION}.rds.amazonaws.com",
            "identifier": identifier,
            "groupId": "90677c608a-7afcdc23-8d5c-4b8a-b3f0-2a1d2c3b4a5e",
            "latestRevision": 1,
            "dnsIpAddresses": ["10.0.10.10", "10.0.11.10"],
            "ipv6Addresses": ["2600:1f18:1234:5610::10"],
            "bootstrapBrokersSaslIam": f"b-1.{identifier}.kafka.{REGION}.amazonaws.com:9098",
            "identities": [{"oidcs": [{"issuer": f"https://oidc.eks.{REGION}.amazonaws.com/id/0123456789ABCDEF"}]}],
            "firewallStatuses": [{"syncStates": [{"attachments": [{"endpointId": "vpce-0123456789abcdef0"}]}]}],
        }
        if token == "aws:iam/openIdConnectProvider:OpenIdConnectProvider":  # AWS leaves the scheme out
            outputs["arn"] = outputs["arn"].replace("https://", "")
        wanted = set(READ.get(token, ("arn", "name"))) - inputs.keys() - outputs.keys()
        return identifier, {**outputs, **{key: known[key] for key in known if key in wanted}}


READ = {
    "aws:lb/loadBalancer:LoadBalancer": ("arn", "arnSuffix", "name"),
    "aws:s3/bucket:Bucket": ("arn", "bucket", "bucketRegionalDomainName"),
    "aws:cloudfront/distribution:Distribution": ("arn", "domainName", "hostedZoneId"),
    "aws:route53/zone:Zone": ("arn", "zoneId"),
    "aws:lambda/function:Function": ("arn", "name", "invokeArn", "version"),
    "aws:apigatewayv2/api:Api": ("arn", "executionArn"),
    "aws:dynamodb/table:Table": ("arn", "name", "streamArn"),
    "aws:sqs/queue:Queue": ("arn", "name", "url"),
    "aws:codedeploy/deploymentConfig:DeploymentConfig": ("deploymentConfigName",),
    "aws:apigateway/restApi:RestApi": ("arn", "rootResourceId", "executionArn"),
    "aws:eks/cluster:Cluster": ("arn", "name", "identities"),
    "aws:rds/proxy:Proxy": ("arn", "name", "endpoint"),
    "aws:rds/instance:Instance": ("arn", "identifier", "endpoint"),
    "aws:msk/configuration:Configuration": ("arn", "latestRevision"),
    "aws:msk/cluster:Cluster": ("arn", "bootstrapBrokersSaslIam"),
    "aws:networkfirewall/firewall:Firewall": ("arn", "name", "firewallStatuses"),
    "aws:identitystore/group:Group": ("groupId",),
    "aws:directoryservice/directory:Directory": ("dnsIpAddresses",),
    "aws:ec2/instance:Instance": ("arn", "ipv6Addresses"),
}
"""Outputs that programs read, beside the ARN and the name."""


@cache
def _declared(name: str) -> dict[str, Any]:
    """As recorded, by this worker of the tests or another one, or by an earlier run of the same code."""
    code, current = _code()
    packages = [version(package) for package in ("pulumi", "pulumi-aws", "pulumi-kubernetes")]
    key = kept.key_of("foreign", name, code, sys.version, *packages)
    if current and (found := kept.read(key)) is not None:
        document: dict[str, Any] = json.loads(found)
        return document
    document = _recorded(name)
    if current:
        kept.write(key, json.dumps(document).encode())
    return document


@cache
def _code() -> tuple[str, bool]:
    return kept.code(*CODE, Path(__file__).parent)


def _recorded(name: str) -> dict[str, Any]:
    module = importlib.import_module(f"foreign.programs.{name}")
    stack_file = StackFile("acme", "live", "", {"aws:region": REGION})
    return record(
        module.program, stack_file, lambda file: Recorder(AnyOutputs(REGION), {"aws": {"region": file.region}})
    )


@cache
def _packed(name: str) -> bytes:
    return pickle.dumps(_declared(name))


def declared(name: str) -> dict[str, Any]:
    """Deployment JSON of the program `name`."""
    return pickle.loads(_packed(name))  # type: ignore[no-any-return]  # noqa: S301 - our own; a sixth of copying


def twins(name: str) -> dict[str, Mapping[str, Any]]:
    """What is broken -> the changes that break it (``resource.path`` -> value, None for none)."""
    module = importlib.import_module(f"foreign.programs.{name}")
    found: dict[str, Mapping[str, Any]] = getattr(module, "TWINS", {})
    return found


def broken(name: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Deployment JSON of the program with `changes`, in inputs and in outputs."""
    document = declared(name)
    states = document["deployment"]["resources"]
    for path, value in changes.items():
        resource, _, inside = path.partition(".")
        found = [one for one in states if one["urn"].rpartition("::")[2] == resource and one.get("provider")]
        if not inside:
            states[:] = [one for one in states if one not in found]
            continue
        top = inside.partition(".")[0].partition("[")[0]
        meant = [one for one in found if top in one.get("inputs", {})] or found
        there = sorted({one["urn"].rpartition("::")[2] for one in states if one.get("provider")})
        assert len(meant) == 1, (
            f"tests/foreign/programs/{name}.py: TWINS: {len(meant)} resources are meant by {path}; "
            f"there are {', '.join(there)}"
        )
        for state in meant:
            for section in ("inputs", "outputs"):
                state.setdefault(section, {})
                state[section] = dict(but({"it": ("t", state[section])}, {f"it.{inside}": value})["it"][1])
    return document


def together(copies: int) -> dict[str, Any]:
    """All programs in one deployment, `copies` times over, each with names and ids of its own."""
    resources: dict[str, dict[str, Any]] = {}
    for name in NAMES:
        own = _declared(name)["deployment"]["resources"]
        ids = sorted({one["id"] for one in own if len(one.get("id", "")) > SHORT_ID}, key=len, reverse=True)
        text = json.dumps(own)
        for number in range(copies):
            renamed = re.sub(r'(urn:pulumi:(?:(?!::pulumi:pulumi:Stack::)[^"])*::)', rf"\g<1>{name}-{number}-", text)
            for identifier in ids if number else ():
                renamed = renamed.replace(json.dumps(identifier)[1:-1], f"{json.dumps(identifier)[1:-1]}x{number}")
            resources |= {one["urn"]: one for one in json.loads(renamed)}
    return {"version": 3, "deployment": {"resources": list(resources.values())}}
