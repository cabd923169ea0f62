"""What AWS can't do without is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policies.model import Resource, Severity
from policies.rule import Context, Problem, Rule
from policies.rules._required import ONE_OF, REQUIRED
from policies.rules._tokens import BUCKET_VERSIONING

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """What AWS can't do without is given."""
    for path in REQUIRED.get(resource.type, ()):
        if resource.inputs.get(path) is None:
            yield Problem(f"{path} is not set; AWS can't make this resource without it", path)
    either = ONE_OF.get(resource.type, ())
    needless = resource.get("targetType") == "lambda"  # a function is in no VPC
    if either and not needless and all(resource.inputs.get(path) is None for path in either):
        yield Problem(f"{' or '.join(either)} is not set; give one", either[0])


RULE = Rule(
    id="governance-required-properties",
    title="What AWS can't do without is given",
    severity=Severity.HIGH,
    why=("A setting that is attached to nothing protects nothing; AWS refuses it in the middle of the deployment."),
    fix="Set the property that the message names.",
    source="https://www.pulumi.com/registry/packages/aws/api-docs/",
    types=tuple({**REQUIRED, **ONE_OF}),
    check=check,
    passing={
        "versions": (BUCKET_VERSIONING[0], {"bucket": "id:logs", "versioningConfiguration": {"status": "Enabled"}})
    },
    failing={"versions": (BUCKET_VERSIONING[0], {"versioningConfiguration": {"status": "Enabled"}})},
)
