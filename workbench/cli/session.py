"""`./plant session`: what the scheduled workflow asks before it parks or unparks a stack."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from workbench.cli.common import overrides_from, stack_options


@click.command()
@stack_options
@click.option("--at", metavar="TIME", help="ISO 8601 time with an offset; default: now.")
def command(stack: str, config: tuple[str, ...], at: str | None) -> None:
    """Say whether a session is on: up or parked."""
    from deployment.errors import InputError
    from workbench.preview.settings import settings_of
    from workbench.session import session_is_on

    try:
        now = datetime.now(UTC) if at is None else datetime.fromisoformat(at)
    except ValueError as error:
        raise InputError(f"--at {at}: must be ISO 8601 with an offset, e.g. 2026-11-23T09:00+02:00") from error
    if now.tzinfo is None:
        raise InputError(f"--at {at}: has no offset; add one, e.g. {at}+00:00")
    settings = settings_of(stack, overrides_from(config))
    click.echo("up" if session_is_on(settings.uptime, now) else "parked")
