"""Images are named by digest and pulled with a check of rights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import DEPLOYMENT
from deployment.unknown import UNKNOWN, Sentinel
from policies.checks import shown
from policies.context import Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule, undecided
from policies.rules._pods import HARDENED, PATCHES, WORKLOADS, containers, with_container

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


def check_tag(resource: Resource, context: Context) -> Iterator[Problem]:
    """An image has a tag, and not the one that every build moves."""
    for container in containers(resource):
        image = container.get("image")
        if isinstance(image, Sentinel):
            yield undecided(f"{container.path}.image", image)
        if not isinstance(image, str) or "@" in image or not image:
            continue
        tag = image.rpartition("/")[2].partition(":")[2]
        if tag in ("", "latest"):
            told = "has no tag, which is latest" if not tag else "has the tag latest"
            path = f"{container.path}.image"
            yield Problem(f"{path}, {shown(image)}, {told}; name a version or a digest", path)


_PINNED = Rule(
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

_TAGGED = Rule(
    id="kubernetes-image-tagged",
    title="Images have a tag, and it is not latest",
    severity=Severity.HIGH,
    risk=Risk.EXPOSURE,
    why="What runs after the next restart is whatever somebody has pushed by then, and nobody can go back to what ran.",
    fix="Name a version (api:1.4.2), or a digest.",
    source="https://kubernetes.io/docs/concepts/containers/images/#image-names",
    frameworks=("checkov:CKV_K8S_14",),
    types=(*WORKLOADS, *PATCHES),
    check=check_tag,
    passing={"api": (DEPLOYMENT, HARDENED)},
    also_passing=({"api": (DEPLOYMENT, with_container(image="registry.example.com:5000/team/api:1.4.2"))},),
    failing={"api": (DEPLOYMENT, with_container(image="api:latest"))},
    also_failing=({"api": (DEPLOYMENT, with_container(image="registry.example.com:5000/team/api"))},),
    undecided=({"api": (DEPLOYMENT, with_container(image=UNKNOWN))},),
)

RULES = (_PINNED, _TAGGED)
