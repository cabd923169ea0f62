"""Neither Tiller nor the dashboard runs in the cluster."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import DEPLOYMENT, WORKLOADS
from policies.checks import shown
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._pods import HARDENED, containers, with_container

if TYPE_CHECKING:
    from collections.abc import Iterator

IMAGES = re.compile(r"tiller|kubernetes-dashboard|kubernetesui/dashboard")


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Neither Tiller nor the dashboard is deployed."""
    for container in containers(resource):
        image = container.get("image")
        if isinstance(image, str) and IMAGES.search(image):
            yield Problem(
                f"{container.path}.image is {shown(image)}, which administers the cluster; drop it",
                f"{container.path}.image",
            )


RULE = Rule(
    id="kubernetes-no-tiller",
    title="Neither Tiller nor the dashboard runs in the cluster",
    severity=Severity.HIGH,
    why="Both act with the rights of an administrator for whoever reaches them.",
    fix="Delete the workload; Helm 3 needs no Tiller.",
    source="https://helm.sh/docs/faq/changes_since_helm2/",
    frameworks=("checkov:CKV_K8S_33", "checkov:CKV_K8S_34", "checkov:CKV_K8S_44"),
    types=WORKLOADS,
    check=check,
    passing={"api": (DEPLOYMENT, HARDENED)},
    failing={"tiller": (DEPLOYMENT, with_container(image="gcr.io/kubernetes-helm/tiller:v2.16"))},
)
