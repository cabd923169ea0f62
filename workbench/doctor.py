"""Looks at what this machine has: for a preview, for a comparison, for a deployment."""

from __future__ import annotations

import datetime
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from workbench.preview.stackfile import REPOSITORY, read_stack, stacks

LEAST_CLI: Final = (3, 260, 0)
"""Pulumi CLI that this was measured with (the design's facts); older ones may do, and nobody has tried."""
OLD_DAYS: Final = 180
"""Age of a price from which it should be looked at again."""
TAG: Final = "StackId"
"""Cost-allocation tag by which the budget sees the stack."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked for."""

    what: str
    ok: bool
    found: str
    """What is here."""
    remedy: str = ""
    """How to get it, where it is not."""
    required: bool = False
    """Whether a preview needs it."""


def local_checks() -> list[Check]:
    """What can be seen without asking anybody."""
    return [_python(), _packages(), _git(), _prices(), _cli(), _plugin(), _account(), _credentials()]


def _python() -> Check:
    found = sys.version.split()[0]
    ok = sys.version_info >= (3, 11)
    return Check("Python", ok, f"{found} at {sys.executable}", "install Python 3.11 or newer", required=True)


def _packages() -> Check:
    """Packages that are installed as the lock file pins them."""
    pins = dict(re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", (REPOSITORY / "requirements.lock").read_text("utf-8"), re.M))
    wrong = []
    for name in ("boto3", "click", "jinja2", "moto", "pulumi", "pulumi-aws", "pydantic", "rich"):
        try:
            found = version(name)
        except PackageNotFoundError:
            found = "none"
        if found != pins.get(name):
            wrong.append(f"{name} {found}, not {pins.get(name)}")
    remedy = "rm -r .venv; ./plant doctor"
    return Check("packages", not wrong, "; ".join(wrong) or "as in requirements.lock", remedy, required=True)


def _git() -> Check:
    path = shutil.which("git")
    if path is not None and not (REPOSITORY / ".git").exists():
        return Check("git", False, f"{path}, and no repository here", "git clone it; only --base REF needs it")
    return Check("git", path is not None, path or "not on PATH", "install git; only --base REF needs it")


def _prices() -> Check:
    """The oldest price in use, and how many are older than half a year."""
    from cost.catalogue import all_prices

    today = datetime.datetime.now(datetime.UTC).date()
    days = [(today - observed).days for price in all_prices() if (observed := _day(price.observed_on)) is not None]
    old = sum(age > OLD_DAYS for age in days)
    newest = min(days, default=0)
    age = f"{newest} day{'' if newest == 1 else 's'} old"
    found = f"{len(days)} dated, {old} older than {OLD_DAYS} days, the newest {age}"
    return Check("prices", not old, found, "./plant prices check names them; ./plant prices refresh renews them")


def _day(observed_on: str | None) -> datetime.date | None:
    if not observed_on:
        return None
    year, month, day = (*observed_on.split("-"), "1", "1")[:3]
    return datetime.date(int(year), int(month), int(day))


def _cli() -> Check:
    path = shutil.which("pulumi")
    remedy = "curl -fsSL https://get.pulumi.com | sh; a preview needs none"
    if path is None:
        return Check("Pulumi CLI", False, "not on PATH", remedy)
    result = subprocess.run([path, "version"], capture_output=True, text=True, check=False)  # noqa: S603 - from PATH
    numbers = tuple(map(int, re.findall(r"\d+", result.stdout)[:3]))
    found = f"{result.stdout.strip() or 'no version'} at {path}"
    if numbers < LEAST_CLI:
        found += f"; older than {'.'.join(map(str, LEAST_CLI))}, with which this was tried"
    return Check("Pulumi CLI", numbers >= LEAST_CLI, found, remedy)


def _plugin() -> Check:
    wanted = f"resource-aws-v{version('pulumi-aws')}"
    folder = Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi") / "plugins" / wanted
    remedy = f"pulumi plugin install resource aws {version('pulumi-aws')}; `pulumi install` does it, too"
    return Check("AWS plugin", folder.is_dir(), str(folder) if folder.is_dir() else f"no {wanted}", remedy)


def _account() -> Check:
    """Whether the stack files name an account of one's own."""
    from deployment.errors import InputError
    from infra.settings.platform import EXAMPLE_ACCOUNT_ID

    named = {}
    for stack in stacks(REPOSITORY):
        try:
            platform = json.loads(read_stack(REPOSITORY, stack, {}).config.get("plant:platform", "{}"))
        except (InputError, ValueError) as error:
            platform = {"account_id": f"not readable, {error}"}
        named[stack] = platform.get("account_id", "none")
    example = [stack for stack, account in named.items() if account == EXAMPLE_ACCOUNT_ID]
    numbers = [
        stack
        for stack, account in named.items()
        if isinstance(account, (int, float)) and not re.fullmatch(r"\d{12}", str(account))
    ]
    found = "; ".join(f"{stack}: {account}" for stack, account in named.items())
    if example:
        found += f" ({EXAMPLE_ACCOUNT_ID} is the one of AWS's examples)"
    remedy = "pulumi config set --stack STACK --path plant:platform.account_id <12 digits>; only a deployment needs it"
    if numbers:
        remedy = f"put the account of {', '.join(numbers)} in quotes: a number keeps no 0 in front"
    return Check("account of stacks", not example and not numbers, found, remedy)


def _credentials() -> Check:
    """Where credentials come from; no call is made, and nothing secret is shown."""
    import botocore.session
    from botocore.exceptions import BotoCoreError

    session = botocore.session.Session()
    # The metadata service of an instance would be asked over the network.
    session.set_config_variable("metadata_service_num_attempts", 0)
    session.get_component("credential_provider").remove("iam-role")
    try:
        found = session.get_credentials()
    except BotoCoreError as error:
        return Check("credentials", False, str(error), "mend the AWS profile, or unset AWS_PROFILE")
    remedy = "aws configure sso, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; only a deployment needs them"
    return Check("credentials", found is not None, f"from {found.method}" if found else "none", remedy)


def account_checks() -> list[Check]:
    """What AWS says: who the caller is, and whether the budget's tag is activated."""
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    checks = []
    try:
        identity = boto3.client("sts", region_name="us-east-1").get_caller_identity()
        checks.append(Check("account", True, f"{identity['Account']} as {identity['Arn']}"))
        client = boto3.client("ce", region_name="us-east-1")
        tags = client.list_cost_allocation_tags(TagKeys=[TAG])["CostAllocationTags"]
        status = tags[0]["Status"] if tags else "unknown to Billing: it shows up a day after the first tagged resource"
        remedy = f"Billing, Cost allocation tags, {TAG}, Activate; the budget sees nothing before"
        checks.append(Check("cost-allocation tag", status == "Active", f"{TAG}: {status}", remedy))
        checks.extend(_quotas())
    except (BotoCoreError, ClientError) as error:
        checks.append(
            Check(
                "account",
                False,
                str(error),
                "credentials that may sts:GetCallerIdentity, ce:List* and servicequotas:GetServiceQuota",
            )
        )
    return checks


def _quotas() -> Iterator[Check]:
    """Whether the account lets the fleets of each stack grow to their maximum: a new one has 5 vCPUs."""
    import boto3

    from deployment.errors import InputError
    from workbench.preview.settings import settings_of
    from workbench.quotas import shortages, vcpus

    for stack in stacks(REPOSITORY):
        try:
            settings = settings_of(stack, {})
        except InputError:
            continue  # what is wrong with the file is a preview's to say
        client = boto3.client("service-quotas", region_name=settings.region)
        for name, found, enough in shortages(vcpus(settings), client):
            yield Check(
                f"quota of {stack}", enough, f"{name}: {found}", "Service Quotas, Amazon EC2, request an increase"
            )
