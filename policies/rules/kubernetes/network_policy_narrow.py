"""Network policies name who and what; each namespace refuses the rest."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Any, Final

from deployment.decimals import number
from deployment.graph import Resource
from deployment.tokens import DEPLOYMENT, NETWORK_POLICY
from policies.checks import is_absent, mappings, strings
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules.kubernetes._objects import in_namespace, picks_all, working_namespaces

METADATA: Final = "169.254.169.254/32"
METADATA_PORT: Final = 80
"""Where an instance's metadata are served: by no other port (EC2 user guide, "Access instance metadata")."""
WIDE: Final = {4: 1, 6: 1}
"""Version -> longest prefix that still is everybody, or one of a few that are together."""


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A policy names peers and ports, and keeps pods from the node's credentials."""
    for direction, peers in (("ingress", "from"), ("egress", "to")):
        for index, rule in enumerate(mappings(resource.get(f"spec.{direction}"))):
            path = f"spec.{direction}[{index}]"
            if is_absent(rule.get(peers)) and is_absent(rule.get("ports")):
                yield Problem(f"{path} is empty, which means everybody and everything; name peers and ports", path)
            elif is_absent(rule.get(peers)) and direction == "ingress":
                yield Problem(f"{path} names nobody, which admits every address; name from", path)
            elif is_absent(rule.get(peers)) and any(map(_is_metadatas, mappings(rule.get("ports")))):
                yield Problem(f"{path} names nobody, and reaches the node's credentials; name to", path)
            for peer in mappings(rule.get(peers)):
                for block in mappings(peer.get("ipBlock")):
                    if direction == "egress" and _reaches_metadata(block, rule):
                        yield Problem(f"{path} reaches the node's credentials; except {METADATA}", path)
                    network = _network(block.get("cidr"))
                    if direction == "ingress" and network is not None and network.prefixlen <= WIDE[network.version]:
                        yield Problem(f"{path} admits every address; name the subnets of the load balancer", path)


def _reaches_metadata(block: Mapping[str, Any], rule: Mapping[str, Any]) -> bool:
    """Whether a rule lets pods out to the address and the port of the node's credentials, which no range is but takes
    along: one that names just them is meant."""
    target = ipaddress.IPv4Network(METADATA)

    def holds(value: Any) -> bool:
        network = _network(value)
        return isinstance(network, ipaddress.IPv4Network) and target.subnet_of(network)

    if block.get("cidr") == METADATA or not holds(block.get("cidr")) or any(map(holds, strings(block.get("except")))):
        return False
    return is_absent(rule.get("ports")) or any(map(_is_metadatas, mappings(rule.get("ports"))))


def _is_metadatas(port: Mapping[str, Any]) -> bool:
    """Whether an entry of ``ports`` takes in the port of the metadata; a name is that of a pod's port."""
    first = number(port.get("port", METADATA_PORT))
    last = number(port.get("endPort", first))
    tcp = port.get("protocol", "TCP") == "TCP"
    return tcp and first is not None and last is not None and first <= METADATA_PORT <= last


def _network(value: Any) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(str(value), strict=False)
    except ValueError:
        return None  # the API refuses it


def check_default(context: Context) -> Iterator[Problem]:
    """A namespace with workloads has a policy that picks every pod and allows nothing."""
    for name, workloads in working_namespaces(context).items():
        refused: set[str] = set()
        for policy in in_namespace(context, name, NETWORK_POLICY):
            types = strings(policy.get("spec.policyTypes"))
            empty = is_absent(policy.get("spec.ingress")) and is_absent(policy.get("spec.egress"))
            if picks_all(policy.get("spec.podSelector")) and empty:
                refused.update(types or ["Ingress"])
        missing = [kind for kind in ("Ingress", "Egress") if kind not in refused]
        if missing:
            yield Problem(
                f"nothing refuses {' and '.join(missing).lower()} of namespace {name} by default; add a"
                " NetworkPolicy with an"
                " empty podSelector and no rules",
                "metadata.namespace",
                workloads[0],
            )


def _policy(**spec: Any) -> dict[str, tuple[str, dict[str, Any]]]:
    return {"policy": (NETWORK_POLICY, {"metadata": {"namespace": "plant"}, "spec": spec})}


_API: Final = {"api": (DEPLOYMENT, {"metadata": {"namespace": "plant"}})}
_OPEN: Final = {"ipBlock": {"cidr": "0.0.0.0/0"}}

_EXISTS: Final = {"key": "app", "operator": "Exists"}


def _block(cidr: str, *excepted: str) -> dict[str, Any]:
    return {"ipBlock": {"cidr": cidr, **({"except": list(excepted)} if excepted else {})}}


RULES = (
    Rule(
        id="kubernetes-network-policy-narrow",
        title="Network policies name peers and ports",
        severity=Severity.HIGH,
        why="An empty rule is the opposite of a policy; egress to everywhere includes the node's own credentials.",
        fix=f"Name peers and ports in each rule; except {METADATA} from 0.0.0.0/0.",
        source="https://kubernetes.io/docs/concepts/services-networking/network-policies/",
        frameworks=("cis-eks:4.3.2",),
        types=(NETWORK_POLICY,),
        check=check,
        passing=_policy(
            ingress=[{"from": [{"ipBlock": {"cidr": "10.0.0.0/24"}}], "ports": [{"port": 8443}]}],
            egress=[{"to": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": [METADATA]}}], "ports": [{"port": 443}]}],
        ),
        also_passing=[
            _policy(egress=[{"to": [_OPEN], "ports": [{"port": 443}, {"port": 53, "protocol": "UDP"}]}]),
            _policy(egress=[{"to": [_block("0.0.0.0/0", "169.254.0.0/16")]}]),
            _policy(egress=[{"to": [_block("::/0")]}, {"to": [{"namespaceSelector": {}}], "ports": [{"port": 53}]}]),
            _policy(egress=[{"to": [_block(METADATA)], "ports": [{"port": 80}]}]),
            _policy(egress=[{"ports": [{"port": 53, "protocol": "UDP"}, {"port": 443}]}]),
            _policy(egress=[{"to": [_OPEN], "ports": [{"port": 1024, "endPort": 65535}]}]),
            _policy(
                ingress=[{"from": [{"podSelector": {"matchExpressions": [_EXISTS]}}], "ports": [{"port": "https"}]}]
            ),
        ],
        failing=_policy(ingress=[{}]),
        also_failing=[
            _policy(egress=[{}]),
            _policy(egress=[{"to": [_OPEN]}]),
            _policy(egress=[{"to": [_block("0.0.0.0/0", "10.0.0.0/8")]}]),
            _policy(egress=[{"to": [_block("128.0.0.0/1")], "ports": [{"port": 1, "endPort": 1024}]}]),
            _policy(egress=[{"to": [_block("169.254.0.0/16")], "ports": [{"protocol": "TCP"}]}]),
            _policy(ingress=[{"from": [_OPEN]}]),
            _policy(ingress=[{"from": [_block("0.0.0.0/1"), _block("128.0.0.0/1")]}]),
            _policy(ingress=[{"from": [_block("::/0")], "ports": [{"port": 8443}]}]),
            _policy(ingress=[{"ports": [{"port": 8443}]}]),
            _policy(egress=[{"ports": [{"port": 80}]}]),
        ],
    ),
    Rule(
        id="kubernetes-default-deny",
        title="Each namespace with workloads denies traffic that no NetworkPolicy allows",
        severity=Severity.HIGH,
        why="A pod that no policy selects is open to the whole cluster, and so is the next one that somebody adds.",
        fix="Add a NetworkPolicy with an empty podSelector, policyTypes Ingress and Egress, and no rules.",
        source="https://kubernetes.io/docs/concepts/services-networking/network-policies/#default-policies",
        frameworks=("cis-eks:4.3.2",),
        check_stack=check_default,
        passing={**_API, **_policy(podSelector={}, policyTypes=["Ingress", "Egress"])},
        failing=_API,
        also_passing=[
            {
                **_API,
                **_policy(podSelector={"matchLabels": {}, "matchExpressions": []}, policyTypes=["Ingress", "Egress"]),
            }
        ],
        also_failing=[
            {**_API, **_policy(podSelector={"matchExpressions": [_EXISTS]}, policyTypes=["Ingress", "Egress"])},
            {**_API, **_policy(podSelector={}, policyTypes=["Ingress"])},
            {**_API, **_policy(podSelector={"matchLabels": {"app": "api"}}, policyTypes=["Ingress", "Egress"])},
            {**_API, **_policy(podSelector={}, policyTypes=["Ingress", "Egress"], ingress=[{}])},
        ],
    ),
)
