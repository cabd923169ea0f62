"""What the API server refuses of objects because one field doesn't fit another."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import combinations
from typing import Any, Final

from deployment.kubernetes_api import values
from deployment.kubernetes_api.values import Problem, at, fits_labels, known, number_of
from deployment.pod_resources import of, range_defaults
from deployment.quantities import quantity

Object = Mapping[str, Any]


def problems(document: Object, kind: str) -> Iterator[Problem]:
    """What of `document`, which is of `kind`, doesn't fit together."""
    if kind in SELECTING:
        yield from _selected(document)
    for check in CHECKS.get(kind, ()):
        yield from check(document)


SELECTING: Final = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet")


def _selected(document: Object) -> Iterator[Problem]:
    selector, labels = of(document, "spec", "selector"), of(document, "spec", "template", "metadata", "labels")
    wanted, expressions = of(selector, "matchLabels"), selector.get("matchExpressions") or []
    if not wanted and not expressions:
        yield "spec.selector", "selects nothing"
    for here, expression in at(document, "spec.selector.matchExpressions[*]"):
        needs = expression.get("operator") in ("In", "NotIn")
        if needs is not bool(expression.get("values")):
            yield f"{here}.values", f"{'are needed' if needs else 'may not be there'} with this operator"
        elif known(labels, expression) and not fits_labels(
            expression.get("operator"), str(expression.get("key")), expression.get("values") or (), labels
        ):
            yield "spec.template.metadata.labels", "are none that spec.selector selects"
    if known(wanted, labels) and any(labels.get(key) != value for key, value in wanted.items()):
        yield "spec.template.metadata.labels", "are none that spec.selector selects"


def _update(document: Object) -> Iterator[Problem]:
    spec = of(document, "spec")
    strategy = of(spec, "strategy")
    rolling = of(strategy, "rollingUpdate")
    if strategy.get("type") == "Recreate" and strategy.get("rollingUpdate"):
        yield "spec.strategy.rollingUpdate", "may not be there where type is Recreate"
    if _nothing(rolling.get("maxSurge", "25%")) and _nothing(rolling.get("maxUnavailable", "25%")):
        yield "spec.strategy.rollingUpdate.maxUnavailable", "is 0, and so is maxSurge: nothing could be updated"
    deadline, ready = spec.get("progressDeadlineSeconds", 600), spec.get("minReadySeconds", 0)
    if known(deadline, ready) and deadline <= ready:
        yield "spec.progressDeadlineSeconds", f"{deadline} isn't more than minReadySeconds, which is {ready}"


def _update_of_daemons(document: Object) -> Iterator[Problem]:
    rolling = of(document, "spec", "updateStrategy", "rollingUpdate")
    surge, gone = rolling.get("maxSurge", 0), rolling.get("maxUnavailable", 1)
    if not known(surge, gone):
        return
    if _nothing(surge) and _nothing(gone):
        yield "spec.updateStrategy.rollingUpdate.maxUnavailable", "is 0, and so is maxSurge: nothing could be updated"
    elif not _nothing(surge) and not _nothing(gone):
        yield "spec.updateStrategy.rollingUpdate.maxSurge", "may not be there with maxUnavailable"


def _nothing(value: Any) -> bool:
    return value in (0, "0%", "0")


def _run(document: Object) -> Iterator[Problem]:
    spec = of(document, "spec")
    if spec.get("selector") and spec.get("manualSelector") is not True:
        yield "spec.selector", "is made by the cluster, unless manualSelector is true"
    alone = spec.get("completions") is None and spec.get("parallelism") is not None
    if spec.get("completionMode") == "Indexed" and alone:
        yield "spec.completions", "is needed where completionMode is Indexed"


NUMBER: Final = re.compile(r"[0-9]+")
FIELD_BOUNDS: Final = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
MONTHS: Final = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
DAYS: Final = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
MACROS: Final = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
"""Words for schedules (robfig/cron 3.0.1, parser.go, which CronJobs are read by)."""


def _schedule(document: Object) -> Iterator[Problem]:
    """As robfig/cron 3.0.1 reads it (parser.go)."""
    for where, schedule in at(document, "spec.schedule"):
        text = str(schedule)
        if "TZ" in text:
            yield where, f"{text!r} has a time zone; set spec.timeZone"
        elif text.startswith("@"):
            if text not in MACROS and not re.fullmatch(r"@every ([0-9]+(\.[0-9]*)?(h|m|s|ms|us|ns))+", text):
                yield where, f"{text!r} isn't one of {', '.join(MACROS)}, @every with a time such as 1h30m"
        elif len(fields := text.split()) != 5:
            yield where, f"{text!r} isn't five fields"
        else:
            for field, (least, most), names in zip(fields, FIELD_BOUNDS, ((), (), (), MONTHS, DAYS), strict=True):
                numbers = {name: number for number, name in enumerate(names, 1 if names is MONTHS else 0)}
                for part in field.lower().split(","):
                    if not _right(part, least, most, numbers):
                        yield (
                            where,
                            f"{part!r} in {text!r} isn't a field of a schedule, which go from {least} to {most}",
                        )
    for where, zone in at(document, "spec.timeZone"):
        from zoneinfo import available_timezones

        if zone not in available_timezones():
            yield where, f"{zone!r} is no time zone"


def _right(part: str, least: int, most: int, names: Mapping[str, int]) -> bool:
    span, slash, step = part.partition("/")
    if slash and not (NUMBER.fullmatch(step) and int(step) > 0):
        return False
    if span in ("*", "?"):
        return True
    low, dash, high = span.partition("-")
    ends = [names.get(end, int(end) if NUMBER.fullmatch(end) else -1) for end in ([low, high] if dash else [low])]
    return all(least <= end <= most for end in ends) and ends == sorted(ends)


METRICS: Final = {
    "Resource": "resource",
    "ContainerResource": "containerResource",
    "Pods": "pods",
    "Object": "object",
    "External": "external",
}
TARGETS: Final = {
    "resource": ("averageUtilization", "averageValue"),
    "containerResource": ("averageUtilization", "averageValue"),
    "pods": ("averageValue",),
    "object": ("value", "averageValue"),
    "external": ("value", "averageValue"),
}
"""Source of a metric -> what its target may be given as."""


def _scaling(document: Object) -> Iterator[Problem]:
    spec = of(document, "spec")
    least, most = spec.get("minReplicas", 1), spec.get("maxReplicas")
    if most is not None and known(least, most) and most < least:
        yield "spec.maxReplicas", f"{most} is less than minReplicas, which is {least}"
    reference = of(spec, "scaleTargetRef")
    if reference.get("kind") in SELECTING and not reference.get("apiVersion"):
        yield "spec.scaleTargetRef.apiVersion", f"is needed: {reference['kind']} is of apps/v1"
    if document["apiVersion"] != "autoscaling/v2":
        return
    for where, metric in at(document, "spec.metrics[*]"):
        kind = metric.get("type")
        if kind not in METRICS:
            if known(kind):
                yield f"{where}.type", f"{kind!r} isn't one of {', '.join(METRICS)}"
            continue
        source = METRICS[kind]
        others = [key for key in METRICS.values() if key != source and metric.get(key) is not None]
        if not isinstance(metric.get(source), dict):
            yield f"{where}.{source}", f"is needed where type is {kind}"
        elif others:
            yield f"{where}.{others[0]}", f"may not be there where type is {kind}"
        else:
            yield from _target(metric[source], source, f"{where}.{source}")


def _target(source: Object, kind: str, where: str) -> Iterator[Problem]:
    target, allowed = of(source, "target"), TARGETS[kind]
    if kind not in ("resource", "containerResource") and not of(source, "metric").get("name"):
        yield f"{where}.metric.name", "is not set"
    if known(target.get("type")) and target.get("type") not in ("Utilization", "Value", "AverageValue"):
        yield f"{where}.target.type", f"{target.get('type')!r} isn't one of Utilization, Value, AverageValue"
    given = [key for key in ("averageUtilization", "averageValue", "value") if target.get(key) is not None]
    right = [key for key in given if key in allowed]
    if len(right) != 1 or (len(given) > 1 and kind != "pods"):
        yield f"{where}.target", f"has to have one of {', '.join(allowed)}"
    for key in given:
        value = target[key]
        if known(value) and (quantity(value) is None or number_of(value) <= 0):
            yield f"{where}.target.{key}", f"{value!r} isn't more than 0"


def _one_of_both(document: Object) -> Iterator[Problem]:
    spec = of(document, "spec")
    if spec.get("minAvailable") is not None and spec.get("maxUnavailable") is not None:
        yield "spec", "has minAvailable and maxUnavailable; give one"


def _peers(document: Object) -> Iterator[Problem]:
    if len(of(document, "spec").get("policyTypes") or ()) > 2:
        yield "spec.policyTypes", "has more than two"
    for path in ("spec.ingress[*].from[*]", "spec.egress[*].to[*]"):
        for where, peer in at(document, path):
            if not isinstance(peer, dict):
                continue
            if not any(value is not None for value in peer.values()):
                yield where, "names nobody"
            if peer.get("ipBlock") is not None and len([one for one in peer.values() if one is not None]) > 1:
                yield where, "has ipBlock and selectors; give one"
            block = of(peer, "ipBlock")
            for here, part in at(block, "except[*]", f"{where}.ipBlock"):
                whole = block.get("cidr")
                if known(whole) and not _within(part, str(whole)):
                    yield here, f"{part!r} isn't a part of {whole}"
    for path in ("spec.ingress[*].ports[*]", "spec.egress[*].ports[*]"):
        for where, port in at(document, path):
            first, last = port.get("port"), port.get("endPort")
            if last is not None and not isinstance(first, (int, float)):
                yield f"{where}.endPort", "needs a port that is a number"
            elif last is not None and last < first:
                yield f"{where}.endPort", f"{last} is less than port, which is {first}"


def _within(part: str, whole: str) -> bool:
    try:
        small, large = ipaddress.ip_network(part, strict=False), ipaddress.ip_network(whole, strict=False)
    except ValueError:
        return False
    if small.version != large.version:
        return False
    return small != large and small.network_address in large and small.broadcast_address in large


def _service(document: Object) -> Iterator[Problem]:
    spec = of(document, "spec")
    kind, ports = spec.get("type", "ClusterIP"), spec.get("ports") or []
    if kind == "ExternalName" and not spec.get("externalName"):
        yield "spec.externalName", "is needed where type is ExternalName"
    if not ports and kind != "ExternalName" and spec.get("clusterIP") != "None":
        yield "spec.ports", "names no port"
    names, doors = set(), set()
    for where, port in at(document, "spec.ports[*]"):
        name, door = port.get("name"), (port.get("protocol", "TCP"), port.get("port"))
        if len(ports) > 1 and not name:
            yield f"{where}.name", "is needed where there are several ports"
        if name and name in names:
            yield f"{where}.name", f"{name!r} is there twice"
        if known(*door) and door in doors:
            yield where, f"{door[1]}/{door[0]} is there twice"
        names.add(name)
        doors.add(door)
        if kind == "ClusterIP" and port.get("nodePort"):
            yield f"{where}.nodePort", "isn't for Services of type ClusterIP"
    for key, types in (
        ("loadBalancerClass", ("LoadBalancer",)),
        ("loadBalancerSourceRanges", ("LoadBalancer",)),
        ("externalTrafficPolicy", ("LoadBalancer", "NodePort")),
    ):
        if spec.get(key) and known(kind) and kind not in types and not spec.get("externalIPs"):
            yield f"spec.{key}", f"is for Services of type {' or '.join(types)}"


COUNTED: Final = frozenset(
    {
        "pods",
        "services",
        "services.loadbalancers",
        "services.nodeports",
        "replicationcontrollers",
        "resourcequotas",
        "secrets",
        "configmaps",
        "persistentvolumeclaims",
    }
)
COMPUTED: Final = ("cpu", "memory", "ephemeral-storage")
QUOTA_KEYS: Final = (
    COUNTED
    | {*COMPUTED, "requests.storage"}
    | {f"{kind}.{unit}" for kind in ("requests", "limits") for unit in COMPUTED}
)
FOR_BEST_EFFORT: Final = frozenset({"pods"})


def _quota(document: Object) -> Iterator[Problem]:
    spec = of(document, "spec")
    for key, value in of(spec, "hard").items():
        if "/" not in key and key not in QUOTA_KEYS and not key.startswith(("hugepages-", "requests.hugepages-")):
            yield f"spec.hard[{key}]", "isn't what a quota counts"
        if known(value) and (key in COUNTED or key.startswith("count/")) and number_of(value) % 1:
            yield f"spec.hard[{key}]", f"{value!r} isn't a whole number"
    scopes = set(spec.get("scopes") or ())
    for pair in (("Terminating", "NotTerminating"), ("BestEffort", "NotBestEffort")):
        if scopes >= set(pair):
            yield "spec.scopes", f"{pair[0]} and {pair[1]} leave no pod"
    chosen = [one.get("scopeName") for one in of(spec, "scopeSelector").get("matchExpressions") or ()]
    every = {*scopes, *chosen}
    for key in of(spec, "hard") if every and known(list(every)) else ():
        of_pods = key == "pods" or key.split(".")[-1] in COMPUTED
        if not of_pods or ("BestEffort" in every and key not in FOR_BEST_EFFORT):
            yield "spec.scopes", f"don't go with {key}"
    for where, one in at(document, "spec.scopeSelector.matchExpressions[*]"):
        if (one.get("operator") in ("In", "NotIn")) is not bool(one.get("values")):
            yield f"{where}.values", "don't fit the operator"


LIMIT_TYPES: Final = ("Container", "Pod", "PersistentVolumeClaim")


def _limits(document: Object) -> Iterator[Problem]:
    types = set()
    for where, item in at(document, "spec.limits[*]"):
        kind = item.get("type")
        if known(kind) and kind not in LIMIT_TYPES and "/" not in str(kind):
            yield f"{where}.type", f"{kind!r} isn't one of {', '.join(LIMIT_TYPES)}"
        if kind in types:
            yield f"{where}.type", f"{kind} is there twice"
        types.add(kind)
        if kind == "Pod":
            for key in ("default", "defaultRequest"):
                if item.get(key):
                    yield f"{where}.{key}", "isn't for limits of type Pod"
        if kind == "PersistentVolumeClaim" and not {"storage"} & {*of(item, "min"), *of(item, "max")}:
            yield where, "has neither a least nor a most of storage"
        yield from _order(item, where)


def _order(item: Object, where: str) -> Iterator[Problem]:
    for key in ("default", "defaultRequest", "max", "min"):
        for unit, value in of(item, key).items():
            if "/" not in unit and unit not in (*COMPUTED, "storage", "pods") and not unit.startswith("hugepages-"):
                yield f"{where}.{key}[{unit}]", "isn't what can be limited"
            if not known(value) or quantity(value) is None:
                return
    requests, most = range_defaults([item])
    steps = {"min": of(item, "min"), "defaultRequest": requests, "default": most, "max": of(item, "max")}
    for (low, small), (high, large) in combinations(steps.items(), 2):
        for unit in small:
            if unit in large and number_of(small[unit]) > number_of(large[unit]):
                yield f"{where}.{low}[{unit}]", f"{small[unit]} is more than {high}, which is {large[unit]}"
    for unit, ratio in of(item, "maxLimitRequestRatio").items():
        least, largest = of(item, "min").get(unit), of(item, "max").get(unit)
        if number_of(ratio) < 1:
            yield f"{where}.maxLimitRequestRatio[{unit}]", f"{ratio} is less than 1"
        elif least and largest and number_of(largest) / number_of(least) < number_of(ratio):
            yield f"{where}.maxLimitRequestRatio[{unit}]", f"{ratio} is more than max by min"


def _rights(document: Object) -> Iterator[Problem]:
    for where, rule in at(document, "rules[*]"):
        if rule.get("nonResourceURLs"):
            if document["kind"] == "Role":
                yield f"{where}.nonResourceURLs", "isn't for Roles, which are of a namespace"
            continue
        for key in ("apiGroups", "resources"):
            if not rule.get(key):
                yield f"{where}.{key}", "names none"


def _subjects(document: Object) -> Iterator[Problem]:
    for where, subject in at(document, "subjects[*]"):
        group = subject.get("apiGroup")
        if subject.get("kind") == "ServiceAccount":
            if known(subject.get("name")) and (message := values.subdomain(subject.get("name"))):
                yield f"{where}.name", f"{subject.get('name')!r} {message}"
            if group:
                yield f"{where}.apiGroup", "has to be empty for a ServiceAccount"
        elif group not in (None, "", "rbac.authorization.k8s.io", values.STAND_IN):
            yield f"{where}.apiGroup", f"{group!r} isn't rbac.authorization.k8s.io"


MOST_BYTES: Final = 1024 * 1024
SECRET_KEYS: Final = {
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
}


def _config(document: Object) -> Iterator[Problem]:
    data, binary = of(document, "data"), of(document, "binaryData")
    for key in sorted({*data} & {*binary}):
        yield f"data[{key}]", "is in binaryData, too"
    yield from _encoded(binary, "binaryData")
    if sum(len(str(value).encode()) for value in (*data.values(), *binary.values())) > MOST_BYTES:
        yield "data", f"has more than {MOST_BYTES} bytes"


def _secret(document: Object) -> Iterator[Problem]:
    data = of(document, "data")
    yield from _encoded(data, "data")
    if document.get("data") == values.STAND_IN or document.get("stringData") == values.STAND_IN:
        return
    held = {*data, *of(document, "stringData")}
    for key in SECRET_KEYS.get(str(document.get("type")), ()):
        if key not in held:
            yield f"data[{key}]", f"is needed where type is {document['type']}"
    account = of(document, "metadata", "annotations").get("kubernetes.io/service-account.name")
    if document.get("type") == "kubernetes.io/service-account-token" and not account:
        yield "metadata.annotations[kubernetes.io/service-account.name]", "is needed for a token"
    if document.get("type") == "kubernetes.io/basic-auth" and not held & {"username", "password"}:
        yield "data", "has neither username nor password"


def _encoded(data: Object, where: str) -> Iterator[Problem]:
    for key, value in data.items():
        try:
            if known(value):
                base64.b64decode(str(value).replace("\n", "").replace("\r", ""), validate=True)
        except (binascii.Error, ValueError):
            yield f"{where}[{key}]", "isn't in base64"


def _claim(document: Object, where: str = "spec") -> Iterator[Problem]:
    spec = of(document, "spec")
    if not spec.get("accessModes") and known(spec.get("accessModes")):
        yield f"{where}.accessModes", "names none"
    if not known(spec.get("resources"), of(spec, "resources").get("requests")):
        return
    asked = of(spec, "resources", "requests").get("storage")
    if asked is None:
        yield f"{where}.resources.requests.storage", "is not set"
    elif known(asked) and (quantity(asked) is None or number_of(asked) <= 0):
        yield f"{where}.resources.requests.storage", f"{asked!r} isn't more than 0"


def _claims(document: Object) -> Iterator[Problem]:
    for where, template in at(document, "spec.volumeClaimTemplates[*]"):
        yield from _claim(template, f"{where}.spec")


def _ingress(document: Object) -> Iterator[Problem]:
    spec = of(document, "spec")
    if (
        not spec.get("rules")
        and not spec.get("defaultBackend")
        and known(spec.get("rules"), spec.get("defaultBackend"))
    ):
        yield "spec", "has neither rules nor defaultBackend"
    for where, host in (*at(document, "spec.rules[*].host"), *at(document, "spec.tls[*].hosts[*]")):
        if not host:
            continue
        plain = str(host).removeprefix("*.")
        if re.fullmatch(r"[0-9.]+", str(host)):
            yield where, f"{host!r} is an address, not a name"
        elif message := values.subdomain(plain):
            yield where, f"{host!r} {message}"
    for where, path in at(document, "spec.rules[*].http.paths[*]"):
        kind, text = path.get("pathType"), path.get("path", "")
        if not known(kind, text):
            continue
        if kind in ("Exact", "Prefix") and not str(text).startswith("/"):
            yield f"{where}.path", f"{text!r} has to begin with /"
        elif kind in ("Exact", "Prefix") and re.search(r"//|/\./|/\.\./|%2[fF]|/\.\.?$", str(text)):
            yield f"{where}.path", f"{text!r} has //, a step back or an escaped / in it"
    for path in ("spec.defaultBackend", "spec.rules[*].http.paths[*].backend"):
        for where, service in at(document, f"{path}.service"):
            port = of(service, "port")
            if known(service.get("port")) and bool(port.get("name")) is bool(port.get("number")):
                yield f"{where}.port", "has to have a name or a number"


MODES: Final = ("enforce", "audit", "warn")


def _namespace(document: Object) -> Iterator[Problem]:
    labels = of(document, "metadata", "labels")
    for mode in MODES:
        key = f"pod-security.kubernetes.io/{mode}"
        level, version = labels.get(key), labels.get(f"{key}-version")
        if level is not None and known(level) and level not in ("privileged", "baseline", "restricted"):
            yield f"metadata.labels[{key}]", f"{level!r} isn't one of privileged, baseline, restricted"
        if version is not None and known(version) and not re.fullmatch(r"latest|v1\.(0|[1-9][0-9]*)", str(version)):
            yield f"metadata.labels[{key}-version]", f"{version!r} isn't latest or a version such as v1.35"


def _binding(document: Object) -> Iterator[Problem]:
    """The controller's own schema (aws-load-balancer-controller 2.8, config/crd/bases)."""
    spec = document.get("spec")
    if not known(spec) and not isinstance(spec, dict):
        return
    reference = of(document, "spec", "serviceRef")
    for key in ("name", "port"):
        if reference.get(key) is None and known(of(document, "spec").get("serviceRef")):
            yield f"spec.serviceRef.{key}", "is not set"
    group = of(document, "spec").get("targetGroupARN")
    if group is not None and not isinstance(group, str):
        yield "spec.targetGroupARN", f"{group!r} isn't text"


CHECKS: Final[Mapping[str, tuple[Callable[[Object], Iterator[Problem]], ...]]] = {
    "Deployment": (_update,),
    "StatefulSet": (_claims,),
    "DaemonSet": (_update_of_daemons,),
    "Job": (_run,),
    "CronJob": (_schedule,),
    "HorizontalPodAutoscaler": (_scaling,),
    "PodDisruptionBudget": (_one_of_both,),
    "NetworkPolicy": (_peers,),
    "Service": (_service,),
    "ResourceQuota": (_quota,),
    "LimitRange": (_limits,),
    "Role": (_rights,),
    "ClusterRole": (_rights,),
    "RoleBinding": (_subjects,),
    "ClusterRoleBinding": (_subjects,),
    "ConfigMap": (_config,),
    "Secret": (_secret,),
    "PersistentVolumeClaim": (_claim,),
    "Ingress": (_ingress,),
    "Namespace": (_namespace,),
    "TargetGroupBinding": (_binding,),
}
