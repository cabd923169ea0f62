"""Which setting breaks a rule: the stack is declared without it, and judged again.

Rules speak of resources and properties, as they do for every program; whoever previews this one writes settings. What
is told has been tried: with it the finding is gone, and no other rule blocks instead.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, TypeAdapter

from deployment.errors import InputError
from policies.finding import Enforcement
from workbench.preview.settings import settings_of
from workbench.preview.stackfile import full_key, read_stack

if TYPE_CHECKING:
    from policies.assess import Assessment, Violation

SETTING: Final = "plant:"
"""Beginning of a setting's name, in a stack file and in messages that name it already."""
MOST_TRIALS: Final = 12
"""Stacks that are declared to find out; each takes about a second."""
MOST_TOGETHER: Final = 3
"""Settings that are told together."""
LONGEST: Final = 60
"""Characters of a value that is told."""

Key = tuple[str, str]
"""Rule and resource."""


def with_causes(assessment: Assessment, stack: str, overrides: Mapping[str, str], root: Path) -> Assessment:
    """`assessment` of our own `stack`, its findings with the setting to change where one breaks the rule.

    What says so itself, with the value, stays as it is, as does advice that no override brought about: its reason is
    the design's.
    """
    asked = {_key(one) for one in assessment.violations if _is_open(one, overrides)}
    if not asked:
        return assessment
    trials = _Trials(stack, overrides, root, assessment)
    told = {key: way for key in sorted(asked) if (way := trials.way(key))}
    return assessment.worded(
        tuple(
            one._replace(finding=one.finding._replace(remedy=told[_key(one)])) if _key(one) in told else one
            for one in assessment.violations
        )
    )


def _key(violation: Violation) -> Key:
    return violation.rule.id, violation.finding.urn


def _is_open(violation: Violation, overrides: Mapping[str, str]) -> bool:
    finding = violation.finding
    if (
        finding.unknown
        or SETTING in finding.remedy
        or (finding.rule_id.startswith("cost-") and SETTING in finding.what)
    ):
        return False
    is_advice_of_an_option = bool(overrides) and not finding.rule_id.startswith("cost-")
    return violation.enforcement is Enforcement.MANDATORY or is_advice_of_an_option


@dataclass
class _Trials:
    """The stack with some of its settings taken back, each set of them tried once."""

    stack: str
    overrides: Mapping[str, str]
    root: Path
    assessment: Assessment
    tried: dict[frozenset[str], tuple[frozenset[Key], frozenset[str]] | None] = field(default_factory=dict)
    """Settings that are taken back -> what is broken then, and the resources that are there; None: no such stack."""

    def __post_init__(self) -> None:
        own = read_stack(self.root, self.stack, {})
        self.given = {full_key(key, own.project): key for key in self.overrides}
        """Full name -> how --config named it."""
        self.written = {
            key: text for key, text in _written(own.config) if not any(key.startswith(one) for one in self.given)
        }
        """Setting of the stack file -> its default."""
        self.blocking = frozenset(
            _key(one) for one in self.assessment.violations if one.enforcement is Enforcement.MANDATORY
        )

    def way(self, key: Key) -> str:
        """What to set, so that the finding is gone; "" where no few settings do that."""
        groups = [tuple(group) for _, group in groupby(self.written, lambda name: name.partition(".")[0])]
        for settings in (tuple(self.given), *groups):
            if settings and self.mends(settings, key):
                found = self.narrowed(settings, key)
                return self.told(found) if len(found) <= MOST_TOGETHER else ""
        return ""

    def narrowed(self, settings: Sequence[str], key: Key) -> Sequence[str]:
        """The part of `settings` that does it, halved as long as one half does."""
        while len(settings) > 1:
            middle = len(settings) // 2
            halves = (settings[:middle], settings[middle:])
            half = next((half for half in halves if self.mends(half, key)), None)
            if half is None:
                break
            settings = half
        return settings

    def mends(self, settings: Sequence[str], key: Key) -> bool:
        """Whether the finding is gone without `settings`, its resource is there, and nothing else blocks."""
        found = self.without(frozenset(settings))
        if found is None:
            return False
        broken, there = found
        return key not in broken and key[1] in there and broken <= self.blocking

    def without(self, settings: frozenset[str]) -> tuple[frozenset[Key], frozenset[str]] | None:
        """What blocks without `settings`, with what advises of those asked for, and the resources that are there."""
        if settings not in self.tried:
            if len(self.tried) >= MOST_TRIALS:
                return None
            self.tried[settings] = self.judged(settings)
        return self.tried[settings]

    def judged(self, settings: frozenset[str]) -> tuple[frozenset[Key], frozenset[str]] | None:
        from deployment.reader import graph_from_json
        from policies.assess import assess
        from workbench.preview.synthesis import synthesize

        try:
            declared = synthesize(self.stack, overrides=self.reset(settings), root=self.root)
        except InputError:
            return None  # settings that need each other
        graph = graph_from_json(declared, f"Pulumi.{self.stack}.yaml")
        known = {_key(one) for one in self.assessment.violations}
        broken = {
            _key(one)
            for one in assess(graph, tells_ways=False).violations
            if one.enforcement is Enforcement.MANDATORY or _key(one) in known
        }
        return frozenset(broken), frozenset(graph.by_urn)

    def reset(self, settings: frozenset[str]) -> dict[str, str]:
        """The overrides without `settings`, and with the default of what the file sets."""
        kept = {key: self.overrides[key] for name, key in self.given.items() if name not in settings}
        return kept | {name: text for name, text in self.written.items() if name in settings}

    def told(self, settings: Sequence[str]) -> str:
        """Each of `settings` with the value that it gets and the one that it has."""
        old = settings_of(self.stack, self.overrides, self.root).model_dump(mode="json")
        new = settings_of(self.stack, self.reset(frozenset(settings)), self.root).model_dump(mode="json")
        return " and ".join(_set(name, _at(new, name), _at(old, name)) for name in settings)


def _set(name: str, new: Any, old: Any) -> str:
    shown = [json.dumps(value, ensure_ascii=False) for value in (new, old)]
    if new is None or len(shown[0]) > LONGEST:
        return f"leave {name} as it was" if new is not None else f"leave {name} out"
    instead = "" if len(shown[1]) > LONGEST else f" instead of {shown[1]}"
    return f"set {name} to {shown[0]}{instead}"


def _at(document: Any, name: str) -> Any:
    """The value of the setting `name` in all settings; None where there is none."""
    for step in name.removeprefix(SETTING).split("."):
        document = document.get(step) if isinstance(document, dict) else None
    return document


def _written(config: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What a stack file sets and might leave out: name, and the default as an override gives it."""
    from infra.settings.loading import GROUPS

    for group, model in GROUPS.items():
        try:
            values = json.loads(config.get(f"{SETTING}{group}", "{}"))
        except ValueError:
            continue
        yield from _defaults(f"{SETTING}{group}", model, values)


def _defaults(prefix: str, model: type[BaseModel], values: Any) -> Iterator[tuple[str, str]]:
    for name, value in values.items() if isinstance(values, dict) else ():
        found = model.model_fields.get(name)
        if found is None:
            continue
        nested = found.annotation
        if isinstance(nested, type) and issubclass(nested, BaseModel):
            yield from _defaults(f"{prefix}.{name}", nested, value)
        elif not found.is_required():
            kind: TypeAdapter[Any] = TypeAdapter(nested or Any)
            default = kind.dump_python(found.get_default(call_default_factory=True), mode="json")
            if default != value:
                yield f"{prefix}.{name}", json.dumps(default)
