"""`./plant audit`: every stack of a backend, priced and judged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from deployment.errors import InputError
from workbench.cli.common import (
    BLOCKED,
    Moment,
    Output,
    Read,
    RegionName,
    Whole,
    Written,
    all_checked,
    collected,
    dollars_of,
    emit,
    layout,
    out_option,
    progress,
    readable,
    write_pieces,
)

if TYPE_CHECKING:
    import datetime

    from workbench.audit.examine import Terms
    from workbench.audit.run import Audit, Row
    from workbench.audit.since import Earlier
    from workbench.audit.summary import Summary

INCOMPLETE: Final = 2
"""Exit status where nothing blocks and some stack could not be judged: it is bad input, and no pass."""

MOST_ERRORS: Final = 20
"""Stacks that could not be judged and are told one by one on standard error."""

MOST_SARIF: Final = 25_000
"""Results of one run that code scanning takes (GitHub Docs, SARIF support)."""


@dataclass(frozen=True, slots=True)
class Pack:
    """Options that say how is priced and judged."""

    region: str | None
    limit: str | None
    usage: Path | None
    profile: str | None
    pack_config: Path | None
    on: datetime.datetime | None
    organization: bool


@dataclass(frozen=True, slots=True)
class Work:
    """Options that say where and how often the work is done."""

    cache: Path | None
    scheduler: str | None
    workers: int | None
    worker_memory: str


@dataclass(frozen=True, slots=True)
class Shown:
    """Options that say what is told."""

    since: Path | None
    soon: int
    top: int
    tags: tuple[str, ...]


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--region", type=RegionName(), help="AWS Region of what names none of its own, e.g. us-east-1.")
@click.option("--limit", metavar="USD", help="Budget a month of each stack. Default: the pack's for it, else none.")
@click.option(
    "--usage",
    type=Read(dir_okay=True),
    help="Numbers of use: a file (YAML) for all stacks, or a folder of them, PROJECT/STACK.yaml.",
)
@click.option(
    "--profile", type=click.Choice(("strict", "baseline")), help="Which rules block.  [default: as configured]"
)
@click.option(
    "--policy-pack-config",
    "pack_config",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Pack configuration of all stacks. Default: that of each one's project, in policies/config/.",
)
@click.option("--on", type=Moment(), help="Day that is priced. Default: today (UTC).")
@click.option("--organization", is_flag=True, help="All accounts are on one bill: allowances and tiers once for all.")
@click.option("--cache", type=Written(), help="Keep results in this file; an interrupted audit goes on from there.")
@click.option("--scheduler", metavar="ADDRESS", help="Dask scheduler to work on, e.g. tcp://127.0.0.1:8786.")
@click.option("--workers", type=Whole(1, 1024), help="Processes on this machine.  [default: one a core]")
@click.option("--worker-memory", default="auto", show_default=True, help="Memory of each of them, e.g. 2GiB.")
@click.option("--since", type=Read(), help="Show what has changed since this earlier audit (JSON).")
@click.option("--soon", type=Whole(0, 3660), default=30, show_default=True, help="Days that a waiver ends in.")
@click.option("--top", type=Whole(1, 10_000), default=10, show_default=True, help="Rows of each list.")
@click.option("--tag", "tags", multiple=True, metavar="KEY", help="Totals by this tag only; repeatable.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(("table", "json", "parquet", "sarif", "html")),
    default="table",
    show_default=True,
    help="table for people, html for a page, json for scripts and --since, parquet (with --out) for queries.",
)
@out_option
@collected(pack=Pack, work=Work, shown=Shown, output=Output)
def command(sources: tuple[str, ...], pack: Pack, work: Work, shown: Shown, output: Output) -> None:
    """Price and judge every stack of a Pulumi backend.

    SOURCE is a backend's URL (file://, s3://, gs://, azblob://), a folder of exports or one of them, or `pulumi` for
    the backend that the CLI is logged in to. What an account shares is counted once. A stack that can't be read is
    named, and the others go on. Exit status 1 when a stack is blocked; else 2 when one could not be judged.
    """
    if output.format_ == "parquet" and output.out is None:
        raise InputError("--format parquet: is no text; say where it goes with --out")
    all_checked(lambda: dollars_of(pack.limit, "--limit"), lambda: readable([shown.since]))
    from workbench.audit.kept import Kept
    from workbench.audit.run import audit
    from workbench.audit.since import read_earlier
    from workbench.audit.sources import found
    from workbench.audit.usages import read_usages
    from workbench.cluster import Cluster

    with progress("looking for stacks") as show, Kept(work.cache) as kept:
        earlier = None if shown.since is None else read_earlier(shown.since)
        terms = _terms(pack)
        cluster = Cluster(work.scheduler, work.workers, work.worker_memory).reached()
        usages = read_usages(pack.usage)
        audited = audit(found(sources), terms, cluster, kept, one_bill=pack.organization, usages=usages, progress=show)
        show("writing")
        summary = _written(audited, shown, output, earlier)
    _tell("warning", usages.unused())
    if audited.reused:
        click.echo(f"note: {audited.reused:,} of {len(audited.locations):,} stacks were in {work.cache}", err=True)
    if summary.verdict == "blocked":
        raise SystemExit(BLOCKED)
    if summary.verdict == "broken":
        for one in summary.problems.items[:MOST_ERRORS]:
            click.echo(f"error: {one.source}: {one.kind}: {one.message}", err=True)
        if (more := summary.verdicts["broken"] - MOST_ERRORS) > 0:
            click.echo(f"error: and {more:,} more could not be judged; --format json names them", err=True)
        raise SystemExit(INCOMPLETE)


def _tell(kind: str, problems: Sequence[str]) -> None:
    for problem in problems[:MOST_ERRORS]:
        click.echo(f"{kind}: {problem}", err=True)
    if (more := len(problems) - MOST_ERRORS) > 0:
        click.echo(f"{kind}: and {more:,} more of the kind", err=True)


def _terms(pack: Pack) -> Terms:
    from deployment.day import today_utc
    from policies.finding import Profile
    from policies.pack import config_from_file
    from workbench.audit.examine import Terms
    from workbench.audit.kept import code_hash

    return Terms(
        day=today_utc() if pack.on is None else pack.on.date(),
        region=pack.region,
        limit_usd=dollars_of(pack.limit, "--limit"),
        profile=None if pack.profile is None else Profile(pack.profile),
        config=None if pack.pack_config is None else config_from_file(pack.pack_config),
        code=code_hash(),
    )


def _written(audited: Audit, shown: Shown, output: Output, earlier: Earlier | None) -> Summary:
    """Write what was asked for; one pass over the stacks."""
    from workbench.audit.summary import Summary

    summary = Summary(day=audited.terms.day, top=shown.top, soon_days=shown.soon, earlier=earlier)

    def fed() -> Iterable[Row]:
        for row in audited.rows():
            summary.add(row)
            yield row
        summary.finish()

    if output.format_ == "json":
        from workbench.report.audit_json import pieces

        _stream(pieces(audited.rows(), summary, shown.tags), output.out)
    elif output.format_ == "parquet":
        from workbench.report.audit_parquet import pieces as packed

        assert output.out is not None  # noqa: S101 - asked for above
        write_pieces(output.out, packed(fed()))
    elif output.format_ == "sarif":
        _sarif(fed(), output)
    else:
        for _ in fed():
            pass
        if output.format_ == "html":
            from workbench.report.page.audit import render as page

            emit(page(summary, tags=shown.tags), output.out)
        else:
            from workbench.report.audit_table import render

            emit(render(summary, top=shown.top, tags=shown.tags, **layout(output.out)), output.out)
    return summary


def _sarif(rows: Iterable[Row], output: Output) -> None:
    import json

    from workbench.audit.result import Broken
    from workbench.report.sarif import Findings, sarif_of_stacks

    problems: list[tuple[str, str]] = []

    def judged() -> Iterable[tuple[str, Findings]]:
        for row in rows:
            if isinstance(row.result, Broken):
                problems.append((row.location.source, f"{row.result.fault.value}: {row.result.message}"))
            else:
                yield row.location.source, row.result

    emit(json.dumps(sarif_of_stacks(judged(), problems, MOST_SARIF), indent=2, ensure_ascii=False), output.out)


def _stream(pieces: Iterable[str], out: Path | None) -> None:
    """Print `pieces`, or write them to `out`."""
    if out is None:
        for piece in pieces:
            click.echo(piece, nl=False)
    else:
        write_pieces(out, (piece.encode("utf-8") for piece in pieces))
