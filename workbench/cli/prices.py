"""`./plant prices`: how old the price catalogue is and where it comes from; renewing it."""

from __future__ import annotations

import datetime
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deployment.errors import InputError
from workbench.cli.common import BLOCKED, write_text

if TYPE_CHECKING:
    from cost.catalogue import Price


@click.group(name="prices")
def command() -> None:
    """Show the price catalogue's age and sources, or renew it."""


@command.command()
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option(
    "--max-age", "max_age_days", type=click.IntRange(min=1), help="Block on prices in use older than this (days)."
)
def check(files: tuple[str, ...], max_age_days: int | None) -> None:
    """List age, provenance and unverified rows of the catalogue, and what FILEs use of them.

    FILEs are Pulumi deployments; without any, this project's stacks dev and prod.
    """
    from cost.catalogue import ROOT, all_prices, read_toml

    today = datetime.datetime.now(datetime.UTC).date()
    prices = list(all_prices())
    used = _used(files)
    click.echo(f"{len(prices)} prices: " + _counts(Counter(price.region for price in prices)))
    click.echo("verified: " + _counts(Counter(price.confidence for price in prices)))
    click.echo("age: " + _counts(Counter(_age_band(price, today) for price in prices)))
    click.echo(f"\n{len(used)} in use:")
    for price in used:
        days = age_days(price, today)
        age = "undated" if days is None else f"{days} days"
        click.echo(f"  {price.path}  ${price.usd} per {price.unit}  {price.confidence}, {age}")
    unverified = read_toml(ROOT / "unverified.toml").get("unverified", [])
    click.echo(f"\n{len(unverified)} unverified, never loaded:")
    for row in unverified:
        figure = f"${row['price_usd']}" if row["price_usd"] else "no figure"
        click.echo(f"  {row['region']}/{row['service']}/{row['key']}  {figure}  {row['note']}")
    if max_age_days is not None:
        old = [price for price in used if (days := age_days(price, today)) is None or days > max_age_days]
        if old:
            click.echo(f"\n{len(old)} prices in use are older than {max_age_days} days, or undated:", err=True)
            for price in old:
                click.echo(
                    f"  {price.path}: {price.observed_on or 'undated'}; ./plant prices refresh renews it", err=True
                )
            raise SystemExit(BLOCKED)


@command.command()
@click.option(
    "--from",
    "offer_path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Offer file of the AWS Price List. Default: download it, which needs credentials.",
)
@click.option("--service", help="Offer to download, e.g. AWSELB or AmazonEC2.")
@click.option("--region", default="us-east-1", show_default=True, help="AWS Region to renew.")
@click.option("--accept", is_flag=True, help="Also take lost prices and moves of more than 50 %.")
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
def refresh(offer_path: Path | None, service: str | None, region: str, accept: bool, dry_run: bool) -> None:
    """Renew price files from the AWS Price List: from a downloaded offer file, or by the Price List API.

    A refresh that loses a price, or moves one by more than 50 %, changes nothing without --accept.
    """
    import tempfile

    from cost.catalogue import regions
    from workbench.cost.offer_file import read_offer_file
    from workbench.cost.refresh import plan_refresh

    if (offer_path is None) == (service is None):
        raise InputError("give either --from FILE or --service CODE")
    if region not in regions():
        raise InputError(f"--region {region}: no price files; the catalogue holds {', '.join(regions())}")
    with tempfile.TemporaryDirectory() as folder:
        if offer_path is None and service is not None:
            from workbench.cost.download import download_offer

            offer_path = download_offer(service, region, Path(folder))
        assert offer_path is not None  # noqa: S101 - one of the two was given
        offer_file = read_offer_file(offer_path, region)
    plan = plan_refresh(offer_file, region)
    for move in plan.moves:
        click.echo(f"{'! ' if move.suspicious else '  '}{move}")
    click.echo(f"{plan.confirmed} confirmed, {len(plan.moves)} changed or lost in {offer_file.code}")
    suspicious = [move for move in plan.moves if move.suspicious]
    if suspicious and not accept:
        click.echo(f"nothing written: {len(suspicious)} marked ! need --accept", err=True)
        raise SystemExit(BLOCKED)
    if not dry_run:
        for path, content in plan.files.items():
            write_text(path, content)
            click.echo(f"wrote {path.name}")


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
    return ", ".join(f"{count} {name}" for name, count in sorted(counter.items()))


def _used(files: tuple[str, ...]) -> list[Price]:
    from cost import estimate
    from cost.catalogue import all_prices
    from cost.pricers.aws.autoscaling import DERIVED
    from deployment.reader import graph_from_file, graph_from_json

    if files:
        graphs = [graph_from_file(name) for name in files]
    else:
        from workbench.preview.synthesis import synthesize

        graphs = [graph_from_json(synthesize(stack), stack) for stack in ("dev", "prod")]
    paths = {line.price.path.partition(DERIVED)[0] for graph in graphs for line in estimate(graph).lines}
    return [price for price in all_prices() if price.path in paths]
