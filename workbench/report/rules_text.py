"""The rules themselves, for people: the list of all, and one explained."""

from __future__ import annotations

import difflib
import json
import textwrap
from typing import Final

from deployment.errors import InputError
from policies.registry import every_rule, promises, rules_by_id, rules_by_service
from policies.rule import Rule

WIDTH: Final = 80


def listing() -> str:
    """All rules by service: id, what it does when broken, severity, title, and the controls it answers."""
    lines: list[str] = []
    by_service = {**rules_by_service(), "promises of the story": promises()}
    for service, rule in ((service, rule) for service, found in by_service.items() for rule in found):
        if rule is by_service[service][0]:
            lines += ["", service] if lines else [service]
        lines.append(f"  {rule.id}  [{rule.enforcement.value}, {rule.severity.value}]")
        lines += textwrap.wrap(rule.title, WIDTH, initial_indent="    ", subsequent_indent="    ")
        if rule.frameworks:
            lines += textwrap.wrap(
                ", ".join(rule.frameworks),
                WIDTH,
                initial_indent="    ",
                subsequent_indent="    ",
                break_on_hyphens=False,
            )
    lines += ["", f"{len(every_rule())} rules"]
    return "\n".join(lines)


def listing_json() -> str:
    """All rules as JSON."""
    return json.dumps(
        [
            {
                "id": rule.id,
                "title": rule.title,
                "severity": rule.severity.value,
                "enforcement": rule.enforcement.value,
                "types": list(rule.types),
                "frameworks": list(rule.frameworks),
                "refusedBy": rule.refused_by or None,
                "remediates": rule.remediate is not None,
                "source": rule.source,
            }
            for rule in every_rule()
        ],
        indent=2,
    )


def explanation(rule_id: str) -> str:
    """What the rule wants, why, how to satisfy it, and an example of each kind. Raises InputError."""
    rule = rules_by_id().get(rule_id)
    if rule is None:
        near = difflib.get_close_matches(rule_id, rules_by_id(), n=3)
        hint = f"; did you mean {', '.join(near)}?" if near else "; `./plant check --list` names them"
        raise InputError(f"--explain {rule_id}: no such rule{hint}")
    parts = [
        rule.id,
        _wrapped(f"{rule.title}.".replace("..", ".")),
        f"{rule.enforcement.value}, {rule.severity.value} severity",
        "Why\n" + _wrapped(rule.why),
        "Fix\n" + _wrapped(rule.fix),
    ]
    if rule.remediate is not None:
        parts.append(
            "By itself\n" + _wrapped('Pulumi mends it where pack configuration sets this rule to "remediate".')
        )
    if rule.config_schema:
        settings = (f"{name}: {schema['description']}" for name, schema in rule.config_schema.items())
        parts.append("Settings of its own\n" + "\n".join(map(_wrapped, settings)))
    if rule.types:
        parts.append("Judges\n" + "\n".join(f"  {token}" for token in rule.types))
    if rule.frameworks:
        parts.append("Controls\n" + _wrapped(", ".join(rule.frameworks)))
    if rule.refused_by:
        parts.append("Refused by\n" + _wrapped(rule.refused_by))
    parts += [f"Passes\n{_example(rule, passing=True)}", f"Fails\n{_example(rule, passing=False)}"]
    parts.append(f"Source\n  {rule.source}")
    return "\n\n".join(parts)


def _wrapped(text: str) -> str:
    return textwrap.fill(text, WIDTH, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)


def _example(rule: Rule, *, passing: bool) -> str:
    example = rule.passing if passing else rule.failing
    document = {
        name: {"type": entry[0], "properties": entry[1], **({"options": entry[2]} if len(entry) == 3 else {})}
        for name, entry in example.items()
    }
    return textwrap.indent(json.dumps(document, indent=2, default=str), "  ")
