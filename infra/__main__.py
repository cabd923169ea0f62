"""Entry point of the program: configuration -> settings -> one component -> exports."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import pulumi
import pulumi_aws as aws
from pulumi.runtime.config import CONFIG, get_config_env, is_config_secret

from infra.provider import check_account, check_lent, read
from infra.settings import SettingsError
from infra.stack import PlantApi, PlantApiArgs


def main() -> None:
    """Declare the stack. Settings that are wrong end the program with all problems and no traceback."""
    stack = pulumi.get_stack()
    source, config = f"Pulumi.{stack}.yaml", CONFIG.get() or get_config_env()
    try:
        settings, told = read(config, source, is_secret=is_config_secret)
        emulated, deploying = "AWS_ENDPOINT_URL" in os.environ, not pulumi.runtime.is_dry_run()
        check_account(settings, source, deploying=deploying, emulated=emulated)
        check_lent(settings, source, deploying=deploying, emulated=emulated)
    except SettingsError as error:
        raise pulumi.RunError(str(error)) from None
    provider = aws.Provider("aws", region=settings.region, allowed_account_ids=[settings.platform.account_id], **told)
    api = PlantApi(
        "plant",
        PlantApiArgs(settings=settings, stack=stack, now=datetime.now(UTC)),
        pulumi.ResourceOptions(providers=[provider]),
    )
    for name, value in api.exports.items():
        pulumi.export(name, value)


main()
