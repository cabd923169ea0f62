"""Secrets rotate at least every 90 days."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from deployment.graph import Resource
from deployment.tokens import SECRET_ROTATION, SECRET_STORE
from deployment.unknown import SECRET, UNKNOWN
from policies.checks import number, shown
from policies.context import Context
from policies.examples import Example, each
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A secret rotates, and each rotation comes within 90 days."""
    if resource.type in SECRET_STORE:
        if not context.graph.referrers(resource, *SECRET_ROTATION):
            yield Problem("the secret never rotates; add aws.secretsmanager.SecretRotation")
        return
    path = "rotationRules.scheduleExpression"
    if not resource.gives(path):
        path = "rotationRules.automaticallyAfterDays"
    given = resource.get(path)
    if given is not UNKNOWN and given is not SECRET and not 0 < (_days(given) or 0) <= MOST_DAYS:
        yield Problem(f"{path} is {shown(given)}; set it to {MOST_DAYS} days or less", "rotationRules")


def _days(given: object) -> Decimal | None:
    """Days between two rotations, as a number or a rate; of a cron expression: 1, as it names days of the month."""
    text = str(given)
    if text.startswith("cron("):
        return Decimal(1)
    if rate := RATE.fullmatch(text):
        return Decimal(rate[1]) / (24 if rate[2] == "hour" else 1)
    return number(given)


MOST_DAYS: Final = 90
RATE: Final = re.compile(r"rate\((\d+) (day|hour)s?\)")
_STACK: Final[Example] = {
    "secret": (SECRET_STORE[0], {}),
    "rotation": (SECRET_ROTATION[0], {"secretId": "id:secret", "rotationRules": {"automaticallyAfterDays": 30}}),
}

RULE = Rule(
    id="data-secret-rotates",
    title="Secrets rotate at least every 90 days",
    severity=Severity.MEDIUM,
    why="Rotation bounds how long a leaked secret is good for.",
    fix="Add aws.secretsmanager.SecretRotation with rotationRules.automaticallyAfterDays of 90 or less.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/secretsmanager-controls.html#secretsmanager-1",
    frameworks=("checkov:CKV2_AWS_57", "checkov:CKV_AWS_304", "fsbp:SecretsManager.1", "fsbp:SecretsManager.4"),
    types=(*SECRET_STORE, *SECRET_ROTATION),
    reads_graph=True,
    check=check,
    passing=_STACK,
    failing={"secret": (SECRET_STORE[0], {})},
    also_passing=each(
        _STACK,
        {"rotation.rotationRules": {"scheduleExpression": "rate(90 days)"}},
        {"rotation.rotationRules": {"scheduleExpression": "rate(12 hours)"}},
        {"rotation.rotationRules": {"scheduleExpression": "cron(0 4 1 * ? *)"}},
    ),
    also_failing=each(
        _STACK,
        {"rotation.rotationRules.automaticallyAfterDays": 365},
        {"rotation.rotationRules": {"scheduleExpression": "rate(91 days)"}},
        {"secret": None, "rotation.rotationRules.automaticallyAfterDays": 365},
    ),
    undecided=each(_STACK, {"rotation.rotationRules.automaticallyAfterDays": UNKNOWN}),
)
