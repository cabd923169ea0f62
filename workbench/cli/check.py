"""`./plant check`: runs the policies on any Pulumi deployment file."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from deployment.errors import InputError, of_each
from deployment.garbage import lasting
from workbench.cli.common import (
    BLOCKED,
    Output,
    RegionName,
    all_checked,
    collected,
    dollars_of,
    emit,
    emit_marked,
    layout,
    out_option,
    progress,
    readable,
)

if TYPE_CHECKING:
    from deployment.graph import ResourceGraph
    from policies.assess import Assessment
    from policies.settings import PackConfig


@dataclass(frozen=True, slots=True)
class Pack:
    """Options that say how is judged."""

    pack_config: Path | None
    policy_pack: Path | None
    profile: str | None
    limit: str | None
    region: str | None


@click.command()
@click.argument("files", nargs=-1, metavar="FILE...")
@click.option(
    "--format",
    "format_",
    type=click.Choice(("text", "json", "sarif", "junit")),
    default="text",
    show_default=True,
    help="text for people, json for scripts, sarif (2.1.0) for code scanning, junit for other CIs.",
)
@click.option(
    "--policy-pack-config",
    "pack_config",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Pack configuration, as for `pulumi preview`. Default: that of the file's project, in policies/config/.",
)
@click.option(
    "--policy-pack",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Your own pack's folder, for its config/ and waivers, as for `pulumi preview`.",
)
@click.option("--region", type=RegionName(), help="AWS Region to price what names none of its own.")
@click.option("--explain", metavar="RULE", help="Say what a rule wants, why, and how to satisfy it; needs no file.")
@click.option("--list", "list_", is_flag=True, help="List the rules with the controls they answer; needs no file.")
@click.option(
    "--profile", type=click.Choice(("strict", "baseline")), help="Which rules block.  [default: as configured]"
)
@click.option("--limit", metavar="USD", help="Budget a month, instead of the pack's.")
@out_option
@collected(pack=Pack, output=Output)
def command(files: tuple[str, ...], explain: str | None, list_: bool, pack: Pack, output: Output) -> None:
    """Judge FILES by the policies; `-` is standard input.

    A file is what `pulumi stack export`, `pulumi preview --json --show-sames` or `./plant export` writes. The exit
    status is 1 when a mandatory rule is broken in any of them.
    """
    if list_ + (explain is not None) + bool(files) > 1:
        raise click.UsageError("give FILEs, --list or --explain RULE, one of the three", click.get_current_context())
    if list_ or explain is not None:
        from workbench.report import rules_text

    if list_:
        if output.format_ == "json":
            emit(rules_text.listing_json(), output.out)
        else:
            emit_marked(rules_text.listing(), output.out)
        return
    if explain is not None:
        emit_marked(rules_text.explanation(explain), output.out)
        return
    if not files:
        raise click.UsageError("give at least one FILE, or --list, or --explain RULE", click.get_current_context())
    if pack.policy_pack is not None and not any(pack.policy_pack.glob("PulumiPolicy.*")):
        raise InputError(f"--policy-pack {pack.policy_pack}: no policy pack: there is no PulumiPolicy.yaml in it")
    all_checked(lambda: dollars_of(pack.limit, "--limit"), lambda: readable(files))
    judged = lasting(of_each(lambda file: (file, _assess(file, pack)), files))
    emit(_rendered(judged, output), output.out)
    if any(assessment.blocked for _, assessment in judged):
        raise SystemExit(BLOCKED)


def _assess(file: str, pack: Pack) -> Assessment:
    from deployment.reader import graph_from_file

    with progress(f"checking {file}"):
        graph = graph_from_file(file, meanwhile=_load_rules)
        from policies.assess import assess

        return assess(graph, _config(pack, graph), region=pack.region)


def _load_rules() -> None:
    from policies.registry import every_rule

    with suppress(InputError):  # which is told where they are asked for
        every_rule()


def _config(pack: Pack, graph: ResourceGraph) -> PackConfig | None:
    """The pack's configuration with what the options change of it; None for the project's own as it is."""
    from policies import PACK_DIRECTORY
    from policies.assess import config_of
    from policies.finding import Profile
    from policies.pack import config_from_file

    folder = pack.policy_pack or PACK_DIRECTORY
    found = config_from_file(pack.pack_config, folder) if pack.pack_config is not None else None
    if found is None and pack.policy_pack is not None:
        found = config_of(graph, folder)
    changes: dict[str, Any] = {}
    if pack.profile is not None:
        changes["profile"] = Profile(pack.profile)
    if pack.limit is not None:
        changes["monthly_limit_usd"] = dollars_of(pack.limit, "--limit")
    if not changes:
        return found
    base = found if found is not None else config_of(graph)
    return replace(base, settings=base.settings.model_copy(update=changes))


def _rendered(judged: list[tuple[str, Assessment]], output: Output) -> str:
    if output.format_ == "sarif":
        from workbench.report.sarif import sarif

        return json.dumps(sarif(judged), indent=2, ensure_ascii=False)
    if output.format_ == "junit":
        from workbench.report.junit import junit

        return junit(judged)
    if output.format_ == "json":
        documents: list[dict[str, Any]] = [
            {
                "file": file,
                "policies": assessment.to_json(),
                "verdict": "blocked" if assessment.blocked else "pass",
            }
            for file, assessment in judged
        ]
        return json.dumps(documents[0] if len(documents) == 1 else documents, indent=2, ensure_ascii=False)
    from workbench.report.check_text import check_text

    return check_text(judged, **layout(output.out))
