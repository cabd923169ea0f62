"""Network policies name who and what; each namespace refuses the rest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import DEPLOYMENT, NETWORK_POLICY
from policies.checks import is_absent, mappings, strings
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules.kubernetes._objects import in_namespace, working_namespaces

METADATA: Final = "169.254.169.254/32"
EVERYWHERE: Final = ("0.0.0.0/0", "::/0")


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A policy names peers and ports, and keeps pods from the node's credentials."""
    for direction, peers in (("ingress", "from"), ("egress", "to")):
        for index, rule in enumerate(mappings(resource.get(f"spec.{direction}"))):
            path = f"spec.{direction}[{index}]"
            if is_absent(rule.get(peers)) and is_absent(rule.get("ports")):
                yield Problem(f"{path} is empty, which means everybody and everything; name peers and ports", path)
            for peer in mappings(rule.get(peers)):
                block = (mappings(peer.get("ipBlock")) or [{}])[0]
                if (
                    direction == "egress"
                    and block.get("cidr") == EVERYWHERE[0]
                    and METADATA not in strings(block.get("except"))
                ):
                    yield Problem(f"{path} reaches the node's credentials; except {METADATA}", path)
                if direction == "ingress" and block.get("cidr") in EVERYWHERE:
                    yield Problem(f"{path} admits every address; name the subnets of the load balancer", path)


def check_default(context: Context) -> Iterator[Problem]:
    """A namespace with workloads has a policy that picks every pod and allows nothing."""
    for name, workloads in working_namespaces(context).items():
        refused: set[str] = set()
        for policy in in_namespace(context, name, NETWORK_POLICY):
            types = strings(policy.get("spec.policyTypes"))
            empty = is_absent(policy.get("spec.ingress")) and is_absent(policy.get("spec.egress"))
            if is_absent(policy.get("spec.podSelector")) and empty:
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
        failing=_policy(ingress=[{}]),
        also_failing=[_policy(egress=[{}]), _policy(egress=[{"to": [_OPEN]}]), _policy(ingress=[{"from": [_OPEN]}])],
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
        also_failing=[
            {**_API, **_policy(podSelector={}, policyTypes=["Ingress"])},
            {**_API, **_policy(podSelector={"matchLabels": {"app": "api"}}, policyTypes=["Ingress", "Egress"])},
            {**_API, **_policy(podSelector={}, policyTypes=["Ingress", "Egress"], ingress=[{}])},
        ],
    ),
)
