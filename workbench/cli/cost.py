"""`./plant cost`: what any Pulumi AWS stack costs a month; offline."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from deployment.errors import InputError
from deployment.garbage import lasting
from workbench.cli.common import (
    BLOCKED,
    Moment,
    Output,
    RegionName,
    collected,
    emit,
    layout,
    out_option,
    progress,
)

if TYPE_CHECKING:
    import datetime

    from workbench.cost.priced import PricedFile

FORMATS = ("table", "json", "infracost")

MOST_USD: Final = 1_000_000
"""Of a limit, as in the pack's configuration."""


@dataclass(frozen=True, slots=True)
class Basis:
    """Options that say what the prices rest on."""

    usage_file: Path | None
    region: str | None
    limit: str | None
    no_allowances: bool
    on: datetime.datetime | None


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--usage", "usage_file", type=click.Path(path_type=Path, dir_okay=False), help="Numbers of use (YAML).")
@click.option("--region", type=RegionName(), help="AWS Region of what names none of its own, e.g. us-east-1.")
@click.option("--base", metavar="FILE", help="Show what changes in dollars against this deployment.")
@click.option("--limit", metavar="USD", help="Budget a month. Default: the pack's for this stack, else none.")
@click.option("--no-allowances", is_flag=True, help="Leave the account's always-free allowances out.")
@click.option("--on", type=Moment(), help="Day that is priced. Default: today (UTC).")
@click.option("--all", "everything", is_flag=True, help="List every charge, not the largest.")
@click.option("--levers", is_flag=True, help="Also show changes that would save, each priced.")
@click.option("--controls", is_flag=True, help="Also show what each security and reliability control costs.")
@click.option("--rollout", is_flag=True, help="Also show what a canary rollout and a rollback cost.")
@click.option("--quantiles", is_flag=True, help="Also show the month's quantiles over sampled traffic.")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="table", show_default=True)
@out_option
@collected(basis=Basis, output=Output)
def command(files: tuple[str, ...], base: str | None, basis: Basis, output: Output, **sections: bool) -> None:
    """Price stacks of any Pulumi AWS program.

    FILEs are what `pulumi stack export` or `pulumi preview --json --show-sames` writes; `-` is standard input. Exit
    status 1 when a resource has no price, or a budget applies and is exceeded.
    """
    from workbench.cost.priced import price_files

    if [*files, base].count("-") > 1:
        raise InputError("standard input (-) can be read once only")
    with progress("pricing"):
        priced = lasting(
            price_files(
                files,
                usage_file=basis.usage_file,
                region=basis.region,
                base=base,
                limit_usd=None if basis.limit is None else dollars_of(basis.limit),
                allowances=not basis.no_allowances,
                on=None if basis.on is None else basis.on.date(),
            )
        )
    if output.format_ == "json":
        text = json.dumps(_json(priced), indent=2, ensure_ascii=False)
    elif output.format_ == "infracost":
        from workbench.report.infracost import to_infracost

        text = json.dumps(to_infracost(priced), indent=2, ensure_ascii=False)
    else:
        from workbench.report.cost_table import Sections, render

        text = render(priced, Sections(**sections), **layout(output.out))
    emit(text, output.out)
    if any(file.blocked for file in priced):
        raise SystemExit(BLOCKED)


def dollars_of(text: str) -> Decimal:
    """A limit given on the command line. Raises InputError."""
    try:
        amount = Decimal(text.removeprefix("$"))
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or not 0 <= amount <= MOST_USD:
        raise InputError(f"--limit {text}: must be dollars a month, from 0 to {MOST_USD:,}, e.g. 5.00")
    return amount


def _json(priced: list[PricedFile]) -> object:
    """One object for one file, a list for several."""
    documents = [file.to_json() for file in priced]
    return documents[0] if len(documents) == 1 else documents
