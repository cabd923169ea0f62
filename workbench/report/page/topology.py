"""What a stack is made of, by component: on the path of a request from left to right, and around it.

Read from the graph alone: a component stands where the types of its resources belong, ports and boundaries are those of
listeners, target groups and security groups.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from deployment import tokens
from deployment.graph import STACK_TYPE, Resource, ResourceGraph
from workbench.preview.changes import Change, Operation

PATH: Final = ("edge", "compute", "data")
"""Places on the way of a request."""
AROUND: Final = ("network", "observes", "operates", "guards")
"""Places beside it."""
TITLES: Final = {
    "edge": "Front door",
    "compute": "Fleets",
    "data": "Cache and data",
    "network": "Network",
    "observes": "Observes",
    "operates": "Operates",
    "guards": "Identity and keys",
}

_MARKERS: Final = (
    (
        "compute",
        {"autoscaling/group", "ec2/launchTemplate", "ec2/instance", "lambda/function", "ecs/service", "apps/v1"},
    ),
    (
        "data",
        {
            "elasticache/serverlessCache",
            "elasticache/replicationGroup",
            "rds/instance",
            "rds/cluster",
            "dynamodb/table",
        },
    ),
    (
        "edge",
        {
            "lb/loadBalancer",
            "lb/listener",
            "lb/listenerRule",
            "wafv2/webAcl",
            "wafv2/ruleGroup",
            "acm/certificate",
            "alb/loadBalancer",
            "cloudfront/distribution",
            "apigatewayv2/api",
        },
    ),
    ("operates", {"sfn/stateMachine", "scheduler/schedule", "appconfig/application", "budgets/budget"}),
)
"""Type (module and file of its token) that puts its whole component in a place; the first that fits does."""
_MODULES: Final = {
    "ec2": "network",
    "vpc": "network",
    "cloudwatch": "observes",
    "sns": "observes",
    "s3": "observes",
    "sfn": "operates",
    "scheduler": "operates",
    "appconfig": "operates",
    "budgets": "operates",
    "autoscaling": "operates",
    "iam": "guards",
    "kms": "guards",
    "ssm": "guards",
    "secretsmanager": "guards",
    "cognito": "guards",
}
"""Module of a type -> where most of a component's resources put it."""
_LISTENERS: Final = tokens.LISTENER
_TARGETS: Final = tokens.TARGET_GROUP
_INGRESS: Final = tokens.INGRESS_RULE
_VPC: Final = tokens.VPC
_SIGNS: Final = {
    Operation.CREATE: "+",
    Operation.UPDATE: "~",
    Operation.REPLACE: "±",
    Operation.DELETE: "-",
}
ALONE: Final = "(no component)"


@dataclass
class Block:
    """One component."""

    name: str
    title: str
    """Its name without the program's prefix."""
    place: str
    resources: list[Resource] = field(default_factory=list)
    changes: dict[str, Change] = field(default_factory=dict)
    """URN -> what happens to it; empty without a base."""
    expected_usd: Decimal = Decimal(0)
    worst_case_usd: Decimal = Decimal(0)
    parked: int = 0
    """Resources that are gone between sessions."""
    lent: bool = False
    """Whether the platform owns it, and the stack refers to it."""

    @property
    def marks(self) -> str:
        """What changes, e.g. ``+2 ~1``."""
        number = Counter(_SIGNS[one.operation] for one in self.changes.values() if one.operation in _SIGNS)
        return " ".join(f"{sign}{number[sign]}" for sign in _SIGNS.values() if number[sign])


@dataclass(frozen=True)
class Topology:
    """Components by place, and what is written between the places of the path."""

    blocks: Mapping[str, Sequence[Block]]
    ways: Mapping[str, str]
    """Place on the path -> how a request comes to it, e.g. ``HTTPS 8443``."""
    boundary: str
    """What encloses fleets and data."""

    @property
    def described(self) -> str:
        """The path in words."""
        parts = []
        for place in PATH:
            names = ", ".join(block.title for block in self.blocks.get(place, ()))
            way = f" by {self.ways[place]}" if self.ways.get(place) else ""
            if names:
                parts.append(f"{TITLES[place].lower()} ({names}){way}")
        return f"Users reach {', then '.join(parts)}." if parts else "No request path is declared."


@dataclass(frozen=True)
class Costs:
    """Dollars by URN, at list price."""

    expected: Mapping[str, Decimal]
    worst_case: Mapping[str, Decimal]


def topology(
    graph: ResourceGraph, costs: Costs, changes: Iterable[Change] = (), parked_urns: Set[str] | None = None
) -> Topology:
    """Topology of `graph`; `changes` mark what differs from a base, `parked_urns` are those of the parked stack."""
    root = _root(graph)
    blocks: dict[str, Block] = {}
    for resource in graph:
        if not resource.custom or resource.type.startswith("pulumi:"):
            continue
        name = _component(graph, resource, root)
        block = blocks.setdefault(name, Block(name, _title(name, root), ""))
        block.resources.append(resource)
        block.expected_usd += costs.expected.get(resource.urn, Decimal(0))
        block.worst_case_usd += costs.worst_case.get(resource.urn, Decimal(0))
        if parked_urns is not None and resource.urn not in parked_urns:
            block.parked += 1
    for change in changes:
        gone = change.operation is Operation.DELETE
        name = change.resource.name if gone else _component(graph, change.resource, root)
        if change.operation is Operation.SAME or not change.resource.custom:
            continue
        block = blocks.setdefault(name, Block(name, _title(name, root), _place([change.resource])))
        block.changes[change.resource.urn] = change
    for block in blocks.values():
        block.place = _place(block.resources) if block.resources else block.place
    found = [*blocks.values(), *_lent(graph, blocks.values())]
    found.sort(key=lambda block: (not block.lent, -block.expected_usd, block.name))
    places = {place: [block for block in found if block.place == place] for place in (*PATH, *AROUND)}
    return Topology(places, _ways(graph), _boundary(graph))


def _root(graph: ResourceGraph) -> Resource | None:
    """The component that holds all others, where there is one."""
    tops = [one for one in graph if not one.custom and one.type != STACK_TYPE and _parent_is_stack(graph, one)]
    return tops[0] if len(tops) == 1 else None


def _parent_is_stack(graph: ResourceGraph, resource: Resource) -> bool:
    parent = graph.by_urn.get(resource.parent or "")
    return parent is None or parent.type == STACK_TYPE


def _component(graph: ResourceGraph, resource: Resource, root: Resource | None) -> str:
    """Name of the outermost component around `resource`, the root aside."""
    name, current = "", graph.by_urn.get(resource.parent or "")
    while current is not None and current.type != STACK_TYPE:
        if root is None or current.urn != root.urn:
            name = current.name
        current = graph.by_urn.get(current.parent or "")
    return name or (root.name if root is not None and resource.parent else ALONE)


def _title(name: str, root: Resource | None) -> str:
    return name.removeprefix(f"{root.name}-") if root is not None else name


def _place(resources: Sequence[Resource]) -> str:
    kinds = {_kind(resource.type) for resource in resources} | {_module(resource.type) for resource in resources}
    for place, markers in _MARKERS:
        if not markers.isdisjoint(kinds):
            return place
    number = Counter(_MODULES.get(_module(resource.type), "") for resource in resources)
    # A role and a policy come with almost everything: they decide only where nothing else is.
    for place, _ in number.most_common():
        if place and place != "guards":
            return place
    return "guards"


def _kind(token: str) -> str:
    """``autoscaling/group`` of ``aws:autoscaling/group:Group``."""
    return token.split(":")[1] if token.count(":") >= 2 else ""


def _module(token: str) -> str:
    return _kind(token).partition("/")[0]


def _lent(graph: ResourceGraph, blocks: Iterable[Block]) -> list[Block]:
    """What a shared stack borrows: it has rules of a listener and no load balancer, and users of a cache it lacks."""
    kinds = {_kind(resource.type) for block in blocks for resource in block.resources}
    lent = []
    if {"lb/listenerRule", "alb/listenerRule"} & kinds and not {"lb/loadBalancer", "alb/loadBalancer"} & kinds:
        lent.append(Block("platform-edge", "platform's load balancer", "edge", lent=True))
    shared = any(
        isinstance(basis := one.outputs.get("costBasis"), Mapping)
        and isinstance(tenancy := basis.get("tenancy"), Mapping)
        and tenancy.get("kind") == "shared"
        for one in graph
        if not one.custom
    )
    if shared and not {"elasticache/serverlessCache", "elasticache/replicationGroup"} & kinds:
        lent.append(Block("platform-cache", "platform's cache", "data", lent=True))
    return lent


def _ways(graph: ResourceGraph) -> dict[str, str]:
    ways = {}
    for place, types in (("edge", _LISTENERS), ("compute", _TARGETS)):
        found = {f"{one.get('protocol')} {one.get('port')}" for one in graph.of_type(*types) if one.get("port")}
        if found:
            ways[place] = ", ".join(sorted(found))
    groups = {
        group.urn
        for cache in graph
        if _kind(cache.type) in ("elasticache/serverlessCache", "elasticache/replicationGroup")
        for group in graph.referenced(cache, "securityGroupIds")
    }
    ports = {
        f"TLS {rule.get('fromPort')}"
        for rule in graph.of_type(*_INGRESS)
        if any(group.urn in groups for group in graph.referenced(rule, "securityGroupId"))
    }
    if ports:
        ways["data"] = ", ".join(sorted(ports))
    if "edge" not in ways and graph.of_type(tokens.LISTENER_RULE[0]):
        ways["edge"] = "its listener"
    return ways


def _boundary(graph: ResourceGraph) -> str:
    networks = graph.of_type(*_VPC)
    inside = "private subnets; only named security groups enter"
    return f"VPC {networks[0].get('cidrBlock', '')}: {inside}" if networks else f"the platform's VPC: {inside}"
