"""What a stack file may say, for editors (JSON schema) and for people (docs/settings.md), from the settings' models."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from infra.settings import Settings
from infra.settings.loading import GROUPS, NAMESPACE, REGION_KEY

SCHEMA_FILE: Final = "docs/Pulumi.stack.schema.json"
MODELINE: Final = f"# yaml-language-server: $schema={SCHEMA_FILE}"
"""First line of a stack file, by which editors find the schema (github.com/redhat-developer/yaml-language-server)."""

Schema = Mapping[str, Any]


def stack_file_schema() -> dict[str, Any]:
    """JSON schema (2020-12) of `Pulumi.<stack>.yaml`: this program's groups; what Pulumi writes is free."""
    whole = Settings.model_json_schema()
    properties = dict(whole["properties"])
    groups = {f"{NAMESPACE}:{name}": properties[name] for name in GROUPS}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Stack file of the Plant API stack",
        "description": "Made by ./plant docs from infra/settings/.",
        "type": "object",
        "properties": {
            "config": {
                "type": "object",
                "properties": {REGION_KEY: properties["region"], **groups},
                # A group that is misspelt is an error of the program; other packages' keys are not ours to judge.
                "patternProperties": {f"^(?!{NAMESPACE}:)[^:]+:": {}},
                "additionalProperties": False,
            }
        },
        "$defs": whole["$defs"],
    }


def settings_page() -> str:
    """docs/settings.md: every setting with its values, default and meaning."""
    schema = Settings.model_json_schema()
    name = SCHEMA_FILE.rpartition("/")[2]
    lines = [
        "# Settings",
        "",
        "What `Pulumi.<stack>.yaml` may say. Made by `./plant docs` from `infra/settings/`; an editor that knows YAML",
        f"schemas completes and checks the same ([{name}]({name})).",
        "`./plant preview -c plant:fleet.max_size=4 --base HEAD` shows what a value does to the bill.",
    ]
    for name in GROUPS:
        group = _resolved(schema["properties"][name], schema)
        lines += ["", f"## plant:{name}", "", group["description"], ""]
        lines += ["| setting | values | default | meaning |", "|---|---|---|---|"]
        lines += [f"| {' | '.join(row)} |" for row in _rows("", group, schema)]
    return "\n".join(lines) + "\n"


def _rows(prefix: str, group: Schema, whole: Schema) -> Iterator[tuple[str, str, str, str]]:
    required = group.get("required", ())
    for name, given in group["properties"].items():
        found = _resolved(given, whole)
        key = f"{prefix}{name}"
        inner, suffix = _inner(found, whole)
        meaning = _cell(given.get("description") or found.get("description", ""))
        default = "required" if name in required else _default(given)
        if inner is None:
            yield f"`{key}`", _values(found, whole), default, meaning
        else:
            yield f"`{key}`", "a list of these" if suffix else "a group", default if suffix else "", meaning
            yield from _rows(f"{key}{suffix}.", inner, whole)


def _inner(found: Schema, whole: Schema) -> tuple[Schema | None, str]:
    """The group in `found`, and what stands for its place in a list."""
    for candidate in (found, *(_resolved(one, whole) for one in found.get("anyOf", ()))):
        if candidate.get("type") == "array":
            item = _resolved(candidate.get("items", {}), whole)
            return (item, "[N]") if "properties" in item else (None, "")
        if "properties" in candidate:
            return candidate, ""
    return None, ""


def _resolved(found: Schema, whole: Schema) -> Schema:
    reference = found.get("$ref")
    return whole["$defs"][reference.rpartition("/")[2]] if reference else found


def _default(given: Schema) -> str:
    if "default" not in given or given["default"] is None:
        return "none"
    value = given["default"]
    if isinstance(value, list):
        return ", ".join(f"`{json.dumps(one) if isinstance(one, dict) else one}`" for one in value) or "none"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _values(found: Schema, whole: Schema) -> str:
    options = [_resolved(one, whole) for one in found.get("anyOf", ())]
    if options:
        # A decimal number may be written as a number or as text; the two say the same.
        kinds = [_values(one, whole) for one in options if one.get("type") not in ("null", "string")]
        texts = [_values(one, whole) for one in options if one.get("type") == "string"]
        return " or ".join(dict.fromkeys(kinds or texts))
    if "enum" in found:
        return ", ".join(f"`{one}`" for one in found["enum"])
    if "const" in found:
        return f"`{found['const']}`"
    kind = found.get("type", "")
    if kind == "array":
        items = _resolved(found.get("items", {}), whole)
        return f"list of {_values(items, whole)}{_size(found, 'minItems', 'maxItems')}"
    if kind in ("integer", "number"):
        return ("whole number" if kind == "integer" else "number") + _bounds(found)
    return {"boolean": "`true`, `false`", "string": "text"}.get(kind, kind or "any")


def _bounds(found: Schema) -> str:
    low, above = found.get("minimum"), found.get("exclusiveMinimum")
    high, below = found.get("maximum"), found.get("exclusiveMaximum")
    parts = [
        f"{word} {value:,.12g}"
        for word, value in (("from", low), ("over", above), ("to", high), ("under", below))
        if value is not None
    ]
    return f" {' '.join(parts)}" if parts else ""


def _size(found: Schema, least: str, most: str) -> str:
    low, high = found.get(least), found.get(most)
    return f" ({low or 0} to {high})" if high is not None else f" ({low} or more)" if low else ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
