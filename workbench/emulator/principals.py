"""Who a policy names has to be there: AWS keeps the id of a role or user, not its name, and looks it up at once.

moto 5.2.5 keeps the text. Somebody else's account can't be looked into here, so its principals are left alone.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator
from typing import Any

from workbench.emulator import surroundings
from workbench.emulator.behaviour.access import as_list

KINDS = ("role/", "user/")


def apply() -> None:
    """Make moto look, in this process.

    IAM reference, CreateRole and UpdateAssumeRolePolicy, MalformedPolicyDocument; IAM user guide, "Troubleshoot IAM
    policies" (Invalid principal in policy) and "AWS JSON policy elements: Principal" (no wildcard within an ARN). KMS
    reference, PutKeyPolicy, MalformedPolicyDocumentException; Amazon S3 guide, "Troubleshoot" (MalformedPolicy); SNS
    reference, SetTopicAttributes, InvalidParameter.
    """
    from moto.core.exceptions import JsonRESTError
    from moto.iam.exceptions import MalformedPolicyDocument
    from moto.iam.models import IAMBackend
    from moto.kms.models import KmsBackend
    from moto.s3.exceptions import S3ClientError
    from moto.s3.models import S3Backend
    from moto.sns.exceptions import SNSInvalidParameter
    from moto.sns.models import SNSBackend

    def iam(principal: str) -> Exception:
        return MalformedPolicyDocument(f'Invalid principal in policy: "AWS":"{principal}"')

    def kms(_: str) -> Exception:
        message = "Policy contains a statement with one or more invalid principals."
        return JsonRESTError("MalformedPolicyDocumentException", message)

    def s3(_: str) -> Exception:
        return S3ClientError("MalformedPolicy", "Invalid principal in policy")

    def sns(_: str) -> Exception:
        return SNSInvalidParameter("Invalid parameter: Policy Error: PrincipalNotFound")

    _look(IAMBackend, "create_role", "assume_role_policy_document", iam)
    _look(IAMBackend, "update_assume_role_policy", "policy_document", iam)
    _look(KmsBackend, "create_key", "policy", kms)
    _look(KmsBackend, "put_key_policy", "policy", kms)
    _look(S3Backend, "put_bucket_policy", "policy", s3)
    _look(SNSBackend, "set_topic_attribute", "attribute_value", sns)


def _look(owner: type, name: str, parameter: str, refuse: Callable[[str], Exception]) -> None:
    """Look at the policy that a method takes as `parameter`."""
    original = getattr(owner, name)

    @functools.wraps(original)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        policy = surroundings.given_to(original, self, *args, **kwargs).get(parameter)
        for principal in _unknown(policy, self.account_id):
            raise refuse(principal)
        return original(self, *args, **kwargs)

    surroundings.replace(owner, name, call)


def _unknown(policy: Any, account_id: str) -> Iterator[str]:
    """Roles and users of the account that a policy names, and that are not there."""
    from moto.iam.models import iam_backends

    try:
        document = json.loads(policy)
    except (TypeError, ValueError):
        return  # none, or none of JSON: an attribute of a topic that is no policy
    if not isinstance(document, dict) or "Statement" not in document:
        return
    backend = iam_backends[account_id]["aws"]
    own = f"arn:aws:iam::{account_id}:"
    everybody: list[Any] = [*backend.roles.values(), *backend.users.values()]
    known = {one.arn for one in everybody}
    for statement in as_list(document["Statement"]):
        named = statement.get("Principal", {})
        for principal in as_list(named.get("AWS", [])) if isinstance(named, dict) else ():
            is_own = principal.startswith(own) and principal.removeprefix(own).startswith(KINDS)
            if ("*" in principal and principal != "*") or (is_own and principal not in known):
                yield principal
