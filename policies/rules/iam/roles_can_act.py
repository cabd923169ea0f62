"""Every role has a policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import POLICY_ATTACHMENT, ROLE, ROLE_POLICY, ROLE_POLICY_ATTACHMENT
from policies.checks import is_absent
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._documents import statements

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A role has at least one policy, and somebody may assume it."""
    inline = not is_absent(resource.get("inlinePolicies")) or not is_absent(resource.get("managedPolicyArns"))
    given = (*ROLE_POLICY, *ROLE_POLICY_ATTACHMENT, *POLICY_ATTACHMENT)
    if not inline and not context.pointing_at(resource, "role", *given):
        yield Problem("no policy says what this role may do, so whoever assumes it fails; add aws.iam.RolePolicy")
    trust = statements(resource.get("assumeRolePolicy"))
    if trust and not any(one.allows and any("assume" in action.lower() for action in one.actions) for one in trust):
        yield Problem("assumeRolePolicy lets nobody assume the role; allow sts:AssumeRole", "assumeRolePolicy")


RULE = Rule(
    id="iam-roles-can-act",
    title="Every role has a policy, and can be assumed",
    severity=Severity.MEDIUM,
    why="A role without one makes its workload fail when it is needed: the rollback, the reaper, the notice.",
    fix="Add an aws.iam.RolePolicy with the role's name.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html",
    types=ROLE,
    reads_graph=True,
    check=check,
    passing={"role": (ROLE[0], {}), "policy": (ROLE_POLICY[0], {"role": "id:role"})},
    failing={"role": (ROLE[0], {})},
)
