"""Data rules about Cognito."""

from __future__ import annotations

from typing import Final

from deployment.tokens import IDENTITY_POOL
from policies.finding import Severity
from policies.rule import Rule
from policies.table import must_not_be, row

RULES: Final[tuple[Rule, ...]] = (
    row(
        "iam-identity-pool-no-guests",
        IDENTITY_POOL,
        must_not_be("allowUnauthenticatedIdentities", True, use="set it to false"),
        title="Identity pools give nobody credentials who has not signed in",
        severity=Severity.MEDIUM,
        why="Anybody gets the role of guests. Some clients need one, such as CloudWatch RUM: then waive it.",
        fix="Set allowUnauthenticatedIdentities to false.",
        source="https://docs.aws.amazon.com/cognito/latest/developerguide/identity-pools.html",
        frameworks=("checkov:CKV_AWS_366", "prowler:cognito_identity_pool_guest_access_disabled"),
    ),
)
