"""The pack behind the policy SDK's own server: what the engine's calls come to, without the CLI.

Everything from the wire on is real: messages, the SDK's values, its proxies and levels. What the engine itself would do
(settle the configuration, walk the resources) is done here as it does it (pulumi/pulumi pkg/resource/analyzer/config.go
and pkg/resource/deploy/analyze_snapshot.go, 3.260).
"""

from __future__ import annotations

from typing import Any, NamedTuple

from google.protobuf import struct_pb2
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy import EnforcementLevel

from deployment.values import SECRET_SIGNATURE, SIGNATURE_KEY
from policies.adapter import Pack, Server

LEVELS = {level.value: getattr(analyzer_pb2, level.name) for level in EnforcementLevel}


class Told(NamedTuple):
    """What the engine is told of one policy."""

    rule: str
    urn: str
    message: str
    level: str


def told(document: dict[str, Any], config: dict[str, Any] | None = None) -> set[Told]:
    """All that the pack says of the stack in `document`, a stack export, under the pack configuration `config`."""
    return Engine(config or {}).told(document)


class Engine:
    """One server with its pack, which is told of a stack, and of what changes about it.

    What a resource policy says follows from the message; so a resource that is as it was when the server last saw its
    URN is not shown to it again.
    """

    def __init__(self, config: dict[str, Any]) -> None:
        policies = Pack().policies()
        self._server = Server("plant-policies", "0.0.1", policies, EnforcementLevel.MANDATORY)
        self._server.Configure(_configured(policies, config), None)
        self._seen: dict[str, tuple[bytes, set[Told]]] = {}
        """URN -> the message of the resource as it was last, and what was said of it."""

    def told(self, document: dict[str, Any]) -> set[Told]:
        """All that the pack says of the stack in `document`."""
        states = [state for state in document["deployment"]["resources"] if not state.get("delete")]
        providers = {state["urn"]: state for state in states if state["type"].startswith("pulumi:providers:")}
        found = set().union(*(self._told_of(state, providers) for state in states))
        stack = analyzer_pb2.AnalyzeStackRequest()
        for state in states:
            resource = _message(analyzer_pb2.AnalyzerResource, state, "outputs", providers)
            resource.parent = state.get("parent") or ""
            resource.dependencies.extend(state.get("dependencies") or ())
            for key, urns in (state.get("propertyDependencies") or {}).items():
                resource.propertyDependencies[key].urns.extend(urns)
            stack.resources.append(resource)
        return found | {_told(one, one.urn) for one in self._server.AnalyzeStack(stack, None).diagnostics}

    def _told_of(self, state: dict[str, Any], providers: dict[str, Any]) -> set[Told]:
        request = _message(analyzer_pb2.AnalyzeRequest, state, "inputs", providers)
        message = request.SerializeToString(deterministic=True)
        urn = state["urn"]
        if urn not in self._seen or self._seen[urn][0] != message:
            said = self._server.Analyze(request, None).diagnostics
            self._seen[urn] = message, {_told(one, urn) for one in said}
        return self._seen[urn][1]


def _told(one: Any, urn: str) -> Told:
    message = one.message.partition("\n")[2] or one.message
    return Told(one.policyName, urn, message, analyzer_pb2.EnforcementLevel.Name(one.enforcementLevel).lower())


def _configured(policies: list[Any], config: dict[str, Any]) -> analyzer_pb2.ConfigureAnalyzerRequest:
    request = analyzer_pb2.ConfigureAnalyzerRequest()
    for policy in policies:
        entry = config.get(policy.name, {})
        entry = entry if isinstance(entry, dict) else {"enforcementLevel": entry}
        schema = policy.config_schema.properties if getattr(policy, "config_schema", None) else {}
        defaults = {key: one["default"] for key, one in schema.items() if "default" in one}
        level = entry.get("enforcementLevel") or config.get("all") or (policy.enforcement_level or "mandatory")
        settled = request.policyConfig[policy.name]
        settled.enforcementLevel = LEVELS[getattr(level, "value", level)]
        settled.properties.update({**defaults, **{k: v for k, v in entry.items() if k != "enforcementLevel"}})
    return request


def _message(kind: Any, state: dict[str, Any], section: str, providers: dict[str, Any]) -> Any:
    message = kind(type=state["type"], urn=state["urn"], name=state["urn"].split("::", 3)[3])
    message.properties.CopyFrom(_struct(state.get(section)))
    options = message.options
    options.protect = bool(state.get("protect"))
    options.parent = state.get("parent") or ""
    options.ignoreChanges.extend(state.get("ignoreChanges") or ())
    options.aliases.extend(state.get("aliases") or ())
    if (provider := providers.get((state.get("provider") or "").rpartition("::")[0])) is not None:
        message.provider.urn = provider["urn"]
        message.provider.type = provider["type"]
        message.provider.name = provider["urn"].split("::", 3)[3]
        message.provider.properties.CopyFrom(_struct(provider.get("inputs")))
    return message


def _struct(properties: dict[str, Any] | None) -> struct_pb2.Struct:
    struct = struct_pb2.Struct()
    struct.update(_on_the_wire(properties or {}))
    return struct


def _on_the_wire(value: Any) -> Any:
    """What is encrypted in a state file reads ``[secret]`` to a pack, inside the same marker."""
    if isinstance(value, list):
        return [_on_the_wire(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get(SIGNATURE_KEY) == SECRET_SIGNATURE:
        return {SIGNATURE_KEY: SECRET_SIGNATURE, "value": "[secret]"}
    return {key: _on_the_wire(item) for key, item in value.items()}
