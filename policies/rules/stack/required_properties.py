"""What AWS can't do without is given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from deployment.graph import Resource
from deployment.tokens import BUCKET_VERSIONING
from policies.checks import lacks
from policies.context import Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.rules._required import INSIDE, ONE_OF, REQUIRED


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """What AWS can't do without is given."""
    for path in REQUIRED.get(resource.type, ()):
        if lacks(resource.inputs, path):
            yield Problem(f"{path} is not set; AWS can't make this resource without it", path)
    needless = resource.get("targetType") == "lambda"  # a function is in no VPC
    for either in ONE_OF.get(resource.type, ()):
        if not needless and all(lacks(resource.inputs, path) for path in either):
            yield Problem(f"{' or '.join(either)} is not set; give one", either[0])
    for path, keys in INSIDE.get(resource.type, {}).items():
        if path.partition(".")[0].partition("[")[0] in resource.inputs:
            yield from inside(resource, path, keys)


def inside(resource: Resource, path: str, keys: tuple[str, ...]) -> Iterator[Problem]:
    """What the objects at `path` lack."""
    for part in resource.all(path):
        if isinstance(part, Mapping):
            for key in keys:
                if lacks(part, key):
                    yield Problem(f"{path}.{key} is not set; AWS can't do without it", f"{path}.{key}")


RULE = Rule(
    id="governance-required-properties",
    title="What AWS can't do without is given",
    severity=Severity.HIGH,
    risk=Risk.REFUSAL,
    why=("A setting that is attached to nothing protects nothing; AWS refuses it in the middle of the deployment."),
    fix="Set the property that the message names.",
    source="https://www.pulumi.com/registry/packages/aws/api-docs/",
    types=tuple({**REQUIRED, **ONE_OF, **INSIDE}),
    check=check,
    passing={
        "versions": (BUCKET_VERSIONING[0], {"bucket": "id:logs", "versioningConfiguration": {"status": "Enabled"}})
    },
    failing={"versions": (BUCKET_VERSIONING[0], {"versioningConfiguration": {"status": "Enabled"}})},
)
