"""KMS keys say who may use them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import KEY, KEY_POLICY
from policies.checks import is_absent
from policies.context import Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.rules._documents import allow, not_public

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """The key has a policy of its own, that anybody can't use."""
    if is_absent(resource.get("policy")) and not context.graph.referrers(resource, *KEY_POLICY):
        yield Problem("policy is not set; say who may use and who may administer the key", "policy")
    yield from not_public("policy")(resource, context)


RULE = Rule(
    id="data-key-policy",
    title="KMS keys say who may use them",
    severity=Severity.HIGH,
    risk=Risk.EXPOSURE,
    why=(
        "A key open to anybody protects nothing; the default policy leaves it to every identity policy of the account."
    ),
    fix="Set policy with named principals.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/kms-controls.html#kms-5",
    frameworks=("checkov:CKV_AWS_33", "checkov:CKV2_AWS_64", "fsbp:KMS.5"),
    types=KEY,
    reads_graph=True,
    check=check,
    passing={"key": (KEY[0], {"policy": allow("kms:Decrypt", Service="sns.amazonaws.com")})},
    failing={"key": (KEY[0], {"policy": allow("kms:*", AWS="*")})},
)
