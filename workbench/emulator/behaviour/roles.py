"""What a role may do: its own policies, those attached to it, and its permissions boundary, as IAM reports them."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from workbench.emulator.behaviour.access import UNKNOWN, Ask, allows
from workbench.emulator.lifecycle import is_gone

if TYPE_CHECKING:
    from workbench.emulator.behaviour.answers import Answers
    from workbench.emulator.deploy import Deployer
    from workbench.emulator.statefile import Entry

IAM_PREFIXES = {"elbv2": "elasticloadbalancing", "resourcegroupstaggingapi": "tag", "stepfunctions": "states"}
"""boto3's service → its prefix in policies, where that is another."""

IAM_ACTIONS = {"budgets:DescribeBudget": "budgets:ViewBudget"}
"""Call → its action in policies, where that is another (service authorization reference, AWS Budgets)."""


class Roles:
    """Asks IAM's stored policies on behalf of a role."""

    def __init__(self, answers: Answers, deployer: Deployer) -> None:
        self._answers = answers
        self._deployer = deployer
        self._may: dict[tuple[Any, ...], bool] = {}
        self._of_iam = 0
        """Changes of IAM before what is kept was found out."""
        self._by_name: dict[str, list[Entry]] = {}
        self._outputs: list[dict[str, Any]] = []
        """Outputs that `_by_name` was made of."""

    def may_call(
        self, role_arn: str, service: str, operation: str, params: dict[str, Any], assumed_by: str = ""
    ) -> bool:
        """Whether a role may make an API call; the resource is known where the call names one of the stack's.

        Resources of several types may have the name: one that the role may touch is enough. ``operation`` is the
        API's name (``DescribeAlarms``).
        """
        action = f"{IAM_PREFIXES.get(service, service)}:{operation}"
        action = IAM_ACTIONS.get(action, action)
        named = self._named(params)
        if not named:
            return self.may(role_arn, action, assumed_by=assumed_by)
        return any(
            self.may(role_arn, action, str(entry.outputs.get("arn", UNKNOWN)), _tags(entry), assumed_by)
            for entry in named
        )

    def may(
        self,
        role_arn: str,
        action: str,
        resource: str = UNKNOWN,
        context: dict[str, str] | None = None,
        assumed_by: str = "",
    ) -> bool:
        """Whether a role may do something, and a service may assume it; one that does not exist may do nothing."""
        if self._of_iam != (now := self._answers.changes("iam")):
            self._may, self._of_iam = {}, now
        asked = role_arn, action, resource, frozenset((context or {}).items()), assumed_by
        if asked not in self._may:
            self._may[asked] = self._find_out(role_arn, Ask(action, resource, context=context or {}), assumed_by)
        return self._may[asked]

    def _find_out(self, role_arn: str, ask: Ask, assumed_by: str) -> bool:
        try:
            documents, boundary, trust = self._documents(role_arn.rsplit("/", 1)[-1])
        except Exception as error:
            if is_gone(error):
                return False
            raise
        assumed = not assumed_by or allows([trust], Ask("sts:AssumeRole", service=assumed_by))
        return assumed and allows(documents, ask) and (boundary is None or allows([boundary], ask))

    def _documents(self, name: str) -> tuple[list[Any], Any, Any]:
        """What a role allows, its boundary, and who may assume it."""
        call = self._answers.call
        inline = call("iam", "list_role_policies", RoleName=name)["PolicyNames"]
        found = [
            call("iam", "get_role_policy", RoleName=name, PolicyName=policy)["PolicyDocument"] for policy in inline
        ]
        attached = call("iam", "list_attached_role_policies", RoleName=name)["AttachedPolicies"]
        found += [self._managed(policy["PolicyArn"]) for policy in attached]
        role = call("iam", "get_role", RoleName=name)["Role"]
        boundary = role.get("PermissionsBoundary")
        limit = self._managed(boundary["PermissionsBoundaryArn"]) if boundary else None
        return found, limit, role["AssumeRolePolicyDocument"]

    def _managed(self, arn: str) -> Any:
        version = self._answers.call("iam", "get_policy", PolicyArn=arn)["Policy"]["DefaultVersionId"]
        answer = self._answers.call("iam", "get_policy_version", PolicyArn=arn, VersionId=version)
        return answer["PolicyVersion"]["Document"]

    def _named(self, params: dict[str, Any]) -> list[Entry]:
        """The stack's resources whose ARN, id or name is one of a call's parameters."""
        given = {value for value in params.values() if isinstance(value, str)}
        if not given:
            return []
        entries = self._deployer.state.entries.values()
        outputs = [entry.outputs for entry in entries]
        # An update gives a resource other outputs, and a replacement another entry.
        if len(outputs) != len(self._outputs) or not all(map(operator.is_, outputs, self._outputs)):
            self._outputs, self._by_name = outputs, {}
            for entry in entries:
                for name in {entry.id, entry.outputs.get("arn"), entry.outputs.get("name")}:
                    if isinstance(name, str):
                        self._by_name.setdefault(name, []).append(entry)
        found = {entry.urn: entry for name in given for entry in self._by_name.get(name, ())}
        return list(found.values())


def _tags(entry: Entry) -> dict[str, str]:
    tags = entry.outputs.get("tagsAll")
    return {f"aws:ResourceTag/{key}": str(value) for key, value in tags.items()} if isinstance(tags, dict) else {}
