"""``plant:edge``: where clients reach the API, and who may call it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from infra.settings.base import HTTPS, DomainName, Group, arn
from infra.settings.token_dialects import DIALECTS, ClaimFormat, Issuer, TokenDialect


class BrowserSettings(Group):
    """Sign-in of people in browsers through a Cognito user pool."""

    user_pool_arn: str = Field(
        pattern=arn("cognito-idp", "userpool/", "[a-z0-9-]{1,25}_[A-Za-z0-9]{1,29}"),
        description="User pool of the people.",
    )
    user_pool_client_id: str = Field(
        pattern=r"^[A-Za-z0-9_+]{1,128}$",
        description="Client of the pool, with a secret and the load balancer's callback.",
    )
    user_pool_domain: str = Field(
        pattern=r"^[a-z0-9][a-z0-9.-]{0,126}$", description="Domain prefix or name of the sign-in page."
    )
    path_prefix: str = Field(
        default="/app", pattern=r"^/[A-Za-z0-9/_.-]{1,60}$", description="Paths that people open in a browser."
    )


def _not_checked_anyway(claim: str) -> str:
    if claim in ("exp", "iss", "nbf", "iat"):
        raise ValueError(f"the load balancer checks {claim} by itself, and takes it for no further claim")
    return claim


ClaimName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_:/.-]{1,100}$"), AfterValidator(_not_checked_anyway)]
"""Name of a claim that the load balancer does not check by itself."""


TokenUrl = Annotated[str, StringConstraints(pattern=HTTPS, max_length=256)]
"""An https:// address in the 256 characters that the check of tokens takes (ELB API reference,
JwtValidationActionConfig)."""


def _has_a_path(url: str) -> str:
    if url.count("/") < len("///"):
        raise ValueError("has no path; the load balancer wants one after the host, such as /.well-known/jwks.json")
    return url


class AuthenticationSettings(Group):
    """OAuth 2.0: the load balancer checks the signature, issuer, audience and scopes of each bearer token."""

    issuer: TokenUrl = Field(
        default="https://login.example.com/plant", description="Value of the token's iss claim (https://…)."
    )
    jwks_url: Annotated[TokenUrl, AfterValidator(_has_a_path)] = Field(
        default="https://login.example.com/plant/.well-known/jwks.json",
        description="Where the issuer publishes its signing keys (https://…): RS256, 10 keys and 150 KB at most.",
    )
    issuer_kind: Issuer = Field(
        default="rfc9068",
        description=(
            "Who issues: decides in which claims audience and scopes stand, and how, unless the four settings below"
            " say otherwise. rfc9068 is the standard."
        ),
    )
    audience: str = Field(
        default="plant-api",
        pattern=r"^[ -~]{1,256}$",
        description="Whom the token has to be meant for (ASCII); with Cognito, the id of the app client.",
    )
    audience_claim: ClaimName | None = Field(
        default=None, description="Claim that holds the audience, e.g. aud, client_id, azp; absent: as the issuer does."
    )
    audience_format: ClaimFormat | None = Field(
        default=None,
        description="How the claim holds it; string-array for a token for several; absent: as the issuer does.",
    )
    scope_claim: ClaimName | None = Field(
        default=None, description="Claim that holds the scopes, e.g. scope, scp, roles; absent: as the issuer does."
    )
    scope_format: ClaimFormat | None = Field(
        default=None, description="How the claim holds them; absent: as the issuer does."
    )
    read_scope: str = Field(
        default="plant.read",
        pattern=r"^[\x21\x23-\x5b\x5d-\x7e]{1,100}$",
        description="Scope that reading takes; with Cognito, <resource server>/<scope>, e.g. plants/read.",
    )
    write_scope: str = Field(
        default="plant.write", pattern=r"^[\x21\x23-\x5b\x5d-\x7e]{1,100}$", description="Scope that changing takes."
    )
    browser: BrowserSettings | None = Field(
        default=None, description="Sign-in of people in browsers; absent where only machines and apps call."
    )

    @property
    def dialect(self) -> TokenDialect:
        """The issuer's dialect, with what the settings say otherwise."""
        own = DIALECTS[self.issuer_kind]
        return TokenDialect(
            audience_claim=self.audience_claim or own.audience_claim,
            audience_format=self.audience_format or own.audience_format,
            scope_claim=self.scope_claim or own.scope_claim,
            scope_format=self.scope_format or own.scope_format,
            source=own.source,
        )


class EdgeSettings(Group):
    """The load balancer and its name."""

    domain_name: DomainName = Field(
        default="api.plant.example.com",
        description=(
            "Name of the API, e.g. api.example.com: up to 128 characters, and up to 64 where its certificate is made"
            " here."
        ),
    )
    hosted_zone_id: str | None = Field(
        default=None,
        pattern=r"^Z[A-Z0-9]{6,31}$",
        description="Route 53 zone of the name; the certificate is validated and the name is published there.",
    )
    certificate_arn: str | None = Field(
        pattern=arn("acm", "certificate/"),
        default=None,
        description="A certificate that exists already, instead of one validated through the hosted zone.",
    )
    path_prefix: str = Field(
        default="/v1", pattern=r"^/[A-Za-z0-9/_.-]{1,60}$", description="Paths below which the API answers."
    )
    ip_address_type: Literal["dualstack", "ipv4"] = Field(
        default="dualstack",
        description=(
            "Addresses of the load balancer. It always has public IPv4: it fetches the token issuer's keys over"
            " IPv4 only."
        ),
    )
    tls_policy: Literal[
        "ELBSecurityPolicy-TLS13-1-3-2021-06",
        "ELBSecurityPolicy-TLS13-1-2-2021-06",
        "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
    ] = Field(
        default="ELBSecurityPolicy-TLS13-1-2-Res-2021-06", description="TLS versions and ciphers of the listener."
    )
    idle_timeout_seconds: int = Field(
        default=30, ge=1, le=4_000, description="Seconds after which an idle connection is closed (1 to 4,000)."
    )
    deregistration_delay_seconds: int = Field(
        default=30, ge=0, le=3_600, description="Time that a leaving target has to finish its requests (s, 0 to 3,600)."
    )
    rule_priority_base: int = Field(
        default=100,
        ge=1,
        le=49_900,
        description=(
            "First of the thirty listener-rule priorities that are this stack's (1 to 49,900). Change it by thirty or"
            " more: AWS takes no priority that another of the rules still has."
        ),
    )
    access_log_retention_days: int = Field(
        default=365, ge=30, le=3_650, description="How long access and flow logs are kept (days, 30 to 3,650)."
    )
    authentication: AuthenticationSettings = Field(
        default_factory=AuthenticationSettings, description="Who issues the tokens that clients present."
    )
