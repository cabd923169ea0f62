"""What the API server refuses of pods, and of what makes them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from deployment.kubernetes_api import values
from deployment.kubernetes_api.fields import COUNT, PROTOCOLS, SOME, Check, Checks, among, below, between, said
from deployment.kubernetes_api.values import Problem, at, known, number_of
from deployment.pod_resources import KINDS, filled_in, is_of_whole_pods, of, requested, template_path
from deployment.quantities import quantity

MAKERS: Final = (
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "ReplicaSet",
    "ReplicationController",
    "Job",
    "CronJob",
    "Pod",
)
"""Kinds that make pods, or are one."""
RUNS: Final = ("Job", "CronJob")
PROBES: Final = ("livenessProbe", "readinessProbe", "startupProbe")
HANDLERS: Final = ("exec", "httpGet", "tcpSocket", "grpc", "sleep")
HUGE: Final = "hugepages-"
OF_THE_POD: Final = re.compile(
    r"metadata\.(name|namespace|uid|(labels|annotations)\['[^']+'\])"
    r"|spec\.(nodeName|serviceAccountName)|status\.(hostIPs?|podIPs?)"
)

_HANDLER: Final[Mapping[str, Check]] = {
    "exec.command": said,
    "httpGet.port": values.port,
    "httpGet.scheme": among("HTTP", "HTTPS"),
    "tcpSocket.port": values.port,
    "grpc.port": between(1, 65535),
}
_PROBE: Final[Mapping[str, Check]] = {
    **_HANDLER,
    **dict.fromkeys(
        ("initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"), COUNT
    ),
    "terminationGracePeriodSeconds": SOME,
}
_SECURITY: Final[Mapping[str, Check]] = {
    "runAsUser": between(0, 2**31 - 1),
    "runAsGroup": between(0, 2**31 - 1),
    "procMount": among("Default", "Unmasked"),
    "seccompProfile.type": among("RuntimeDefault", "Unconfined", "Localhost"),
    "appArmorProfile.type": among("RuntimeDefault", "Unconfined", "Localhost"),
}
CONTAINER: Final = Checks(
    {
        "name": values.label,
        "imagePullPolicy": among("Always", "IfNotPresent", "Never"),
        "terminationMessagePolicy": among("File", "FallbackToLogsOnError"),
        "restartPolicy": among("Always", "OnFailure", "Never"),
        "ports[*].containerPort": between(1, 65535),
        "ports[*].hostPort": between(0, 65535),
        "ports[*].protocol": PROTOCOLS,
        "ports[*].name": values.port_name,
        "env[*].name": lambda name: (
            None if name and name.isascii() and name.isprintable() and "=" not in name else "isn't a variable's name"
        ),
        "env[*].valueFrom.fieldRef.fieldPath": lambda path: (
            None if OF_THE_POD.fullmatch(str(path)) else "isn't a field that a container can be told"
        ),
        "env[*].valueFrom.resourceFieldRef.resource": among(
            *(f"{kind}.{unit}" for kind in ("limits", "requests") for unit in ("cpu", "memory", "ephemeral-storage"))
        ),
        "volumeMounts[*].mountPath": said,
        "resources.requests{*}": values.amount,
        "resources.limits{*}": values.amount,
        **below("securityContext", _SECURITY),
        **{key: check for probe in PROBES for key, check in below(probe, _PROBE).items()},
        **{
            key: check
            for hook in ("preStop", "postStart")
            for key, check in below(f"lifecycle.{hook}", _HANDLER).items()
        },
    }
)
POD: Final = Checks(
    {
        "activeDeadlineSeconds": SOME,
        "dnsPolicy": among("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"),
        "serviceAccountName": values.subdomain,
        "hostname": values.label,
        "priorityClassName": values.subdomain,
        "nodeSelector{}": values.qualified,
        "nodeSelector{*}": values.label_value,
        "os.name": among("linux", "windows"),
        "tolerations[*].operator": among("Equal", "Exists"),
        "tolerations[*].effect": among("NoSchedule", "PreferNoSchedule", "NoExecute"),
        "volumes[*].name": values.label,
        "volumes[*].emptyDir.sizeLimit": values.amount,
        "topologySpreadConstraints[*].maxSkew": SOME,
        "topologySpreadConstraints[*].minDomains": SOME,
        "topologySpreadConstraints[*].topologyKey": said,
        "topologySpreadConstraints[*].whenUnsatisfiable": among("DoNotSchedule", "ScheduleAnyway"),
        "resources.requests{*}": values.amount,
        "resources.limits{*}": values.amount,
        **below("securityContext", _SECURITY),
        **{
            f"affinity.{kind}.{when}": check
            for kind in ("podAffinity", "podAntiAffinity")
            for when, check in (
                ("requiredDuringSchedulingIgnoredDuringExecution[*].topologyKey", said),
                ("preferredDuringSchedulingIgnoredDuringExecution[*].weight", between(1, 100)),
                ("preferredDuringSchedulingIgnoredDuringExecution[*].podAffinityTerm.topologyKey", said),
            )
        },
        "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms": said,
        "affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[*].weight": between(1, 100),
    }
)
TEMPLATE: Final = Checks({"metadata.labels{}": values.qualified, "metadata.labels{*}": values.label_value})


def problems(document: Mapping[str, Any], kind: str) -> Iterator[Problem]:
    """What the pod of `document`, which is of `kind`, may not be; nothing where it makes none."""
    if kind not in MAKERS:
        return
    place = template_path(kind)
    template = document
    for step in filter(None, place.split(".")):
        template = of(template, step)
    spec, where = of(template, "spec"), f"{place}.spec".lstrip(".")
    if claims := list(at(document, "spec.volumeClaimTemplates[*].metadata.name")):
        made = [{"name": name, "persistentVolumeClaim": {}} for _, name in claims]
        spec = {**spec, "volumes": [*(spec.get("volumes") or ()), *made]}
    yield from POD.failing(spec, where)
    if place:
        yield from TEMPLATE.failing(template, place)
    yield from _whole(kind, spec, where)
    names: set[str] = set()
    for list_name in ("containers", "initContainers"):
        for number, container in enumerate(spec.get(list_name) or ()):
            if isinstance(container, dict):
                here = f"{where}.{list_name}[{number}]"
                yield from _container(container, spec, here, initial=list_name == "initContainers")
                if container.get("name") in names:
                    yield f"{here}.name", f"{container['name']!r} is the name of another container, too"
                names.add(container.get("name") or "")
    yield from _resources_of_the_pod(spec, where)


def _whole(kind: str, spec: Mapping[str, Any], where: str) -> Iterator[Problem]:
    if not spec.get("containers"):
        yield f"{where}.containers", "names no container"
    restart = spec.get("restartPolicy", "Always")
    if kind in RUNS and restart not in ("OnFailure", "Never", values.STAND_IN):
        yield f"{where}.restartPolicy", "has to be OnFailure or Never, so that a run ends"
    if kind not in (*RUNS, "Pod") and restart not in ("Always", values.STAND_IN):
        yield f"{where}.restartPolicy", f"{restart!r} isn't Always"
    if kind not in (*RUNS, "Pod") and spec.get("activeDeadlineSeconds") is not None:
        yield f"{where}.activeDeadlineSeconds", "is for pods that end, and these don't"
    if spec.get("dnsPolicy") == "None" and not spec.get("dnsConfig"):
        yield f"{where}.dnsConfig", "is needed where dnsPolicy is None"
    if kind != "Pod" and spec.get("ephemeralContainers"):
        yield f"{where}.ephemeralContainers", "may not be in a template"
    for here, toleration in at(spec, "tolerations[*]", where):
        if toleration.get("operator") == "Exists" and toleration.get("value"):
            yield f"{here}.value", "has to be empty where operator is Exists"
        if not toleration.get("key") and toleration.get("operator") != "Exists":
            yield f"{here}.operator", "has to be Exists where there is no key"
        if toleration.get("tolerationSeconds") is not None and toleration.get("effect") not in (None, "NoExecute"):
            yield f"{here}.effect", "has to be NoExecute where tolerationSeconds is set"
    seen = set()
    for here, spread in at(spec, "topologySpreadConstraints[*]", where):
        pair = (spread.get("topologyKey"), spread.get("whenUnsatisfiable"))
        if pair in seen:
            yield here, f"{pair[0]!r} with {pair[1]} is there twice"
        seen.add(pair)
        if spread.get("minDomains") is not None and pair[1] != "DoNotSchedule":
            yield f"{here}.minDomains", "needs whenUnsatisfiable DoNotSchedule"
        if spread.get("matchLabelKeys") and spread.get("labelSelector") is None:
            yield f"{here}.matchLabelKeys", "needs a labelSelector"
    volumes = set()
    for here, volume in at(spec, "volumes[*]", where):
        if volume.get("name") in volumes:
            yield f"{here}.name", f"{volume['name']!r} is there twice"
        volumes.add(volume.get("name"))
        if len(sources := [key for key, value in volume.items() if key != "name" and value is not None]) > 1:
            yield here, f"is of two kinds: {sources[0]}, {sources[1]}"
        if isinstance(volume.get("secret"), dict) and not volume["secret"].get("secretName"):
            yield f"{here}.secret.secretName", "is not set"
    for source in ("configMap", "secret"):
        for here, path in at(spec, f"volumes[*].{source}.items[*].path", where):
            yield from _relative(here, path)


def _container(
    container: Mapping[str, Any], spec: Mapping[str, Any], where: str, *, initial: bool
) -> Iterator[Problem]:
    yield from CONTAINER.failing(container, where)
    if not container.get("image"):
        yield f"{where}.image", "is not set"
    yield from _ports_and_variables(container, where)
    mounted = set()
    volumes = {volume.get("name") for volume in spec.get("volumes") or () if isinstance(volume, dict)}
    for here, mount in at(container, "volumeMounts[*]", where):
        if known(spec.get("volumes"), mount) and mount.get("name") not in volumes:
            yield f"{here}.name", f"{mount.get('name')!r} is no volume of the pod"
        if mount.get("mountPath") in mounted:
            yield f"{here}.mountPath", f"{mount['mountPath']!r} is there twice"
        mounted.add(mount.get("mountPath"))
        yield from _relative(f"{here}.subPath", mount.get("subPath") or "")
    side = container.get("restartPolicy") == "Always"
    for key in (*PROBES, "lifecycle"):
        if initial and not side and container.get(key):
            yield f"{where}.{key}", "is for init containers with restartPolicy Always only"
    yield from _probes(container, where)
    grace = spec.get("terminationGracePeriodSeconds", 30)
    for hook in ("preStop", "postStart"):
        for here, handler in at(container, f"lifecycle.{hook}", where):
            yield from _one_handler(handler, here)
            seconds = of(handler, "sleep").get("seconds")
            if seconds is not None and known(seconds, grace) and not 0 <= seconds <= grace:
                yield f"{here}.sleep", f"{seconds} s isn't from 0 to terminationGracePeriodSeconds, which is {grace}"
    yield from _resources(container, where, spec)
    yield from _security(container, where)


def _ports_and_variables(container: Mapping[str, Any], where: str) -> Iterator[Problem]:
    names = set()
    for here, name in at(container, "ports[*].name", where):
        if name in names:
            yield here, f"{name!r} is there twice"
        names.add(name)
    for here, variable in at(container, "env[*]", where):
        source = variable.get("valueFrom")
        if source is not None and variable.get("value"):
            yield f"{here}.valueFrom", "is set, and so is value"
        if isinstance(source, dict) and len([one for one in source.values() if one is not None]) != 1:
            yield f"{here}.valueFrom", "has to name one source"


def _probes(container: Mapping[str, Any], where: str) -> Iterator[Problem]:
    for probe in PROBES:
        for here, found in at(container, probe, where):
            yield from _one_handler(found, here)
            if probe != "readinessProbe" and found.get("successThreshold") not in (None, 0, 1):
                yield f"{here}.successThreshold", "has to be 1"
            if probe == "readinessProbe" and found.get("terminationGracePeriodSeconds") is not None:
                yield f"{here}.terminationGracePeriodSeconds", "isn't for readiness probes"


def _one_handler(holder: Mapping[str, Any], where: str) -> Iterator[Problem]:
    handlers = [key for key in HANDLERS if holder.get(key) is not None]
    if len(handlers) != 1:
        yield where, f"has to have one of {', '.join(HANDLERS)}" if not handlers else f"has two: {', '.join(handlers)}"


def _resources(container: Mapping[str, Any], where: str, spec: Mapping[str, Any]) -> Iterator[Problem]:
    asked, most = of(container, "resources", "requests"), of(container, "resources", "limits")
    for kind, given in (("requests", asked), ("limits", most)):
        for unit, value in given.items():
            here = f"{where}.resources.{kind}[{unit}]"
            if "/" not in unit and unit not in ("cpu", "memory", "ephemeral-storage") and not unit.startswith(HUGE):
                yield here, "isn't what a container may ask for; others have names like example.com/gpu"
            elif "/" in unit and known(value) and number_of(value) % 1:
                yield here, f"{value!r} isn't a whole number"
    for unit, value in asked.items():
        here, limit = f"{where}.resources.requests[{unit}]", most.get(unit)
        if limit is None and ("/" in unit or unit.startswith(HUGE)):
            yield here, "needs a limit of the same"
        elif limit is not None and known(value, limit) and number_of(value) > number_of(limit):
            yield here, f"{value!r} is more than the limit of {limit}"
        elif limit is not None and "/" in unit and known(value, limit) and number_of(value) != number_of(limit):
            yield here, f"{value!r} isn't the limit of {limit}"
    claims = {claim.get("name") for claim in spec.get("resourceClaims") or () if isinstance(claim, dict)}
    for here, name in at(container, "resources.claims[*].name", where):
        if name not in claims:
            yield here, f"{name!r} is no claim of the pod"


def _resources_of_the_pod(spec: Mapping[str, Any], where: str) -> Iterator[Problem]:
    asked, most = of(spec, "resources", "requests"), of(spec, "resources", "limits")
    everything = [spec.get("resources"), *(of(one, "resources") for kind in KINDS for one in spec.get(kind) or ())]
    if not (asked or most) or not known(everything):
        return
    for kind, given in (("requests", asked), ("limits", most)):
        for unit in given:
            if not is_of_whole_pods(unit):
                yield f"{where}.resources.{kind}[{unit}]", "isn't what a pod as a whole may ask for"
    if any(
        quantity(value) is None
        for one in everything
        for kind in ("requests", "limits")
        for value in of(one or {}, kind).values()
    ):
        return
    alone = filled_in({**spec, "resources": None}, ())
    for unit, value in asked.items():
        together = requested(alone, unit)
        if number_of(value) < together and is_of_whole_pods(unit):
            yield f"{where}.resources.requests[{unit}]", f"{value!r} is less than its containers ask for: {together:f}"
        if unit in most and number_of(value) > number_of(most[unit]):
            yield f"{where}.resources.requests[{unit}]", f"{value!r} is more than the limit of {most[unit]}"
    for kind in KINDS:
        for number, one in enumerate(spec.get(kind) or ()):
            for unit, limit in of(one, "resources", "limits").items():
                if unit in most and number_of(limit) > number_of(most[unit]):
                    yield (
                        f"{where}.{kind}[{number}].resources.limits[{unit}]",
                        f"{limit!r} is more than the pod's limit",
                    )


def _security(container: Mapping[str, Any], where: str) -> Iterator[Problem]:
    own = of(container, "securityContext")
    here = f"{where}.securityContext"
    if own.get("allowPrivilegeEscalation") is False:
        if own.get("privileged") is True:
            yield f"{here}.allowPrivilegeEscalation", "can't be false where privileged is true"
        if "CAP_SYS_ADMIN" in (of(own, "capabilities").get("add") or ()):
            yield f"{here}.allowPrivilegeEscalation", "can't be false where CAP_SYS_ADMIN is added"
    for profile in ("seccompProfile", "appArmorProfile"):
        found = of(own, profile)
        if found.get("type") == "Localhost" and not found.get("localhostProfile"):
            yield f"{here}.{profile}.localhostProfile", "is needed where type is Localhost"


def _relative(where: str, path: str) -> Iterator[Problem]:
    if path.startswith("/"):
        yield where, f"{path!r} has to be relative"
    elif ".." in path.split("/"):
        yield where, f"{path!r} leads out of its folder"
