"""What the SDK knows of each resource type: its properties, which of them it can't be without, and their objects.

Read from the text of the generated modules (pulumi-aws): importing all of them takes minutes and gigabytes, and their
form is regular.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

TOKEN: Final = re.compile(r"super\((\w+), __self__\)\.__init__\(\s*'([^']+)'")
ARGUMENTS: Final = re.compile(
    r'^class (\w+Args):\n    def __init__\(__self__, \*,\n(.*?)\):\n(?:        """(.*?)""")?', re.M | re.S
)
PARAMETER: Final = re.compile(r"^ +(\w+): (.*?)(?: = (None))?,?$", re.M)
GETTER: Final = re.compile(r'@pulumi\.getter\(name="(\w+)"\)\n    def (\w+)\(')
OBJECT: Final = re.compile(r"'(\w+Args)'")
KEYED: Final = "Mapping[str, pulumi.Input['"
"""In the annotation of a property that holds objects under names which the program chooses."""
DOCUMENTED: Final = re.compile(r"^ +:param [^\n]*? (\w+): (.*?)(?=^ +:param|\Z)", re.M | re.S)
ARGUMENT: Final = re.compile(r"[a-z0-9]+(_[a-z0-9]+)+")
"""How the documentation writes the name of another argument."""
WORD: Final = re.compile(r"`([^`\s]+)`")


OPTIONAL: Final[Mapping[tuple[str, str], frozenset[str]]] = {
    ("lambda_", "CapacityProviderCapacityProviderScalingConfigArgs"): frozenset({"maxVcpuCount", "scalingPolicies"}),
    ("lambda_", "CapacityProviderInstanceRequirementArgs"): frozenset(
        {"allowedInstanceTypes", "excludedInstanceTypes"}
    ),
    ("opensearch", "ServerlessCollectionEncryptionConfigArgs"): frozenset({"awsOwnedKey", "kmsKeyArn"}),
    ("s3tables", "TableBucketEncryptionConfigurationArgs"): frozenset({"kmsKeyArn"}),
    ("s3tables", "TableEncryptionConfigurationArgs"): frozenset({"kmsKeyArn"}),
    ("s3tables", "TableMaintenanceConfigurationArgs"): frozenset({"icebergCompaction", "icebergSnapshotManagement"}),
}
"""(module, class of an object) -> properties that AWS and the provider's documents call optional.

The provider takes such an object as one value, of which its schema can't say what may be left out, so the SDK calls all
of it required.
"""


@dataclass(frozen=True, slots=True)
class Property:
    """One argument of a resource, or of an object inside it."""

    name: str
    """As in a state file, e.g. ``sslPolicy``."""
    required: bool
    holds: str
    """Class of the object, or of the items of the list, that it holds; "" for a plain value."""
    words: frozenset[str]
    """What its documentation sets in code: the values that it takes, among others."""


@dataclass(frozen=True, slots=True)
class Module:
    """One module of the SDK, e.g. ``lb``."""

    name: str
    resources: Mapping[str, tuple[Property, ...]]
    """Type token -> its properties."""
    objects: Mapping[str, tuple[Property, ...]]
    """Class of an object -> its properties."""


def modules(package: str = "pulumi_aws") -> Iterator[Module]:
    """Every module of the installed SDK, sorted. Raises ModuleNotFoundError where there is none."""
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError(f"{package} is not installed")
    for folder in sorted(Path(found.submodule_search_locations[0]).iterdir()):
        if folder.is_dir() and (folder / "__init__.py").is_file():
            yield _module(folder)


def _module(folder: Path) -> Module:
    resources: dict[str, tuple[Property, ...]] = {}
    objects: dict[str, tuple[Property, ...]] = {}
    for file in sorted(folder.glob("*.py")):
        if file.name.startswith("get_") or file.name in ("__init__.py", "outputs.py"):
            continue
        text = file.read_text(encoding="utf-8")
        classes = dict(_classes(text))
        if file.name == "_inputs.py":
            objects = {
                name: tuple(
                    replace(one, required=one.required and one.name not in OPTIONAL.get((folder.name, name), ()))
                    for one in found
                )
                for name, found in classes.items()
            }
            continue
        for owner, token in TOKEN.findall(text):
            # Where an object has taken the name, the resource's arguments are called InitArgs.
            for name in (f"{owner}Args", f"{owner}InitArgs"):
                if name in classes:
                    resources[token] = classes[name]
    return Module(folder.name, resources, objects)


def _classes(text: str) -> Iterator[tuple[str, tuple[Property, ...]]]:
    for found in ARGUMENTS.finditer(text):
        name, parameters, documentation = found.groups()
        end = text.find("\nclass ", found.end())
        names = {python: camel for camel, python in GETTER.findall(text, found.end(), end if end > 0 else len(text))}
        words = {
            parameter: frozenset(WORD.findall(told)) for parameter, told in DOCUMENTED.findall(documentation or "")
        }
        yield (
            name,
            tuple(
                Property(
                    name=names.get(parameter) or camel(parameter),
                    required=default != "None",
                    holds="" if KEYED in annotation else next(iter(OBJECT.findall(annotation)), ""),
                    words=frozenset(word for word in words.get(parameter, ()) if not ARGUMENT.fullmatch(word)),
                )
                for parameter, annotation, default in PARAMETER.findall(parameters)
            ),
        )


def camel(name: str) -> str:
    """`name`, as Python has it, as a state file has it."""
    first, *others = name.split("_")
    return first + "".join(part.capitalize() for part in others)
