"""Assessments as JUnit XML, which most CIs show: a suite a file, a case a rule.

As Jenkins' schema has it (xunit-plugin, junit-10.xsd, read 2026-11-27): counts of errors are required of a suite, and
counts of what is skipped belong to suites only.

A rule that blocks is a failure; one that advises passes, and its findings are in the case's output; a waived one is
skipped, with the reason.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence

from deployment.urn import name_of
from policies.assess import Assessment
from policies.finding import Enforcement
from workbench.junit_text import printable, skip


def junit(judged: Sequence[tuple[str, Assessment]]) -> str:
    """JUnit XML of all files."""
    root = ET.Element("testsuites", name="plant-policies")
    for file, assessment in judged:
        suite = ET.SubElement(root, "testsuite", name=printable(file))
        _cases(suite, assessment)
        for element in (suite, root):
            for name, path in (("tests", ".//testcase"), ("failures", ".//failure"), ("errors", ".//error")):
                element.set(name, str(len(element.findall(path))))
        suite.set("skipped", str(len(suite.findall(".//skipped"))))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True)


def _cases(suite: ET.Element, assessment: Assessment) -> None:
    failed: dict[str, list[str]] = {}
    advised: dict[str, list[str]] = {}
    for violation in assessment.violations:
        finding = violation.finding
        way = finding.remedy or violation.rule.fix
        told = f"{name_of(finding.urn) or 'the stack'}: {finding.what}\nfix: {way}"
        found = failed if violation.enforcement is Enforcement.MANDATORY else advised
        found.setdefault(violation.rule.id, []).append(told)
    waived = {one.violation.rule.id: one.waiver for one in reversed(assessment.waived)}
    for rule in sorted({*failed, *advised, *waived, *(rule.id for rule in assessment.passed)}):
        case = ET.SubElement(suite, "testcase", classname="policies", name=rule)
        if rule in failed:
            text = printable("\n".join(failed[rule]))
            ET.SubElement(case, "failure", message=text.partition("\n")[0], type="policy").text = text
        elif rule in waived and rule not in advised:
            waiver = waived[rule]
            told = f"{waiver.reason} Owner: {waiver.owner}; until {waiver.expires}."
            skip(case, told)
        if rule in advised:
            ET.SubElement(case, "system-out").text = printable("\n".join(advised[rule]))
