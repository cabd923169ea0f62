"""What a rule is: a fact about stacks that must hold, with its reason, its remedy and two examples."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from deployment.errors import InputError
from deployment.graph import STACK_TYPE, Resource, ResourceGraph
from deployment.unknown import UNKNOWN
from policies.finding import Enforcement, Severity
from policies.pack import PackConfig

if TYPE_CHECKING:
    from cost import Estimate
    from cost.basis import Basis
    from policies.waivers import WaiverUse


class Problem(NamedTuple):
    """One thing a check found wrong; the runner turns it into a Finding of the rule."""

    message: str
    """What is wrong, the value got, what is allowed, and the property to set."""
    path: str | None = None
    """Property it is about."""
    resource: Resource | None = None
    """Resource it is about, when that is not the one being checked (stack checks: the stack itself)."""
    unknown: bool = False
    """True when the value is not known yet, so that the check could not decide."""


class Context:
    """What a check may look at besides its resource. One is made for each assessment."""

    def __init__(self, graph: ResourceGraph, config: PackConfig | None = None, *, region: str | None = None) -> None:
        self.graph = graph
        self.config = config if config is not None else PackConfig()
        self.region = region
        """Region to price what names none of its own; None for the one that the stack declares."""
        self.waiver_use: WaiverUse | None = None
        """How the waivers were used; set once every other rule has run."""

    @cached_property
    def estimate(self) -> Estimate:
        """What the stack costs; computed once and shared by the budget rules and the caller.

        Raises InputError when the declared cost basis is wrong, or a Region is not known or has no prices.
        """
        from cost import estimate  # the catalogue is read only when a price is asked for

        return estimate(self.graph, limit_usd=self.config.settings.monthly_limit_usd, region=self.region)

    def pointing_at(self, target: Resource, path: str, *types: str) -> Sequence[Resource]:
        """Resources of `types` whose value at `path` is `target`; looked up once for all targets."""
        index = self._pointing.get((path, types))
        if index is None:
            index = self._pointing[path, types] = {}
            for resource in self.graph.of_type(*types):
                for found in self.graph.referenced(resource, path):
                    index.setdefault(found.urn, []).append(resource)
        return index.get(target.urn, ())

    @cached_property
    def _pointing(self) -> dict[tuple[str, tuple[str, ...]], dict[str, list[Resource]]]:
        return {}

    @cached_property
    def cost_basis(self) -> Mapping[str, Any] | None:
        """The root component's registered `costBasis`; None when the program publishes none."""
        for resource in self.graph:
            if not resource.custom:
                basis = resource.outputs.get("costBasis")
                if isinstance(basis, Mapping):
                    return basis
        return None

    def is_reaped(self, token: str) -> bool:
        """True when a reaper in this stack deletes resources of type `token` after each session.

        What the reaper does may not be known yet, in a preview; then it counts for all types, as in the estimate.
        """
        from cost.uptime import ALWAYS_ON

        basis = self._declared_basis
        return basis is not None and basis.uptime != ALWAYS_ON and (basis.reaped is None or token in basis.reaped)

    @cached_property
    def _declared_basis(self) -> Basis | None:
        from cost.basis import basis_of

        try:
            return basis_of(self.graph)
        except InputError:  # which the estimate reports
            return None

    @cached_property
    def parked(self) -> bool:
        """True when the stack says that it is parked: everything billed by the hour is gone on purpose."""
        basis = self.cost_basis or {}
        uptime = basis.get("uptime")
        return isinstance(uptime, Mapping) and uptime.get("parked") is True

    @cached_property
    def is_plant_stack(self) -> bool:
        """True when the stack is this project's own: only then must it hold the story's alarms, contract and so on."""
        return any(resource.type == ROOT_TYPE for resource in self.graph)

    @cached_property
    def stack(self) -> Resource | None:
        """Root resource of the stack, which findings about the whole stack name."""
        found = self.graph.of_type(STACK_TYPE)
        return found[0] if found else None


ROOT_TYPE: Final = "plant:infra:PlantApi"
"""Type token of this project's root component."""

PROVIDER_TYPE: Final = "pulumi:providers:aws"
"""Type token of the AWS provider."""

ANY_TYPE: Final = "*"
"""In `Rule.types`: the check runs on every resource that a provider manages."""

Check: TypeAlias = Callable[[Resource, Context], Iterable[Problem]]
"""Yields what is wrong with one resource."""

StackCheck: TypeAlias = Callable[[Context], Iterable[Problem]]
"""Yields what is wrong with the stack as a whole."""

Remediation: TypeAlias = Callable[[Resource, Mapping[str, Any]], Mapping[str, Any] | None]
"""(resource as the engine sent it, the rule's own entry in pack configuration) -> new inputs, or None when there is
nothing to mend."""

Example: TypeAlias = Mapping[str, tuple[str, Mapping[str, Any]] | tuple[str, Mapping[str, Any], Mapping[str, Any]]]
"""Logical name -> (type token, inputs). ``id:NAME`` and ``arn:NAME`` refer to a resource of the example.

A third item may hold the resource's options (``{"ignoreChanges": [...]}``) and ``dependencies``; a component's inputs
are its outputs.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing that must hold. Exactly one of `check` and `check_stack` is given."""

    id: str
    """Permanent, ``group-what-must-hold``; waivers and pack configuration name it."""
    title: str
    """What must hold, as a statement."""
    severity: Severity
    """How bad it is when broken."""
    enforcement: Enforcement = Enforcement.MANDATORY
    """What the pack does by default; its configuration may say otherwise."""
    why: str
    """The risk, in a sentence or two."""
    fix: str
    """What to change, naming the property to set."""
    source: str
    """Document that the rule rests on."""
    frameworks: tuple[str, ...] = ()
    """Controls this rule answers, e.g. ``checkov:CKV_AWS_91``, ``fsbp:ELB.5``, ``awsguard:elb-logging-enabled``."""
    types: tuple[str, ...] = ()
    """Type tokens `check` runs on; ANY_TYPE for all."""
    check: Check | None = None
    """Judges one resource of `types`."""
    reads_graph: bool = False
    """True when `check` looks at other resources; then the engine runs it once the whole stack is known."""
    check_stack: StackCheck | None = None
    """Judges the stack as a whole."""
    judges_waivers: bool = False
    """True for the rules about waivers themselves, which run last and can't be waived."""
    remediate: Remediation | None = None
    """Mends a resource's inputs; runs only where pack configuration sets the rule to ``remediate``."""
    config_schema: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    """JSON schema of what the rule's own entry in pack configuration may hold, beside ``enforcementLevel``."""
    passing: Example
    """A smallest stack that satisfies the rule."""
    failing: Example
    """A smallest stack that breaks it."""
    example_config: PackConfig | None = None
    """Pack configuration under which the examples are judged, where the default one is not enough."""

    @property
    def group(self) -> str:
        """First word of the id, which is also the folder of its file."""
        return self.id.partition("-")[0]

    @property
    def stack_wide(self) -> bool:
        """True when judging needs more than one resource."""
        return self.check_stack is not None or self.reads_graph

    def problems(self, context: Context) -> Iterable[tuple[Resource | None, Problem]]:
        """Runs the rule over the graph of `context`; pairs each problem with the resource it is about."""
        if self.check_stack is not None:
            for problem in self.check_stack(context):
                yield problem.resource or context.stack, problem
        if self.check is not None:
            for resource in self.resources(context.graph):
                for problem in self.check(resource, context):
                    yield problem.resource or resource, problem

    def resources(self, graph: ResourceGraph) -> Iterable[Resource]:
        """Resources of `graph` that `check` runs on."""
        if ANY_TYPE in self.types:
            return (one for one in graph if one.custom and not one.type.startswith("pulumi:"))
        return (one for token in self.types for one in graph.of_type(token))


def example_graph(example: Example) -> ResourceGraph:
    """Graph of a rule's example, with the ids and ARNs that its references name, in us-east-1."""
    provider = f"urn:pulumi:example::example::{PROVIDER_TYPE}::default"
    resources = [Resource(provider, PROVIDER_TYPE, "default", inputs={"region": "us-east-1"})]
    for name, entry in example.items():
        token, inputs = entry[0], entry[1]
        custom = not token.startswith(("plant:", "pulumi:pulumi:"))
        identity = {"id": f"id:{name}", "arn": f"arn:{name}"} if custom else {}
        options = {"provider": f"{provider}::id"} if custom else {}
        given = dict(entry[2]) if len(entry) == 3 else {}
        resources.append(
            Resource(
                urn=f"urn:pulumi:example::example::{token}::{name}",
                type=token,
                name=name,
                inputs=inputs,
                outputs={**inputs, **identity},
                dependencies=tuple(given.pop("dependencies", ())),
                custom=custom,
                options={**options, **given},
            )
        )
    return ResourceGraph(resources)


def undecided(path: str) -> Problem:
    """Problem that says `path` is not known before the deployment."""
    return Problem(f"{path} is not known until the deployment, so this could not be checked", path, unknown=True)


def is_unknown(value: Any) -> bool:
    """True when `value` is the engine's unknown."""
    return value is UNKNOWN
