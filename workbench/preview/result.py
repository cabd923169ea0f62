"""The preview of one stack: what is declared, what changes, what it costs and what the policies say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cost.money import text
from deployment.graph import ResourceGraph
from deployment.reader import graph_from_json
from workbench.preview.changes import Change, compare, counts
from workbench.preview.synthesis import REPOSITORY, synthesize

if TYPE_CHECKING:
    from cost import Estimate
    from policies.assess import Assessment
    from workbench.simulate.predict import Prediction


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
    prediction: Prediction | None = None
    """What queueing theory says of the declared peak; None where no fleet is declared."""

    @property
    def estimate(self) -> Estimate:
        """What the stack would cost."""
        return self.assessment.estimate

    @property
    def verdict(self) -> str:
        """``pass`` or ``blocked``."""
        return "blocked" if self.assessment.blocked else "pass"

    @property
    def hours_told(self) -> str:
        """What the dollars are for, and how far the budget goes."""
        if self.estimate.basis.parked:
            return "parked: nothing is billed by the hour; what stays is priced for the month"
        return (
            f"{self.estimate.uptime_hours:.0f} h of uptime are priced; "
            f"the budget buys {self.estimate.hours_bought:.0f} h"
        )

    def delta_usd(self, change: Change) -> Decimal:
        """By how much a change raises (or lowers) the expected month."""
        before = self.base_estimate.by_urn if self.base_estimate else {}
        old = before.get(change.was_named or change.resource.urn, Decimal(0))
        return self.estimate.by_urn.get(change.resource.urn, Decimal(0)) - old

    def to_json(self) -> dict[str, Any]:
        """The stable JSON of design.md section 9, with what changes about each resource."""
        return {
            "stack": self.stack,
            "base": self.base,
            "changes": counts(self.changes),
            "resources": [self._resource_json(change) for change in self.changes],
            "cost": self.estimate.to_json(),
            "policies": self.assessment.to_json(),
            "prediction": None if self.prediction is None else self.prediction.line(),
            "verdict": self.verdict,
        }

    def _resource_json(self, change: Change) -> dict[str, Any]:
        resource = change.resource
        entry: dict[str, Any] = {
            "urn": resource.urn,
            "type": resource.type,
            "name": resource.name,
            "parent": resource.parent,
            "operation": change.operation.value,
            "monthly": text(self.estimate.by_urn.get(resource.urn, Decimal(0))),
        }
        if self.base is not None:
            entry["monthlyDelta"] = text(self.delta_usd(change))
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
    if base is not None:
        from workbench.preview.base import base_graph

        progress(f"declaring {stack} at {base}")
        old = base_graph(base, stack, root)
    changes = compare(old, graph)
    progress("pricing and judging")
    from cost import estimate
    from policies.assess import assess
    from workbench.simulate.predict import predict

    assessment = assess(graph)
    return Preview(
        stack=stack,
        graph=graph,
        changes=changes,
        assessment=assessment,
        base=base,
        base_graph=old,
        # A base that names no region is priced where the stack is.
        base_estimate=None if old is None else estimate(old, region=assessment.estimate.basis.region),
        prediction=predict(graph),
    )


def _jsonable(value: Any) -> Any:
    """`value` with the model's sentinels (UNKNOWN, SECRET) by their names."""
    if isinstance(value, (str, int, float, bool)) or value is None:
        return value
    if isinstance(value, Mapping):
        return {key: _jsonable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_jsonable(item) for item in value]
    return f"[{str(value).lower()}]"
