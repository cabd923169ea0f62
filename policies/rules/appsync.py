"""Data rules about AppSync."""

from __future__ import annotations

from typing import Final

from deployment.tokens import GRAPHQL_API
from policies.finding import Severity
from policies.rule import Rule
from policies.table import must_not_be, row

RULES: Final[tuple[Rule, ...]] = (
    row(
        "edge-graphql-no-api-key",
        GRAPHQL_API,
        must_not_be("authenticationType", "API_KEY", use="set it to what knows who asks"),
        title="GraphQL APIs know who asks",
        severity=Severity.HIGH,
        why="An API key is one for everybody, lies in every client, and is no proof of who asks.",
        fix="Set authenticationType to AMAZON_COGNITO_USER_POOLS, OPENID_CONNECT, AWS_IAM or AWS_LAMBDA.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/appsync-controls.html#appsync-5",
        frameworks=("fsbp:AppSync.5", "prowler:appsync_graphql_api_no_api_key_authentication"),
    ),
)
