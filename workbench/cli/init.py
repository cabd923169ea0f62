"""`./plant init`: the file of a new stack, by questions or flags, and its first preview."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import click

from deployment.errors import InputError, meant
from deployment.urn import name_of
from workbench.cli.common import BLOCKED, RegionName, emit_marked, pairs, progress, write_text

if TYPE_CHECKING:
    from workbench.new_stack import Answers
    from workbench.preview.result import Preview


KINDS: Final = click.Choice(("dedicated", "shared"))
EXAMPLE: Final = "qa --kind dedicated --domain api.qa.example.com --account 123456789012 --hosted-zone Z0ABCDEF1234567"


@click.command()
@click.argument("stack")
@click.option("--kind", type=KINDS, help="All of its own, in sessions; or the platform's.")
@click.option("--domain", help="Name of the API, e.g. api.example.com.")
@click.option("--account", help="AWS account (12 digits) that it is for.")
@click.option("--hosted-zone", metavar="ID", help="Route 53 zone of the domain (dedicated).")
@click.option(
    "--platform",
    multiple=True,
    metavar="KEY=VALUE",
    help="What a shared stack borrows (plant:tenancy.platform); repeatable.",
)
@click.option("--region", type=RegionName(), default="us-east-1", show_default=True, help="AWS Region.")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
def command(stack: str, platform: tuple[str, ...], force: bool, **given: Any) -> None:
    """Write Pulumi.STACK.yaml and preview it.

    Asks for what no flag says, on a terminal. The exit status is that of the preview: 1 when it is blocked.
    """
    from workbench.new_stack import stack_file
    from workbench.preview.result import preview
    from workbench.preview.stackfile import REPOSITORY, STACK_NAME

    path = REPOSITORY / f"Pulumi.{stack}.yaml"
    if not STACK_NAME.fullmatch(stack):
        raise InputError(f"{stack!r}: a stack's name has letters, digits, '-', '_' and '.', 100 at most")
    if path.exists() and not force:
        raise InputError(
            f"{path.name}: is there already; --force replaces it, ./plant preview --stack {stack} shows it"
        )
    write_text(path, stack_file(_answers(given, _platform(platform)), path.name))
    click.echo(f"wrote {path.name}")
    with progress("starting") as show:
        result = preview(stack, {}, root=REPOSITORY, progress=show)
    emit_marked("\n".join(_told(result)), None)
    if result.assessment.blocked:
        raise SystemExit(BLOCKED)


def _platform(given: tuple[str, ...]) -> dict[str, str]:
    """What the options say of the platform. Raises InputError for what nothing is lent by."""
    from infra.settings.tenancy import SharedPlatformSettings

    fields = SharedPlatformSettings.model_fields
    found = pairs(given, "--platform", "vpc_id=vpc-0123456789abcdef0")
    unknown = [key for key in found if key not in fields]
    if unknown:
        raise InputError(
            *(f"--platform {key}: unknown{meant(key, fields)}; allowed: {', '.join(fields)}" for key in unknown)
        )
    return found


@dataclass(frozen=True, slots=True)
class _Asking:
    """Answers by flags, and on a terminal by questions; what is missing where nobody can be asked is gathered."""

    is_terminal: bool
    missing: list[str] = field(default_factory=list)

    def answer(self, flag: str, question: str, value: str | None, fault: Callable[[str], str | None]) -> str:
        """The flag's value, or an answer; one with a `fault` is told what that is, and asked for again."""

        def good(text: str) -> str:
            if problem := fault(text.strip()):
                raise click.UsageError(problem)
            return text.strip()

        if value is None and self.is_terminal:
            return str(click.prompt(question, value_proc=good))
        if value is None:
            self.missing.append(f"{flag} is missing: {question}")
        return value or ""


def _on_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def _answers(given: dict[str, Any], platform: dict[str, str]) -> Answers:
    """The flags, and on a terminal the answers to what they leave open. Raises InputError where nobody can be asked."""
    from infra.settings.tenancy import SharedPlatformSettings
    from workbench.new_stack import Answers, fault

    asking = _Asking(_on_terminal())
    found = Answers(kind="dedicated", domain="", account="", region=given["region"])

    def answer(flag: str, question: str, name: str, setting: str) -> str:
        def wrong(text: str) -> str | None:
            part: dict[str, Any] = {name: text}
            return fault(replace(found, **part), f"plant:{setting}")

        return asking.answer(flag, question, given[name], wrong)

    kind = asking.answer(
        "--kind",
        "dedicated (all of its own, in sessions) or shared (borrows the platform's)",
        given["kind"],
        lambda text: None if text in KINDS.choices else f"{text} is neither dedicated nor shared",
    )
    if kind == "dedicated" and platform:
        raise InputError("--platform: a dedicated stack borrows nothing; leave it out, or give --kind shared")
    if kind == "shared" and given["hosted_zone"] is not None:
        raise InputError("--hosted-zone: a shared stack has no zone of its own; leave it out, or give --kind dedicated")
    domain = answer("--domain", "name of the API, e.g. api.example.com", "domain", "edge.domain_name")
    account = answer("--account", "AWS account, 12 digits", "account", "platform.account_id")
    zone = given["hosted_zone"]
    if kind == "dedicated":
        zone = answer(
            "--hosted-zone", "Route 53 zone of the domain, e.g. Z0123456789ABC", "hosted_zone", "edge.hosted_zone_id"
        )
    elif kind == "shared":

        def wrong_loan(name: str, text: str) -> str | None:
            shared = replace(found, kind="shared", account=account, platform={**platform, name: text})
            return fault(shared, f"plant:tenancy.platform.{name}")

        for name, lent in SharedPlatformSettings.model_fields.items():
            platform[name] = asking.answer(
                f"--platform {name}=…", f"{lent.description}", platform.get(name), partial(wrong_loan, name)
            )
    elif zone is None and not platform:
        lent_names = ", ".join(SharedPlatformSettings.model_fields)
        asking.missing.append("--hosted-zone is missing, if --kind is dedicated: Route 53 zone of the domain")
        asking.missing.append(f"--platform KEY=VALUE is missing, if --kind is shared, for each of {lent_names}")
    if asking.missing:
        raise InputError(*asking.missing, f"this is no terminal to ask on: give flags, e.g. ./plant init {EXAMPLE}")
    return replace(
        found,
        kind="shared" if kind == "shared" else "dedicated",
        domain=domain,
        account=account,
        hosted_zone=zone,
        platform=platform or None,
    )


def _told(found: Preview) -> Iterator[str]:
    """The first preview in a few lines: verdict, what blocks with its way out, what waivers cover already."""
    yield f"{found.stack}: {found.verdict}: {found.reason}"
    waivers = {entry.waiver.reason: entry.waiver for entry in found.assessment.waived}
    if waivers:
        last = min(waiver.expires for waiver in waivers.values())
        yield (
            f"{len(waivers)} waivers of policies/config/plant.waivers.toml cover {len(found.assessment.waived)}"
            f" findings; the first ends on {last}: read them (./plant preview --stack {found.stack} --all),"
            " they are yours now"
        )
    rules = Counter(violation.rule.id for violation in found.blocking)
    for violation in found.blocking:
        finding = violation.finding
        if count := rules.pop(violation.rule.id, 0):  # each rule once: a Region without prices breaks one many times
            more = f" and {count - 1} more" if count > 1 else ""
            yield f"blocks: {violation.rule.id} ({name_of(finding.urn)}{more}): {finding.what}"
            yield from (f"  fix: {way}" for way in finding.ways or (violation.rule.fix,))
    yield f"next: ./plant preview --stack {found.stack}; with an account: pulumi stack init {found.stack}"
