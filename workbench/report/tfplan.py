"""A deployment as Terraform plan JSON, so that tools made for Terraform (Checkov) can judge it.

The format is Terraform's (https://developer.hashicorp.com/terraform/internals/json-format, version 1.2): what is
planned, what changes, and the configuration with its references. A value that is another resource's id or ARN is
left out and written as a reference, exactly as Terraform does for what is known after the apply.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from deployment.graph import Resource, ResourceGraph
from deployment.reader import graph_from_json
from deployment.unknown import SECRET, UNKNOWN
from workbench.report.tfplan_names import argument, is_map, snake, terraform_type

PROVIDER: Final = "registry.terraform.io/hashicorp/aws"
FORMAT_VERSION: Final = "1.2"
TERRAFORM_VERSION: Final = "1.9.0"
"""Version whose format this is; readers want one."""


def tfplan(deployment: dict[str, Any]) -> dict[str, Any]:
    """Plan that creates everything in `deployment` (Pulumi's JSON).

    Types that Terraform has no name for are listed under ``unmapped``, never dropped in silence.
    """
    graph = graph_from_json(deployment, "deployment")
    plan = _Plan(graph)
    resources = [plan.resource(resource) for resource in graph if resource.urn in plan.addresses]
    return {
        "format_version": FORMAT_VERSION,
        "terraform_version": TERRAFORM_VERSION,
        "planned_values": {"root_module": {"resources": [planned for planned, _, _ in resources]}},
        "resource_changes": [change for _, change, _ in resources],
        "configuration": {
            "provider_config": {"aws": {"name": "aws", "full_name": PROVIDER}},
            "root_module": {"resources": [configured for _, _, configured in resources]},
        },
        "unmapped": plan.unmapped(),
    }


class _Plan:
    """Addresses of one graph's resources, and the translation of each."""

    def __init__(self, graph: ResourceGraph) -> None:
        self.graph = graph
        self.addresses: dict[str, str] = {}
        self._by_value: dict[str, str] = {}
        taken: Counter[str] = Counter()
        for resource in graph:
            kind = terraform_type(resource.type) if resource.custom else None
            if kind is None:
                continue
            address = f"{kind}.{resource.name}"
            taken[address] += 1
            if taken[address] > 1:
                address = f"{address}-{taken[address]}"
            self.addresses[resource.urn] = address
            for output in ("arn", "id", "name", "bucket", "dnsName"):
                value = resource.outputs.get(output)
                if isinstance(value, str) and len(value) > 3:
                    self._by_value.setdefault(value, f"{address}.{snake(output)}")

    def unmapped(self) -> list[dict[str, str]]:
        """What is declared and not in the plan; providers and components have nothing to be judged."""
        return [
            {"urn": resource.urn, "type": resource.type}
            for resource in self.graph
            if resource.custom and resource.urn not in self.addresses and not resource.type.startswith("pulumi:")
        ]

    def resource(self, resource: Resource) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        """`resource` as planned value, change, and configuration."""
        address = self.addresses[resource.urn]
        kind, _, name = address.partition(".")
        values: dict[str, Any] = {}
        unknown: dict[str, Any] = {}
        expressions: dict[str, Any] = {}
        for key, value in resource.inputs.items():
            self._property(resource, key, value, values, unknown, expressions)
        for key, urns in resource.property_dependencies.items():
            name_of = argument(resource.type, key, blocks=_is_blocks(resource.inputs.get(key)))
            found = [self.addresses[urn] for urn in urns if urn in self.addresses]
            if found and name_of not in expressions:
                expressions[name_of] = {"references": found}
        common = {"address": address, "mode": "managed", "type": kind, "name": name}
        planned = {
            **common,
            "provider_name": PROVIDER,
            "schema_version": 0,
            "values": values,
            "sensitive_values": {},
        }
        change = {
            **common,
            "provider_name": PROVIDER,
            "change": {"actions": ["create"], "before": None, "after": values, "after_unknown": unknown},
        }
        configured = {**common, "provider_config_key": "aws", "expressions": expressions, "schema_version": 0}
        return planned, change, configured

    def _property(
        self,
        resource: Resource,
        key: str,
        value: Any,
        values: dict[str, Any],
        unknown: dict[str, Any],
        expressions: dict[str, Any],
    ) -> None:
        name = argument(resource.type, key, blocks=_is_blocks(value))
        if value is SECRET:
            values[name] = "(sensitive value)"
        elif value is UNKNOWN:
            unknown[name] = True
        elif isinstance(value, Mapping) and not is_map(key):
            self._blocks(resource, name, [value], values, unknown, expressions)
        elif _is_blocks(value):
            self._blocks(resource, name, value, values, unknown, expressions)
        elif references := self._references(resource, value):
            unknown[name] = True
            expressions[name] = {"references": references}
        elif value is not None:
            values[name] = _plain(value)
            expressions[name] = {"constant_value": values[name]}

    def _blocks(
        self,
        resource: Resource,
        name: str,
        blocks: list[Any],
        values: dict[str, Any],
        unknown: dict[str, Any],
        expressions: dict[str, Any],
    ) -> None:
        translated: list[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = []
        for block in blocks:
            own: tuple[dict[str, Any], dict[str, Any], dict[str, Any]] = ({}, {}, {})
            if isinstance(block, Mapping):
                for key, value in block.items():
                    self._property(resource, key, value, *own)
            translated.append(own)
        values[name] = [own[0] for own in translated]
        unknown[name] = [own[1] for own in translated]
        expressions[name] = [own[2] for own in translated]

    def _references(self, resource: Resource, value: Any) -> list[str]:
        """Attributes that `value` (a string, or a list of them) stands for; none unless it is nothing else."""
        items = value if isinstance(value, list) else [value]
        own = self.addresses[resource.urn]
        found: list[str] = []
        for item in items:
            attribute = self._by_value.get(item) if isinstance(item, str) else None
            if attribute is None or attribute.rpartition(".")[0] == own:
                return []
            found += [attribute, attribute.rpartition(".")[0]]
        return found


def _is_blocks(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, Mapping) for item in value)


def _plain(value: Any) -> Any:
    if value is SECRET or value is UNKNOWN:
        return None
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value
