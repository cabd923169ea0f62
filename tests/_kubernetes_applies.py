"""Sequences of applies and updates by several managers, the same ones each time, and what becomes of the objects: asked
of an API server, and of the cluster in process."""

from __future__ import annotations

import copy
import hashlib
import json
import random
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from deployment.kubernetes_api import refused
from workbench.emulator.kubernetes.ownership import shown
from workbench.emulator.kubernetes.store import ApiError, Ref, Store, Stored

FILE = Path(__file__).parent / "fixtures" / "kubernetes_applies.json"

NAMESPACE = "plant-applies"
MANAGERS = ("pulumi", "mesh", "argo")
VERBS = ("apply", "force", "label", "scale")
LABELS = {"a": ("1", "2"), "example.com/b": ("1", "2"), "c": ("1",)}


def some(chance: random.Random, values: dict[str, tuple[Any, ...]], odds: float = 0.6) -> dict[str, Any]:
    """Some of the keys, each with one of its values."""
    return {key: chance.choice(one) for key, one in values.items() if chance.random() < odds}


def container(chance: random.Random, name: str, whole: bool) -> dict[str, Any]:
    """A container as one manager applies it; not `whole`, it adds to one that is there."""
    made: dict[str, Any] = {"name": name}
    if whole or chance.random() < 0.3:
        made["image"] = chance.choice(("x:1", "x:2", "x"))
    if chance.random() < 0.6:
        env = {"A": ("1", "2"), "B": ("1", "2"), "C": ("1",)}
        made["env"] = [{"name": key, "value": value} for key, value in some(chance, env).items()]
        chance.shuffle(made["env"])
    if chance.random() < 0.4:
        ports = [{"containerPort": 80}, {"containerPort": 80, "protocol": "UDP"}, {"containerPort": 81, "name": "http"}]
        made["ports"] = chance.sample(ports, chance.randint(1, 3))
    if chance.random() < 0.5:
        requests = some(chance, {"cpu": ("100m", "0.1", "1"), "memory": ("64Mi", "1024Mi")})
        made["resources"] = {"requests": requests}
    if chance.random() < 0.3:
        made["args"] = chance.choice((["-a"], ["-a", "-b"]))
    if chance.random() < 0.3:
        made["readinessProbe"] = {
            "httpGet": {"port": 80, **some(chance, {"path": ("/a", "/b")})},
            **some(chance, {"periodSeconds": (5, 10), "timeoutSeconds": (1, 2)}),
        }
    if chance.random() < 0.3:
        drop = chance.choice((["ALL"], ["NET_RAW"]))
        made["securityContext"] = {"capabilities": {"drop": drop}, **some(chance, {"runAsUser": (1, 2)})}
    return made


def deployment(chance: random.Random, whole: bool) -> dict[str, Any]:
    """A Deployment, or a part of one."""
    names = ["main", *chance.sample(["side", "proxy"], chance.randint(0, 2))]
    if not whole:
        names = chance.sample(["main", "side", "proxy"], chance.randint(0, 2))
    chance.shuffle(names)
    pod: dict[str, Any] = some(
        chance,
        {
            "terminationGracePeriodSeconds": (10, 30),
            "serviceAccountName": ("a",),
            "nodeSelector": ({"disk": "ssd"}, {"zone": "a"}),
            "tolerations": ([{"key": "a", "operator": "Exists"}], [{"key": "b", "operator": "Exists"}]),
            "volumes": (
                [{"name": "v", "emptyDir": {}}],
                [{"name": "v", "emptyDir": {"sizeLimit": "1Gi"}}, {"name": "w", "configMap": {"name": "c"}}],
            ),
            "imagePullSecrets": ([{"name": "one"}], [{"name": "one"}, {"name": "two"}], [{"name": "two"}]),
            "topologySpreadConstraints": (
                [{"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}],
                [
                    {"maxSkew": 2, "topologyKey": "host", "whenUnsatisfiable": "ScheduleAnyway"},
                    {"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"},
                ],
            ),
        },
        0.3,
    )
    if names:
        pod["containers"] = [container(chance, name, whole) for name in names]
    spec: dict[str, Any] = some(
        chance,
        {
            "replicas": (0, 1, 3),
            "minReadySeconds": (5, 6),
            "revisionHistoryLimit": (3, 10),
            "strategy": (
                {"type": "Recreate"},
                {"rollingUpdate": {"maxSurge": 1}},
                {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": 0}},
            ),
        },
        0.35,
    )
    labels = {"app": "x"} if whole else {}
    template = {"metadata": {"labels": labels | some(chance, LABELS, 0.3)}, "spec": pod}
    if whole:
        spec["selector"] = {"matchLabels": {"app": "x"}}
    if whole or pod:
        spec["template"] = template
    return {"spec": spec} if spec else {}


def service(chance: random.Random, whole: bool) -> dict[str, Any]:
    """A Service, or a part of one."""
    ports = [
        {"port": 80, "name": "a"},
        {"port": 443, "name": "b", "targetPort": "https"},
        {"port": 80, "protocol": "UDP", "name": "c"},
    ]
    spec = some(
        chance,
        {
            "selector": ({"app": "x"}, {"app": "y", "tier": "1"}),
            "sessionAffinity": ("ClientIP", "None"),
            "publishNotReadyAddresses": (True,),
            "internalTrafficPolicy": ("Local",),
        },
        0.4,
    )
    if whole or chance.random() < 0.5:
        spec["ports"] = chance.sample(ports, chance.randint(1, 3))
    return {"spec": spec} if spec else {}


def config(chance: random.Random, whole: bool) -> dict[str, Any]:
    """A ConfigMap."""
    found = some(chance, {"a": ("1", "2"), "b": ("1", "2"), "c.d": ("1",)})
    return {"data": found} if found else {}


def account(chance: random.Random, whole: bool) -> dict[str, Any]:
    """A ServiceAccount."""
    return some(
        chance,
        {
            "automountServiceAccountToken": (False, True),
            "secrets": ([{"name": "a"}], [{"name": "b"}, {"name": "a"}]),
            "imagePullSecrets": ([{"name": "a"}], [{"name": "b"}]),
        },
    )


def quota(chance: random.Random, whole: bool) -> dict[str, Any]:
    """A ResourceQuota, which allows more than is ever there."""
    amounts = {"pods": ("100", "200"), "requests.cpu": ("900", "1e3", "1000"), "requests.memory": ("1Ti", "1024Gi")}
    return {"spec": {"hard": some(chance, amounts)}}


def policy(chance: random.Random, whole: bool) -> dict[str, Any]:
    """A NetworkPolicy."""
    spec = some(
        chance,
        {
            "ingress": ([{"ports": [{"port": 80}]}], [{"from": [{"podSelector": {}}]}, {"ports": [{"port": 81}]}]),
            "egress": ([{"ports": [{"port": 53, "protocol": "UDP"}]}],),
            "policyTypes": (["Ingress"], ["Ingress", "Egress"]),
        },
        0.5,
    )
    return {"spec": {"podSelector": {"matchLabels": some(chance, {"app": ("x", "y")}, 1 if whole else 0.5)}, **spec}}


def scaler(chance: random.Random, whole: bool) -> dict[str, Any]:
    """An autoscaler of a Deployment that isn't there."""
    spec = some(
        chance,
        {
            "minReplicas": (1, 2),
            "maxReplicas": (4, 5),
            "behavior": (
                {"scaleDown": {"stabilizationWindowSeconds": 60}},
                {"scaleUp": {"policies": [{"type": "Pods", "value": 2, "periodSeconds": 15}]}},
            ),
        },
        0.6,
    )
    if whole:
        spec["maxReplicas"] = chance.choice((4, 5))
        spec["scaleTargetRef"] = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "absent"}
    return {"spec": spec} if spec else {}


def binding(chance: random.Random, whole: bool) -> dict[str, Any]:
    """A RoleBinding."""
    subjects = ([{"kind": "User", "name": "a"}], [{"kind": "Group", "name": "b"}, {"kind": "User", "name": "a"}])
    role = {"roleRef": {"kind": "Role", "name": "x", "apiGroup": "rbac.authorization.k8s.io"}}
    return {**(role if whole else {}), **some(chance, {"subjects": subjects}, 0.6)}


def role(chance: random.Random, whole: bool) -> dict[str, Any]:
    """A Role."""
    rule = {"apiGroups": [""], "resources": ["pods"]}
    return some(chance, {"rules": ([{**rule, "verbs": ["get"]}], [{**rule, "verbs": ["get", "list"]}])}, 0.7)


KINDS = {
    ("apps/v1", "Deployment"): deployment,
    ("v1", "Service"): service,
    ("v1", "ConfigMap"): config,
    ("v1", "ServiceAccount"): account,
    ("v1", "ResourceQuota"): quota,
    ("networking.k8s.io/v1", "NetworkPolicy"): policy,
    ("autoscaling/v2", "HorizontalPodAutoscaler"): scaler,
    ("rbac.authorization.k8s.io/v1", "RoleBinding"): binding,
    ("rbac.authorization.k8s.io/v1", "Role"): role,
}
WEIGHTS = (8, 3, 2, 2, 1, 1, 2, 1, 1)


def sequences(count: int) -> Iterator[list[tuple[str, str, dict[str, Any]]]]:
    """Each is (verb, manager, object) in turn; verbs are ``create``, ``apply``, ``force``, ``scale`` and ``label``."""
    for number in range(count):
        chance = random.Random(number)  # noqa: S311 - the same ones each time
        (version, kind), make = chance.choices(list(KINDS.items()), WEIGHTS)[0]
        name = f"one-{number}"
        steps = []
        for turn in range(chance.randint(3, 6)):
            manager, verb = MANAGERS[0], "create" if chance.random() < 0.3 else "apply"
            if turn:
                manager, verb = (
                    chance.choice(MANAGERS),
                    chance.choices(("apply", "force", "label", "scale"), (6, 2, 1, 1))[0],
                )
            body = make(chance, not turn or (manager == MANAGERS[0] and chance.random() < 0.8))
            metadata: dict[str, Any] = {"name": name, "namespace": NAMESPACE}
            if chance.random() < 0.5:
                metadata["labels"] = some(chance, LABELS)
            if chance.random() < 0.2:
                metadata["annotations"] = some(chance, LABELS)
            if verb == "label":
                body, metadata["labels"] = {}, some(chance, LABELS, 0.8)
            if verb == "scale":
                if kind != "Deployment":
                    continue
                body = {"spec": {"replicas": chance.randint(0, 4)}}
            steps.append(
                (verb, manager, {"apiVersion": version, "kind": kind, "metadata": metadata, **copy.deepcopy(body)})
            )
        yield steps


NEEDED = {"HorizontalPodAutoscaler": {"maxReplicas", "scaleTargetRef"}}
"""Kind -> what its schema, which is slow, would ask for."""
CHOSEN = {"clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"}
"""What the cluster gives to a Service."""
BY_CONTROLLERS = {"deployment.kubernetes.io/revision"}
KEPT_BY_SERVER = {"creationTimestamp", "uid", "resourceVersion", "generation", "managedFields"}


def outcome(refusal: tuple[str, list[str]] | None, document: Mapping[str, Any], owners: Mapping[str, list[str]]) -> Any:
    """What a step came to: (reason, fields in conflict), or a digest of the object and of who owns what."""
    if refusal is not None:
        return [refusal[0], sorted(refusal[1])]
    text = json.dumps([_comparable(document), {key: value for key, value in owners.items() if value}], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _comparable(document: Mapping[str, Any]) -> Any:
    whole = {key: value for key, value in document.items() if key != "status"}
    whole["metadata"] = {key: value for key, value in whole["metadata"].items() if key not in KEPT_BY_SERVER}
    if annotations := whole["metadata"].get("annotations"):
        whole["metadata"]["annotations"] = {
            key: value for key, value in annotations.items() if key not in BY_CONTROLLERS
        }
    if whole["kind"] == "Service":
        whole["spec"] = {key: value for key, value in whole["spec"].items() if key not in CHOSEN}
    return _without_nothing(whole)


def _without_nothing(value: Any) -> Any:
    if isinstance(value, dict):
        found = {key: _without_nothing(one) for key, one in value.items()}
        return {key: one for key, one in found.items() if one not in ({}, [], None)}
    return [_without_nothing(one) for one in value] if isinstance(value, list) else value


def in_process(version: str) -> Callable[[str, str, dict[str, Any]], Any]:
    """Asks a store of this process."""
    store = Store(version)

    def ask(verb: str, manager: str, document: dict[str, Any]) -> Any:
        ref, before = Ref.of(document), copy.deepcopy(store.objects)
        try:
            if verb == "create":
                store.create(document, manager)
            elif verb == "scale":
                store.scale(ref, document["spec"]["replicas"], manager)
            elif verb == "label":
                whole = copy.deepcopy(store.get(ref))
                whole["metadata"].setdefault("labels", {}).update(document["metadata"].get("labels", {}))
                store.update(whole, manager)
            else:
                store.apply(document, manager, force=verb == "force")
            whole = store.get(ref)
            problem = refused(whole)
            if problem or NEEDED.get(ref.kind, set()) - whole.get("spec", {}).keys():
                raise ApiError("Invalid", str(problem))
        except ApiError as error:
            store.objects = before
            listed = str(error).replace("\n- ", " .").replace(": .", " .").split(" .")[1:]
            fields = [f".{one.splitlines()[0].lstrip('.')}" for one in listed]
            return outcome((error.reason, fields if error.reason == "Conflict" else []), {}, {})
        return outcome(None, store.get(ref), owners_in(store.objects[ref]))

    return ask


def owners_in(stored: Stored) -> dict[str, list[str]]:
    """Manager -> fields, as an API server tells them."""
    found = {}
    for one, fields in stored.managers.items():
        holders = {path[:length] for path in fields for length in range(len(path))}
        told = {shown(path) for path in fields if isinstance(path[-1], tuple) or path not in holders}
        found[f"{one.name}/{one.operation}/{one.subresource}"] = sorted(told)
    return found


def owners_told(document: Mapping[str, Any]) -> dict[str, list[str]]:
    """The same of ``metadata.managedFields``."""
    found: dict[str, set[str]] = {}
    for one in document["metadata"].get("managedFields") or ():
        if not one["manager"].startswith("kube-"):
            name = f"{one['manager']}/{one['operation']}/{one.get('subresource', '')}"
            fields = {path for path in _told(one["fieldsV1"]) if path.removeprefix(".spec.") not in CHOSEN}
            found.setdefault(name, set()).update(fields)
    return {name: sorted(fields) for name, fields in found.items()}


def _told(fields: Mapping[str, Any], path: str = "") -> Iterator[str]:
    for key, below in fields.items():
        kind, _, rest = key.partition(":")
        if key == ".":
            if path.endswith("]"):
                yield path
        elif kind == "f":
            yield from _told(below, f"{path}.{rest}") if below else [f"{path}.{rest}"]
        else:
            item = json.loads(rest)
            step = f"={rest}" if kind == "v" else ",".join(f"{one}={json.dumps(item[one])}" for one in sorted(item))
            yield from _told(below, f"{path}[{step}]") if below else [f"{path}[{step}]"]
