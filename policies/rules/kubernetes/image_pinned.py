"""Images are named by digest and pulled with a check of rights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import DEPLOYMENT, WORKLOADS
from deployment.unknown import UNKNOWN
from policies.checks import shown
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._pods import HARDENED, containers, with_container

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """An image is named by its digest and checked at each start."""
    for container in containers(resource):
        image = container.get("image")
        if isinstance(image, str) and "@sha256:" not in image:
            yield Problem(
                f"{container.path}.image is {shown(image)}; name it by its digest (@sha256:…)",
                f"{container.path}.image",
            )
        policy = container.get("imagePullPolicy")
        if policy is not UNKNOWN and policy != "Always":
            path = f"{container.path}.imagePullPolicy"
            yield Problem(f"{path} is {shown(policy)}; set it to Always", path)


RULE = Rule(
    id="kubernetes-image-pinned",
    title="Images are named by digest and pulled with a check of rights",
    severity=Severity.MEDIUM,
    why="A tag is whatever its owner makes of it tomorrow.",
    fix="Set image to NAME@sha256:DIGEST and imagePullPolicy to Always.",
    source="https://kubernetes.io/docs/concepts/containers/images/",
    frameworks=("checkov:CKV_K8S_14", "checkov:CKV_K8S_15", "checkov:CKV_K8S_43"),
    types=WORKLOADS,
    check=check,
    passing={"api": (DEPLOYMENT, HARDENED)},
    failing={"api": (DEPLOYMENT, with_container(image="api:latest"))},
    also_failing=({"api": (DEPLOYMENT, with_container(imagePullPolicy="IfNotPresent"))},),
)
