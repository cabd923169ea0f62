"""The internet reaches no administration or database port."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import INGRESS_RULE, SECURITY_GROUP
from deployment.unknown import UNKNOWN
from policies.context import Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.rules._ports import PORT_HOLDERS, port_ranges

if TYPE_CHECKING:
    from collections.abc import Iterator

PORTS = {
    20: "FTP",
    21: "FTP",
    22: "SSH",
    23: "Telnet",
    25: "SMTP",
    110: "POP3",
    135: "RPC",
    143: "IMAP",
    445: "CIFS",
    1433: "SQL Server",
    1434: "SQL Server",
    1521: "Oracle",
    2049: "NFS",
    2375: "Docker",
    2379: "etcd",
    3000: "development servers",
    3306: "MySQL",
    3389: "RDP",
    4333: "ahsp",
    5000: "development servers",
    5432: "PostgreSQL",
    5500: "fcp",
    5601: "OpenSearch",
    6379: "Valkey",
    8080: "proxies",
    8088: "legacy HTTP",
    8888: "alternative HTTP",
    9092: "Kafka",
    9200: "OpenSearch",
    9300: "OpenSearch",
    10250: "kubelet",
    11211: "memcached",
    27017: "MongoDB",
}

UDP = ("udp", "17")
"""What listens on these ports listens on TCP; media servers open wide ranges of UDP to everybody."""


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """The internet reaches no port that administers machines or holds data."""
    for one in port_ranges(resource):
        if not one.ingress or one.protocol in UDP:
            continue
        path = one.path or None
        open_ports = [port for port in PORTS if one.covers(port)]
        if one.from_world and open_ports:
            named = ", ".join(f"{port} ({PORTS[port]})" for port in open_ports[:3])
            yield Problem(f"the internet reaches port {named}; name the security group or CIDR that needs it", path)


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
    passing={"ssh": (INGRESS_RULE[0], {"cidrIpv4": "10.0.0.0/8", "ipProtocol": "tcp", "fromPort": 22, "toPort": 22})},
    failing={"ssh": (INGRESS_RULE[0], {"cidrIpv4": "0.0.0.0/0", "ipProtocol": "tcp", "fromPort": 22, "toPort": 22})},
    also_failing=(
        {"half": (INGRESS_RULE[0], {"cidrIpv4": "0.0.0.0/1", "ipProtocol": "tcp", "fromPort": 22, "toPort": 22})},
        {"all": (SECURITY_GROUP[0], {"ingress": [{"protocol": "-1", "cidrBlocks": ["0.0.0.0/0"]}]})},
    ),
    undecided=({"ssh": (INGRESS_RULE[0], {"cidrIpv4": UNKNOWN, "ipProtocol": "tcp", "fromPort": 22, "toPort": 22})},),
)
