"""Instances start with the contract, and with all that the stack made for them."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import (
    APPCONFIG_ENVIRONMENT,
    APPCONFIG_PROFILE,
    CACHE_USER,
    INSTANCE_PROFILE,
    LAUNCH_TEMPLATE,
    LOG_GROUP,
    PARAMETER,
    SCALING_GROUP,
    SERVERLESS_CACHE,
    TARGET_GROUP,
)
from deployment.unknown import UNKNOWN
from policies.checks import mappings, strings
from policies.context import ROOT_TYPE, Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._contract import contracts
from policies.rules._permissions import Need, lacking, role_at
from policies.rules._reach import templates_of
from policies.rules._user_data import script_of

MOST_TOLD: Final = 3
KEYS: Final = re.compile(r"~(\S+?)\*")
"""Keys that an access string grants by their prefix."""
MASKING: Final = "aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy"
TLS: Final = {
    "a certificate": re.compile(r"(?i)tls_certificate|\.crt\b|\.pem\b"),
    "its key": re.compile(r"(?i)tls_key|\.key\b"),
}


def check(context: Context) -> Iterator[Problem]:
    """The start script names contract, log, flag, cache and port, starts with TLS, and its role may use them."""
    if not context.is_plant_stack:
        return
    for fleet in context.graph.of_type(*SCALING_GROUP):
        for template in templates_of(fleet, context):
            script = script_of(template)
            if script is None:
                if template.get("userData") is not UNKNOWN:
                    yield Problem(
                        "userData is not set, so nothing is started; give the start script", "userData", template
                    )
                continue
            for what, values in wanted(fleet, context):
                if values and not any(value in script for value in values):
                    yield Problem(f"userData does not name {what} ({values[0]}); add it", "userData", template)
            for what, form in TLS.items():
                if not form.search(script):
                    yield Problem(
                        f"userData starts the service without {what}; the load balancer speaks TLS",
                        "userData",
                        template,
                    )
            yield from refused(template, context)


def wanted(fleet: Resource, context: Context) -> Iterator[tuple[str, list[str]]]:
    """(what, how it may be named) of all that an instance of `fleet` has to know, one of each."""
    ports = [str(one.get("port")) for one in context.graph.referenced(fleet, "targetGroupArns", *TARGET_GROUP)]
    yield "the port of its target group", [f"={port}" for port in ports]
    yield from context.once(shared)


def shared(context: Context) -> list[tuple[str, list[str]]]:
    """What every instance has to know."""
    return list(_shared(context))


def _shared(context: Context) -> Iterator[tuple[str, list[str]]]:
    graph = context.graph
    yield "the contract", [name for one, _ in contracts(context) for name in strings(one.get("name"))]
    masked = [log for policy in graph.of_type(MASKING) for log in graph.referenced(policy, "logGroupName", *LOG_GROUP)]
    yield "the log of requests", [name for log in masked for name in strings(log.get("name"))]
    environments, profiles = graph.of_type(*APPCONFIG_ENVIRONMENT), graph.of_type(*APPCONFIG_PROFILE)
    yield "the flag's application", [name for one in environments for name in strings(one.get("applicationId"))]
    yield "the flag's environment", [name for one in environments for name in strings(one.outputs.get("environmentId"))]
    yield (
        "the flag's profile",
        [name for one in profiles for name in strings(one.outputs.get("configurationProfileId"))],
    )
    caches = graph.of_type(*SERVERLESS_CACHE)
    yield "the cache", [f"={name}" for cache in caches for name in strings(cache.get("name"))]
    ends = mappings([end for cache in caches for end in cache.all("endpoints[*]")])
    yield "the cache's endpoint", [address for end in ends for address in strings(end.get("address"))]
    accesses = [str(user.get("accessString")) for user in graph.of_type(*CACHE_USER)]
    yield "the prefix of its keys", [f"={prefix}" for access in accesses for prefix in KEYS.findall(access)]


def refused(template: Resource, context: Context) -> Iterator[Problem]:
    """What the instances' role does not allow."""
    for profile in context.graph.referenced(template, "iamInstanceProfile", *INSTANCE_PROFILE):
        role = role_at(profile, "role", context)
        for action, arn in (
            islice(lacking(role, context.once(needs_of_instances), context), MOST_TOLD) if role is not None else ()
        ):
            yield Problem(
                f"iamInstanceProfile acts as {role.name if role else ''}, which does not allow {action} on {arn}; add "
                "it",
                "iamInstanceProfile",
                template,
            )


def needs_of_instances(context: Context) -> list[Need]:
    """What an instance does with the things that it is told."""
    return list(_needs(context))


def _needs(context: Context) -> Iterator[Need]:
    graph = context.graph
    for parameter, _ in contracts(context):
        yield from ((action, arn) for action in ("ssm:GetParameter",) for arn in strings(parameter.outputs.get("arn")))
    for policy in graph.of_type(MASKING):
        for log in graph.referenced(policy, "logGroupName", *LOG_GROUP):
            for arn in strings(log.outputs.get("arn")):
                yield from ((f"logs:{action}", f"{arn}:log-stream:x") for action in ("CreateLogStream", "PutLogEvents"))
    for profile in graph.of_type(*APPCONFIG_PROFILE):
        own = str(profile.outputs.get("arn")).replace("/configurationprofile/", "/environment/*/configuration/")
        if own.startswith("arn:"):
            yield from (
                (f"appconfig:{action}", None) for action in ("StartConfigurationSession", "GetLatestConfiguration")
            )
        yield from (("kms:Decrypt", key) for key in strings(profile.get("kmsKeyIdentifier")) if ":key/" in key)
    for owner in (*graph.of_type(*SERVERLESS_CACHE), *graph.of_type(*CACHE_USER)):
        yield from (("elasticache:Connect", arn) for arn in strings(owner.outputs.get("arn")))


def _stack(script: str) -> dict[str, Any]:
    return {
        "root": (ROOT_TYPE, {}),
        "contract": (PARAMETER[0], {"name": "/plant/contract", "insecureValue": '{"response_budget_ms": 100}'}),
        "template": (LAUNCH_TEMPLATE[0], {"userData": base64.b64encode(script.encode()).decode()}),
        "fleet": (SCALING_GROUP[0], {"launchTemplate": {"id": "id:template"}}),
    }


RULE = Rule(
    id="contract-instances-configured",
    title="Instances start with the contract, with TLS, and with all that the stack made for them",
    severity=Severity.HIGH,
    why="A service that does not know its limits keeps none; one without its log, flag or cache is another service.",
    fix="Name in userData what the message says, and let the instances' role use it.",
    source="docs/architecture.md, fleet",
    check_stack=check,
    passing=_stack("CONTRACT=/plant/contract\nTLS_CERTIFICATE=/etc/tls.crt\nTLS_KEY=/etc/tls.key\n"),
    failing=_stack("TLS_CERTIFICATE=/etc/tls.crt\nTLS_KEY=/etc/tls.key\n"),
)
