"""Every resource type that the emulator knows, by its token."""

from __future__ import annotations

import functools
import importlib
import pkgutil

from workbench.emulator import services
from workbench.emulator.resource_type import AwsType


class UnknownTypeError(ValueError):
    """The emulator has no table row for a resource type."""

    def __init__(self, token: str) -> None:
        self.token = token
        super().__init__(
            f"{token}: the emulated AWS does not know this type. Add a row for it to the module of its service in "
            "workbench/emulator/services/ (an AwsType: calls to create, read and delete it)."
        )


@functools.cache
def types() -> dict[str, AwsType]:
    """Token → type, from every module of ``workbench.emulator.services`` in name order.

    Raises:
        ValueError: Two rows describe one token.
    """
    found: dict[str, AwsType] = {}
    for module_info in sorted(pkgutil.iter_modules(services.__path__), key=lambda info: info.name):
        module = importlib.import_module(f"{services.__name__}.{module_info.name}")
        for row in module.TYPES:
            if row.pulumi_type in found:
                raise ValueError(f"{row.pulumi_type} is described twice, again in {module.__name__}")
            found[row.pulumi_type] = row
    return found


def type_for(token: str) -> AwsType:
    """The type of a token.

    Raises:
        UnknownTypeError: No module describes it.
    """
    try:
        return types()[token]
    except KeyError:
        raise UnknownTypeError(token) from None
