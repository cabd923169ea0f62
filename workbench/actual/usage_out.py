"""A usage file of what was measured, for any Pulumi program: ``./plant cost FILE --usage`` reads it.

Which usage key a billed quantity is depends on the pricer; it is found by asking the pricer: the key is raised, and the
quantity at a price that moves with it, alone, measures it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from cost import estimate
from cost.registry import pricer_of
from cost.usage import LARGEST, RESOURCES, VERSION
from deployment.graph import ResourceGraph
from workbench.actual.bill import ZERO
from workbench.actual.calibration import SETTING_DIGITS, Measures
from workbench.actual.compare import Actual

FAR: Final = Decimal(1_000_000)
"""A key is tried at this and at twice this: beyond what is included, or billed at least."""


def measured_usage(actual: Actual, graph: ResourceGraph, measures: Measures) -> dict[str, dict[str, Decimal]]:
    """URN -> usage key -> what was measured a month. A key that shares its price with another is left out."""
    keys: dict[str, list[str]] = {}
    for urn in sorted({urn for urn, _ in measures.by_resource}):
        pricer = pricer_of(graph.by_urn[urn].type)
        keys[urn] = [] if pricer is None else [key.name for key in pricer.usage if not key.choices]
    zero = {urn: dict.fromkeys(names, ZERO) for urn, names in keys.items()}

    def quantities(name: str, value: Decimal) -> Mapping[tuple[str, str], Decimal]:
        """What is billed when the key `name` of all resources is `value`, and every other key 0."""
        usage = {urn: {**zero[urn], name: value} if name in names else zero[urn] for urn, names in keys.items()}
        basis = actual.estimate.basis
        sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for line in estimate(graph, usage=usage, region=basis.region, on=basis.on).charges:
            sums[line.urn, line.price.name] += line.quantity * line.price.unit_size
        return sums

    movers: dict[tuple[str, str], dict[str, tuple[Decimal, Decimal]]] = defaultdict(dict)
    for name in sorted({name for names in keys.values() for name in names}):
        at_far, at_twice = quantities(name, FAR), quantities(name, 2 * FAR)
        for place, quantity in at_twice.items():
            if (slope := (quantity - at_far[place]) / FAR) > 0:
                movers[place][name] = (slope, at_far[place] - slope * FAR)
    found: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for place, names in sorted(movers.items()):
        if len(names) == 1 and place in measures.by_resource:
            ((name, (slope, without)),) = names.items()
            value = (measures.by_resource[place] - without) / slope
            found[place[0]][name] = SETTING_DIGITS.plus(min(max(ZERO, value), LARGEST))
    return dict(found)


def usage_yaml(usage: Mapping[str, Mapping[str, Decimal]], graph: ResourceGraph, source: str) -> str:
    """The usage file as text; resources by type and name, where that tells them apart."""
    import yaml

    named = Counter(f"{one.type}::{one.name}" for one in graph)
    short = {one.urn: name for one in graph if named[name := f"{one.type}::{one.name}"] == 1}
    document = {
        "version": VERSION,
        RESOURCES: {
            short.get(urn, urn): {key: _number(value) for key, value in sorted(keys.items())}
            for urn, keys in sorted(usage.items())
        },
    }
    head = f"# Measured: {re.sub(r'[^ -~]', '?', source)}\n"
    return head + yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=1000)


def _number(value: Decimal) -> int | float:
    """As YAML writes it; usage files hold plain numbers."""
    return int(value) if value == value.to_integral_value() else float(value)
