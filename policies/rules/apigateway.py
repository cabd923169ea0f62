"""Data rules about API Gateway."""

from __future__ import annotations

from typing import Final

from deployment.tokens import API_DOMAIN, API_STAGE, HTTP_API_DOMAIN, HTTP_API_ROUTE, HTTP_API_STAGE
from policies.finding import Risk, Severity
from policies.rule import Rule
from policies.table import must_be, must_have, must_not_be, row

RULES: Final[tuple[Rule, ...]] = (
    row(
        "edge-api-logged",
        (*API_STAGE, *HTTP_API_STAGE),
        must_have("accessLogSettings.destinationArn", "the ARN of a log group"),
        title="Requests to APIs are logged",
        severity=Severity.MEDIUM,
        why="Who called what is the audit trail of an API.",
        fix="Set accessLogSettings.destinationArn and format.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/apigateway-controls.html#apigateway-9",
        frameworks=("checkov:CKV_AWS_76", "checkov:CKV_AWS_95", "fsbp:APIGateway.9"),
    ),
    row(
        "edge-api-authorised",
        HTTP_API_ROUTE,
        must_be("authorizationType", "JWT", "AWS_IAM", "CUSTOM"),
        title="Routes of HTTP APIs check who calls",
        severity=Severity.MEDIUM,
        why="A route without an authorizer is open to everybody, on purpose or not.",
        fix="Set authorizationType to JWT, AWS_IAM or CUSTOM; waive it for a route that is meant for everybody.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/apigateway-controls.html#apigateway-8",
        frameworks=("checkov:CKV_AWS_309", "fsbp:APIGateway.8"),
    ),
    row(
        "edge-api-tls-policy",
        (*API_DOMAIN, *HTTP_API_DOMAIN),
        must_not_be("securityPolicy", "TLS_1_0", use="set it to TLS_1_2"),
        must_not_be("domainNameConfiguration.securityPolicy", "TLS_1_0", use="set it to TLS_1_2"),
        title="Domains of APIs take TLS 1.2 at least",
        severity=Severity.HIGH,
        risk=Risk.LEAK,
        why="TLS 1.0 has flaws that let the network read what it carries.",
        fix="Set securityPolicy to TLS_1_2.",
        source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-custom-domain-tls-version.html",
        frameworks=("checkov:CKV_AWS_206",),
    ),
)
