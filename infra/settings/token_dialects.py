"""How issuers of access tokens write for whom a token is and what it may do: OAuth 2.0 leaves both to them.

The load balancer compares claims and their format as it is told (Elastic Load Balancing API reference,
JwtValidationActionAdditionalClaim, 2026-11); a token in another dialect is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ClaimFormat = Literal["single-string", "string-array", "space-separated-values"]
"""How a claim holds its values."""

Issuer = Literal["rfc9068", "auth0", "cognito", "entra", "entra-app", "keycloak", "okta"]
"""Kinds of issuers whose dialect is known."""


@dataclass(frozen=True, slots=True)
class TokenDialect:
    """Where one kind of issuer puts the audience and the scopes of an access token."""

    audience_claim: str
    audience_format: ClaimFormat
    scope_claim: str
    scope_format: ClaimFormat
    source: str
    """Document that says so."""


DIALECTS: dict[Issuer, TokenDialect] = {
    "rfc9068": TokenDialect(
        "aud", "single-string", "scope", "space-separated-values", "RFC 9068, section 2.2 (2021-10), RFC 8693, 4.2"
    ),
    # With the scope openid the audience is a list, the user-info address its second item.
    "auth0": TokenDialect(
        "aud", "single-string", "scope", "space-separated-values", "https://auth0.com/docs/secure/tokens/access-tokens"
    ),
    # No aud, unless the client asks for a resource; who the token was issued to stands in for it.
    "cognito": TokenDialect(
        "client_id",
        "single-string",
        "scope",
        "space-separated-values",
        "https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html",
    ),
    "entra": TokenDialect(
        "aud",
        "single-string",
        "scp",
        "space-separated-values",
        "https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference",
    ),
    # A service that calls for itself has app roles, and no scopes.
    "entra-app": TokenDialect(
        "aud",
        "single-string",
        "roles",
        "string-array",
        "https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference",
    ),
    # One audience is a string, several are a list; none is there without an audience mapper.
    "keycloak": TokenDialect(
        "aud",
        "single-string",
        "scope",
        "space-separated-values",
        "https://www.keycloak.org/docs/latest/server_admin/#audience-support",
    ),
    "okta": TokenDialect(
        "aud",
        "single-string",
        "scp",
        "string-array",
        "https://developer.okta.com/docs/api/openapi/okta-oauth/guides/overview",
    ),
}
"""Issuer -> its dialect; all read 2026-11."""
