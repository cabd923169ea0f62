"""Reads the schema of the package off the components' arguments.

The SDK's analyzer takes typed dictionaries with evaluated annotations (pulumi 3.272,
`pulumi/provider/experimental/analyzer.py`). Ours are frozen dataclasses with defaults, whose annotations are text, and
a few of their types no schema can say; those have stand-ins.
"""

from __future__ import annotations

import dataclasses
import inspect
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, get_args

import pulumi
from pulumi.provider.experimental.analyzer import (
    Analyzer,
    ComponentDefinition,
    PropertyDefinition,
    is_dict,
    is_resource,
    is_union,
)
from pulumi.provider.experimental.util import camel_case

from components.hosted.stand_ins import LEFT_OUT, STAND_INS

PLAIN = {Decimal: float, datetime: str}
"""Type in Python -> what stands for it on the wire."""


@cache
def hints(of: type) -> dict[str, Any]:
    """Evaluated annotations of a class that are its own and public; those of arguments that are left out are not."""
    found = inspect.get_annotations(of, eval_str=True)
    return {name: hint for name, hint in found.items() if not name.startswith("_") and (of, name) not in LEFT_OUT}


def arguments_of(component: type[pulumi.ComponentResource]) -> type:
    """The class of a component's arguments."""
    found: type = inspect.get_annotations(component.__init__, eval_str=True)["args"]
    return found


def defaults_of(arguments: type) -> set[str]:
    """Fields of a dataclass that may be left out."""
    missing = dataclasses.MISSING
    return {
        one.name
        for one in dataclasses.fields(arguments)
        if one.default is not missing or one.default_factory is not missing
    }


class ArgumentsAnalyzer(Analyzer):
    """The SDK's analyzer, for dataclasses with stand-ins."""

    def analyze_component(self, component: type[pulumi.ComponentResource]) -> ComponentDefinition:
        """Inputs, outputs and descriptions of `component`."""
        inputs, inputs_mapping = self.analyze_type(arguments_of(component), is_component_output=False)
        outputs, outputs_mapping = self.analyze_type(component, is_component_output=True)
        return ComponentDefinition(
            name=component.__name__,
            description=inspect.cleandoc(component.__doc__ or ""),
            inputs=inputs,
            inputs_mapping=inputs_mapping,
            outputs=outputs,
            outputs_mapping=outputs_mapping,
            module=component.__module__,
        )

    def analyze_type(
        self, typ: type, *, is_component_output: bool
    ) -> tuple[dict[str, PropertyDefinition], dict[str, str]]:
        """Properties of a dataclass or a component, and their names in Python."""
        optional = defaults_of(typ) if dataclasses.is_dataclass(typ) else set()
        found = {
            camel_case(name): self.analyze_property(
                hint,
                typ,
                name,
                can_be_plain=not is_component_output,
                is_component_output=is_component_output,
                optional=True if name in optional else None,
            )
            for name, hint in hints(typ).items()
        }
        return found, {camel_case(name): name for name in hints(typ)}

    def analyze_property(self, arg: Any, typ: type, name: str, **more: Any) -> PropertyDefinition:
        """One property; where its type has a stand-in, that one's."""
        bare = without_none(arg)
        if bare in STAND_INS or bare in PLAIN:
            if bare is not arg and more.get("optional") is None:
                more["optional"] = True
            return super().analyze_property(STAND_INS.get(bare) or PLAIN[bare], typ, name, **more)
        if getattr(bare, "_is_protocol", False) or (is_resource(bare) and not hasattr(bare, "pulumi_type")):
            where = f"{typ.__name__}.{name}"
            raise TypeError(
                f"{where}: no schema can say {bare.__name__}: add a stand-in (components/hosted/stand_ins.py)"
            )
        if is_dict(arg) and get_args(arg) and get_args(arg)[0] is int:  # keys of an object are text
            arg = dict[str, get_args(arg)[1]]  # type: ignore[misc]
        found = super().analyze_property(arg, typ, name, **more)
        if found.optional and found.items is not None and found.items.ref:
            # Of plain objects in an optional list Go's generator makes no type (pulumi-language-go 3.259).
            found.items.plain = None
        return found

    def get_docstring(self, typ: type, name: str) -> str | None:
        """The text under a field, without its indentation."""
        found = super().get_docstring(typ, name)
        return found and inspect.cleandoc(found)


def without_none(hint: Any) -> Any:
    """`X` of ``X | None``; anything else as it is."""
    if not is_union(hint) or type(None) not in get_args(hint):
        return hint
    rest = [one for one in get_args(hint) if one is not type(None)]
    found = rest[0]
    for one in rest[1:]:
        found = found | one
    return found
