"""Who can become whom: chains of permissions from a role to administrator.

Steps are those of the published catalogues of IAM privilege escalation (Rhino Security Labs, "AWS IAM Privilege
Escalation Methods"; pmapper's edges), as far as roles go: assume or re-trust a role, pass it to a service that runs
what the caller says, change what already runs with it, give it rights, or make a new one. A permissions boundary holds
until somebody can change it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any, Final

import networkx

from deployment.graph import Resource
from deployment.tokens import IAM_POLICY, LAUNCH_TEMPLATE, ROLE, STATE_MACHINE
from policies.context import Context
from policies.rules._documents import Statement, statements
from policies.rules._permissions import ATTACHMENTS, covers, permissions

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

RUNS: Final[tuple[tuple[tuple[str, ...], str, str], ...]] = (
    (("aws:lambda/function:Function",), "role", "lambda:UpdateFunctionCode"),
    (STATE_MACHINE, "roleArn", "states:UpdateStateMachine"),
    (("aws:codebuild/project:Project",), "serviceRole", "codebuild:UpdateProject"),
)
"""Types that run with a role already, where they name it, and what changes what they run."""


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


@dataclass(frozen=True)
class Actor:
    """Somebody whose rights are known: what every layer allows."""

    name: str
    arn: str
    layers: tuple[tuple[Statement, ...], ...]
    """Policies, and boundary where there is one."""

    def may(self, action: str, resource: str | None = None, **facts: str) -> bool:
        """True when each layer allows `action` on `resource` (None: on anything), given the facts of the request."""
        return all(_allows(layer, action, resource, facts) for layer in self.layers)

    @property
    def everything(self) -> bool:
        """True for an administrator."""
        return all(self.may(action, "*") for action in SIGNS)

    @cached_property
    def harmless(self) -> bool:
        """True for somebody who may take no step but to assume a role that trusts them, as most workloads."""
        return not any(
            one.allows and covers(one, action, None) for layer in self.layers[:1] for one in layer for action in STEPS
        )

    def resources(self, action: str) -> Iterator[str]:
        """An ARN that fits each pattern for which some layer allows `action`."""
        for layer in self.layers:
            for statement in layer:
                if statement.allows and covers(statement, action, None):
                    yield from (pattern.replace("*", "new") for pattern in statement.resources)


def _allows(layer: tuple[Statement, ...], action: str, resource: str | None, facts: Mapping[str, str]) -> bool:
    about = [one for one in layer if covers(one, action, resource) and _holds(one, facts)]
    return any(one.allows for one in about) and all(one.allows for one in about)


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
            fits = any(fnmatchcase(given, pattern) for pattern in patterns)
            if fits is ("Not" in operator):
                return False
    return True


@dataclass
class Chains:
    """The walk from one role on: nodes are actors, edges say by what means."""

    context: Context
    start: Resource
    graph: Any = field(default_factory=networkx.DiGraph)
    actors: dict[str, Actor] = field(default_factory=dict)

    def to_administrator(self) -> list[str] | None:
        """Steps by which the role gets every right; None when there are none, or it has them already."""
        first = self._own(self.start)
        if first is None or first.everything:
            return None
        self.actors[first.name] = first
        known = -1
        while known != len(self.actors) and ADMINISTRATOR not in self.actors:
            known = len(self.actors)
            for actor in list(self.actors.values()):
                self._steps_of(actor)
        if ADMINISTRATOR not in self.actors:
            return None
        path = networkx.shortest_path(self.graph, first.name, ADMINISTRATOR)
        return [self.graph.edges[pair]["means"] for pair in networkx.utils.pairwise(path)]

    def _steps_of(self, actor: Actor) -> None:
        for role in self.context.graph.of_type(*ROLE):
            arn = role.outputs.get("arn")
            if not isinstance(arn, str):
                continue
            means = self._becomes(actor, role, arn)
            if means:
                self._reach(actor, self._own(role), means)
            if not actor.harmless and (role.name in self.actors or means):
                self._raise(actor, role, arn)
        if not actor.harmless:
            self._make(actor)

    def _reach(self, actor: Actor, found: Actor | None, means: str) -> None:
        if found is None or found.name == actor.name:
            return
        name = ADMINISTRATOR if found.everything else found.name
        self.graph.add_edge(actor.name, name, means=means)
        self.actors.setdefault(name, found)

    def _own(self, role: Resource) -> Actor | None:
        """The role as it is; None when its rights are not known."""
        given = permissions(role, self.context)
        bounds = self._bounds(role)
        if given is None or bounds is None:
            return None
        return Actor(role.name, str(role.outputs.get("arn")), (given, *bounds))

    def _boundary(self, role: Resource) -> Resource | None:
        return next(iter(self.context.graph.referenced(role, "permissionsBoundary", *IAM_POLICY)), None)

    def _bounds(self, role: Resource) -> tuple[tuple[Statement, ...], ...] | None:
        """The layer that the role's boundary is; none without one, None for one that is not known."""
        boundary = self._boundary(role)
        if boundary is None:
            return () if role.get("permissionsBoundary") is None else None
        found = statements(boundary.get("policy"))
        return None if found is None else (found,)

    def _becomes(self, actor: Actor, role: Resource, arn: str) -> str:
        """How `actor` gets to act as `role`; "" when it does not."""
        trusted = [one for one in statements(role.get("assumeRolePolicy")) or () if one.allows and not one.conditions]
        principals = {principal for one in trusted for principal in one.principals}
        account = arn.split(":")[4] if arn.count(":") >= 5 else ""
        if ("AWS", actor.arn) in principals or (
            {("AWS", account), ("AWS", f"arn:aws:iam::{account}:root")} & principals
            and actor.may("sts:AssumeRole", arn)
        ):
            return f"{actor.name} assumes {role.name}"
        if actor.harmless:
            return ""
        if actor.may("iam:UpdateAssumeRolePolicy", arn):
            return f"{actor.name} rewrites the trust of {role.name}"
        named = [one for one in statements(role.get("assumeRolePolicy")) or () if one.allows]
        for kind, service in sorted({principal for one in named for principal in one.principals}):
            if kind == "Service" and actor.may("iam:PassRole", arn, service=service):
                for actions in RUNNING.get(service, ()):
                    if all(actor.may(action) for action in actions):
                        return f"{actor.name} passes {role.name} to {service} ({actions[0]})"
        return self._changes_what_runs(actor, role)

    def _changes_what_runs(self, actor: Actor, role: Resource) -> str:
        for types, path, action in RUNS:
            for running in self.context.pointing_at(role, path, *types):
                if actor.may(action, str(running.outputs.get("arn"))):
                    return f"{actor.name} changes what {running.name} runs as {role.name} ({action})"
        for profile in self.context.pointing_at(role, "role", "aws:iam/instanceProfile:InstanceProfile"):
            for path in ("iamInstanceProfile.arn", "iamInstanceProfile.name"):
                for template in self.context.pointing_at(profile, path, *LAUNCH_TEMPLATE):
                    if actor.may("ec2:CreateLaunchTemplateVersion", str(template.outputs.get("arn"))):
                        return f"{actor.name} changes what {template.name} starts as {role.name}"
        return ""

    def _raise(self, actor: Actor, role: Resource, arn: str) -> None:
        """What `role` can be made by `actor`, who acts as it or can."""
        boundary = self._boundary(role)
        within = str(boundary.outputs.get("arn")) if boundary is not None else ""
        means = self._gives_rights(actor, role, arn, within)
        if not means:
            return
        bounds = self._bounds(role)
        if bounds is None:
            return
        if boundary is not None and self._unbinds(actor, arn, within):
            bounds, means = (), f"{means} and takes its boundary off"
        raised = Actor(f"{role.name} with all that its boundary allows", arn, bounds or ((_EVERYTHING,),))
        self._reach(actor, raised, means)

    def _gives_rights(self, actor: Actor, role: Resource, arn: str, within: str) -> str:
        if actor.may("iam:PutRolePolicy", arn, boundary=within):
            return f"{actor.name} writes a policy of {role.name}"
        if actor.may("iam:AttachRolePolicy", arn, boundary=within, policy=ADMINISTRATOR_ACCESS):
            return f"{actor.name} attaches AdministratorAccess to {role.name}"
        for policy in self._written():
            if actor.may("iam:AttachRolePolicy", arn, boundary=within, policy=policy):
                return f"{actor.name} attaches to {role.name} what {policy.rpartition('/')[2]} is made to say"
        for attachment in (one for path in ("role", "roles") for one in self._attached(role, path)):
            for policy_resource in self.context.graph.referenced(attachment, "policyArn", *IAM_POLICY):
                if actor.may("iam:CreatePolicyVersion", str(policy_resource.outputs.get("arn"))):
                    return f"{actor.name} rewrites {policy_resource.name}, which {role.name} has"
        return ""

    def _attached(self, role: Resource, path: str) -> Iterator[Resource]:
        yield from self.context.pointing_at(role, path, *ATTACHMENTS)

    def _written(self) -> Iterator[str]:
        """ARNs of policies whose content somebody on the way decides."""
        for actor in list(self.actors.values()):
            for action in ("iam:CreatePolicy", "iam:CreatePolicyVersion"):
                yield from (arn for arn in actor.resources(action) if actor.may(action, arn))

    def _unbinds(self, actor: Actor, arn: str, within: str) -> bool:
        return (
            actor.may("iam:DeleteRolePermissionsBoundary", arn, boundary=within)
            or actor.may("iam:PutRolePermissionsBoundary", arn, boundary=ADMINISTRATOR_ACCESS)
            or actor.may("iam:CreatePolicyVersion", within)
        )

    def _make(self, actor: Actor) -> None:
        """A new role, which trusts whomever its maker says."""
        boundaries: dict[str, tuple[tuple[Statement, ...], ...]] = {"": ((_EVERYTHING,),)}
        for policy in self.context.graph.of_type(*IAM_POLICY):
            arn, found = policy.outputs.get("arn"), statements(policy.get("policy"))
            if isinstance(arn, str) and found is not None:
                boundaries[arn] = (found,)
        for arn in sorted(set(actor.resources("iam:CreateRole"))):
            for within, layers in boundaries.items():
                fills = actor.may("iam:PutRolePolicy", arn, boundary=within) or actor.may(
                    "iam:AttachRolePolicy", arn, boundary=within, policy=ADMINISTRATOR_ACCESS
                )
                if fills and actor.may("iam:CreateRole", arn, boundary=within):
                    bound = f" within {within.rpartition('/')[2]}" if within else ""
                    made = Actor(f"a new role{bound}", arn, layers)
                    self._reach(actor, made, f"{actor.name} makes a role{bound}")
                    break


_EVERYTHING: Final = Statement("Allow", ("*",), (), ("*",), (), (), {}, "")
