"""Who can become whom: chains of permissions from a role to administrator.

Steps are those of the published catalogues of IAM privilege escalation (Rhino Security Labs, "AWS IAM Privilege
Escalation Methods"; pmapper's edges), as far as roles go: assume or re-trust a role, pass it to a service that runs
what the caller says, change what already runs with it, give it rights, or make a new one. A permissions boundary holds
until somebody can change it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Final, TypeAlias

from deployment.graph import Resource
from deployment.tokens import IAM_POLICY, INSTANCE_PROFILE, LAUNCH_TEMPLATE
from policies.context import Context
from policies.rules._documents import Statement, statements
from policies.rules._globs import fits
from policies.rules._permissions import ATTACHMENTS, Said, permissions, reaches, said, said_of
from policies.rules._reachable_roles import PROFILE_PATHS, RUNS, Places, Roles, boundary_of, own_account, roles

ADMINISTRATOR: Final = "administrator"
"""Node that has every right."""
ADMINISTRATOR_ACCESS: Final = "arn:aws:iam::aws:policy/AdministratorAccess"
SIGNS: Final = ("iam:CreateUser", "s3:DeleteBucket", "ec2:TerminateInstances", "kms:ScheduleKeyDeletion")
"""Who may do each of these to anything may do everything."""

RUNNING: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "bedrock-agentcore.amazonaws.com": (("bedrock-agentcore:CreateCodeInterpreter",),),
    "cloudformation.amazonaws.com": (("cloudformation:CreateStack",), ("cloudformation:CreateChangeSet",)),
    "codebuild.amazonaws.com": (("codebuild:CreateProject", "codebuild:StartBuild"),),
    "ec2.amazonaws.com": (
        ("ec2:RunInstances",),
        ("ec2:CreateLaunchTemplate", "autoscaling:CreateAutoScalingGroup"),
        ("ec2:AssociateIamInstanceProfile", "ssm:SendCommand"),
    ),
    "ecs-tasks.amazonaws.com": (("ecs:RegisterTaskDefinition", "ecs:RunTask"),),
    "glue.amazonaws.com": (("glue:CreateJob", "glue:StartJobRun"), ("glue:CreateDevEndpoint",)),
    "lambda.amazonaws.com": (("lambda:CreateFunction",), ("lambda:UpdateFunctionConfiguration",)),
    "sagemaker.amazonaws.com": (("sagemaker:CreateNotebookInstance",), ("sagemaker:CreateTrainingJob",)),
    "scheduler.amazonaws.com": (("scheduler:CreateSchedule",), ("scheduler:UpdateSchedule",)),
    "ssm.amazonaws.com": (("ssm:StartAutomationExecution",),),
    "states.amazonaws.com": (("states:CreateStateMachine",), ("states:UpdateStateMachine",)),
}
"""Service that runs what its caller says with the role it was given -> sets of actions, each of which is enough."""

STEPS: Final = (
    "ec2:CreateLaunchTemplateVersion",
    "iam:AttachRolePolicy",
    "iam:CreatePolicyVersion",
    "iam:CreateRole",
    "iam:PassRole",
    "iam:PutRolePolicy",
    "iam:UpdateAssumeRolePolicy",
    "sts:AssumeRole",
    *(action for _, _, action in RUNS),
)
"""Actions with which a step begins."""


GIVING: Final = ("iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:CreatePolicyVersion")
"""Actions without any of which nobody gives a role rights, be it one that there is or a new one."""


@dataclass(frozen=True)
class Actor:
    """Somebody whose rights are known: what every layer allows."""

    name: str
    arn: str
    layers: tuple[tuple[Statement, ...], ...]
    """Policies, and boundary where there is one."""

    def may(self, action: str, resource: str | None = None, **facts: str) -> bool:
        """True when each layer allows `action` on `resource` (None: on anything), given the facts of the request."""
        for layer, about in self._layers:
            allowed = False
            for place in about.about(action):
                one = layer[place]
                if reaches(one, resource) and _holds(one, facts):
                    if not one.allows:
                        return False
                    allowed = True
            if not allowed:
                return False
        return True

    def about(self, action: str) -> Iterator[list[Statement]]:
        """What each layer says about `action`, on whatever."""
        return ([layer[place] for place in about.about(action)] for layer, about in self._layers)

    @cached_property
    def _layers(self) -> list[tuple[tuple[Statement, ...], Said]]:
        return [(layer, said(layer)) for layer in self.layers]

    def granted(self, *actions: str) -> list[Statement]:
        """Statements of the first layer that allow any of `actions`, on whatever."""
        layer, about = self._layers[0]
        return [layer[place] for place in about.about(*actions) if layer[place].allows]

    def scope(self, *actions: str) -> list[str]:
        """Patterns of all that the first layer allows any of `actions` on; "*" where it names what it does not."""
        return [
            pattern for one in self.granted(*actions) for pattern in (("*",) if one.not_resources else one.resources)
        ]

    def bounded_by(self, action: str) -> list[str] | None:
        """Patterns of the boundaries to which the first layer binds `action`; None where it binds it to none."""
        found: list[str] = []
        for one in self.granted(action):
            patterns = one.compared_with("iam:PermissionsBoundary")
            if not patterns or any("[" in pattern for pattern in patterns):
                return None
            found += patterns
        return found

    @property
    def everything(self) -> bool:
        """True for an administrator."""
        return all(self.may(action, "*") for action in SIGNS)

    @cached_property
    def harmless(self) -> bool:
        """True for somebody who may take no step but to assume a role that trusts them, as most workloads."""
        return not self.granted(*STEPS)

    @cached_property
    def gives(self) -> bool:
        """True for somebody who may be able to give some role rights."""
        return bool(self.granted(*GIVING))

    @cached_property
    def runs(self) -> tuple[str, ...]:
        """Services that it can have run what it says with a role that it passes; none where it may pass no role."""
        return _runs(tuple(map(_said_of_anything, self.layers))) if self.granted("iam:PassRole") else ()

    @cached_property
    def writes(self) -> tuple[str, ...]:
        """ARNs of policies whose content it decides."""
        return tuple(
            arn
            for action in ("iam:CreatePolicy", "iam:CreatePolicyVersion")
            for arn in dict.fromkeys(self.resources(action))
            if self.may(action, arn)
        )

    def resources(self, action: str) -> Iterator[str]:
        """An ARN that fits each pattern for which some layer allows `action`."""
        for about in self.about(action):
            for statement in about:
                if statement.allows:
                    yield from (pattern.replace("*", "new") for pattern in statement.resources)


_Anything: TypeAlias = tuple[tuple[tuple[str, ...], tuple[str, ...], bool], ...]
"""Action, NotAction and whether they are allowed, of each statement of a layer that is about anything at all: what
`Actor.may` goes by where no resource and no fact is given."""


def _said_of_anything(layer: tuple[Statement, ...]) -> _Anything:
    return tuple(
        [(one.actions, one.not_actions, one.allows) for one in layer if reaches(one, None) and _holds(one, {})]
    )


@lru_cache(maxsize=4096)  # many say the same of other resources
def _runs(layers: tuple[_Anything, ...]) -> tuple[str, ...]:
    """Services that may be given something to run, by somebody who is allowed what `layers` say."""
    known = [(said_of([one[:2] for one in layer]), [one[2] for one in layer]) for layer in layers]

    def may(action: str) -> bool:
        found = [[allows[place] for place in about.about(action)] for about, allows in known]
        return all(each and all(each) for each in found)

    return tuple(service for service, ways in RUNNING.items() if any(all(map(may, way)) for way in ways))


KEYS: Final = {
    "iam:permissionsboundary": "boundary",
    "iam:policyarn": "policy",
    "iam:passedtoservice": "service",
}
"""Condition key that a step's facts answer -> name of the fact."""
ALWAYS: Final = ("aws:requestedregion", "aws:principalaccount", "aws:resourceaccount")
"""Condition keys that are no hindrance to somebody in the account."""


def _holds(statement: Statement, facts: Mapping[str, str]) -> bool:
    """True when each condition holds. One that can't be decided is taken not to, in an Allow and in a Deny."""
    for operator, operands in statement.conditions.items():
        for key, wanted in operands.items() if isinstance(operands, Mapping) else ():
            name = str(key).lower()
            if name in ALWAYS:
                continue
            given = facts.get(KEYS.get(name, ""))
            if given is None:
                return False
            patterns = [str(one) for one in (wanted if isinstance(wanted, list) else [wanted])]
            held = any(fits(given, pattern) for pattern in patterns)
            if held is ("Not" in operator):
                return False
    return True


@dataclass(frozen=True, slots=True)
class Raised:
    """What somebody can make of a role by giving it rights."""

    role: Resource
    arn: str
    within: str
    """ARN of the role's boundary; "" without one."""
    means: str = ""
    """How; "" where it takes a policy that somebody on the way writes, or `otherwise`."""
    otherwise: str = ""
    """How, where nobody on the way writes a policy that can be attached."""
    attaches: bool = False
    """Whether policies may be attached, as far as that depends on which."""
    unbound: str = ""
    """What is done to the boundary."""
    to: Actor | None = None
    """What the role becomes; None for a boundary that is not known."""


@dataclass
class Chains:
    """The walk from one role on: nodes are actors, edges say by what means."""

    context: Context
    start: Resource
    edges: dict[tuple[str, str], str] = field(default_factory=dict)
    """(actor, whom it becomes) -> by what means."""
    actors: dict[str, Actor] = field(default_factory=dict)
    _written: dict[str, None] = field(default_factory=dict)
    """ARNs of policies whose content somebody on the way decides."""

    def to_administrator(self) -> list[str] | None:
        """Steps by which the role gets every right; None when there are none, or it has them already."""
        first = self.own(self.start)
        if first is None or first.everything:
            return None
        self._meet(first.name, first)
        known = -1
        while known != len(self.actors) and ADMINISTRATOR not in self.actors:
            known = len(self.actors)
            for actor in list(self.actors.values()):
                self._steps_of(actor)
        if ADMINISTRATOR not in self.actors:
            return None
        import networkx  # a tenth of a second, and hardly a stack has a chain

        path = networkx.shortest_path(networkx.DiGraph(self.edges.keys()), first.name, ADMINISTRATOR)
        return [self.edges[pair] for pair in pairwise(path)]

    @cached_property
    def _roles(self) -> Roles:
        return self.context.once(roles)

    def _means(self, actor: Actor) -> dict[int, str]:
        """Places of the roles that `actor` gets to act as, and how; it is the same wherever the walk began."""
        asked = self._roles.means
        if id(actor) not in asked:
            found = self._roles.found
            asked[id(actor)] = (
                actor,
                {place: how for place in self._near(actor) if (how := self._becomes(actor, *found[place]))},
            )
        means: dict[int, str] = asked[id(actor)][1]
        return means

    def _near(self, actor: Actor) -> list[int]:
        """Places of the roles that `actor` may become; of the others it is known without a look that it can't."""
        found = self._roles
        near = set(found.trusting.get(actor.arn, ()))
        if not actor.harmless:
            near |= self.allowed(actor, "iam:UpdateAssumeRolePolicy")
            near |= self.allowed(actor, "sts:AssumeRole") & found.open.get("", set())
            if actor.runs:
                passable = set().union(*(found.open.get(service, ()) for service in actor.runs))
                near |= self.allowed(actor, "iam:PassRole") & passable
            for what, _, action in RUNS:
                near.update(found.behind(what, actor.scope(action)))
            near.update(found.behind(LAUNCH_TEMPLATE, actor.scope("ec2:CreateLaunchTemplateVersion")))
        return sorted(near)

    def allowed(self, actor: Actor, *actions: str) -> set[int]:
        """Places of the roles on which `actor` may do any of `actions`, as far as is known without a look at each."""
        bounded = self.context.once(_bounded)
        return set().union(*(self._roles.allowed(actor.about(action), bounded) for action in actions))

    def _steps_of(self, actor: Actor) -> None:
        means = self._means(actor)
        places = set(means)
        if not actor.harmless:
            places.update(place for name in self.actors for place in self._roles.named.get(name, ()))
        for place in sorted(places):
            if place in means:
                self._reach(actor, self.own(self._roles.found[place][0]), means[place])
            if not actor.harmless:
                self._raise(actor, place)
        for made, how in () if actor.harmless else self.made(actor):
            self._reach(actor, made, how)

    def _reach(self, actor: Actor, found: Actor | None, means: str) -> None:
        if found is None or found.name == actor.name:
            return
        name = ADMINISTRATOR if found.everything else found.name
        self.edges[actor.name, name] = means
        self._meet(name, found)

    def _meet(self, name: str, actor: Actor) -> None:
        if name not in self.actors:
            self.actors[name] = actor
            self._written.update(dict.fromkeys(actor.writes))

    def own(self, role: Resource) -> Actor | None:
        """The role as it is; None when its rights are not known."""
        known = self._roles.actors
        if role.urn not in known:
            known[role.urn] = self._rights(role)
        found: Actor | None = known[role.urn]
        return found

    def _rights(self, role: Resource) -> Actor | None:
        given = permissions(role, self.context)
        bounds = self._bounds(role)
        if given is None or bounds is None:
            return None
        return Actor(role.name, str(role.outputs.get("arn")), (given, *bounds))

    def _boundary(self, role: Resource) -> Resource | None:
        known = self._roles.boundaries
        if role.urn not in known:
            known[role.urn] = boundary_of(role, self.context)
        return known[role.urn]

    def _bounds(self, role: Resource) -> tuple[tuple[Statement, ...], ...] | None:
        """The layer that the role's boundary is; none without one, None for one that is not known."""
        boundary = self._boundary(role)
        if boundary is None:
            return () if role.get("permissionsBoundary") is None else None
        known = self._roles.bounds
        if boundary.urn not in known:
            known[boundary.urn] = statements(boundary.get("policy"))
        found = known[boundary.urn]
        return None if found is None else (found,)

    def _becomes(self, actor: Actor, role: Resource, arn: str) -> str:
        """How `actor` gets to act as `role`; "" when it does not."""
        trusted = [one for one in statements(role.get("assumeRolePolicy")) or () if one.allows and not one.conditions]
        principals = {principal for one in trusted for principal in one.principals}
        if ("AWS", actor.arn) in principals or (
            principals.intersection(("AWS", one) for one in own_account(arn)) and actor.may("sts:AssumeRole", arn)
        ):
            return f"{actor.name} assumes {role.name}"
        if actor.harmless:
            return ""
        if actor.may("iam:UpdateAssumeRolePolicy", arn):
            return f"{actor.name} rewrites the trust of {role.name}"
        named = [one for one in statements(role.get("assumeRolePolicy")) or () if one.allows]
        for kind, service in sorted({principal for one in named for principal in one.principals}):
            if kind == "Service" and service in actor.runs and actor.may("iam:PassRole", arn, service=service):
                for actions in RUNNING.get(service, ()):
                    if all(actor.may(action) for action in actions):
                        return f"{actor.name} passes {role.name} to {service} ({actions[0]})"
        return self._changes_what_runs(actor, role)

    def _changes_what_runs(self, actor: Actor, role: Resource) -> str:
        for types, path, action in RUNS:
            if not actor.scope(action):
                continue
            for running in self.context.pointing_at(role, path, *types):
                if actor.may(action, str(running.outputs.get("arn"))):
                    return f"{actor.name} changes what {running.name} runs as {role.name} ({action})"
        if not actor.scope("ec2:CreateLaunchTemplateVersion"):
            return ""
        for profile in self.context.pointing_at(role, "role", *INSTANCE_PROFILE):
            for path in PROFILE_PATHS:
                for template in self.context.pointing_at(profile, path, *LAUNCH_TEMPLATE):
                    if actor.may("ec2:CreateLaunchTemplateVersion", str(template.outputs.get("arn"))):
                        return f"{actor.name} changes what {template.name} starts as {role.name}"
        return ""

    def _raise(self, actor: Actor, place: int) -> None:
        """What the role at `place` can be made by `actor`, who acts as it or can."""
        raised = self.raised(actor, place)
        means = raised.means or self._attaches(actor, raised) or raised.otherwise
        if means and raised.to is not None:
            self._reach(actor, raised.to, f"{means}{raised.unbound}")

    def raised(self, actor: Actor, place: int) -> Raised:
        """What `actor` can make of the role at `place`, should it have a policy to attach."""
        known = self._roles.raised
        if (id(actor), place) not in known:
            known[id(actor), place] = actor, self._raised(actor, *self._roles.found[place])
        found: Raised = known[id(actor), place][1]
        return found

    def _raised(self, actor: Actor, role: Resource, arn: str) -> Raised:
        """What `actor` can make of `role`; it is the same wherever the walk began."""
        boundary = self._boundary(role)
        within = str(boundary.outputs.get("arn")) if boundary is not None else ""
        means, otherwise = self._gives_rights(actor, role, arn, within), ""
        attaches = not means and bool(actor.scope("iam:AttachRolePolicy"))
        if not means:
            otherwise = self._rewrites(actor, role)
        bounds = self._bounds(role) if means or attaches or otherwise else None
        if bounds is None:
            return Raised(role, arn, within)
        unbound = ""
        if boundary is not None and self._unbinds(actor, arn, within):
            bounds, unbound = (), " and takes its boundary off"
        to = Actor(f"{role.name} with all that its boundary allows", arn, bounds or _UNBOUND)
        key = (to.name, arn, tuple(map(id, to.layers)))
        to = self._roles.made.setdefault(key, to)  # whoever makes it: what it gets to is looked up once
        return Raised(role, arn, within, means, otherwise, attaches, unbound, to)

    def _attaches(self, actor: Actor, raised: Raised) -> str:
        """How `actor` attaches what somebody on the way wrote."""
        for policy in self._written if raised.attaches else ():
            if actor.may("iam:AttachRolePolicy", raised.arn, boundary=raised.within, policy=policy):
                return f"{actor.name} attaches to {raised.role.name} what {policy.rpartition('/')[2]} is made to say"
        return ""

    def _gives_rights(self, actor: Actor, role: Resource, arn: str, within: str) -> str:
        if actor.may("iam:PutRolePolicy", arn, boundary=within):
            return f"{actor.name} writes a policy of {role.name}"
        if actor.may("iam:AttachRolePolicy", arn, boundary=within, policy=ADMINISTRATOR_ACCESS):
            return f"{actor.name} attaches AdministratorAccess to {role.name}"
        return ""

    def _rewrites(self, actor: Actor, role: Resource) -> str:
        if not actor.scope("iam:CreatePolicyVersion"):
            return ""
        for attachment in (one for path in ("role", "roles") for one in self._attached(role, path)):
            for policy_resource in self.context.graph.referenced(attachment, "policyArn", *IAM_POLICY):
                if actor.may("iam:CreatePolicyVersion", str(policy_resource.outputs.get("arn"))):
                    return f"{actor.name} rewrites {policy_resource.name}, which {role.name} has"
        return ""

    def _attached(self, role: Resource, path: str) -> Iterator[Resource]:
        yield from self.context.pointing_at(role, path, *ATTACHMENTS)

    def _unbinds(self, actor: Actor, arn: str, within: str) -> bool:
        return (
            actor.may("iam:DeleteRolePermissionsBoundary", arn, boundary=within)
            or actor.may("iam:PutRolePermissionsBoundary", arn, boundary=ADMINISTRATOR_ACCESS)
            or actor.may("iam:CreatePolicyVersion", within)
        )

    def made(self, actor: Actor) -> Iterator[tuple[Actor, str]]:
        """New roles, which trust whomever their maker says, and how they are made."""
        if not actor.scope("iam:CreateRole") or not actor.scope("iam:PutRolePolicy", "iam:AttachRolePolicy"):
            return
        for arn in sorted(set(actor.resources("iam:CreateRole"))):
            for within, layers in self._bounds_of_made(actor):
                fills = actor.may("iam:PutRolePolicy", arn, boundary=within) or actor.may(
                    "iam:AttachRolePolicy", arn, boundary=within, policy=ADMINISTRATOR_ACCESS
                )
                if fills and actor.may("iam:CreateRole", arn, boundary=within):
                    bound = f" within {within.rpartition('/')[2]}" if within else ""
                    if within and self._unbinds(actor, arn, within):
                        bound, layers = f"{bound}, which it takes off", _UNBOUND
                    elif layers is None:
                        continue
                    found = Actor(f"a new role{bound}", arn, layers)
                    found = self._roles.made.setdefault((found.name, arn, tuple(map(id, layers))), found)
                    yield found, f"{actor.name} makes a role{bound}"
                    break

    def _bounds_of_made(self, actor: Actor) -> Iterator[tuple[str, tuple[tuple[Statement, ...], ...] | None]]:
        """Boundaries that a role made by `actor` may have: the policies that a condition names, else all. What one says
        that is somebody else's is not known."""
        limits = self.context.once(_limits)
        patterns = actor.bounded_by("iam:CreateRole")
        if patterns is None:
            yield from limits.items()
            return
        names = list(limits)
        for place in sorted(set(self.context.once(_limit_places).among(patterns))):
            yield names[place], limits[names[place]]
        yield from ((pattern, None) for pattern in sorted(set(patterns) - limits.keys()) if "*" not in pattern)


def _bounded(context: Context) -> Places:
    """ARN of a boundary, "" for none -> places of the roles that have it."""
    found: dict[str, list[int]] = defaultdict(list)
    for place, (role, _) in enumerate(context.once(roles).found):
        boundary = boundary_of(role, context)
        found["" if boundary is None else str(boundary.outputs.get("arn"))].append(place)
    return Places(found)


def _limit_places(context: Context) -> Places:
    return Places({name: (place,) for place, name in enumerate(context.once(_limits))})


def _limits(context: Context) -> dict[str, tuple[tuple[Statement, ...], ...]]:
    """ARN of a policy, as a boundary -> the layers of a role that is made within it; "" for no boundary."""
    found: dict[str, tuple[tuple[Statement, ...], ...]] = {"": _UNBOUND}
    for policy in context.graph.of_type(*IAM_POLICY):
        arn, said = policy.outputs.get("arn"), statements(policy.get("policy"))
        if isinstance(arn, str) and said is not None:
            found[arn] = (said,)
    return found


_EVERYTHING: Final = Statement("Allow", ("*",), (), ("*",), (), (), {}, "")
_UNBOUND: Final = ((_EVERYTHING,),)
"""The one layer of a role without boundary that was given every right."""
