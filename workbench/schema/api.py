"""What the AWS API takes for each member of a call: the service models of the pinned botocore."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import botocore

from deployment import tokens

DATA: Final = Path(botocore.__file__).parent / "data"
SERVICES: Final[Mapping[str, tuple[str, ...]]] = {
    "alb": ("elbv2",),
    "appautoscaling": ("application-autoscaling",),
    "cfg": ("config",),
    "cloudwatch": ("cloudwatch", "logs", "events"),
    "cognito": ("cognito-idp", "cognito-identity"),
    "costexplorer": ("ce",),
    "directoryservice": ("ds",),
    "ebs": ("ec2",),
    "ec2clientvpn": ("ec2",),
    "ec2transitgateway": ("ec2",),
    "elasticsearch": ("es",),
    "lb": ("elbv2",),
    "msk": ("kafka",),
    "resourcegroups": ("resource-groups",),
    "sfn": ("stepfunctions",),
    "vpc": ("ec2",),
}
"""Module of the SDK -> service models, where the names differ."""
VERBS: Final = ("create", "put", "register", "request", "run", "update", "modify", "set", "allocate", "associate")
CALLS: Final[Mapping[str, tuple[str, ...]]] = {
    tokens.CERTIFICATE[0]: ("RequestCertificate",),
    tokens.SCALING_GROUP[0]: ("CreateAutoScalingGroup", "StartInstanceRefresh"),
    tokens.SCALING_POLICY[0]: ("PutScalingPolicy",),
    tokens.BUDGET[0]: ("CreateBudget", "CreateNotification"),
    tokens.EVENT_RULE[0]: ("PutRule",),
    tokens.EVENT_TARGET[0]: ("PutTargets",),
    tokens.LOG_DATA_PROTECTION[0]: ("PutDataProtectionPolicy",),
    tokens.LOG_METRIC_FILTER[0]: ("PutMetricFilter",),
    tokens.LOG_RESOURCE_POLICY[0]: ("PutResourcePolicy",),
    tokens.FLOW_LOG[0]: ("CreateFlowLogs",),
    tokens.INSTANCE[0]: ("RunInstances",),
    tokens.VOLUME[0]: ("CreateVolume",),
    tokens.CACHE_CLUSTER[0]: ("CreateCacheCluster",),
    tokens.LISTENER_RULE[0]: ("CreateRule",),
    tokens.BUCKET[0]: ("CreateBucket",),
    tokens.BUCKET_PUBLIC_ACCESS_BLOCK[0]: ("PutPublicAccessBlock",),
    tokens.BUCKET_ENCRYPTION[0]: ("PutBucketEncryption",),
    tokens.TOPIC_SUBSCRIPTION[0]: ("Subscribe",),
    tokens.EGRESS_RULE[0]: ("AuthorizeSecurityGroupEgress",),
    tokens.INGRESS_RULE[0]: ("AuthorizeSecurityGroupIngress",),
}
"""Type token -> calls that make it, where its name does not tell."""
LISTED: Final = 40
"""Longer enumerations grow from month to month (instance types, runtimes), so the pinned one is no limit."""


class Shape:
    """One shape of a service model."""

    def __init__(self, service: Mapping[str, Any], name: str) -> None:
        self.service = service
        self.name = name
        self.document: Mapping[str, Any] = service["shapes"][name]

    @property
    def kind(self) -> str:
        """``structure``, ``list``, ``string``, ``integer`` …"""
        return str(self.document["type"])

    def inner(self) -> Shape:
        """The items of a list, and a list in a list; any other shape itself."""
        return Shape(self.service, self.document["member"]["shape"]).inner() if self.kind == "list" else self

    def members(self) -> dict[str, Shape]:
        """Lower-case name -> shape, of a structure."""
        found = self.document.get("members", {})
        return {name.lower(): Shape(self.service, member["shape"]) for name, member in found.items()}

    def values(self) -> list[str]:
        """The enumeration of a string; empty where it has none, or a long one."""
        found = [str(one) for one in self.document.get("enum", ())]
        return found if len(found) <= LISTED else []

    def bounds(self) -> tuple[int, int] | None:
        """Least and most of a number."""
        low, high = self.document.get("min"), self.document.get("max")
        numeric = self.kind in ("integer", "long")
        return (int(low), int(high)) if numeric and low is not None and high is not None else None

    def longest(self) -> int | None:
        """Most characters of a string."""
        return int(self.document["max"]) if self.kind == "string" and "max" in self.document else None


@cache
def model(service: str) -> Mapping[str, Any] | None:
    """The newest model of a service; None for a name that botocore does not have."""
    versions = sorted((DATA / service).glob("*/service-2.json*")) if (DATA / service).is_dir() else []
    if not versions:
        return None
    raw = versions[-1].read_bytes()
    found: Mapping[str, Any] = json.loads(gzip.decompress(raw) if versions[-1].suffix == ".gz" else raw)
    return found


def inputs_of(token: str) -> Iterator[dict[str, Shape]]:
    """Members of each call that makes resources of type `token`."""
    module, _, owner = token.split(":")[1].partition("/")[0], "", token.rpartition(":")[2]
    wanted = {call.lower() for call in CALLS.get(token, ())} or {f"{verb}{owner.lower()}" for verb in VERBS}
    for service in SERVICES.get(module, (module,)):
        document = model(service)
        for name, operation in (document or {"operations": {}})["operations"].items():
            if document is not None and name.lower() in wanted and "input" in operation:
                members = Shape(document, operation["input"]["shape"]).members()
                for inside in [shape for shape in members.values() if shape.kind == "structure"]:
                    wrapped = inside.name.lower()
                    if owner.lower() in wrapped or wrapped.startswith("request"):
                        members = {**inside.members(), **members}  # CreateBudget(Budget=…), LaunchTemplateData
                if f"{owner.lower()}name" in members:
                    members.setdefault("name", members[f"{owner.lower()}name"])
                # The provider puts the owner's name before words that its own language keeps: loadBalancerType.
                members = {**{f"{owner.lower()}{one}": shape for one, shape in members.items()}, **members}
                yield members
