"""What a rule is: a fact about stacks that must hold, with its reason, its remedy and its examples."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, NamedTuple, TypeAlias

from deployment.errors import SHAPE_ERRORS
from deployment.graph import Resource, ResourceGraph
from deployment.unknown import SECRET, Watch, watching
from policies.context import Context, Kind
from policies.examples import Example
from policies.finding import Enforcement, Profile, Risk, Severity
from policies.settings import PackConfig


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
    remedy: str = ""
    """What to set here and now, where that depends on more than the rule; `message` has it, too."""


ANY_OF_AWS: Final = "aws:*"
ANY_OBJECT: Final = "kubernetes:*"
"""In `Rule.types`: the check runs on every resource that the provider manages."""

Check: TypeAlias = Callable[[Resource, Context], Iterable[Problem]]
"""Yields what is wrong with one resource."""

StackCheck: TypeAlias = Callable[[Context], Iterable[Problem]]
"""Yields what is wrong with the stack as a whole."""

Remediation: TypeAlias = Callable[[Resource, Mapping[str, Any]], Mapping[str, Any] | None]
"""(resource as the engine sent it, the rule's own entry in pack configuration) -> new inputs, or None when there is
nothing to mend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing that must hold. Exactly one of `check` and `check_stack` is given."""

    id: str
    """Permanent, ``topic-what-must-hold``; waivers and pack configuration name it."""
    title: str
    """What must hold, as a statement."""
    severity: Severity
    """How bad it is when broken."""
    risk: Risk | None = None
    """What it does to anybody's stack when broken; None: to those of this project only, and advice for others."""
    enforcement: Enforcement = Enforcement.MANDATORY
    """What the pack does in the strict profile; its configuration may say otherwise."""
    why: str
    """The danger, in a sentence or two."""
    fix: str
    """What to change, naming the property to set."""
    source: str
    """Document that the rule rests on."""
    frameworks: tuple[str, ...] = ()
    """Controls this rule answers, e.g. ``checkov:CKV_AWS_91``, ``fsbp:ELB.5``, ``awsguard:elb-logging-enabled``."""
    refused_by: str = ""
    """Which call refuses what breaks the rule, and how: ``wafv2 CreateRuleGroup: WAFLimitsExceededException``."""
    types: tuple[str, ...] = ()
    """Type tokens `check` runs on; ANY_OF_AWS or ANY_OBJECT for all of a provider."""
    check: Check | None = None
    """Judges one resource of `types`."""
    reads: tuple[str, ...] = ()
    """Properties by which alone, and by what the stack holds whatever the resource, `check` judges: of many resources
    that hold the same ones is judged. None where it looks at more."""
    kind: Kind | None = None
    """The same where that is not told by properties: of many resources of one kind one is judged, whatever `reads` says
    besides. What is found is told of the resource itself, never of another that a problem names."""
    only_with: tuple[str, ...] = ()
    """Properties of which a resource needs one for `check` to have anything to judge, if not all are judged."""
    reads_graph: bool = False
    """True when `check` looks at other resources; then the engine runs it once the whole stack is known."""
    check_stack: StackCheck | None = None
    """Judges the stack as a whole."""
    walks: bool = False
    """True when `check_stack` follows what leads to what: with a value on the way not known yet, what it finds missing
    may still be there, so it has not decided."""
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
    also_passing: Sequence[Example] = ()
    """Other stacks that satisfy it: what the check must let through."""
    also_failing: Sequence[Example] = ()
    """Other stacks that break it: one for each way that `failing` does not show."""
    undecided: Sequence[Example] = ()
    """Stacks about which the rule can't decide yet."""
    example_config: PackConfig | None = None
    """Pack configuration under which the examples are judged, where the default one is not enough."""

    @property
    def topic(self) -> str:
        """First word of the id."""
        return self.id.partition("-")[0]

    @property
    def stack_wide(self) -> bool:
        """True when judging needs more than one resource."""
        return self.check_stack is not None or self.reads_graph

    def blocks_in(self, profile: Profile) -> bool:
        """True when the pack blocks on it in `profile`, as long as its configuration says nothing else."""
        return self.enforcement is Enforcement.MANDATORY and (profile is Profile.STRICT or self.risk is not None)

    def problems(self, context: Context) -> Iterable[tuple[Resource | None, Problem]]:
        """Runs the rule over the graph of `context`; pairs each problem with the resource it is about."""
        if self.check_stack is not None:
            for problem in self.check_stack(context):
                yield problem.resource or context.stack, problem
        if self.check is not None:
            watch = watching()
            shared = self.kind or (self.reads and not _providers_of(self.types))
            alike = self._problems_of_alike(context, watch) if shared else None
            if alike is not None:
                yield from alike
                return
            for resource in self.resources(context.graph):
                watch.about = resource.urn
                for problem in self.check(resource, context):
                    yield problem.resource or resource, problem

    def _problems_of_alike(self, context: Context, watch: Watch) -> Iterable[tuple[Resource, Problem]] | None:
        """What `check` finds in each, judged once for all that are alike in what it reads; None where it can't read a
        part of one, so that who asks meets that in its place."""
        check = self.check
        if self.kind is not None:
            resources = self.resources(context.graph)
            firsts, kinds = context.alike(self.kind, resources)
        else:
            resources = context.graph.with_any((), *self.types)
            firsts, kinds = context.graph.alike(self.reads, *self.types)
        found: list[tuple[Problem, ...]] = []
        try:
            for resource in firsts:
                watch.about = resource.urn
                found.append(tuple(check(resource, context)) if check is not None else ())
        except SHAPE_ERRORS:
            return None
        if not any(found):
            return ()
        return ((one, problem) for one, kind in zip(resources, kinds, strict=True) for problem in found[kind])

    def is_about(self, token: str, *, managed: bool) -> bool:
        """True when `check` runs on a resource of type `token`, which a provider manages or not."""
        return token in self.types or (managed and token.startswith(_providers_of(self.types)))

    def resources(self, graph: ResourceGraph) -> tuple[Resource, ...]:
        """Resources of `graph` that `check` runs on."""
        if providers := _providers_of(self.types):
            return graph.managed_by(providers)
        return graph.with_any(self.only_with, *self.types)


@cache
def _providers_of(types: tuple[str, ...]) -> tuple[str, ...]:
    """How the tokens of those providers begin whose types are all meant by `types`."""
    return tuple(one.removesuffix("*") for one in types if one.endswith("*"))


def undecided(path: str, value: Any = None) -> Problem:
    """Problem that says that `value`, at `path`, can't be read: it is secret, or not known before the deployment."""
    why = "is secret" if value is SECRET else "is not known until the deployment"
    return Problem(f"{path} {why}, so this could not be checked", path, unknown=True)
