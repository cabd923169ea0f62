"""Kubernetes objects as the rules look at them: names, selectors, labels, annotations, and conditions about them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from cost.basis import Basis
from cost.scope import Pricing
from deployment.graph import Resource
from deployment.ingresses import ALB, is_albs, setting
from deployment.kubernetes_api.values import fits_labels
from deployment.manifests import metadata_value, namespace, object_name
from deployment.tokens import KUBERNETES_SERVICE, NETWORK_POLICY, TARGET_GROUP, WORKLOADS
from deployment.unknown import SECRET, UNKNOWN
from policies.checks import is_absent, mappings, shown, strings
from policies.context import Context
from policies.rule import Problem, undecided
from policies.table import IT, Condition


def in_namespace(context: Context, name: str, *types: str) -> list[Resource]:
    """Objects of `types` in the namespace `name`."""
    found = objects_of(context, name)
    return [one for token in types for one in found.get(token, ())]


def objects_of(context: Context, name: str) -> Mapping[str, Sequence[Resource]]:
    """Type -> objects in the namespace `name`."""
    return context.once(_by_namespace).get(name, {})


def _by_namespace(context: Context) -> Mapping[str, Mapping[str, list[Resource]]]:
    index: dict[str, dict[str, list[Resource]]] = defaultdict(lambda: defaultdict(list))
    for resource in context.graph:
        if resource.type.startswith("kubernetes:"):
            index[namespace(resource)][resource.type].append(resource)
    return index


def working_namespaces(context: Context) -> Mapping[str, list[Resource]]:
    """Namespace -> its workloads, for every namespace that has some."""
    found: dict[str, list[Resource]] = defaultdict(list)
    for workload in context.graph.of_type(*WORKLOADS):
        found[namespace(workload)].append(workload)
    return found


def selects(selector: Any, labels: Mapping[str, Any]) -> bool:
    """Whether a label selector picks an object with `labels`. An empty one picks all; an absent one, none."""
    if not isinstance(selector, Mapping):
        return False
    wanted = selector.get("matchLabels")
    if isinstance(wanted, Mapping) and any(labels.get(key) != wanted.get(key) for key in wanted):
        return False
    return all(
        fits_labels(one.get("operator"), str(one.get("key")), strings(one.get("values")), labels)
        for one in mappings(selector.get("matchExpressions"))
    )


def picks_all(selector: Any) -> bool:
    """Whether a label selector asks for nothing, and so picks every object."""
    parts = selector.values() if isinstance(selector, Mapping) else [selector]
    return all(is_absent(part) for part in parts)


def labelled(key: str, *allowed: str | None) -> Condition:
    """The label `key` is one of `allowed`; absent is wrong unless None is among them."""
    good = next(one for one in allowed if one)
    return _metadata("labels", key, lambda value: value in allowed, good, "other", *([] if None in allowed else [None]))


PINNED: Final = re.compile(r"v1\.\d{1,3}")


def pinned(key: str, good: str, *bad: str | None) -> Condition:
    """The label `key` names a version of Kubernetes, and not whichever is newest; each of `bad` doesn't."""
    return _metadata("labels", key, lambda value: PINNED.fullmatch(str(value)) is not None, good, *bad)


def annotated(
    key: str, right: Callable[[Any], bool], good: str, *bad: str | None, other: str = "", by_service: bool = False
) -> Condition:
    """What an Ingress of the AWS Load Balancer Controller has for the annotation `key`, or for the `other` one that
    says the same, is `right`; `good` is, and each of `bad` is not. `by_service`: its Services may say it for theirs."""
    path = "metadata.annotations"

    def values(resource: Resource, context: Context) -> Iterator[Any]:
        own = setting(resource, context.graph, key)
        if own is None and other:
            own = setting(resource, context.graph, other)
        found = list(_services(resource, context)) if by_service else []
        for service in found:
            given = metadata_value(service, "annotations", f"{ALB}{key}")
            yield own if given is None else given
        if not found:
            yield own

    def check(resource: Resource, context: Context) -> Iterator[Problem]:
        for value in values(resource, context) if is_albs(resource, context.graph) else ():
            if value is UNKNOWN or value is SECRET:
                yield undecided(path, value)
            elif not right(value):
                yield Problem(f"{path} has {ALB}{key} {shown(value)}; set it to {good}", path)
                return

    return replace(
        _metadata("annotations", f"{ALB}{key}", right, good, *bad, about={"ingressClassName": "alb"}),
        check=check,
        reads_graph=True,
    )


def _services(ingress: Resource, context: Context) -> Iterator[Resource]:
    """Services of the graph that an Ingress sends requests to."""
    rules = [rule for rule in ingress.all("spec.rules[*].http.paths[*].backend.service.name") if isinstance(rule, str)]
    names = {*rules, ingress.get("spec.defaultBackend.service.name")}
    for service in in_namespace(context, namespace(ingress), KUBERNETES_SERVICE):
        if object_name(service) in names:
            yield service


def _metadata(
    kind: str,
    key: str,
    right: Callable[[Any], bool],
    good: str,
    *bad: str | None,
    about: Mapping[str, Any] | None = None,
) -> Condition:
    path = f"metadata.{kind}"

    def check(resource: Resource, context: Context) -> Iterator[Problem]:
        value = metadata_value(resource, kind, key)
        if value is UNKNOWN or value is SECRET:
            yield undecided(path, value)
        elif not right(value):
            yield Problem(f"{path} has {key} {shown(value)}; set it to {good}", path)

    where = f"{IT}.{path}"
    spec = {f"{IT}.spec": dict(about)} if about else {}
    return Condition(
        check=check,
        good={**spec, where: {key: good}},
        bad=tuple({where: {} if one is None else {key: one}} for one in bad or (None,)),
        unknown=({where: UNKNOWN},),
    )


def attributes(value: Any) -> dict[str, str]:
    """``a=1,b=2`` of an annotation as a mapping."""
    pairs = (one.partition("=") for one in str(value or "").split(","))
    return {key.strip(): given.strip() for key, _, given in pairs if key.strip()}


WEB_ACL: Final = "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/edge/0a1b2c3d-4e5f-4071-a2b3-c4d5e6f70819"
"""One for examples."""
HARDENED: Final = (
    "deletion_protection.enabled",
    "routing.http.drop_invalid_header_fields.enabled",
    "access_logs.s3.enabled",
)
"""Attributes of a load balancer that are off where an Ingress or a Gateway says nothing."""
DESYNC: Final = "routing.http.desync_mitigation_mode"


def lacking_attributes(found: Mapping[str, str]) -> list[tuple[str, str]]:
    """(attribute, what to set) of each that leaves a load balancer open; how it takes odd requests is ``defensive``
    where nothing is said."""
    wrong = [(key, "true") for key in HARDENED if found.get(key) != "true"]
    return [*wrong, (DESYNC, "defensive")] if found.get(DESYNC) == "monitor" else wrong


def listens(value: Any) -> list[str]:
    """Protocols of ``[{"HTTP": 80}, {"HTTPS": 443}]``; plain HTTP where nothing is said."""
    return re.findall(r'"(HTTPS?)"', str(value)) if value else ["HTTP"]


def pricing_of(context: Context) -> Pricing:
    """What finds autoscalers and quotas of the graph for prices; ask by `context.once`, for it keeps what it found."""
    return Pricing(context.graph, Basis(region=None))


def bound_groups(binding: Resource, context: Context) -> list[Resource]:
    """Target groups of the graph that a TargetGroupBinding names, by ARN or by name."""
    found = {
        group.urn: group
        for key in ("targetGroupARN", "targetGroupName")
        for group in context.graph.referenced(binding, f"spec.{key}", *TARGET_GROUP)
    }
    return list(found.values())


def policies_for(context: Context, workload: Resource, labels: Mapping[str, Any]) -> Sequence[Resource]:
    """Network policies that guard the pods of `workload`."""
    return [
        one
        for one in in_namespace(context, namespace(workload), NETWORK_POLICY)
        if selects(one.get("spec.podSelector", {}), labels)
    ]
