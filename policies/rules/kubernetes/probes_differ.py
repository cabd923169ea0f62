"""Probes ask different things, over TLS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from deployment.graph import Resource
from deployment.tokens import DEPLOYMENT
from policies.checks import is_absent, look_inside, mappings, shown
from policies.context import Context
from policies.examples import Example
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._pods import containers, deployment, made


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Whether a process lives is another question than whether it may have requests; both are asked over TLS."""
    for container in containers(resource, initial=False):
        liveness, readiness = container.get("livenessProbe"), container.get("readinessProbe")
        look_inside([liveness, readiness])
        if not is_absent(liveness) and _asked(liveness) == _asked(readiness):
            yield Problem(
                f"{container.path}: livenessProbe and readinessProbe ask the same, so a pod whose cache is away"
                " is killed"
                " for it; ask liveness another path",
                f"{container.path}.livenessProbe",
            )
        for name in ("livenessProbe", "readinessProbe", "startupProbe"):
            get = container.get(name, "httpGet")
            if isinstance(get, dict) and get.get("scheme") != "HTTPS":
                path = f"{container.path}.{name}.httpGet.scheme"
                yield Problem(f"{path} is {shown(get.get('scheme'))}; set it to HTTPS", path)


def _asked(probe: Any) -> Any:
    found = (mappings(probe) or [{}])[0]
    return {key: found.get(key) for key in ("httpGet", "tcpSocket", "exec", "grpc") if key in found}


def _probes(liveness: str, scheme: str = "HTTPS") -> Example:
    return {
        "api": deployment(
            livenessProbe={"httpGet": {"path": liveness, "port": 8443, "scheme": scheme}},
            readinessProbe={"httpGet": {"path": "/ready", "port": 8443, "scheme": "HTTPS"}},
        )
    }


RULE = Rule(
    id="kubernetes-probes-differ",
    title="Liveness and readiness ask different things, over TLS",
    severity=Severity.MEDIUM,
    why="The same probe for both turns a slow neighbour into a restart of every pod at once.",
    fix="Give livenessProbe a path of its own, and every httpGet the scheme HTTPS.",
    source="https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/",
    frameworks=("kube-score:pod-probes-identical",),
    types=(DEPLOYMENT,),
    check=check,
    kind=made,
    passing=_probes("/live"),
    failing=_probes("/ready"),
    also_failing=[_probes("/live", "HTTP")],
)
