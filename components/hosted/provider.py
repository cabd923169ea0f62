"""The provider that declares our components for a program in another language (`pulumi package add`)."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import pulumi
from pulumi.provider import ConstructResult, main
from pulumi.provider.experimental.analyzer import TypeDefinition
from pulumi.provider.experimental.component import ComponentProvider
from pulumi.provider.experimental.schema import generate_schema
from pulumi.provider.provider import Provider
from pulumi.provider.server import ComponentInitError

from components.edge.firewall import Firewall
from components.fleet.fleet import Fleet
from components.hosted.analysis import ArgumentsAnalyzer, arguments_of
from components.hosted.building import built
from components.kubernetes.track import Track
from components.operations.budget_guard import BudgetGuard
from components.operations.maintenance import Maintenance
from components.operations.reaper import Reaper
from components.rollout.canary_rollout import CanaryRollout
from components.rollout.feature_flag import FeatureFlag

PACKAGE = "plant"
DISTRIBUTION = "plant-api-stack"
FAMILIES = (BudgetGuard, CanaryRollout, FeatureFlag, Firewall, Fleet, Maintenance, Reaper, Track)
"""What the package offers. A name in it is for good: programs and states of others hold it."""


class Hosted(ComponentProvider):
    """Our components behind the SDK's component provider."""

    def __init__(self) -> None:
        found = ArgumentsAnalyzer(PACKAGE).analyze(list(FAMILIES))
        self._name = PACKAGE
        self._components = {component.__name__: component for component in FAMILIES}
        self._component_defs = found["component_definitions"]
        self._type_defs = found["type_definitions"]
        spec = generate_schema(
            PACKAGE, version(DISTRIBUTION), None, self._component_defs, self._type_defs, dependencies=[]
        )
        spec.displayName = "Plant API stack"
        Provider.__init__(self, version(DISTRIBUTION), json.dumps(_shortened(spec.to_json())))

    def construct(
        self,
        name: str,
        resource_type: str,
        inputs: Mapping[str, Any],
        options: pulumi.ResourceOptions | None = None,
    ) -> ConstructResult:
        """Declares one component. Raises InputPropertyError on a wrong input."""
        self.validate_resource_type(PACKAGE, resource_type)
        token = resource_type.rpartition(":")[2]
        component = self._components[token]
        arguments = built(arguments_of(component), inputs)
        try:
            made = component(name, arguments, options)  # type: ignore[arg-type]  # all of FAMILIES take the same
        except Exception as error:  # told with the trace of the component, and not of the SDK
            raise ComponentInitError(error) from error
        state = self.get_state(made, self._component_defs[token])
        texts = {
            key: {str(name): one for name, one in value.items()} for key, value in state.items() if type(value) is dict
        }
        return ConstructResult(made.urn, {**state, **texts})

    def map_complex_output(self, instance_val: Any, type_def: TypeDefinition) -> Any:
        """An output that is an object, by the names of the schema; the SDK knows dictionaries only."""
        if dataclasses.is_dataclass(instance_val):
            instance_val = {one.name: getattr(instance_val, one.name) for one in dataclasses.fields(instance_val)}
        return super().map_complex_output(instance_val, type_def)


def schema() -> dict[str, Any]:
    """The package's schema."""
    found: dict[str, Any] = json.loads(Hosted().schema or "{}")
    return found


def _shortened(spec: dict[str, Any]) -> dict[str, Any]:
    """`spec` without what is empty, its types' names without "Args", which generated SDKs append themselves."""
    names = {name: name.removesuffix("Args") for name in spec["types"]}
    if len(set(names.values())) < len(names):
        raise ValueError(f"two types of one name: {sorted(names.values())}")
    refs = {f"#/types/{name}": f"#/types/{short}" for name, short in names.items()}

    def renamed(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: renamed(one) for key, one in value.items() if one is not None}
        if isinstance(value, list):
            return [renamed(one) for one in value]
        return refs.get(value, value) if isinstance(value, str) else value

    found: dict[str, Any] = renamed({**spec, "types": {names[name]: one for name, one in spec["types"].items()}})
    return found


def serve() -> None:
    """Serves the provider protocol until the engine ends it."""
    main(Hosted(), sys.argv[1:])


if __name__ == "__main__":
    serve()
