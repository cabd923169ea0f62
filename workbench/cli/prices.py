"""`./plant prices`: how old the price catalogue is and where it comes from; renewing it."""

from __future__ import annotations

import datetime
import os
import textwrap
from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from deployment.errors import InputError, of_each
from workbench.cli.common import BLOCKED, Commands, Whole, terminal_width, write_text

if TYPE_CHECKING:
    from cost.catalogue import Price
    from workbench.cost.price_list import Mirror, PriceList
    from workbench.cost.refresh import Refresh


CHECKED: Final = {
    "yes": "seen at AWS",
    "quoted": "quoted from AWS",
    "secondary": "told by others",
    "derived": "worked out",
}
"""How well a price is verified, for people; cost.catalogue.CONFIDENCES has what each means."""


@click.group(name="prices", cls=Commands)
def command() -> None:
    """Show the price catalogue's age and sources, or renew it."""


@command.command()
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option("--max-age", "max_age_days", type=Whole(min=1), help="Block on prices in use older than this (days).")
def check(files: tuple[str, ...], max_age_days: int | None) -> None:
    """List the catalogue's age and sources, and what FILEs use.

    FILEs are Pulumi deployments; without any, this project's stacks dev and prod.
    """
    from cost.catalogue import ROOT, all_prices, read_toml
    from cost.estimate import SPOT, SPOT_FRESH_DAYS

    today = datetime.datetime.now(datetime.UTC).date()
    prices = list(all_prices())
    used = _used(files)
    tell = partial(_tell_row, terminal_width())
    tell(f"{len(prices):,} prices: " + _counts(Counter(price.region for price in prices)))
    tell("checked: " + _counts(Counter(CHECKED[price.confidence] for price in prices)))
    tell("age: " + _counts(Counter(_age_band(price, today) for price in prices)))
    click.echo(f"\n{len(used)} in use:")
    for price in used:
        days = age_days(price, today)
        age = "undated" if days is None else f"{days} days"
        if price.service == SPOT and (days is None or days > SPOT_FRESH_DAYS):
            age += ", too old to rely on: spot prices move hourly"
        tell(f"  {price.path}  ${price.usd} per {price.unit}, {CHECKED[price.confidence]}, {age}")
    unverified = read_toml(ROOT / "unverified.toml").get("unverified", [])
    click.echo(f"\n{len(unverified)} unverified, never loaded:")
    for row in unverified:
        figure = f"${row['price_usd']}" if row["price_usd"] else "no figure"
        tell(f"  {row['region']}/{row['service']}/{row['key']}  {figure}, {row['note']}")
    if max_age_days is not None:
        old = [price for price in used if (days := age_days(price, today)) is None or days > _most(price, max_age_days)]
        if old:
            click.echo(f"\n{len(old)} prices in use are older than {max_age_days} days, or undated:", err=True)
            for price in old:
                click.echo(
                    f"  {price.path}: {price.observed_on or 'undated'}; ./plant prices refresh renews it", err=True
                )
            raise SystemExit(BLOCKED)


@command.command()
@click.option("--region", default="us-east-1", show_default=True, help="AWS Region to renew, or to make; or: global.")
@click.option(
    "--from",
    "source",
    metavar="FILE|FOLDER|URL",
    help="Offer file, folder of offer files, or a mirror. Default: AWS, which needs no credentials.",
)
@click.option("--service", "services", multiple=True, help="Only this offer, e.g. AWSELB; may be repeated.")
@click.option("--accept", is_flag=True, help="Also take lost prices and moves of more than 50 %.")
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
def refresh(region: str, source: str | None, services: tuple[str, ...], accept: bool, dry_run: bool) -> None:
    """Renew or make a Region's prices from the AWS Price List.

    Tells what could not be found. A refresh that loses a price of the Price List, or moves one by more than 50 %,
    changes nothing without --accept. Downloads go on where they stopped; the largest file has about 0.5 GB.
    """
    from cost.catalogue import REGION, reread
    from workbench.cost.refresh import plan_refresh, read_region
    from workbench.cost.selectors import codes

    if region != "global" and not REGION.fullmatch(region):
        raise InputError(f"--region {region}: not the name of an AWS Region, like eu-central-1, nor global")
    known = codes(region=region)
    if unknown := sorted(set(services) - set(known)):
        raise InputError(f"--service {', '.join(unknown)}: no price here is from it; there are {', '.join(known)}")
    price_list, one_file = _price_list(source)
    read = read_region(price_list, region, (one_file,) if one_file else services)
    plan = plan_refresh(read, region)
    if not (plan.confirmed or plan.added or plan.moves):
        raise InputError(*_nothing(plan, source))
    _tell(plan, one_file or region)
    suspicious = [move for move in plan.moves if move.suspicious]
    if suspicious and not accept:
        click.echo(f"nothing written: {len(suspicious)} marked ! need --accept", err=True)
        raise SystemExit(BLOCKED)
    if dry_run:
        return
    for path, content in plan.files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, content)
    reread()
    click.echo(f"wrote {len(plan.files)} files: " + ", ".join(path.name for path in plan.files))
    if source is None:
        _cached().clear()


def _price_list(source: str | None) -> tuple[PriceList, str]:
    """Where offer files come from, and the offer when it is a single file."""
    from workbench.cost.offer_file import read_header
    from workbench.cost.price_list import File, Folder, Mirror

    if source is None:
        return _cached(), ""
    if source.startswith(("https://", "http://")):
        return Mirror(source, _cache_folder() / "mirror"), ""
    if not source or "://" in source:
        raise InputError(f"--from {source!r}: must be a file, a folder, or an address with http:// or https://")
    path = Path(source)
    if path.is_dir():
        return Folder(path), ""
    header = read_header(path)
    return File(path), header.code


def _cached() -> Mirror:
    from workbench.cost.price_list import AWS, Mirror

    return Mirror(AWS, _cache_folder() / "aws")


def _cache_folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "plant" / "price-list"


def _nothing(plan: Refresh, source: str | None) -> list[str]:
    """Why nothing at all was found, one line an offer."""
    reasons = sorted(set(plan.missing.values()))[:5]
    return [f"no price of {plan.region} in {source or 'the AWS Price List'}", *reasons]


def _tell(plan: Refresh, where: str) -> None:
    """What changes, what is odd, what was not found, and the rows by service."""
    for move in plan.moves:
        click.echo(f"{'! ' if move.suspicious else '  '}{move}")
    for sentence in plan.odd:
        click.echo(f"? {plan.region}/{sentence}: far apart, is it the same thing?")
    click.echo(f"{plan.confirmed} confirmed, {plan.added} new, {len(plan.moves)} changed or lost in {where}")
    click.echo("rows: " + ", ".join(f"{service} {count}" for service, count in plan.rows.items()))
    if plan.missing:
        click.echo(f"{len(plan.missing)} not found:")
        for name, why in plan.missing.items():
            click.echo(f"  {name}: {why}")


def _tell_row(width: int, row: str) -> None:
    """Print `row`; what does not fit goes below it, further in."""
    hang = " " * (len(row) - len(row.lstrip()) + 4)
    rows = textwrap.wrap(row, width, subsequent_indent=hang, break_long_words=False, break_on_hyphens=False)
    click.echo("\n".join(rows))


def _most(price: Price, max_age_days: int) -> int:
    """Days that a price may be old: of spot a month at most, whatever is asked for."""
    from cost.estimate import SPOT, SPOT_FRESH_DAYS

    return min(max_age_days, SPOT_FRESH_DAYS) if price.service == SPOT else max_age_days


def age_days(price: Price, today: datetime.date) -> int | None:
    """Days since the source of `price` was observed; a date that lacks day or month counts as its start."""
    if not price.observed_on:
        return None
    year, month, day = (*price.observed_on.split("-"), "1", "1")[:3]
    return (today - datetime.date(int(year), int(month), int(day))).days


def _age_band(price: Price, today: datetime.date) -> str:
    days = age_days(price, today)
    if days is None:
        return "undated"
    return "under 180 days" if days < 180 else "under 2 years" if days < 730 else "2 years and more"


def _counts(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counter.most_common())


def _used(files: tuple[str, ...]) -> list[Price]:
    from cost import estimate
    from cost.catalogue import all_prices
    from cost.compute import DERIVED
    from deployment.reader import graph_from_file, graph_from_json

    if files:
        graphs = of_each(graph_from_file, files)
    else:
        from workbench.preview.synthesis import synthesize

        graphs = [graph_from_json(synthesize(stack), stack) for stack in ("dev", "prod")]
    paths = {line.price.path.partition(DERIVED)[0] for graph in graphs for line in estimate(graph).lines}
    return [price for price in all_prices() if price.path in paths]
