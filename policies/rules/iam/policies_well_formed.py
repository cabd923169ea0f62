"""Policy documents are complete: what AWS refuses, or reads as nothing, is found here."""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Iterator, Mapping
from functools import cache, lru_cache
from typing import Any, Final

from deployment.graph import Resource
from deployment.per_text import per_text
from deployment.tokens import (
    BUCKET_POLICY,
    GROUP_POLICY,
    IAM_POLICY,
    KEY,
    KEY_POLICY,
    LOG_RESOURCE_POLICY,
    QUEUE_POLICY,
    ROLE,
    ROLE_POLICY,
    TOPIC_POLICY,
    USER_POLICY,
)
from deployment.unknown import SECRET, UNKNOWN
from policies.checks import mappings, shown, strings
from policies.context import Context
from policies.examples import Example, each
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.rules._documents import read_json
from policies.rules._resource_policies import letting

IDENTITY: Final = (*ROLE_POLICY, *IAM_POLICY, *USER_POLICY, *GROUP_POLICY)
RESOURCE: Final = (*TOPIC_POLICY, *BUCKET_POLICY, *QUEUE_POLICY, *KEY, *KEY_POLICY, *LOG_RESOURCE_POLICY)
VERSIONS: Final = ("2012-10-17", "2008-10-17", None)
ACTION: Final = re.compile(r"\*|[a-zA-Z0-9*-]+:[\w*?-]+")
SERVICE: Final = re.compile(r"[\w.-]+\.(?:amazonaws\.(?:com(?:\.cn)?|eu)|amazon\.com|aws\.internal)")
OPERATOR: Final = re.compile(
    r"(?:For(?:All|Any)Values?:)?(?:(?:String|Numeric|Date|Arn)(?:Not)?(?:Equals|Like|LessThan|GreaterThan)(?:IgnoreCase|Equals)?"
    r"|Bool|BinaryEquals|(?:Not)?IpAddress|Null)(?:IfExists)?"
)


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """The document is JSON, and each statement says who may do what on what."""
    path, names_principal, trust = _where(resource.type)
    document = resource.get(path)
    if document is None:
        return  # another rule says whether it has to be there
    if document is UNKNOWN or document is SECRET:
        return
    yield from _problems(document, path, names_principal, trust)


@cache  # of the few types that there are
def _where(token: str) -> tuple[str, bool, bool]:
    """Where resources of type `token` have a policy, whether it names principals, and whether it is a role's trust."""
    path = "assumeRolePolicy" if token in ROLE else "policyDocument" if token in LOG_RESOURCE_POLICY else "policy"
    return path, token not in IDENTITY, token in ROLE


def _kind(resource: Resource, context: Context) -> Hashable:
    """Documents without fault are alike; another is judged by itself. Which ARN is named is no fault, but a wildcard in
    it, or an ARN where something else belongs."""
    path, names_principal, trust = _where(resource.type)
    document = resource.get(path)
    if not isinstance(document, str) or "\\" in document:
        return None
    alike = WILD_ARN.sub('"arn::*"', ARN.sub('"arn:::"', document))
    return _is_right(alike, names_principal, trust) or None


ARN: Final = re.compile(r'"arn:[^"*?\x00-\x1f]*"(?!\s*:)')
WILD_ARN: Final = re.compile(r'"arn:[^"\x00-\x1f]*[*?][^"\x00-\x1f]*"(?!\s*:)')
"""Values alone: of two keys that become one, JSON keeps the last."""


@per_text()
def _is_right(document: str, names_principal: bool, trust: bool) -> bool:
    return not any(True for _ in _problems(document, "", names_principal, trust))


def _problems(document: Any, path: str, names_principal: bool, trust: bool) -> Iterator[Problem]:
    parsed = read_json(document)
    if not isinstance(parsed, Mapping):
        yield Problem(f"{path} is not a policy in JSON", path)
        return
    if parsed.get("Version") not in VERSIONS:
        yield Problem(f"{path}: Version is {shown(parsed.get('Version'))}; set it to 2012-10-17", path)
    found = mappings(parsed.get("Statement"))
    if not found:
        yield Problem(f"{path} has no Statement, so it allows and denies nothing", path)
    for index, statement in enumerate(found):
        for problem in faults(statement, names_principal=names_principal, trust=trust):
            yield Problem(f"{path}, statement {statement.get('Sid') or index}: {problem}", path)


def faults(statement: Mapping[str, Any], *, names_principal: bool, trust: bool) -> Iterator[str]:
    """What a statement lacks."""
    if statement.get("Effect") not in ("Allow", "Deny"):
        yield f"Effect is {shown(statement.get('Effect'))}; set it to Allow or Deny"
    for key in ("Action",) if trust else ("Action", "Resource"):
        given = strings(statement.get(key)) + strings(statement.get(f"Not{key}"))
        if not given or "" in given:
            yield f"{key} names nothing; give it"
        elif key == "Action" and (wrong := _no_actions(tuple(given))):
            yield f"Action {wrong[0]} is none; write service:Action"
        elif key == "Resource" and (
            wrong := [one for one in given if one != "*" and not one.startswith(("arn:", "${"))]
        ):
            yield f"Resource {wrong[0]} is no ARN"
    if names_principal:
        yield from principal_faults(statement)
    for operator, operands in _items(statement.get("Condition")):
        if not OPERATOR.fullmatch(operator):
            yield f"{operator} is no condition operator"
        if not isinstance(operands, Mapping) or not operands or not all(_given(value) for value in operands.values()):
            yield f"Condition {operator} compares nothing"


@lru_cache(maxsize=4096)  # many statements name the same
def _no_actions(given: tuple[str, ...]) -> list[str]:
    return [one for one in given if not ACTION.fullmatch(one)]


def principal_faults(statement: Mapping[str, Any]) -> Iterator[str]:
    """What the principals of a statement lack."""
    value = statement.get("Principal", statement.get("NotPrincipal"))
    if value == "*":
        return
    kinds = list(_items(value))
    if not kinds or any(not strings(names) or "" in strings(names) for _, names in kinds):
        yield "Principal names nobody; give it"
    for kind, names in kinds:
        for name in strings(names):
            if kind == "Service" and name and not SERVICE.fullmatch(name):
                yield f"{name} is no AWS service"
            if kind == "AWS" and name != "*" and any(sign in name for sign in "*?"):
                yield f"{name} holds a wildcard, which AWS takes for everybody only; bind * by aws:PrincipalArn"


def _items(value: Any) -> list[tuple[str, Any]]:
    return [(str(key), item) for key, item in value.items()] if isinstance(value, Mapping) else []


def _given(value: Any) -> bool:
    return value not in (None, [], {})


def _document(**statement: Any) -> str:
    whole = {"Effect": "Allow", "Action": "ec2:DescribeInstances", "Resource": "*", **statement}
    return json.dumps({"Version": "2012-10-17", "Statement": whole})


_POLICY: Final[Example] = {"policy": (ROLE_POLICY[0], {"policy": _document()})}
_LISTING: Final = {"StringLike": {"s3:prefix": ["", "home/*"]}, "Bool": {"aws:SecureTransport": True}}

RULE = Rule(
    id="iam-policies-well-formed",
    title="Policy documents are complete",
    severity=Severity.HIGH,
    risk=Risk.REFUSAL,
    why="A statement without effect, action or resource is refused at deployment, or protects and allows nothing.",
    fix="Complete the statement that the message names.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html",
    refused_by="iam PutRolePolicy, CreatePolicy and their kin: MalformedPolicyDocument",
    types=(*IDENTITY, *ROLE, *RESOURCE),
    check=check,
    reads=("policy", "assumeRolePolicy", "policyDocument"),
    kind=_kind,
    passing=_POLICY,
    failing=each(_POLICY, {"policy.policy": '{"Version": "2012-10-17", "Statement": []}'})[0],
    also_passing=each(
        _POLICY,
        {"policy.policy": _document(Action="s3:ListBucket", Resource="arn:aws:s3:::plants", Condition=_LISTING)},
        {"topic": (TOPIC_POLICY[0], {"policy": letting("cloudwatch", "sns:Publish")})},
        {"log": (LOG_RESOURCE_POLICY[0], {"policyDocument": letting("es", "logs:PutLogEvents")})},
    ),
    also_failing=each(
        _POLICY,
        {"policy.policy": "not JSON"},
        {"policy.policy": _document().replace("2012-10-17", "2012-10-18")},
        {"policy.policy": _document(Effect="allow")},
        {"policy.policy": _document(Action=[])},
        {"policy.policy": _document(Action="DescribeInstances")},
        {"policy.policy": _document(Resource="plants")},
        {"policy.policy": _document(Condition={"StringEqual": {"aws:RequestedRegion": "us-east-1"}})},
        {"policy.policy": _document(Condition={"StringEquals": {}})},
        {"policy.policy": _document(Condition={"ArnLike": {"arn:b": [], "arn:c": "arn:aws:s3:::plants"}})},
        {"topic": (TOPIC_POLICY[0], {"policy": _document()})},
        {"topic": (TOPIC_POLICY[0], {"policy": _document(Principal={"Service": "cloudwatch"})})},
        {"topic": (TOPIC_POLICY[0], {"policy": _document(Principal={"AWS": "arn:aws:iam::*:role/plants"})})},
    ),
    undecided=each(_POLICY, {"policy.policy": UNKNOWN}, {"policy.policy": SECRET}),
)
