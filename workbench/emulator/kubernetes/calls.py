"""Step Functions' calls of the cluster's API, as the caller's access entry and the cluster's roles allow them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from deployment import tokens
from deployment.asl.machine import StateError
from workbench.emulator.kubernetes.store import ApiError

if TYPE_CHECKING:
    from workbench.emulator.deploy import Deployer
    from workbench.emulator.kubernetes.cluster import Cluster

SCALE: Final = re.compile(r"/apis/apps/v1/namespaces/([^/]+)/deployments/([^/]+)/scale")
VERBS: Final = {"GET": "get", "PUT": "update", "PATCH": "patch"}
ENTRY: Final = tokens.ACCESS_ENTRY[0]
MANAGER: Final = "step-functions"


def call(cluster: Cluster, deployer: Deployer, role_arn: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """``arn:aws:states:::eks:call`` on the scale of a Deployment. Raises StateError as the integration does."""
    found = SCALE.fullmatch(str(parameters["Path"]))
    verb = VERBS.get(str(parameters["Method"]))
    if found is None or verb is None:
        raise StateError("EKS.404", f"{parameters['Method']} {parameters['Path']}: the server could not find it")
    namespace, name = found.groups()
    if not _may(cluster, deployer, role_arn, namespace, name, verb):
        raise StateError(
            "EKS.403", f"{role_arn.rsplit('/', 1)[-1]} cannot {verb} deployments/scale {name} in namespace {namespace}"
        )
    try:
        if verb == "get":
            replicas = cluster.replicas(namespace, name)
        else:
            replicas = int(parameters["RequestBody"]["spec"]["replicas"])
            cluster.scale(namespace, name, replicas, MANAGER)
    except ApiError as error:
        raise StateError("EKS.404", str(error)) from error
    return {"StatusCode": 200, "ResponseBody": {"kind": "Scale", "spec": {"replicas": replicas}}}


def _may(cluster: Cluster, deployer: Deployer, role_arn: str, namespace: str, name: str, verb: str) -> bool:
    groups = set(_groups(deployer, role_arn))
    for binding in cluster.store.of_kind("RoleBinding", namespace):
        if any(one["kind"] == "Group" and one["name"] in groups for one in binding.get("subjects", ())):
            for role in cluster.store.of_kind("Role", namespace):
                if role["metadata"]["name"] == binding["roleRef"]["name"] and _allows(role, name, verb):
                    return True
    return False


def _groups(deployer: Deployer, role_arn: str) -> Iterator[str]:
    """Groups that the access entries of the cluster put a role into."""
    for entry in deployer.state.entries.values():
        if entry.type == ENTRY and entry.inputs["principalArn"] == role_arn:
            yield from entry.inputs.get("kubernetesGroups") or ()


def _allows(role: Mapping[str, Any], name: str, verb: str) -> bool:
    return any(
        "apps" in rule.get("apiGroups", ())
        and "deployments/scale" in rule.get("resources", ())
        and verb in rule.get("verbs", ())
        and name in rule.get("resourceNames", (name,))
        for rule in role.get("rules", ())
    )
