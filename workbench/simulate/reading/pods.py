"""HorizontalPodAutoscalers v2 with the Deployments that they scale."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from deployment import tokens
from deployment.graph import Resource, ResourceGraph
from workbench.simulate.declaration import FleetDeclaration, PodAutoscaling, PodMetricTarget
from workbench.simulate.reading.canary import stable_and_canary
from workbench.simulate.reading.fleets import OTHER_SERVICE, TARGET_GROUPS, metric_name, target_health
from workbench.simulate.reading.values import as_float, first_of, reading
from workbench.simulate.scaling.hpa import (
    DEFAULT_DOWN,
    DEFAULT_UP,
    PolicyType,
    ScalingLimit,
    ScalingRules,
    SelectPolicy,
)

AUTOSCALER: Final = tokens.POD_AUTOSCALER[0]
DEPLOYMENT: Final = tokens.DEPLOYMENT
SERVICE: Final = tokens.KUBERNETES_SERVICE
BINDING: Final = tokens.TARGET_GROUP_BINDING

ASSUMED_VCPUS: Final = 0.25
"""CPU that a pod is taken to request whose containers request none."""
_QUANTITY: Final = re.compile(r"^(\d+(?:\.\d+)?)(m|k)?$")
_FACTORS: Final = {"": 1.0, "m": 0.001, "k": 1000.0}


class PodReader:
    """Reads the autoscaled Deployments of one graph; what it had to leave out is in `notes`."""

    def __init__(self, graph: ResourceGraph) -> None:
        self.graph = graph
        self.notes: list[str] = []
        found = [
            (autoscaler, deployment)
            for autoscaler in self.graph.of_type(AUTOSCALER)
            if (deployment := self._deployment(autoscaler)) is not None
        ]
        chosen = stable_and_canary(graph, [(deployment, self._target_group(deployment)) for _, deployment in found])
        self.found = sorted((pair for pair in found if pair[1] in chosen), key=lambda pair: chosen.index(pair[1]))
        self.notes += [
            f"{deployment.name}: {OTHER_SERVICE}; it stands and costs, no more"
            for _, deployment in found
            if deployment not in chosen
        ]
        self.suffixes = [metric_name(self._target_group(deployment)) for _, deployment in self.found]

    def fleets(self) -> Iterator[FleetDeclaration]:
        """The stable Deployment, then the canary."""
        for autoscaler, deployment in self.found:
            with reading(f"{autoscaler.name} or {deployment.name}"):
                fleet = self._fleet(autoscaler, deployment)
            yield fleet

    def _target_group(self, deployment: Resource) -> Resource | None:
        """The target group that a TargetGroupBinding binds to a Service of the Deployment's pods."""
        labels = deployment.get("spec.template.metadata.labels")
        for binding in self.graph.of_type(BINDING):
            for service in self.graph.of_type(SERVICE):
                selector = service.get("spec.selector")
                if (
                    service.get("metadata.name") == binding.get("spec.serviceRef.name")
                    and isinstance(selector, Mapping)
                    and isinstance(labels, Mapping)
                    and selector.items() <= labels.items()
                ):
                    return first_of(self.graph.referenced(binding, "spec.targetGroupARN", *TARGET_GROUPS))
        return None

    def _deployment(self, autoscaler: Resource) -> Resource | None:
        name = autoscaler.get("spec.scaleTargetRef.name")
        for deployment in self.graph.of_type(DEPLOYMENT):
            spaces = {each.get("metadata.namespace", "default") for each in (autoscaler, deployment)}
            elsewhere = len(spaces) > 1 and all(isinstance(each, str) for each in spaces)
            if name in (deployment.get("metadata.name"), deployment.name) and not elsewhere:
                return deployment
        self.notes.append(f"{autoscaler.name}: the graph has no Deployment {name}; left out")
        return None

    def _fleet(self, autoscaler: Resource, deployment: Resource) -> FleetDeclaration:
        container = "spec.template.spec.containers[0]."
        maximum = int(as_float(autoscaler.get("spec.maxReplicas"), 1))
        minimum = int(as_float(autoscaler.get("spec.minReplicas"), 1))
        replicas = int(as_float(deployment.get("spec.replicas"), minimum))
        target = self._target_group(deployment)
        probe = container + "readinessProbe."
        first_answer = as_float(deployment.get(probe + "initialDelaySeconds"), 0.0)
        period = as_float(deployment.get(probe + "periodSeconds"), 10.0)
        return FleetDeclaration(
            name=deployment.name,
            instance_type="pod",
            min_size=minimum,
            max_size=maximum,
            # One of no replicas rests: an autoscaler leaves it alone.
            desired_capacity=min(max(replicas, minimum), maximum) if replicas else 0,
            warm_up_seconds=first_answer + period,
            elb_health_checks=False,
            health=target_health(target),
            least_outstanding=bool(target and target.get("loadBalancingAlgorithmType") == "least_outstanding_requests"),
            deregistration_seconds=as_float(deployment.get("spec.template.spec.terminationGracePeriodSeconds"), 30.0),
            pods=PodAutoscaling(
                metrics=tuple(self._metrics(autoscaler)),
                up=rules_of(autoscaler.get("spec.behavior.scaleUp"), DEFAULT_UP),
                down=rules_of(autoscaler.get("spec.behavior.scaleDown"), DEFAULT_DOWN),
                has_behavior=isinstance(autoscaler.get("spec.behavior"), Mapping),
                cpu_request_vcpus=self._requested_vcpus(deployment),
            ),
        )

    def _requested_vcpus(self, deployment: Resource) -> float:
        """What the containers of one pod request, sidecars included, as the autoscaler adds it up."""
        spec = "spec.template.spec."
        beside = [
            each
            for each in deployment.all(spec + "initContainers[*]")
            if isinstance(each, Mapping) and each.get("restartPolicy") == "Always"
        ]
        asked = 0.0
        for each in (*deployment.all(spec + "containers[*]"), *beside):
            resources = each.get("resources") if isinstance(each, Mapping) else None
            requests = resources.get("requests") if isinstance(resources, Mapping) else None
            asked += quantity(requests.get("cpu") if isinstance(requests, Mapping) else None, 0.0)
        return round(asked, 6) or ASSUMED_VCPUS

    def _metrics(self, autoscaler: Resource) -> Iterator[PodMetricTarget]:
        for metric in autoscaler.all("spec.metrics[*]"):
            resource = metric.get("resource") if isinstance(metric, Mapping) else None
            pods = metric.get("pods") if isinstance(metric, Mapping) else None
            target = resource.get("target") if isinstance(resource, Mapping) and resource.get("name") == "cpu" else None
            share = as_float(target.get("averageUtilization"), 0.0) if isinstance(target, Mapping) else 0.0
            vcpus = quantity(target.get("averageValue"), 0.0) if isinstance(target, Mapping) else 0.0
            if share > 0:
                yield PodMetricTarget("cpu", share)
            elif vcpus > 0:
                yield PodMetricTarget("vcpus", vcpus)
            elif isinstance(pods, Mapping) and "request" in str(pods.get("metric", {}).get("name", "")):
                yield PodMetricTarget("requests", quantity(pods.get("target", {}).get("averageValue"), 1.0))
            else:
                self.notes.append(f"{autoscaler.name}: a metric that the twin does not simulate is left out")


def quantity(value: Any, default: float) -> float:
    """A Kubernetes quantity such as ``250m`` or ``2``; `default` when it is none."""
    match = _QUANTITY.match(str(value))
    return float(match[1]) * _FACTORS[match[2] or ""] if match else default


def rules_of(declared: Any, default: ScalingRules) -> ScalingRules:
    """scaleUp or scaleDown; what it leaves out has the documented default."""
    if not isinstance(declared, Mapping):
        return default
    limits = tuple(
        ScalingLimit(PolicyType(each["type"]), int(each["value"]), int(each["periodSeconds"]))
        for each in declared.get("policies") or ()
    )
    return ScalingRules(
        stabilization_seconds=int(as_float(declared.get("stabilizationWindowSeconds"), default.stabilization_seconds)),
        limits=limits or default.limits,
        select=SelectPolicy(declared.get("selectPolicy") or "Max"),
        tolerance_ratio=quantity(declared.get("tolerance"), default.tolerance_ratio),
    )
