"""The internet reaches no administration or database port."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.errors import SHAPE_ERRORS
from deployment.graph import Resource
from deployment.tokens import (
    INGRESS_RULE,
    INSTANCE,
    LAUNCH_CONFIGURATION,
    LAUNCH_TEMPLATE,
    PREFIX_LIST,
    PREFIX_LIST_ENTRY,
    SECURITY_GROUP,
    SPOT_REQUEST,
    TRANSFER_SERVER,
)
from deployment.unknown import SECRET, UNKNOWN, watched
from policies.context import Context
from policies.examples import Example, each
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.rules._ports import PORT_HOLDERS, PORT_PROPERTIES, PortRange, lists_world, port_ranges

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

PORTS = {
    20: "FTP",
    21: "FTP",
    22: "SSH",
    23: "Telnet",
    25: "SMTP",
    110: "POP3",
    135: "RPC",
    139: "NetBIOS",
    143: "IMAP",
    161: "SNMP",
    389: "LDAP",
    445: "CIFS",
    1433: "SQL Server",
    1434: "SQL Server",
    1521: "Oracle",
    2049: "NFS",
    2181: "ZooKeeper",
    2375: "Docker",
    2376: "Docker",
    2379: "etcd",
    2483: "Oracle",
    2484: "Oracle",
    3000: "development servers",
    3306: "MySQL",
    3389: "RDP",
    4333: "ahsp",
    5000: "development servers",
    5432: "PostgreSQL",
    5439: "Redshift",
    5500: "fcp",
    5601: "OpenSearch",
    5672: "RabbitMQ",
    5900: "VNC",
    5984: "CouchDB",
    5985: "WinRM",
    5986: "WinRM",
    6379: "Valkey",
    7199: "Cassandra",
    7474: "Neo4j",
    7687: "Neo4j",
    8080: "proxies",
    8088: "legacy HTTP",
    8182: "Neptune",
    8888: "alternative HTTP",
    9042: "Cassandra",
    9092: "Kafka",
    9160: "Cassandra",
    9200: "OpenSearch",
    9300: "OpenSearch",
    10250: "kubelet",
    10255: "kubelet",
    11211: "memcached",
    15672: "RabbitMQ",
    26257: "CockroachDB",
    27017: "MongoDB",
    27018: "MongoDB",
}

SFTP = 22
MACHINES = (*INSTANCE, *SPOT_REQUEST, *LAUNCH_TEMPLATE, *LAUNCH_CONFIGURATION)
PREFIX_LISTS = frozenset({"prefixListId", "prefixListIds"})
UDP = ("udp", "17")
OVER_UDP = (161, 389, 3389, 11211)
"""Of these ports and SNMP's, what listens on UDP as well; media servers open wide ranges of UDP to everybody."""
WIDE = 100
"""Ports of such a range of a media server's, at least."""


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """The internet reaches no port that administers machines or holds data."""
    for one in port_ranges(resource):
        over_udp = one.protocol in UDP
        if not one.ingress or (over_udp and one.last - one.first >= WIDE):
            continue
        path = one.path or None
        if not one.from_world and not (one.lists and lists_world(resource, one.lists, context)):
            continue
        open_ports = _open_ports(one)
        if open_ports and not (open_ports == [SFTP] and is_for_sftp(resource, context)):
            named = ", ".join(f"{port} ({PORTS[port]})" for port in open_ports[:3])
            yield Problem(f"the internet reaches port {named}; name the security group or CIDR that needs it", path)


def _open_ports(one: PortRange) -> list[int]:
    return [port for port in (OVER_UDP if one.protocol in UDP else PORTS) if one.covers(port)]


def _kind(resource: Resource, context: Context) -> Hashable:
    """Those that open nothing are alike; another is judged by itself: what a prefix list holds, and what a group is
    given to, is said elsewhere."""
    return None if resource.urn in context.once(_opening) else True


def _opening(context: Context) -> frozenset[str]:
    firsts, kinds = context.graph.alike(PORT_PROPERTIES, *PORT_HOLDERS)
    opening = list(map(_may_open, firsts))
    return frozenset(
        one.urn
        for one, kind in zip(context.graph.with_any((), *PORT_HOLDERS), kinds, strict=True)
        if opening[kind] or not PREFIX_LISTS.isdisjoint(one.property_dependencies)
    )


def _may_open(resource: Resource) -> bool:
    with watched() as watch:
        try:
            ranges = [one for one in port_ranges(resource) if one.ingress]
        except SHAPE_ERRORS:  # which `check` tells
            return True
        return bool(watch.met) or any(
            (one.from_world and _open_ports(one)) or (one.lists and resource.gives(one.lists)) for one in ranges
        )


def is_for_sftp(resource: Resource, context: Context) -> bool:
    """True when what the rule opens is a group of AWS Transfer's servers and of nothing else: SFTP has SSH's port."""
    graph = context.graph
    groups = [resource] if resource.type in SECURITY_GROUP else graph.referenced(resource, "securityGroupId")
    for group in groups:
        graph.referrers(group, *MACHINES)  # which of them can't be read may have the group as well
    with watched(off=True):
        if not any(graph.referrers(group, *TRANSFER_SERVER) for group in groups):
            return False  # as nearly always; then nobody looks for all that use it
    users = [user for group in groups for user in graph.referrers(group) if user.type not in PORT_HOLDERS]
    return bool(users) and all(user.type in TRANSFER_SERVER for user in users)


_OPEN = {"ipProtocol": "tcp", "fromPort": 22, "toPort": 22}
_SFTP: Example = {
    "group": (SECURITY_GROUP[0], {}),
    "ssh": (INGRESS_RULE[0], {"securityGroupId": "id:group", "cidrIpv4": "0.0.0.0/0", **_OPEN}),
    "files": (TRANSFER_SERVER[0], {"endpointDetails": {"securityGroupIds": ["id:group"]}}),
}
_LISTED: Example = {
    "ssh": (INGRESS_RULE[0], {"prefixListId": "id:list", **_OPEN}),
    "list": (PREFIX_LIST[0], {"entries": [{"cidr": "198.51.100.0/24"}]}),
    "entry": (PREFIX_LIST_ENTRY[0], {"prefixListId": "id:list", "cidr": "203.0.113.0/24"}),
}

RULE = Rule(
    id="network-no-admin-ports-open",
    title="The internet reaches no administration or database port",
    severity=Severity.CRITICAL,
    risk=Risk.EXPOSURE,
    why="Ports such as 22, 3389 and 6379 are scanned all day long.",
    fix="Take 0.0.0.0/0 and ::/0 out of the rule; refer to the security group that needs the port.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-19",
    frameworks=("checkov:CKV_AWS_24", "checkov:CKV_AWS_25", "fsbp:EC2.19"),
    types=PORT_HOLDERS,
    check=check,
    kind=_kind,
    passing={"ssh": (INGRESS_RULE[0], {"cidrIpv4": "10.0.0.0/8", "ipProtocol": "tcp", "fromPort": 22, "toPort": 22})},
    failing={"ssh": (INGRESS_RULE[0], {"cidrIpv4": "0.0.0.0/0", "ipProtocol": "tcp", "fromPort": 22, "toPort": 22})},
    reads_graph=True,
    also_passing=(
        _SFTP,
        _LISTED,
        {"rtp": (INGRESS_RULE[0], {"cidrIpv4": "0.0.0.0/0", "ipProtocol": "udp", "fromPort": 10000, "toPort": 20000})},
        {"vpn": (INGRESS_RULE[0], {"cidrIpv4": "0.0.0.0/0", "ipProtocol": "udp", "fromPort": 1194, "toPort": 1194})},
    ),
    also_failing=(
        *each(_SFTP, {"jump": (INSTANCE[0], {"vpcSecurityGroupIds": ["id:group"]})}),
        *each(_LISTED, {"list.entries[0].cidr": "0.0.0.0/0"}, {"entry.cidr": "::/0"}),
        {"udp": (INGRESS_RULE[0], {"cidrIpv4": "0.0.0.0/0", "ipProtocol": "17", "fromPort": 3380, "toPort": 3390})},
        {"half": (INGRESS_RULE[0], {"cidrIpv4": "0.0.0.0/1", "ipProtocol": "tcp", "fromPort": 22, "toPort": 22})},
        {"all": (SECURITY_GROUP[0], {"ingress": [{"protocol": "-1", "cidrBlocks": ["0.0.0.0/0"]}]})},
        {"from": (INGRESS_RULE[0], {"cidrIpv4": "0.0.0.0/0", **_OPEN, "toPort": UNKNOWN})},
        {"to": (INGRESS_RULE[0], {"cidrIpv4": "0.0.0.0/0", **_OPEN, "fromPort": SECRET})},
    ),
    undecided=(
        {"ssh": (INGRESS_RULE[0], {"cidrIpv4": UNKNOWN, **_OPEN})},
        {"ssh": (INGRESS_RULE[0], {"cidrIpv4": "0.0.0.0/0", **_OPEN, "ipProtocol": UNKNOWN})},
        {"ssh": (INGRESS_RULE[0], {"cidrIpv4": "0.0.0.0/0", **_OPEN, "fromPort": 443, "toPort": UNKNOWN})},
        {"ssh": (INGRESS_RULE[0], {"cidrIpv4": "0.0.0.0/0", **_OPEN, "fromPort": SECRET, "toPort": SECRET})},
    ),
)
