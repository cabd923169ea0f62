"""Sizes of Deployments, by calls of the Kubernetes API out of a state machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from components.access.iam_policy import Statement, allow
from components.kubernetes.cluster import Cluster
from components.rollout.sizing import SIZE_BEFORE, STABLE_SIZE
from components.workflow.states import PATIENTLY, State, put

CALL = "arn:aws:states:::eks:call"
"""Step Functions' own integration; it reaches public endpoints only (its guide, "connect-eks", 2026-11)."""
INVOKE = "arn:aws:states:::lambda:invoke"


@dataclass(frozen=True, kw_only=True)
class DeploymentSizing:
    """Reads and sets ``spec.replicas`` by the subresource ``scale``, which is all that the workflow may touch."""

    cluster: Cluster
    """Cluster of the Deployments."""
    namespace: str
    """Their namespace."""
    deployments: Mapping[str, str]
    """Fleet name -> name of its Deployment."""

    @property
    def holds_stable(self) -> bool:
        """See `Sizing`: the size is the autoscaler's."""
        return False

    def read_stable(self, *, then: str, on_error: str) -> State:
        """See `Sizing`."""
        state = self._request("GET", "stable", None, then, on_error)
        answer = "$.Payload" if self.cluster.caller_function_arn else "$"
        return {
            **state,
            "ResultSelector": {"size.$": f"{answer}.ResponseBody.spec.replicas"},
            "ResultPath": "$.stable",
        }

    def size_canary(self, *, then: str, on_error: str) -> State:
        """See `Sizing`."""
        return self._scale("canary", {"replicas.$": STABLE_SIZE}, then, on_error)

    def hold_stable(self, *, then: str, on_error: str) -> State:
        """See `Sizing`. The autoscaler owns the size, so nothing is held: pods start seconds after `grow_stable`."""
        return put({"held": False}, "$.hold", then=then)

    def grow_stable(self, *, then: str) -> State:
        """See `Sizing`. The autoscaler takes pods away again, the first within seconds and then one a minute, until the
        traffic comes back: a rollback waits for those that it leaves, and what they lack it adds once they are busy."""
        return self._scale("stable", {"replicas.$": SIZE_BEFORE}, then, then)

    def release_stable(self, *, then: str) -> State:
        """See `Sizing`."""
        return put({"held": False}, "$.hold", then=then)

    def empty_canary(self, *, then: str) -> State:
        """See `Sizing`. The autoscaler leaves a Deployment of 0 replicas alone."""
        return self._scale("canary", {"replicas": 0}, then, then)

    def statements(self, scope: str) -> Sequence[Statement]:
        """See `Sizing`. The integration itself needs no permission of IAM: the cluster decides."""
        function = self.cluster.caller_function_arn
        return [allow(["lambda:InvokeFunction"], [function])] if function else []

    def _scale(self, fleet: str, spec: Mapping[str, Any], then: str, on_error: str) -> State:
        body = {
            "apiVersion": "autoscaling/v1",
            "kind": "Scale",
            "metadata": {"name": self.deployments[fleet], "namespace": self.namespace},
            "spec": dict(spec),
        }
        return self._request("PUT", fleet, body, then, on_error)

    def _request(self, method: str, fleet: str, body: Mapping[str, Any] | None, then: str, on_error: str) -> State:
        request: dict[str, Any] = {
            "Method": method,
            "Path": f"/apis/apps/v1/namespaces/{self.namespace}/deployments/{self.deployments[fleet]}/scale",
            **({"RequestBody": dict(body)} if body else {}),
        }
        cluster = self.cluster
        named = {
            "ClusterName": cluster.name,
            "CertificateAuthority": cluster.certificate_authority,
            "Endpoint": cluster.endpoint,
            **request,
        }
        invoked = {"FunctionName": cluster.caller_function_arn, "Payload": request}
        return {
            "Type": "Task",
            "Resource": INVOKE if cluster.caller_function_arn else CALL,
            "Parameters": invoked if cluster.caller_function_arn else named,
            "ResultPath": None,
            "Retry": PATIENTLY,
            "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": on_error}],
            "Next": then,
        }
