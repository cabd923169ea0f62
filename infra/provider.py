"""The AWS provider: what it is told, and the account it may touch."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

import pulumi
import pulumi_aws as aws

from infra.settings import Settings, SettingsError, load
from infra.settings.errors import Problem
from infra.settings.platform import EXAMPLE_ACCOUNT_ID

NAMESPACE = "aws:"
OWN = {
    "aws:region": "",
    "aws:allowedAccountIds": "plant:platform.account_id says which account is touched; take this out",
    "aws:forbiddenAccountIds": "no account but plant:platform.account_id is touched; take this out",
}
"""Keys that the settings answer -> why one of them is refused; "" for one that is read there."""


def read(
    config: Mapping[str, Any], source: str, *, is_secret: Callable[[str], bool] = lambda key: False
) -> tuple[Settings, dict[str, Any]]:
    """The settings, and what the provider is told. Raises SettingsError with every problem of both."""
    try:
        arguments = provider_arguments(config, source, is_secret=is_secret)
    except SettingsError as wrong:
        try:
            load(config, source)
        except SettingsError as others:
            raise SettingsError([*wrong.problems, *others.problems]) from None
        raise
    return load(config, source), arguments


def provider_arguments(
    config: Mapping[str, Any], source: str, *, is_secret: Callable[[str], bool] = lambda key: False
) -> dict[str, Any]:
    """Arguments for the provider from the stack's ``aws:`` configuration, which only a default provider reads itself.

    A value may be JSON text, as the engine hands objects over. Raises SettingsError with every key that can't be
    passed on: nothing is ignored.
    """
    known = inspect.signature(aws.ProviderArgs).parameters
    found, problems = {}, []
    for key in sorted(one for one in config if one.startswith(NAMESPACE)):
        name = re.sub(r"(?<!^)(?=[A-Z])", "_", key.removeprefix(NAMESPACE)).lower()
        if key in OWN:
            problems += [Problem(key, config[key], OWN[key], source)] if OWN[key] else []
        elif name not in known:
            near = get_close_matches(key, [f"{NAMESPACE}{_camel(one)}" for one in known] + [*OWN], 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            problems.append(Problem(key, config[key], f"the AWS provider has no such setting{hint}", source))
        else:
            value = _plain(config[key], is_number="[int," in str(known[name].annotation))
            found[name] = pulumi.Output.secret(value) if is_secret(key) else value
    if problems:
        raise SettingsError(problems)
    return found


def _camel(name: str) -> str:
    """An argument's name as a key of the configuration."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _plain(value: Any, *, is_number: bool) -> Any:
    """An object, list or boolean from its JSON text, and a number where one is meant; other text as it is."""
    if not isinstance(value, str):
        return value
    try:
        parsed = json.loads(value)
    except ValueError:
        return value
    return parsed if isinstance(parsed, (dict, list, bool)) or (is_number and isinstance(parsed, int)) else value


def check_account(settings: Settings, source: str, *, deploying: bool, emulated: bool) -> None:
    """Refuse a deployment to the example account, which is nobody's; a preview says that it is the example.

    An emulator answers as that account. Raises SettingsError.
    """
    if settings.platform.account_id != EXAMPLE_ACCOUNT_ID or emulated:
        return
    key = "plant:platform.account_id"
    remedy = f"set yours: pulumi config set --path {key} <12 digits>"
    if deploying:
        message = f"the account of AWS's examples, which nobody can deploy to; {remedy}"
        raise SettingsError([Problem(key, EXAMPLE_ACCOUNT_ID, message, source)])
    pulumi.log.warn(f"{key} is {EXAMPLE_ACCOUNT_ID}, the account of AWS's examples; before `pulumi up` {remedy}")


def check_lent(settings: Settings, source: str, *, deploying: bool, emulated: bool) -> None:
    """Refuse a deployment that names what AWS takes from the stack's own Region and account only; a preview says so.

    Raises SettingsError.
    """
    here = (settings.region, settings.platform.account_id)
    problems = [
        Problem(key, arn, f"of {' of account '.join(of)}; allowed is one of {' of account '.join(here)}", source)
        for key, arn in _lent(settings)
        if (of := tuple(arn.split(":")[3:5])) != here
    ]
    if not problems or emulated:
        return
    if deploying:
        raise SettingsError(problems)
    keys = ", ".join(problem.key for problem in problems)
    pulumi.log.warn(f"{keys}: of another Region or account than {' of account '.join(here)}; `pulumi up` refuses that")


def _lent(settings: Settings) -> Iterator[tuple[str, str]]:
    """Key and ARN of what a load balancer, its firewall and a cache take from their own place only."""
    if settings.edge.certificate_arn is not None:
        yield "plant:edge.certificate_arn", settings.edge.certificate_arn
    if (platform := settings.tenancy.platform) is not None:
        for name in ("load_balancer_arn", "listener_arn", "web_acl_arn", "cache_arn", "cache_user_arn"):
            yield f"plant:tenancy.platform.{name}", getattr(platform, name)
