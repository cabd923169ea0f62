"""``plant:edge``: where clients reach the API, and who may call it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from infra.settings.base import DomainName, Group, HttpsUrl, arn


class BrowserSettings(Group):
    """Sign-in of people in browsers through a Cognito user pool."""

    user_pool_arn: str = Field(pattern=arn("cognito-idp", "userpool/"), description="User pool of the people.")
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


class AuthenticationSettings(Group):
    """OAuth 2.0: the load balancer checks the signature, issuer, audience and scopes of each bearer token."""

    issuer: HttpsUrl = Field(
        default="https://login.example.com/plant", description="Value of the token's iss claim (https://…)."
    )
    jwks_url: HttpsUrl = Field(
        default="https://login.example.com/plant/.well-known/jwks.json",
        description="Where the issuer publishes its signing keys (https://…): RS256, 10 keys and 150 KB at most.",
    )
    audience: str = Field(
        default="plant-api", min_length=1, max_length=200, description="Value that the token's aud claim must hold."
    )
    audience_format: Literal["single-string", "string-array"] = Field(
        default="single-string", description="How the issuer writes the aud claim: as a string or as a list."
    )
    read_scope: str = Field(
        default="plant.read", pattern=r"^[\x21\x23-\x5b\x5d-\x7e]{1,100}$", description="Scope that reading takes."
    )
    write_scope: str = Field(
        default="plant.write", pattern=r"^[\x21\x23-\x5b\x5d-\x7e]{1,100}$", description="Scope that changing takes."
    )
    browser: BrowserSettings | None = Field(
        default=None, description="Sign-in of people in browsers; absent where only machines and apps call."
    )


class EdgeSettings(Group):
    """The load balancer and its name."""

    domain_name: DomainName = Field(
        default="api.plant.example.com", description="Name of the API, e.g. api.example.com."
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
        description="First of the ten listener-rule priorities that are this stack's (1 to 49,900).",
    )
    access_log_retention_days: int = Field(
        default=365, ge=30, le=3_650, description="How long access and flow logs are kept (days, 30 to 3,650)."
    )
    authentication: AuthenticationSettings = Field(
        default_factory=AuthenticationSettings, description="Who issues the tokens that clients present."
    )
