"""What no rule can read is said, and not counted as sound."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from deployment.tokens import KEY
from policies.context import Context
from policies.finding import Enforcement, Severity
from policies.rule import Problem, Rule

JUDGED: Final = frozenset({"aws", "kubernetes", "pulumi", "plant"})
"""Packages whose types the rules know."""
TOOLS: Final = frozenset(
    {"random", "tls", "time", "null", "local", "archive", "std", "command", "docker", "docker-build", "external"}
)
"""Packages that make nothing in a cloud which somebody could reach."""


def check(context: Context) -> Iterator[Problem]:
    """Every resource is of a package that the rules know."""
    packages = Counter(one.package for one in context.graph if one.custom and one.package not in JUDGED | TOOLS)
    for package, number in sorted(packages.items()):
        yield Problem(f"{number} resources of {package} are judged by no rule; read them yourself, or use another pack")


RULE = Rule(
    id="governance-types-judged",
    title="Resources are of packages that the rules know",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    why="A resource that no rule reads breaks none, which looks as if it were sound.",
    fix="Declare it with pulumi-aws or pulumi-kubernetes, or judge its package by a pack of its own.",
    source="docs/policies.md",
    check_stack=check,
    passing={"key": (KEY[0], {})},
    failing={"group": ("aws-native:ec2:SecurityGroup", {"groupDescription": "web"})},
)
