"""Judges one stack: runs every rule, applies the waivers and the pack's configuration, and prices it once."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from deployment.day import today_utc
from deployment.errors import SHAPE_ERRORS
from deployment.garbage import no_garbage_collection
from deployment.graph import Resource, ResourceGraph
from deployment.object_lists import MARK, split
from deployment.per_text import forget_many
from deployment.unknown import SECRET, UNKNOWN, Met, watched
from policies import PACK_DIRECTORY
from policies.context import ROOT_TYPE, Context
from policies.finding import Enforcement, Finding, Profile
from policies.pack import load_config
from policies.registry import promises, rules, rules_by_id
from policies.releases import is_newer
from policies.rule import Problem, Rule, undecided
from policies.settings import PackConfig
from policies.side_by_side import findings_of
from policies.waivers import Waiver, WaiverUse, waiver_for

if TYPE_CHECKING:
    from cost import Estimate
    from cost.usage import Usage


class Violation(NamedTuple):
    """A finding and what it means for this stack; a tuple, for a large stack has hundreds of thousands."""

    rule: Rule
    finding: Finding
    enforcement: Enforcement
    """Mandatory blocks. A finding that could not be decided, or is about what the program only reads, is advisory,
    whatever the rule is."""

    def to_json(self) -> dict[str, Any]:
        """As in ``policies.violations`` of the command line's JSON."""
        return {
            "id": self.rule.id,
            "urn": self.finding.urn,
            "message": self.finding.message,
            "enforcement": self.enforcement.value,
            "severity": self.rule.severity.value,
        }


@dataclass(frozen=True, slots=True)
class Waived:
    """A violation that a waiver covers."""

    violation: Violation
    waiver: Waiver

    def to_json(self) -> dict[str, Any]:
        """As in ``policies.waived`` of the command line's JSON."""
        return {
            **self.violation.to_json(),
            "reason": self.waiver.reason,
            "owner": self.waiver.owner,
            "expires": self.waiver.expires.isoformat(),
        }


class Assessment:
    """What the pack says about one stack."""

    def __init__(self, violations: tuple[Violation, ...], waived: tuple[Waived, ...], context: Context) -> None:
        self.violations = violations
        """In the order of the rules, then of the stack's resources."""
        self.waived = waived
        self._context = context

    @cached_property
    def blocked(self) -> bool:
        """True when a mandatory rule is broken: the deployment must not happen."""
        return Enforcement.MANDATORY in [violation.enforcement for violation in self.violations]

    @cached_property
    def passed(self) -> tuple[Rule, ...]:
        """The rules that are on and found nothing, not even what is waived."""
        found = {violation.rule.id for violation in (*self.violations, *(one.violation for one in self.waived))}
        context = self._context
        return tuple(
            rule
            for rule in rules_for(context)
            if rule.id not in found and level_of(rule, context) is not Enforcement.DISABLED
        )

    def worded(self, violations: tuple[Violation, ...]) -> Assessment:
        """The same, told by `violations`."""
        return Assessment(violations, self.waived, self._context)

    @property
    def estimate(self) -> Estimate:
        """What the stack costs, as the budget rules saw it. Raises InputError when it can't be priced."""
        return self._context.estimate

    @property
    def root(self) -> Resource | None:
        """The root component of our own program; None in a program of somebody else's."""
        return next(iter(self._context.graph.of_type(ROOT_TYPE)), None)

    def to_json(self) -> dict[str, Any]:
        """The ``policies`` object of the command line's JSON."""
        return {
            "violations": [violation.to_json() for violation in self.violations],
            "waived": [waived.to_json() for waived in self.waived],
        }


def assess(
    graph: ResourceGraph,
    config: PackConfig | None = None,
    *,
    today: datetime.date | None = None,
    region: str | None = None,
    usage: Usage | None = None,
    tells_ways: bool = True,
) -> Assessment:
    """Judges `graph` under `config` (default: the pack configuration of the graph's own project).

    `today` decides which waivers have expired and which versions cost extended support; default: the current day in
    UTC. `region` prices what names no Region of its own, `usage` are numbers of use beside what the stack declares.
    Who asks only what is broken needs no `tells_ways`: what brings a stack back within its budget.
    Raises InputError when the pack's configuration or waivers file is wrong.
    """
    forget_many()
    day = today or today_utc()
    context = Context(
        graph,
        config if config is not None else config_of(graph),
        region=region,
        today=day,
        usage=usage,
        tells_ways=tells_ways,
    )
    violations: list[Violation] = []
    waived: list[Waived] = []
    with no_garbage_collection():  # the rules make many small objects, and hardly a cycle
        asked = rules_for(context)
        judging = [rule for rule in asked if not rule.judges_waivers]
        for rule, findings in zip(judging, findings_of(judging, context, run_rule), strict=True):
            _sort(findings, rule, context, day, violations, waived)
        context.waiver_use = waiver_use(context, day, waived)
        for rule in asked:
            if rule.judges_waivers:
                _sort(run_rule(rule, context), rule, context, day, violations, waived)
    return Assessment(tuple(violations), tuple(waived), context)


def rules_for(context: Context) -> tuple[Rule, ...]:
    """The rules, and in this project's own stacks the promises, unless their profile is baseline."""
    promised = context.is_plant_stack and context.profile is Profile.STRICT
    return (*promises(), *rules()) if promised else rules()


def level_of(rule: Rule, context: Context) -> Enforcement:
    """What the pack does where `rule` is broken.

    Its configuration decides in the strict profile. In the baseline it may lower what blocks there, and raise nothing.
    A rule that is newer than the configuration wants advises: the engine tells its packs no more than one level.
    """
    config = context.config
    configured = config.enforcement_of(rule.id, rule.enforcement)
    advises = (context.profile is Profile.BASELINE and rule.risk is None) or is_newer(rule, config.settings)
    if configured is Enforcement.MANDATORY and advises:
        return Enforcement.ADVISORY
    return configured


def _sort(
    findings: Iterable[Finding],
    rule: Rule,
    context: Context,
    day: datetime.date,
    violations: list[Violation],
    waived: list[Waived],
) -> None:
    level = level_of(rule, context)
    if level is Enforcement.DISABLED:
        return
    only_read = context.once(_only_read)
    waivers = () if rule.judges_waivers else [one for one in context.config.waivers if one.rule == rule.id]
    for finding in findings:
        advises = finding.unknown or finding.urn in only_read
        violation = Violation(rule, finding, Enforcement.ADVISORY if advises else level)
        waiver = waiver_for(waivers, rule.id, finding.urn, day, context.is_reaped) if waivers else None
        if waiver is None:
            violations.append(violation)
        else:
            waived.append(Waived(violation, waiver))


def _only_read(context: Context) -> frozenset[str]:
    """URNs of what another program manages and this one reads (``get``), so can't mend.

    The engine shows its packs no such resource in `preview` and `up` (pulumi/pulumi#3950), so nothing blocks there; a
    state in which all is only read, as one of discovered resources is, still gets advice.
    """
    return frozenset(resource.urn for resource in context.graph if resource.options.get("external"))


def run_rule(rule: Rule, context: Context) -> list[Finding]:
    """What `rule` finds in the graph of `context`.

    A file from outside can hold anything. Where a property has a shape that the rule can't read, the
    rule fails closed: that is a finding, not a crash and not a pass. Where it came across a value that is secret
    or not known yet, and found nothing wrong, it has not decided.
    """
    findings = []
    try:
        with watched() as watch:
            for resource, problem in rule.problems(context):
                message = _why_open(problem, resource) if problem.unknown else problem.message
                urn, path = resource.urn if resource is not None else "", problem.path
                if MARK in urn:
                    urn, inside = split(urn)
                    message = f"{inside}: {message}"
                    path = f"{inside}.{path}" if path else path
                findings.append(Finding(rule.id, urn, message, path, problem.unknown, problem.remedy))
        if rule.walks and UNKNOWN in watch.met.values():
            findings = [finding._replace(unknown=True) for finding in findings]
        if watch.met:
            findings.extend(_undecided(rule, findings, watch.met, context))
    except SHAPE_ERRORS as error:
        urn = context.stack.urn if context.stack is not None else ""
        reason = f"a property has a shape that this rule can't read ({type(error).__name__}: {error})"
        findings.append(Finding(rule.id, urn, f"not judged, so not passed: {reason}"))
    return findings


def _why_open(problem: Problem, resource: Resource | None) -> str:
    """Message of a `problem` that could not be decided: a secret is called one, whatever the rule took it for."""
    if resource is None or problem.path is None or SECRET not in resource.peek(problem.path):
        return problem.message
    return undecided(problem.path, SECRET).message


def _undecided(rule: Rule, findings: Sequence[Finding], met: Met, context: Context) -> Iterator[Finding]:
    """For each resource that nothing was found about: the first value of it that `rule` could not read."""
    told = {finding.urn for finding in findings}
    stack = context.stack.urn if context.stack is not None else ""
    for (urn, path), value in met.items():
        about = split(urn)[0] or stack
        if about not in told:
            told.add(about)
            problem = undecided(path or "a part of a property that this rule reads", value)
            yield Finding(rule.id, about, problem.message, path or None, unknown=True)


def waiver_use(context: Context, day: datetime.date, waived: list[Waived]) -> WaiverUse:
    """Which waivers have expired, name no rule, or cover nothing in this stack."""
    urn = context.stack.urn if context.stack is not None else ""
    here = [waiver for waiver in context.config.waivers if waiver.in_stack(urn)]
    known = rules_by_id()
    used = {id(entry.waiver) for entry in waived}

    def meant(waiver: Waiver) -> bool:
        """One for every stack is only unused where what it covers is there, and needs it no more."""
        ending = waiver.ending
        return bool(waiver.stacks) or any(
            waiver.covers(waiver.rule, urn, context.is_reaped)
            for urn in context.graph.by_urn  # by which each is looked through in half the time
            if urn.endswith(ending)
        )

    return WaiverUse(
        expired=tuple(waiver for waiver in here if waiver.expired(day)),
        unknown=tuple(waiver for waiver in here if waiver.rule not in known),
        unused=tuple(
            waiver
            for waiver in here
            if waiver.rule in known and not waiver.expired(day) and id(waiver) not in used and meant(waiver)
        ),
    )


def config_of(graph: ResourceGraph, folder: Path = PACK_DIRECTORY) -> PackConfig:
    """Configuration that the pack in `folder` has for the stack that `graph` is. Raises InputError when it is wrong."""
    stack, project = _names(graph)
    return load_config(project, stack, folder)


def stack_name(graph: ResourceGraph) -> str | None:
    """Name of the stack that `graph` belongs to; None for an empty graph."""
    return _names(graph)[0] or None


def project_name(graph: ResourceGraph) -> str | None:
    """Name of the project that `graph` belongs to; None for an empty graph."""
    return _names(graph)[1] or None


def _names(graph: ResourceGraph) -> tuple[str, str]:
    """Stack and project, read from the first URN; empty where there is none."""
    for resource in graph:
        if resource.urn.startswith("urn:pulumi:"):
            stack, project, *_ = [*resource.urn.removeprefix("urn:pulumi:").split("::"), ""]
            return stack, project
    return "", ""
