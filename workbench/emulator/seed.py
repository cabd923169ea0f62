"""What a stack refers to and does not make: it belongs to the platform, and is there before the first deploy.

A hosted zone, in a shared stack also VPC, subnets, load balancer, listener and web ACL, and of a cluster its log. Ids
come from the stack's settings, so moto's objects get them here; no API can ask for an id.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import Any

from workbench.emulator.api import ACCOUNT_ID

_ZONE = re.compile(r"^Z[0-9A-Z]{10,31}$")
_CLUSTER_LOG = re.compile(r"^/aws/eks/[A-Za-z0-9_-]+/cluster$")
_WEB_ACL = re.compile(r"^arn:aws:wafv2:[a-z0-9-]+:\d{12}:regional/webacl/([^/]+)/([^/]+)$")
_ARN = re.compile(r"^arn:aws:elasticloadbalancing:[a-z0-9-]+:\d{12}:(loadbalancer|listener)/app/")


def references(deployment: dict[str, Any]) -> list[str]:
    """Ids in the inputs of a recorded deployment that none of its resources has: the platform's, sorted."""
    resources = [item for item in deployment["deployment"]["resources"] if item.get("custom")]
    made = {text for item in resources for text in _computed(item)}
    given = {text for item in resources for text in _texts(item.get("inputs", {}))}
    return sorted(text for text in given - made if _kind(text))


def ids_in(value: Any) -> list[str]:
    """Ids of the platform's resources that a nested value names, e.g. a stack's settings; sorted."""
    return sorted({text for text in _texts(value) if _kind(text)})


def plant(identifiers: list[str], region: str = "us-east-1") -> None:
    """Make the platform's resources exist in this process's moto; those that do already are left alone."""
    by_kind: dict[str, list[str]] = {}
    for identifier in identifiers:
        by_kind.setdefault(_kind(identifier), []).append(identifier)
    for zone in by_kind.get("zone", ()):
        _hosted_zone(zone)
    for log in by_kind.get("cluster log", ()):
        _log_group(log, region)
    for vpc in by_kind.get("vpc", [])[:1]:
        _network(vpc, by_kind.get("subnet", []), region)
    _groups(by_kind.get("group", []), by_kind.get("vpc", [""])[0], region)
    for acl in by_kind.get("web acl", ()):
        _web_acl(acl, region)
    for listener in by_kind.get("listener", ()):
        _listener(listener, by_kind.get("subnet", []), region)


def _kind(text: str) -> str:
    if _ZONE.match(text):
        return "zone"
    if _CLUSTER_LOG.match(text):
        return "cluster log"
    if _WEB_ACL.match(text):
        return "web acl"
    found = _ARN.match(text)
    if found:
        return found[1]
    for prefix, kind in (("vpc-", "vpc"), ("subnet-", "subnet"), ("sg-", "group")):
        if text.startswith(prefix) and re.fullmatch(r"[0-9a-f]{8,17}", text.removeprefix(prefix)):
            return kind
    return ""


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _computed(item: dict[str, Any]) -> Iterator[str]:
    inputs = item.get("inputs", {})
    yield from _texts(item.get("id"))
    for name, value in item.get("outputs", {}).items():
        if name not in inputs:
            yield from _texts(value)


def _hosted_zone(identifier: str) -> None:
    from moto.route53.models import route53_backends

    backend = route53_backends[ACCOUNT_ID]["aws"]
    if identifier not in backend.zones:
        zone = backend.create_hosted_zone(
            "example.com", False, "", "", comment="the platform's", delegation_set_id=None
        )
        backend.zones[identifier] = backend.zones.pop(zone.resource_id)
        zone.resource_id = identifier


def _log_group(name: str, region: str) -> None:
    from moto.logs.models import logs_backends

    backend = logs_backends[ACCOUNT_ID][region]
    if name not in backend.groups:
        backend.create_log_group(name, {})


def _network(vpc_id: str, subnet_ids: list[str], region: str) -> None:
    from moto.ec2.models import ec2_backends, subnets, vpcs

    backend = ec2_backends[ACCOUNT_ID][region]
    if vpc_id in backend.vpcs:
        return
    with _next_id(vpcs, "random_vpc_id", vpc_id):
        backend.create_vpc("10.64.0.0/16", amazon_provided_ipv6_cidr_block=True)
    zones = [zone.name for zone in backend.describe_availability_zones()]
    for number, subnet_id in enumerate(subnet_ids):
        with _next_id(subnets, "random_subnet_id", subnet_id):
            backend.create_subnet(vpc_id, f"10.64.{number}.0/24", availability_zone=zones[number % len(zones)])


def _groups(group_ids: list[str], vpc_id: str, region: str) -> None:
    """Security groups; of a stack with a VPC of its own, e.g. that of a data store, somewhere in the account."""
    from moto.ec2.models import ec2_backends, security_groups

    backend = ec2_backends[ACCOUNT_ID][region]
    for group_id in group_ids:
        if backend.get_security_group_from_id(group_id) is None:
            within = vpc_id or backend.get_subnet(_default_subnets(region)[0]).vpc_id
            with _next_id(security_groups, "random_security_group_id", group_id):
                backend.create_security_group(f"platform-{group_id}", "The platform's", vpc_id=within)


@contextlib.contextmanager
def _next_id(module: Any, generator: str, value: str) -> Iterator[None]:
    """Let one of moto's generators of ids give a chosen one."""
    original = getattr(module, generator)
    setattr(module, generator, lambda *_: value)
    try:
        yield
    finally:
        setattr(module, generator, original)


def _default_subnets(region: str) -> list[str]:
    from moto.ec2.models import ec2_backends

    return sorted(subnet.id for subnet in ec2_backends[ACCOUNT_ID][region].get_default_subnets().values())


def _gateway(subnet_id: str, region: str) -> None:
    from moto.ec2.models import ec2_backends

    backend = ec2_backends[ACCOUNT_ID][region]
    vpc_id = backend.get_subnet(subnet_id).vpc_id
    if not any(gateway.vpc and gateway.vpc.id == vpc_id for gateway in backend.internet_gateways.values()):
        backend.attach_internet_gateway(backend.create_internet_gateway().id, vpc_id)


def _web_acl(arn: str, region: str) -> None:
    from moto.wafv2.models import wafv2_backends

    backend = wafv2_backends[ACCOUNT_ID][region]
    found = _WEB_ACL.match(arn)
    if arn in backend.wacls or found is None:
        return
    seen = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": True, "MetricName": found[1]}
    acl = backend.create_web_acl(found[1], seen, {"Allow": {}}, "REGIONAL", "", [], [], *[None] * 5)
    del backend.wacls[acl.arn]
    acl.arn, acl.id = arn, found[2]
    backend.wacls[arn] = acl


def _listener(arn: str, subnet_ids: list[str], region: str) -> None:
    from moto.elbv2.models import elbv2_backends

    backend = elbv2_backends[ACCOUNT_ID][region]
    balancer_arn = arn.replace(":listener/", ":loadbalancer/").rsplit("/", 1)[0]
    if balancer_arn in backend.load_balancers:
        return
    name = balancer_arn.split("/")[2]
    subnet_ids = subnet_ids or _default_subnets(region)  # a stack of pods names none
    _gateway(subnet_ids[0], region)
    balancer = backend.create_load_balancer(name, [], subnet_ids, None, "internet-facing")
    del backend.load_balancers[balancer.arn]
    balancer.arn = balancer_arn
    backend.load_balancers[balancer_arn] = balancer
    listener = backend.create_listener(balancer_arn, "HTTPS", "443", "ELBSecurityPolicy-TLS13-1-2-2021-06", None, [])
    del balancer.listeners[listener.arn]
    listener.arn = arn
    balancer.listeners[arn] = listener
