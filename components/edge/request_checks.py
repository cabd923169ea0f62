"""Who may call: the load balancer's checks of a request, as Pulumi declares them and as the API names them.

Both forms are needed, because a rollout that changes a rule's weights has to send all of its actions again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What a claim of a token has to hold."""

    name: str
    """Name of the claim, e.g. ``aud``."""
    format: str
    """How it holds values: ``single-string``, ``string-array`` or ``space-separated-values``."""
    value: str
    """Value that it has to hold."""


@dataclass(frozen=True, kw_only=True)
class BearerToken:
    """A token of a machine or an app: signed by the issuer, meant for this API, and with a scope."""

    issuer: str
    """Value of its ``iss`` claim."""
    jwks_url: str
    """Where the issuer's signing keys are."""
    claims: Sequence[Claim]
    """What else it has to say: for whom it is, and what it may do."""

    def declared(self) -> dict[str, Any]:
        """The check as an action of a listener rule in Pulumi."""
        claims = [{"name": one.name, "format": one.format, "values": [one.value]} for one in self.claims]
        config = {"issuer": self.issuer, "jwks_endpoint": self.jwks_url, "additional_claims": claims}
        return {"type": "jwt-validation", "order": 1, "jwt_validation": config}

    def in_api(self) -> dict[str, Any]:
        """The same in the words of the API (``Action``)."""
        claims = [{"Name": one.name, "Format": one.format, "Values": [one.value]} for one in self.claims]
        config = {"Issuer": self.issuer, "JwksEndpoint": self.jwks_url, "AdditionalClaims": claims}
        return {"Type": "jwt-validation", "Order": 1, "JwtValidationConfig": config}


ASKED_OF_USER_POOL = "cognito-idp:DescribeUserPoolClient"
"""What whoever makes or changes a rule with a browser's sign-in has to be allowed of its pool (Elastic Load Balancing
user guide, "Authenticate users", 2026-11)."""


@dataclass(frozen=True, kw_only=True)
class BrowserSignIn:
    """A person in a browser, who is sent to Cognito's sign-in page and comes back with a session cookie."""

    user_pool_arn: str
    """User pool of the people."""
    user_pool_client_id: str
    """Client of the pool for this API; it has a secret and the callback ``https://<name>/oauth2/idpresponse``."""
    user_pool_domain: str
    """Domain prefix or name of the sign-in page."""

    def declared(self) -> dict[str, Any]:
        """The check as an action of a listener rule in Pulumi."""
        config = {
            "user_pool_arn": self.user_pool_arn,
            "user_pool_client_id": self.user_pool_client_id,
            "user_pool_domain": self.user_pool_domain,
            "on_unauthenticated_request": "authenticate",
            "scope": "openid",
        }
        return {"type": "authenticate-cognito", "order": 1, "authenticate_cognito": config}

    def in_api(self) -> dict[str, Any]:
        """The same in the words of the API (``Action``)."""
        config = {
            "UserPoolArn": self.user_pool_arn,
            "UserPoolClientId": self.user_pool_client_id,
            "UserPoolDomain": self.user_pool_domain,
            "OnUnauthenticatedRequest": "authenticate",
            "Scope": "openid",
        }
        return {"Type": "authenticate-cognito", "Order": 1, "AuthenticateCognitoConfig": config}


@dataclass(frozen=True, kw_only=True)
class Route:
    """Requests of one kind, and the check that they have to pass."""

    name: str
    """Name of the route, e.g. ``read``."""
    path_prefix: str
    """Paths of the route."""
    methods: Sequence[str]
    """HTTP methods of the route; empty for all that no earlier route took."""
    check: BearerToken | BrowserSignIn
    """What a caller has to prove."""
