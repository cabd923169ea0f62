"""Reads IAM policy documents, which resources hold as JSON text."""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, Final, NamedTuple, TypeAlias

import msgspec

from deployment.graph import Resource
from deployment.per_text import per_text
from deployment.unknown import SECRET, UNKNOWN
from policies.checks import mappings, strings
from policies.context import Context
from policies.rule import Problem
from policies.rules._globs import fits
from policies.rules._ports import is_world
from policies.table import IT, Condition

_Names: TypeAlias = str | tuple[str, ...] | None

MOST_DOCUMENTS: Final = 1 << 18
"""Documents that are remembered: a large stack has one for each role, bucket or queue."""


class Statement(NamedTuple):
    """One statement of a policy document; a tuple, for a large stack has hundreds of thousands."""

    effect: str
    actions: tuple[str, ...]
    not_actions: tuple[str, ...]
    resources: tuple[str, ...]
    not_resources: tuple[str, ...]
    principals: tuple[tuple[str, str], ...]
    """(kind, principal), e.g. ("AWS", "*"), ("Service", "states.amazonaws.com")."""
    conditions: Mapping[str, Any]
    sid: str
    excludes_principals: bool = False
    """True for NotPrincipal, which names everyone else."""

    @property
    def allows(self) -> bool:
        """True for Effect Allow."""
        return self.effect == "Allow"

    def narrowed_by_tag(self) -> bool:
        """True when the statement holds only for resources that bear some tag."""
        return any(
            str(name).lower().startswith("aws:resourcetag/")
            for operator, operands in self.conditions.items()
            if isinstance(operands, Mapping) and str(operator).startswith(("StringEquals", "StringLike"))
            for name in operands
        )

    def compared_with(self, key: str) -> list[str]:
        """Patterns of which the condition key `key` has to fit one; none where no operator asks for that."""
        return [
            str(value)
            for operator, operands in self.conditions.items()
            if "Not" not in operator and isinstance(operands, Mapping)
            for name, values in operands.items()
            if str(name).lower() == key.lower()
            for value in (values if isinstance(values, list) else [values])
        ]

    def required_values(self, key: str) -> list[str]:
        """As `compared_with`, of the operators that don't hold where a request lacks the key."""
        asked = {one: operands for one, operands in self.conditions.items() if not LOOSE.search(one)}
        return self._replace(conditions=asked).compared_with(key)

    def condition_values(self, key: str) -> list[str]:
        """Values that any operator compares the condition key `key` with (keys are case-insensitive)."""
        found: list[str] = []
        wanted = key.lower()
        for operands in self.conditions.values():
            if isinstance(operands, Mapping):
                for name, values in operands.items():
                    if str(name).lower() == wanted:
                        found.extend(strings(values) or [str(one).lower() for one in _plain(values)])
        return found


def _plain(value: Any) -> list[Any]:
    """Booleans and numbers, which JSON may hold where IAM compares text."""
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, (bool, int, float))]


def statements(document: Any) -> tuple[Statement, ...] | None:
    """Statements of a policy document, given as JSON text or as an object; None when it is not known yet.

    Text that is no policy document has no statements: AWS refuses it at deployment.
    """
    if document is UNKNOWN or document is SECRET:
        return None
    return _parsed(document) if isinstance(document, str) else _statements(document)


def statements_of(documents: Iterable[Any]) -> tuple[Statement, ...] | None:
    """Statements of several policy documents together; None when one of them is not known yet."""
    found: list[Statement] = []
    for document in documents:
        read = statements(document)
        if read is None:
            return None
        found += read
    return tuple(found)


def parse_json(text: str) -> Any:
    """`text` parsed as JSON, or None when it is not JSON."""
    for read in (msgspec.json.decode, json.loads):  # the first takes a third of the time, and not every odd number
        with suppress(ValueError, RecursionError):
            return read(text)
    return None


def read_json(value: Any) -> Any:
    """What a property says that may be given as JSON text (None when that is not JSON), or as it is."""
    return parse_json(value) if isinstance(value, str) else value


class _Written(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """A statement as nearly all are written."""

    Effect: str = ""
    Action: _Names = None
    NotAction: _Names = None
    Resource: _Names = None
    NotResource: _Names = None
    Principal: str | dict[str, _Names] | None = None
    Condition: dict[str, Any] | None = None
    Sid: str = ""


class _Document(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    Statement: list[_Written] | _Written
    Version: str = ""
    Id: str = ""


_written: Final = msgspec.json.Decoder(_Document).decode


@per_text(MOST_DOCUMENTS)  # many rules read the same document
def _parsed(text: str) -> tuple[Statement, ...]:
    try:
        found = _written(text).Statement
    except (ValueError, RecursionError):  # written in another way, or no document
        return _statements(parse_json(text))
    return tuple([_as_written(one) for one in (found if isinstance(found, list) else (found,))])


def _as_written(one: _Written) -> Statement:
    return Statement(
        one.Effect,
        _tuple(one.Action),
        _tuple(one.NotAction),
        _tuple(one.Resource),
        _tuple(one.NotResource),
        tuple(_principals(one.Principal)) if one.Principal is not None else (),
        one.Condition or {},
        one.Sid,
    )


def _tuple(names: _Names) -> tuple[str, ...]:
    return () if names is None else (names,) if isinstance(names, str) else names


def _statements(document: Any) -> tuple[Statement, ...]:
    found = document.get("Statement") if isinstance(document, Mapping) else None
    return tuple(_statement(entry) for entry in mappings(found))


def _statement(entry: Mapping[str, Any]) -> Statement:
    negated = "NotPrincipal" in entry
    conditions = entry.get("Condition")
    return Statement(
        effect=str(entry.get("Effect", "")),
        actions=tuple(strings(entry.get("Action"))),
        not_actions=tuple(strings(entry.get("NotAction"))),
        resources=tuple(strings(entry.get("Resource"))),
        not_resources=tuple(strings(entry.get("NotResource"))),
        principals=tuple(_principals(entry.get("NotPrincipal" if negated else "Principal"))),
        conditions=conditions if isinstance(conditions, Mapping) else {},
        sid=str(entry.get("Sid", "")),
        excludes_principals=negated,
    )


def _principals(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield ("AWS", value)
    elif isinstance(value, Mapping):
        for kind, names in value.items():
            for name in strings(names):
                yield (str(kind), name)


def allow(*actions: str, **principals: str) -> str:
    """Policy document of one Allow statement, for examples: ``allow("sns:Publish", AWS="*")``."""
    statement = {"Effect": "Allow", "Principal": principals, "Action": list(actions), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def joined(*documents: str) -> str:
    """One policy document of the statements of several, for examples."""
    found = [statement for document in documents for statement in json.loads(document)["Statement"]]
    return json.dumps({"Version": "2012-10-17", "Statement": found})


BINDING_KEYS: Final = (
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceIp",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "aws:SourceOwner",
    "aws:SourceVpc",
    "aws:SourceVpcArn",
    "aws:SourceVpce",
    "aws:userid",
    "aws:VpceAccount",
    "aws:VpceOrgID",
    "aws:VpceOrgPaths",
    "aws:VpcSourceIp",
    "elasticfilesystem:AccessedViaMountTarget",
    "kms:CallerAccount",
    "s3:DataAccessPointAccount",
    "s3:DataAccessPointArn",
)
"""Condition keys that bind "anybody" to somebody (S3 user guide, "The meaning of public", and what other services add
to it; read 2026-11)."""
LOOSE: Final = re.compile(r"Not|Null|ForAllValues|IfExists")
"""Operators that hold for whoever has another value, or none."""
KIND: Final = re.compile(r"^(?:o-|vpc-|vpce-|A(?:ROA|IDA|GPA|SIA|KIA)(?=[*?]))")
"""With what every id of an organization, a VPC, an endpoint, a role or a user begins."""
ANYBODY: Final = ("*", "arn:aws:iam::*:root")


def is_bound(statement: Statement) -> bool:
    """True when a condition binds the statement to values that not everybody has."""
    compared = [
        strings(values) or [str(one).lower() for one in _plain(values)]
        for operator, operands in statement.conditions.items()
        if not LOOSE.search(operator) and isinstance(operands, Mapping)
        for key, values in operands.items()
        if any(str(key).lower() == one.lower() for one in BINDING_KEYS)
    ]
    return any(values and all(map(_is_somebodys, values)) for values in compared)


def _is_somebodys(value: str) -> bool:
    """False for what everybody has: any text, any address, an ARN of any account, any id of a kind."""
    if value.startswith("arn:"):
        account, resource = [*value.split(":", 5), "", "", "", "", ""][4:6]
        return bool((account or resource).strip("*?"))  # buckets' ARNs name no account
    return bool(KIND.sub("", value).strip("*?:/")) and not is_world(value)


def trusted(resource: Resource, context: Context) -> Hashable:
    """What rules ask of a role's trust policy: everything but the names of single roles and users."""
    return tuple(
        [
            (
                one.effect,
                one.excludes_principals,
                repr(one.conditions) if one.conditions else "",
                tuple([(kind, name if kind != "AWS" or _is_many(name) else "") for kind, name in one.principals]),
            )
            for one in statements(resource.get("assumeRolePolicy")) or ()
        ]
    )


def _is_many(principal: str) -> bool:
    """True for a principal of AWS that is a whole account, or anybody."""
    return principal in ANYBODY or is_account(principal)


def is_account(principal: str) -> bool:
    """True for a principal of AWS that stands for a whole account."""
    return principal.endswith(":root") or principal.isdigit()


def is_public(statement: Statement) -> bool:
    """True when the statement lets anybody in, and no condition says whom or from where."""
    anybody = statement.excludes_principals or any(
        (kind in ("AWS", "*") and name in ANYBODY) or (kind == "Federated" and name == "*")
        for kind, name in statement.principals
    )
    return statement.allows and anybody and not is_bound(statement)


def names_principals(path: str, action: str) -> Condition:
    """The policy document at `path` lets nobody in who is not named; `action` is one for its examples."""

    def check(resource: Resource, context: Context) -> Iterator[Problem]:
        for number, statement in enumerate(statements(resource.get(path)) or ()):
            if is_public(statement):
                where = f"{path}, statement {statement.sid or number}"
                yield Problem(f"{where} lets anybody in; name the principals, or bind them by a condition", path)

    where = f"{IT}.{path}"
    open_to_all = {"Effect": "Allow", "Principal": "*", "Action": action}
    anywhere = {"Condition": {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "0.0.0.0/1"]}}}
    anyone = {
        "Condition": {"ArnLike": {"aws:PrincipalArn": ["arn:aws:iam::123456789012:role/reader", "arn:aws:iam::*"]}}
    }
    any_topic = {"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:sns:us-east-1:*:orders"}}}
    any_organization = {"Condition": {"StringLike": {"aws:PrincipalOrgID": "o-*"}}}
    everybody = {"Effect": "Allow", "NotPrincipal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": action}
    return Condition(
        check=check,
        good={where: allow(action, AWS="arn:aws:iam::123456789012:role/reader")},
        bad=(
            {where: allow(action, AWS="*")},
            {where: json.dumps({"Statement": [everybody]})},
            {where: json.dumps({"Statement": {**open_to_all, **anywhere}})},
            {where: json.dumps({"Statement": {**open_to_all, **anyone}})},
            {where: json.dumps({"Statement": {**open_to_all, **any_topic}})},
            {where: json.dumps({"Statement": {**open_to_all, **any_organization}})},
        ),
        unknown=({where: UNKNOWN}, {where: SECRET}),
        reads=(path,),
    )


def denies_plain_text(found: Iterable[Statement], action: str, *resources: str | None) -> bool:
    """True when the statements deny `action` without TLS to everybody, on each of `resources` (None: not known)."""
    denying = [
        one
        for one in found
        if one.effect == "Deny"
        and ("AWS", "*") in one.principals
        and "false" in one.condition_values("aws:SecureTransport")
        and any(fits(action.lower(), pattern.lower()) for pattern in one.actions)
    ]
    return bool(denying) and all(
        resource is None or any(fits(resource, pattern) for one in denying for pattern in one.resources)
        for resource in resources
    )


TLS_ONLY: Final = json.dumps(
    {
        "Statement": [
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": "*",
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ]
    }
)
"""Policy document of a bucket that refuses requests without TLS, for examples."""
