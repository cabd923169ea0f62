"""`docs/components.md`: inputs and outputs of the package `plant`, from its schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

HEAD: Final = """# Components for other languages

What `pulumi package add` gives a program in TypeScript, Go, YAML, C# or Java
([how to](how-to.md#use-the-components-from-another-language)). Made from the schema that the provider serves
(`provider/schema.json`), which is read off the components' own arguments. An input in *italics* is optional; one that
is *known* decides what is declared, so it has to be a value and no output of another resource.
"""


def components_page(package: Mapping[str, Any]) -> str:
    """The page, for the schema `package`."""
    parts = [HEAD]
    for token, one in sorted(package["resources"].items()):
        name = token.rpartition(":")[2]
        parts += [f"## {name}", one["description"], _table(one["inputProperties"], set(one["requiredInputs"]), "input")]
        parts.append(_table(one["properties"], set(one["properties"]), "output"))
    parts.append("## Types")
    for token, one in sorted(package["types"].items()):
        parts += [f"### {token.rpartition(':')[2]}", one["description"]]
        parts.append(_table(one["properties"], set(one.get("required", ())), "property"))
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _table(properties: Mapping[str, Any], required: set[str], head: str) -> str:
    lines = [f"| {head} | type | what it is |", "|---|---|---|"]
    for name, one in properties.items():
        shown = f"`{name}`" if name in required else f"*`{name}`*"
        known = ", known" if one.get("plain") else ""
        said = " ".join(one["description"].split()).replace("``", "`").replace("|", "\\|")
        lines.append(f"| {shown} | {_type(one)}{known} | {said} |")
    return "\n".join(lines)


def _type(one: Mapping[str, Any]) -> str:
    if "items" in one:
        return f"list of {_type(one['items'])}"
    if "additionalProperties" in one:
        return f"map of {_type(one['additionalProperties'])}"
    if "$ref" in one:
        name = one["$ref"].rpartition(":")[2].rpartition("/")[2]
        return "any" if name == "Any" else f"[{name}](#{name.lower()})"
    return str(one["type"])
