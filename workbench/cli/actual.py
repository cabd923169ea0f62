"""`./plant actual`: what was paid, beside what was estimated, and the use that the bill tells."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from deployment.errors import InputError
from workbench.cli.common import (
    BLOCKED,
    Output,
    RegionName,
    StackName,
    Written,
    collected,
    emit,
    layout,
    out_option,
    progress,
    write_text,
)

if TYPE_CHECKING:
    from deployment.graph import ResourceGraph
    from workbench.actual.calibration import Calibration, Measures
    from workbench.actual.compare import Actual
    from workbench.actual.matching import Matcher


@dataclass(frozen=True, slots=True)
class Of:
    """Options that say whose bill it is."""

    stack: str | None
    graph: str | None
    tag: str | None
    region: str | None


@dataclass(frozen=True, slots=True)
class Read:
    """Options that say what is read of it, and how."""

    month: str | None
    cost: str
    live: bool


@dataclass(frozen=True, slots=True)
class Writes:
    """Options that say what is written beside the report."""

    write: bool
    usage_out: Path | None
    all_: bool


@click.command()
@click.argument("files", nargs=-1, metavar="FILE...")
@click.option("--stack", "-s", type=StackName(), metavar="STACK", help="Stack of this project.  [default: dev]")
@click.option("--graph", metavar="EXPORT", help="Its `pulumi stack export`, whose ids the bill names; of any program.")
@click.option("--tag", metavar="KEY=VALUE", help="Cost allocation tag of the stack.  [default: its budget's]")
@click.option("--region", type=RegionName(), help="AWS Region to price what names none of its own.")
@click.option("--month", metavar="YYYY-MM", help="Billing period.  [default: the last whole one]")
@click.option(
    "--cost",
    type=click.Choice(("amortised", "billed")),
    default="amortised",
    show_default=True,
    help="amortised: commitments shared out over their hours; billed: as invoiced.",
)
@click.option("--live", is_flag=True, help="Also ask CloudWatch what no bill tells; without FILE, Cost Explorer, too.")
@click.option("--all", "all_", is_flag=True, help="List every resource, not components.")
@click.option("--write", is_flag=True, help="Write measured settings into the stack file.")
@click.option("--usage-out", type=Written(), help="Write a usage file for `cost`.")
@click.option("--format", "format_", type=click.Choice(("text", "json")), default="text", show_default=True)
@out_option
@collected(of=Of, read=Read, writes=Writes, output=Output)
def command(files: tuple[str, ...], of: Of, read: Read, writes: Writes, output: Output) -> None:
    """Compare the bill with the estimate.

    FILEs are exports of AWS, FOCUS 1.0 to 1.3, CUR 2.0 or legacy CUR, as Parquet or CSV, gzip or not: files, folders or
    patterns, here or at s3://. Lines are matched to resources by id, by the stack's tag, else by usage type; settings
    of use are derived from them. Exit status 1 when more was paid than the budget or the worst case.
    """
    if not files and not read.live:
        raise click.UsageError("give at least one FILE, or --live", click.get_current_context())
    if writes.write and of.graph is not None and of.stack is None:
        raise InputError("--write: also give the --stack whose file is to be changed")
    from workbench.actual.calibration import calibrate, measures_of

    with progress("declaring the stack") as show:
        matcher = _matcher(of)
        show("reading the bill")
        actual = _compared(files, matcher, read)
        measures = measures_of(actual)
        if read.live:
            from workbench.actual.live import observe

            show("asking CloudWatch")
            observe(matcher.graph, actual, measures)
        calibration = calibrate(actual, matcher.graph, measures)
    emit(_rendered(actual, calibration, output, writes.all_), output.out)
    if writes.usage_out is not None:
        _write_usage(writes.usage_out, actual, matcher.graph, measures)
    if writes.write:
        _month_is_told(actual)
        _write_settings(of.stack or "dev", calibration)
    if actual.over:
        raise SystemExit(BLOCKED)


def _matcher(of: Of) -> Matcher:
    from cost import NO_LIMIT_USD, estimate
    from deployment.reader import graph_from_file, graph_from_json
    from policies.assess import config_of
    from workbench.actual.matching import Matcher, stack_tag

    if of.graph is not None:
        graph = graph_from_file(of.graph)
    else:
        from workbench.preview.synthesis import synthesize

        stack = of.stack or "dev"
        graph = graph_from_json(synthesize(stack), f"Pulumi.{stack}.yaml")
    limit = config_of(graph).settings.monthly_limit_usd or NO_LIMIT_USD
    tag = stack_tag(graph)
    if of.tag is not None:
        key, equals, value = of.tag.partition("=")
        if not equals or not key or not value:
            raise InputError(f"--tag {of.tag}: must be KEY=VALUE, e.g. StackId=plant-dev")
        tag = (key, value)
    return Matcher(graph, estimate(graph, limit_usd=limit, region=of.region), tag)


def _compared(files: tuple[str, ...], matcher: Matcher, read: Read) -> Actual:
    import re

    from workbench.actual.bill import read_bill
    from workbench.actual.compare import compare

    if read.month is not None and not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", read.month):
        raise InputError(f"--month {read.month}: must be a month, e.g. 2026-10")
    if files:
        bill = read_bill(files, matcher.wanted)
    else:
        from workbench.actual.live import cost_explorer_bill

        bill = cost_explorer_bill(matcher.wanted, read.month)
    return compare(bill, matcher, month=read.month, amortised=read.cost == "amortised")


def _rendered(actual: Actual, calibration: Calibration, output: Output, everything: bool) -> str:
    if output.format_ == "json":
        document: dict[str, Any] = actual.to_json()
        document["settings"] = [one.to_json() for one in calibration.found]
        document["notTold"] = {one.setting: one.why for one in calibration.untold}
        document["verdict"] = actual.verdict
        return json.dumps(document, indent=2, ensure_ascii=False)
    from workbench.report.actual_text import render

    return render(actual, calibration, **layout(output.out), everything=everything)


def _month_is_told(actual: Actual) -> None:
    """Raises InputError where the lines say nothing of a month: what is written is a month's use."""
    from workbench.actual.calibration import untold

    if not actual.telling:
        raise InputError(f"nothing is written: {untold(actual)}")


def _write_usage(path: Path, actual: Actual, graph: ResourceGraph, measures: Measures) -> None:
    from workbench.actual.usage_out import measured_usage, usage_yaml

    usage = measured_usage(actual, graph, measures)
    if not usage:
        raise InputError("--usage-out: no line of the bill measures a usage key of a resource; nothing is written")
    _month_is_told(actual)
    write_text(path, usage_yaml(usage, graph, f"bill of {actual.month}, {', '.join(actual.bill.formats)}"))


def _write_settings(stack: str, calibration: Calibration) -> None:
    """Change the stack file, all at once, if what comes out is a valid one."""
    from workbench.actual.settings_file import calibrated_text
    from workbench.preview.synthesis import REPOSITORY

    path = REPOSITORY / f"Pulumi.{stack}.yaml"
    text, changes = calibrated_text(stack, calibration, REPOSITORY)
    for change in changes:
        click.echo(change, err=True)
    if changes:
        write_text(path, text)
    click.echo(
        f"{path.name}: {len(changes)} settings written" if changes else f"{path.name}: nothing to change", err=True
    )
