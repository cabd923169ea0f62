"""A data protection policy finds and masks the same things."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import LOG_DATA_PROTECTION
from deployment.unknown import UNKNOWN
from policies.checks import mappings, strings
from policies.context import Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.rules._documents import read_json

MASKING: Final = LOG_DATA_PROTECTION[0]
PERSONAL: Final = "arn:aws:dataprotection::aws:data-identifier/EmailAddress"
VERSION: Final = "2021-06-01"


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """One statement audits, one masks, both for the same identifiers."""
    document = resource.get("policyDocument")
    if document is UNKNOWN:
        return
    parsed = read_json(document)
    if not isinstance(parsed, Mapping):
        yield Problem("policyDocument is no policy in JSON", "policyDocument")
        return
    if parsed.get("Version") != VERSION or not parsed.get("Name"):
        yield Problem(f"policyDocument needs a Name, and Version {VERSION}; AWS refuses others", "policyDocument")
    found: dict[str, set[str]] = {}
    for statement in mappings(parsed.get("Statement")):
        operation = statement.get("Operation")
        for kind, content in operation.items() if isinstance(operation, Mapping) else ():
            if isinstance(content, Mapping) and content:
                found[str(kind)] = set(strings(statement.get("DataIdentifier")))
    masked = found.get("Deidentify", set())
    if not masked or found.get("Audit") != masked:
        yield Problem(
            "policyDocument needs one statement with Audit and one with Deidentify, for the same DataIdentifier; AWS "
            "refuses others, and nothing is masked",
            "policyDocument",
        )


def _policy(*operations: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    statements = [{"DataIdentifier": [PERSONAL], "Operation": one} for one in operations]
    return MASKING, {"policyDocument": json.dumps({"Name": "mask", "Version": VERSION, "Statement": statements})}


_AUDIT: Final[dict[str, Any]] = {"Audit": {"FindingsDestination": {}}}
_MASK: Final[dict[str, Any]] = {"Deidentify": {"MaskConfig": {}}}

RULE = Rule(
    id="logging-masking-sound",
    title="A data protection policy finds and masks the same things",
    severity=Severity.HIGH,
    risk=Risk.REFUSAL,
    why="AWS refuses a policy that audits and masks different things.",
    fix="Give Audit and Deidentify the same DataIdentifier, and the document a Name and its Version.",
    source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch-logs-data-protection-policies.html",
    refused_by="logs PutDataProtectionPolicy: InvalidParameterException",
    types=(MASKING,),
    check=check,
    passing={"masking": _policy(_AUDIT, _MASK)},
    failing={"masking": _policy(_AUDIT)},
    also_failing=(
        {"masking": (MASKING, {"policyDocument": "{"})},
        {"masking": (MASKING, {"policyDocument": {"Version": VERSION, "Statement": []}})},
    ),
)
