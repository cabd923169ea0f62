"""`./plant cost`: what any Pulumi AWS stack costs a month; offline."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from deployment.errors import InputError
from deployment.garbage import lasting
from workbench.cli.common import (
    BLOCKED,
    Moment,
    Output,
    Read,
    RegionName,
    all_checked,
    collected,
    dollars_of,
    emit,
    layout,
    out_option,
    progress,
    readable,
)

if TYPE_CHECKING:
    import datetime
    from pathlib import Path

    from workbench.cost.priced import PricedFile

FORMATS = ("table", "json", "infracost")


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
@click.option("--usage", "usage_file", type=Read(), help="Numbers of use (YAML).")
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
    all_checked(lambda: dollars_of(basis.limit, "--limit"), lambda: readable([basis.usage_file, *files, base]))
    with progress("pricing"):
        priced = lasting(
            price_files(
                files,
                usage_file=basis.usage_file,
                region=basis.region,
                base=base,
                limit_usd=dollars_of(basis.limit, "--limit"),
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


def _json(priced: list[PricedFile]) -> object:
    """One object for one file, a list for several."""
    documents = [file.to_json() for file in priced]
    return documents[0] if len(documents) == 1 else documents
