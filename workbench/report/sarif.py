"""Assessments as SARIF 2.1.0 (OASIS standard, 2020-03), which GitHub code scanning and editors read.

A deployment has no source lines. Where the folder holds the stack's own file, a result points at the line there that
sets the value; elsewhere at the file that was checked. It names the resource (a logical location), and carries a
fingerprint by which a scanner follows it from run to run.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final, Protocol
from urllib.parse import quote

from deployment.errors import InputError
from deployment.source import written_text
from deployment.urn import name_of
from policies.assess import Violation, Waived
from policies.finding import Enforcement, Severity
from policies.registry import every_rule
from policies.rule import Rule
from workbench.preview.stackfile import STACK_NAME

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT: Final = "plantFinding/v1"
SECURITY_SEVERITY: Final = {
    Severity.LOW: "3.0",
    Severity.MEDIUM: "5.5",
    Severity.HIGH: "8.0",
    Severity.CRITICAL: "9.5",
}
"""What code scanning sorts by: below 4 low, below 7 medium, below 9 high (GitHub Docs, SARIF support)."""

SECURITY: Final = frozenset(
    {"cache", "compute", "data", "edge", "functions", "iam", "kubernetes", "logging", "network", "waf"}
)
"""Topics whose findings code scanning lists among the security alerts, by their security severity."""
MOST_TAGS: Final = 20
"""Tags of one rule that code scanning keeps (GitHub Docs, SARIF support)."""


class Findings(Protocol):
    """What was found in one file."""

    @property
    def violations(self) -> tuple[Violation, ...]:
        """What is wrong."""

    @property
    def waived(self) -> tuple[Waived, ...]:
        """What waivers cover of it."""


def sarif(judged: Sequence[tuple[str, Findings]]) -> dict[str, Any]:
    """SARIF log of one run over the files; waived violations are there, suppressed and with their reason."""
    found = [_results(file, findings, _place) for file, findings in judged]
    name = ",".join(Path(file).stem for file, _ in judged)
    return _log(name, [result for results in found for result in results], [])


def sarif_of_stacks(
    judged: Iterable[tuple[str, Findings]], problems: Iterable[tuple[str, str]], most: int
) -> dict[str, Any]:
    """SARIF log of stacks by the places of their states; `problems` are places with what is wrong with them.

    A scanner takes so many results and no more: of more than `most` those that block come first, and the log says how
    many are left out.
    """
    kept: dict[str, list[dict[str, Any]]] = {"error": [], "warning": []}
    count = 0
    for file, findings in judged:
        for result in _results(file, findings, lambda place, violation: _at(place)):
            count += 1
            if len(kept[result["level"]]) < most:
                kept[result["level"]].append(result)
    told = [{"level": "error", "message": {"text": f"{place}: {problem}"}} for place, problem in problems]
    if count > most:
        told.append({"level": "warning", "message": {"text": f"{count - most:,} of {count:,} results are left out"}})
    return _log("audit", [*kept["error"], *kept["warning"]][:most], told)


def _log(name: str, results: list[dict[str, Any]], notifications: Sequence[dict[str, Any]]) -> dict[str, Any]:
    _number_repetitions(results)
    invocation = {"executionSuccessful": not notifications, "toolExecutionNotifications": list(notifications)}
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "plant-policies",
                        "version": "0.1.0",
                        "rules": [_rule(rule) for rule in every_rule()],
                    }
                },
                # Code scanning keeps runs of different names apart (GitHub Docs, SARIF support, runAutomationDetails).
                "automationDetails": {"id": f"plant-policies/{name}/"},
                **({"invocations": [invocation]} if notifications else {}),
                "results": results,
            }
        ],
    }


Place = Callable[[str, Violation], dict[str, Any]]
"""Place of what was checked, and what was found -> physical location."""


def _results(file: str, findings: Findings, place: Place) -> Iterator[dict[str, Any]]:
    for violation in findings.violations:
        yield _result(file, violation, place)
    for waived in findings.waived:
        yield _suppressed(file, waived, place)


@cache
def _positions() -> dict[str, int]:
    return {rule.id: index for index, rule in enumerate(every_rule())}


def _number_repetitions(results: list[dict[str, Any]]) -> None:
    """Tells apart findings of one rule about one property: the second and later get a number."""
    seen: Counter[str] = Counter()
    for result in results:
        key = result["partialFingerprints"][FINGERPRINT]
        seen[key] += 1
        if seen[key] > 1:
            result["partialFingerprints"][FINGERPRINT] = f"{key}:{seen[key]}"


def _rule(rule: Rule) -> dict[str, Any]:
    descriptor: dict[str, Any] = {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.id.split("-")),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {"text": rule.fix, "markdown": _markdown(rule)},
        "defaultConfiguration": {"level": _level(rule.enforcement)},
        "properties": {
            "tags": [*(["security"] if rule.topic in SECURITY else []), rule.topic, *rule.frameworks][:MOST_TAGS],
            "precision": "very-high",  # what is declared is read, not guessed
            "problem.severity": _level(rule.enforcement),
            **({"security-severity": SECURITY_SEVERITY[rule.severity]} if rule.topic in SECURITY else {}),
        },
    }
    if rule.source.startswith("https://"):
        descriptor["helpUri"] = rule.source
    return descriptor


def _markdown(rule: Rule) -> str:
    answers = f"\n\n**Answers** {', '.join(f'`{control}`' for control in rule.frameworks)}" if rule.frameworks else ""
    return f"**Why** {rule.why}\n\n**Fix** {rule.fix}{answers}\n\n**Source** {rule.source}"


def _level(enforcement: Enforcement) -> str:
    return "error" if enforcement is Enforcement.MANDATORY else "warning"


def _result(file: str, violation: Violation, place: Place) -> dict[str, Any]:
    finding = violation.finding
    name = name_of(finding.urn) or "stack"
    key = "\n".join((violation.rule.id, finding.urn, finding.property_path or ""))
    return {
        "ruleId": violation.rule.id,
        "ruleIndex": _positions()[violation.rule.id],
        "level": _level(violation.enforcement),
        "message": {"text": f"{name}: {finding.message}"},
        "locations": [
            {
                "physicalLocation": place(file, violation),
                "logicalLocations": [{"name": name, "fullyQualifiedName": finding.urn or name, "kind": "resource"}],
            }
        ],
        "partialFingerprints": {FINGERPRINT: hashlib.sha256(key.encode()).hexdigest()},
    }


def _suppressed(file: str, waived: Waived, place: Place) -> dict[str, Any]:
    waiver = waived.waiver
    justification = f"{waiver.reason} Owner: {waiver.owner}; until {waiver.expires}."
    suppression = {"kind": "external", "status": "accepted", "justification": justification}
    return {**_result(file, waived.violation, place), "suppressions": [suppression]}


def _place(file: str, violation: Violation) -> dict[str, Any]:
    """The line of the stack file that sets what was found, or else the project's file, or the one that was checked."""
    finding = violation.finding
    stack, project, *_ = (*finding.urn.removeprefix("urn:pulumi:").split("::"), "")
    path = Path(f"Pulumi.{stack}.yaml")
    if STACK_NAME.fullmatch(stack) and path.is_file() and _is_of(project):
        from workbench.report.stack_lines import line_of

        with contextlib.suppress(InputError):  # somebody's file of that name, which is no stack's
            text = written_text(path, "YAML")
            line = line_of(text, finding.property_path or "", finding.message, violation.rule.fix)
            return {"artifactLocation": _artifact(str(path)), "region": {"startLine": line}}
    project_file = Path("Pulumi.yaml")
    return _at(str(project_file) if project_file.is_file() and _is_of(project) else file)


def _is_of(project: str) -> bool:
    """False where the folder's Pulumi.yaml is another project's: a stack there may have the same name."""
    from workbench.preview.yamlfile import read_yaml

    path = Path("Pulumi.yaml")
    try:
        found = read_yaml(path)
    except InputError:
        return not os.path.lexists(path)
    return isinstance(found, dict) and found.get("name") == project


def _at(file: str) -> dict[str, Any]:
    """The beginning of what was checked."""
    return {"artifactLocation": _artifact(file), "region": {"startLine": 1}}


def _artifact(file: str) -> dict[str, str]:
    """Location of `file`: below the folder that the command ran in, which code scanning takes for the repository's."""
    if file == "-":
        return {"uri": "stdin"}
    if "://" in file or file.startswith("pulumi:"):  # an object of a backend, or a stack behind the CLI
        return {"uri": quote(file, safe=":/", errors="surrogateescape")}
    path = Path(file).absolute()
    if path.is_relative_to(Path.cwd()) and ".." not in path.parts:
        return {
            "uri": quote(path.relative_to(Path.cwd()).as_posix(), errors="surrogateescape"),
            "uriBaseId": "%SRCROOT%",
        }
    return {"uri": path.as_uri()}
