"""The preview of one stack: what is declared, what changes, what it costs and what the policies say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cost.money import text
from deployment.graph import ResourceGraph
from deployment.reader import graph_from_json
from deployment.urn import name_of
from policies.finding import WAYS_APART
from workbench.preview.changes import Change, compare, counts
from workbench.preview.synthesis import REPOSITORY, synthesize
from workbench.report.money import dollars

if TYPE_CHECKING:
    from cost import Estimate
    from policies.assess import Assessment, Violation
    from workbench.simulate.predict import Prediction


SEVERITIES: Final = ("critical", "high", "medium", "low")


@dataclass(frozen=True)
class Preview:
    """All that a person needs before they deploy."""

    stack: str
    graph: ResourceGraph
    changes: list[Change]
    assessment: Assessment
    base: str | None = None
    """What was compared with; None: with nothing, so everything is created."""
    base_graph: ResourceGraph | None = None
    base_estimate: Estimate | None = None
    base_gone: tuple[str, ...] = ()
    """Stacks of a base that has none of this name, which are not here any more: one of them may be this one."""
    prediction: Prediction | None = None
    """What queueing theory says of the declared peak; None where no fleet is declared."""
    overrides: Mapping[str, str] = field(default_factory=dict)
    """Configuration that was set for this preview only."""

    @property
    def estimate(self) -> Estimate:
        """What the stack would cost."""
        return self.assessment.estimate

    @property
    def verdict(self) -> str:
        """``pass`` or ``blocked``."""
        return "blocked" if self.assessment.blocked else "pass"

    @cached_property
    def blocking(self) -> tuple[Violation, ...]:
        """What blocks, the worst first."""
        found = [one for one in self.assessment.violations if one.enforcement.value == "mandatory"]
        return tuple(sorted(found, key=lambda one: SEVERITIES.index(one.rule.severity.value)))

    @property
    def reason(self) -> str:
        """Why the verdict is what it is, in a sentence."""
        found = self.estimate
        budget = f"the budget of {dollars(found.budget_usd)} a month"
        if self.blocking:
            first = self.blocking[0]
            more = f"; {len(self.blocking) - 1} more below" if len(self.blocking) > 1 else ""
            return f"{name_of(first.finding.urn)}: {first.finding.message.partition('; ')[0]}{more}"
        alone = (
            f"; without the account's allowances {dollars(found.total_usd('expected', allowances=False))} is expected"
        )
        if found.bounded_usd > found.budget_usd:
            braked = " with the spend brake" if found.basis.brake else ""
            return (
                f"expected {dollars(found.expected_usd)} is within {budget}, as are {self.within_percent} % of sampled "
                f"months; the worst case, {dollars(found.bounded_usd)}{braked}, is above it, which is advice here and "
                f"does not block{alone}"
            )
        return (
            f"expected {dollars(found.expected_usd)} and worst case {dollars(found.worst_case_usd)} are within "
            f"{budget}{alone}"
        )

    @cached_property
    def within_percent(self) -> Decimal:
        """Share of sampled months that end within the budget."""
        from cost.quantiles import quantiles

        return quantiles(self.estimate).within_budget_percent

    @property
    def remedies(self) -> tuple[str, ...]:
        """What to change, one for each rule that blocks: the finding's own remedy, else the rule's."""
        found: dict[str, str] = {}
        for violation in self.blocking:
            found.setdefault(violation.rule.id, violation.finding.remedy or violation.rule.fix)
        return tuple(found.values())

    @property
    def hours_told(self) -> str:
        """What the dollars are for, and how far the budget goes."""
        if self.estimate.basis.parked:
            return "parked: nothing is billed by the hour; what stays is priced for the month"
        return f"{self.estimate.hours_priced}; {self.estimate.bought_told}"

    def delta_usd(self, change: Change) -> Decimal:
        """By how much a change raises (or lowers) the expected month."""
        before = self.base_estimate.by_urn if self.base_estimate else {}
        old = before.get(change.was_named or change.resource.urn, Decimal(0))
        return self.estimate.by_urn.get(change.resource.urn, Decimal(0)) - old

    def worst_case_delta_usd(self, change: Change) -> Decimal:
        """By how much a change raises (or lowers) the worst case."""
        old = self._worst_case_before.get(change.was_named or change.resource.urn, Decimal(0))
        return self.worst_case_by_urn.get(change.resource.urn, Decimal(0)) - old

    @property
    def dearer(self) -> list[tuple[Change, Decimal, Decimal]]:
        """What costs more or less than before, unchanged resources included (a price goes by what others do): expected
        and worst case, the largest difference first."""
        found = [(change, self.delta_usd(change), self.worst_case_delta_usd(change)) for change in self.changes]
        found = [entry for entry in found if entry[1] or entry[2]]
        return sorted(found, key=lambda entry: (-max(abs(entry[1]), abs(entry[2])), entry[0].resource.urn))

    @cached_property
    def worst_case_by_urn(self) -> Mapping[str, Decimal]:
        """URN -> worst case of the resource at list price, allowances aside."""
        return _worst_case_by_urn(self.estimate)

    @cached_property
    def _worst_case_before(self) -> Mapping[str, Decimal]:
        return {} if self.base_estimate is None else _worst_case_by_urn(self.base_estimate)

    def to_json(self) -> dict[str, Any]:
        """The stable JSON of design.md section 9, with what changes about each resource."""
        return {
            "stack": self.stack,
            "base": self.base,
            "baseGone": list(self.base_gone),
            "reason": self.reason,
            "remedies": list(self.remedies),
            "hours": self.hours_told,
            "changes": counts(self.changes),
            "resources": [self._resource_json(change) for change in self.changes],
            "cost": self.estimate.to_json(),
            "baseCost": None if self.base_estimate is None else _figures(self.base_estimate),
            "policies": self.assessment.to_json(),
            "rulesPassed": len(self.assessment.passed),
            "fixes": self._fixes(),
            "prediction": None if self.prediction is None else self.prediction.line(),
            "verdict": self.verdict,
        }

    def _fixes(self) -> dict[str, str]:
        """Rule id -> how to satisfy it: by the stack's settings where they are known, and not told in the message."""
        ways: dict[str, dict[str, None]] = defaultdict(dict)
        for one in self.assessment.violations:
            remedy = one.finding.remedy
            ways[one.rule.id][remedy if remedy and remedy not in one.finding.message else one.rule.fix] = None
        return {rule: WAYS_APART.join(found) for rule, found in ways.items()}

    def _resource_json(self, change: Change) -> dict[str, Any]:
        resource = change.resource
        entry: dict[str, Any] = {
            "urn": resource.urn,
            "type": resource.type,
            "name": resource.name,
            "parent": resource.parent,
            "operation": change.operation.value,
            "monthly": text(self.estimate.by_urn.get(resource.urn, Decimal(0))),
            "worstCase": text(self.worst_case_by_urn.get(resource.urn, Decimal(0))),
        }
        if self.base is not None:
            entry["monthlyDelta"] = text(self.delta_usd(change))
            entry["worstCaseDelta"] = text(self.worst_case_delta_usd(change))
        if change.properties:
            entry["properties"] = [
                {
                    "path": found.path,
                    "old": _jsonable(found.old),
                    "new": _jsonable(found.new),
                    "forcesReplacement": found.forces_replacement,
                }
                for found in change.properties
            ]
        return entry


def preview(
    stack: str,
    overrides: Mapping[str, str],
    base: str | None = None,
    *,
    root: Path = REPOSITORY,
    progress: Callable[[str], None] = lambda message: None,
) -> Preview:
    """Preview `stack` with configuration `overrides`, compared with `base` (a file or a git ref).

    `progress` is told what is being done. Raises InputError for whatever the user has to mend.
    """
    progress(f"declaring {stack}")
    graph = graph_from_json(synthesize(stack, overrides=overrides, root=root), f"Pulumi.{stack}.yaml")
    old = None
    gone: tuple[str, ...] = ()
    if base is not None:
        from workbench.preview.base import base_graph, gone_stacks

        progress(f"declaring {stack} at {base}")
        old = base_graph(base, stack, root)
        gone = gone_stacks(base, root) if old is None else ()
    changes = compare(old, graph)
    progress("pricing and judging")
    from cost import estimate
    from policies.assess import assess
    from policies.context import ROOT_TYPE
    from workbench.simulate.predict import predict

    assessment = assess(graph)
    if assessment.violations and graph.of_type(ROOT_TYPE):
        from workbench.preview.causes import with_causes

        progress("looking for the setting to change")
        assessment = with_causes(assessment, stack, overrides, root)
    return Preview(
        stack=stack,
        graph=graph,
        changes=changes,
        assessment=assessment,
        base=base,
        base_graph=old,
        base_gone=gone,
        # A base that names no region is priced where the stack is.
        base_estimate=None if old is None else estimate(old, region=assessment.estimate.basis.region),
        prediction=predict(graph, region=assessment.estimate.basis.region),
        overrides=overrides,
    )


def _worst_case_by_urn(estimate: Estimate) -> Mapping[str, Decimal]:
    found: dict[str, Decimal] = defaultdict(Decimal)
    for line in estimate.charges:
        found[line.urn] += line.worst_case_usd
    return found


def _figures(estimate: Estimate) -> dict[str, str | None]:
    """The figures of `estimate`, as in the "cost" object."""
    found = estimate.to_json()
    return {name: found[name] for name in ("floor", "expected", "worstCase", "worstCaseWithBrake", "listAlwaysOn")}


def _jsonable(value: Any) -> Any:
    """`value` with the model's sentinels (UNKNOWN, SECRET) by their names."""
    if isinstance(value, (str, int, float, bool)) or value is None:
        return value
    if isinstance(value, Mapping):
        return {key: _jsonable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_jsonable(item) for item in value]
    return f"[{str(value).lower()}]"
