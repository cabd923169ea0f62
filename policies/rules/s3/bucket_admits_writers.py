"""Log buckets admit the services that write to them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from deployment.graph import Resource
from deployment.tokens import BUCKET, BUCKET_POLICY, FLOW_LOG, LOAD_BALANCER
from policies.checks import strings
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._accounts import own_accounts
from policies.rules._documents import Statement, statements
from policies.rules._resource_policies import admits, letting

WRITERS: Final = {
    **dict.fromkeys(LOAD_BALANCER, ("logdelivery", "accessLogs.bucket")),
    **dict.fromkeys(FLOW_LOG, ("delivery", "logDestination")),
}
"""Type of what writes -> its service, and where it names the bucket."""


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """The bucket's policy lets the load balancer's or flow log's service put objects where it puts them."""
    service, path = WRITERS[resource.type]
    for bucket, prefix in destinations(resource, path, context):
        documents = [statements(one.get("policy")) for one in context.pointing_at(bucket, "bucket", *BUCKET_POLICY)]
        if None in documents:
            continue
        found = [statement for read in documents for statement in read or ()]
        key = f"{bucket.outputs.get('arn')}/{prefix}AWSLogs/{next(iter(own_accounts(context)), '*')}/log"
        if by_account(found) and resource.type in LOAD_BALANCER:
            continue
        looks = resource.type in FLOW_LOG  # a flow log asks for the bucket's ACL before it is made
        own = bucket.outputs.get("arn")
        if not admits(found, service, ("s3:PutObject",), key, context, source=resource.outputs.get("arn")) or (
            looks and isinstance(own, str) and not admits(found, service, ("s3:GetBucketAcl",), own, context)
        ):
            yield Problem(
                f"{bucket.name} takes no objects from {service}{SUFFIX[service]} below {prefix}AWSLogs; let it in "
                "by the bucket's policy, for this account",
                path,
            )


def destinations(resource: Resource, path: str, context: Context) -> Iterator[tuple[Resource, str]]:
    """(bucket of the stack, prefix with its slash) that `resource` writes to."""
    if resource.type in LOAD_BALANCER:
        prefix = resource.get("accessLogs.prefix") or ""
        for bucket in context.graph.referenced(resource, path, *BUCKET):
            yield bucket, f"{prefix}/" if isinstance(prefix, str) and prefix else ""
        return
    for value in strings(resource.get(path)):
        arn, _, folder = value.removesuffix("/").partition("/")
        known = context.once(buckets).get(arn)
        if known is not None:
            yield known, f"{folder}/" if folder else ""


def buckets(context: Context) -> dict[str, Resource]:
    """ARN -> bucket of the stack."""
    return {arn: one for one in context.graph.of_type(*BUCKET) if isinstance(arn := one.outputs.get("arn"), str)}


def by_account(found: list[Statement]) -> bool:
    """True where the account of Elastic Load Balancing is let in, as older Regions want it."""
    return any(
        one.allows
        and "s3:PutObject" in one.actions
        and any(kind == "AWS" and name.endswith(":root") for kind, name in one.principals)
        for one in found
    )


SUFFIX: Final = {"logdelivery": ".elasticloadbalancing.amazonaws.com", "delivery": ".logs.amazonaws.com"}

_LOG: Final = {"logDestination": "arn:logs", "logDestinationType": "s3"}

RULE = Rule(
    id="data-bucket-admits-writers",
    title="Log buckets admit the services that write to them",
    severity=Severity.MEDIUM,
    why="A log that can't be written is missed when it is needed, and no alarm tells.",
    fix="Add a statement for the service to the bucket's policy: s3:PutObject below PREFIX/AWSLogs/ACCOUNT.",
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html",
    types=tuple(WRITERS),
    reads_graph=True,
    check=check,
    passing={
        "flow": (FLOW_LOG[0], _LOG),
        "logs": (BUCKET[0], {}),
        "policy": (BUCKET_POLICY[0], {"bucket": "id:logs", "policy": letting("delivery", "s3:*")}),
    },
    failing={
        "flow": (FLOW_LOG[0], _LOG),
        "logs": (BUCKET[0], {}),
        "policy": (BUCKET_POLICY[0], {"bucket": "id:logs", "policy": letting("logdelivery", "s3:PutObject")}),
    },
)
