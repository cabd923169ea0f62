"""What a pod may write on its node is bounded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from deployment.graph import Resource
from deployment.tokens import DEPLOYMENT
from policies.checks import is_absent, mappings, shown
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._pods import containers, deployment, made, pod_spec


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """What a pod may write on its node is bounded."""
    for container in containers(resource):
        for kind in ("requests", "limits"):
            if is_absent(container.get("resources", kind, "ephemeral-storage")):
                path = f"{container.path}.resources.{kind}.ephemeral-storage"
                yield Problem(f"{path} is not set; give it, so that one pod can't fill the node", path)
    for volume in mappings((pod_spec(resource) or {}).get("volumes")):
        empty = volume.get("emptyDir")
        if empty is not None and is_absent((mappings(empty) or [{}])[0].get("sizeLimit")):
            yield Problem(
                f"volume {shown(volume.get('name'))} has no emptyDir.sizeLimit; give it", "spec.template.spec"
            )


_SCRATCH: Final = {"ephemeral-storage": "32Mi"}

RULE = Rule(
    id="kubernetes-ephemeral-bounded",
    title="What a pod may write on its node is bounded",
    severity=Severity.MEDIUM,
    why="A full disk evicts every pod of the node.",
    fix="Set ephemeral-storage in requests and limits, and sizeLimit of every emptyDir.",
    source="https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#local-ephemeral-storage",
    frameworks=("kube-score:container-ephemeral-storage-request-and-limit",),
    types=(DEPLOYMENT,),
    check=check,
    kind=made,
    passing={"api": deployment(resources={"requests": _SCRATCH, "limits": _SCRATCH})},
    failing={"api": deployment(resources={"requests": _SCRATCH})},
    also_failing=[
        {
            "api": (
                DEPLOYMENT,
                {"spec": {"template": {"spec": {"containers": [], "volumes": [{"name": "tmp", "emptyDir": {}}]}}}},
            )
        }
    ],
)
