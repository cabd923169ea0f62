"""What a ResourceQuota counts, and of which pods (Kubernetes 1.35.4, pkg/quota/v1/evaluator/core)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from deployment.pod_resources import containers, of

DEMANDED: Final = ("cpu", "memory")
"""What each container has to say something of, where a quota counts it; of other resources it need not."""
PODS: Final = ("pods", "count/pods")
PLURALS: Final = {"NetworkPolicy": "networkpolicies", "Ingress": "ingresses"}


def counted(key: str) -> tuple[str, str]:
    """What a key of a quota counts of pods: requests or limits, and of what; nothing where it counts other objects."""
    kind, dot, unit = key.partition(".")
    if dot and kind in ("requests", "limits") and key != "requests.storage":
        return kind, unit
    return ("requests", key) if key in (*DEMANDED, "ephemeral-storage") or key.startswith("hugepages-") else ("", "")


def counts_objects(key: str, version: str, kind: str) -> bool:
    """Whether a key of a quota counts objects of a kind, one by one."""
    group, _, _ = version.rpartition("/")
    plural = PLURALS.get(kind, f"{kind.lower()}s")
    if key == f"count/{plural}" + (f".{group}" if group else ""):
        return True
    return key == plural and not group and kind != "Pod"


def is_meant(spec: Mapping[str, Any], quota: Mapping[str, Any]) -> bool:
    """Whether a quota with this ``spec`` counts a pod of `spec`: all of its scopes hold."""
    chosen = of(quota, "scopeSelector").get("matchExpressions") or ()
    wanted = [
        *((scope, "Exists", ()) for scope in quota.get("scopes") or ()),
        *((one["scopeName"], one["operator"], one.get("values") or ()) for one in chosen),
    ]
    ends = spec.get("activeDeadlineSeconds") is not None
    best = not any(of(one, "resources", kind) for one in (spec, *containers(spec)) for kind in ("requests", "limits"))
    priority = spec.get("priorityClassName")
    for scope, operator, values in wanted:
        holds = {
            "Terminating": ends,
            "NotTerminating": not ends,
            "BestEffort": best,
            "NotBestEffort": not best,
            "PriorityClass": bool(priority),
        }.get(scope, False)
        if operator in ("In", "NotIn"):
            holds = (priority in values) is (operator == "In")
        if operator == "DoesNotExist":
            holds = not holds
        if not holds:
            return False
    return True
