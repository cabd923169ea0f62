"""Alarms and contract agree on the database limit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from deployment.tokens import METRIC_ALARM, PARAMETER
from policies.checks import number, shown
from policies.context import ROOT_TYPE, Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._alarms import expected_here, measures
from policies.rules._documents import parse_json


def check(context: Context) -> Iterator[Problem]:
    """The database alarm goes off at the contract's limit."""
    if not expected_here(context):
        return
    for parameter in context.graph.of_type(*PARAMETER):
        value = parameter.get("insecureValue") or parameter.get("value")
        limits = (
            parse_json(value)
            if isinstance(value, str) and "contract" in f"{parameter.name} {parameter.get('name')}"
            else None
        )
        limit = number(limits.get("database_query_limit_ms")) if isinstance(limits, Mapping) else None
        if limit is None:
            continue
        for one in measures(context):
            if one.metric == "database_latency" and one.threshold is not None and one.threshold != limit:
                yield Problem(
                    f"threshold is {shown(one.alarm.get('threshold'))} although the contract "
                    f"says {limit} ms; make them equal",
                    "threshold",
                    one.alarm,
                )


RULE = Rule(
    id="contract-consistent",
    title="Alarms and contract agree on the database limit",
    severity=Severity.MEDIUM,
    why="Two numbers for one promise mean that one of them is wrong.",
    fix="Set threshold of the database alarm to database_query_limit_ms.",
    source="docs/architecture.md, the story's numbers",
    check_stack=check,
    passing={
        "root": (ROOT_TYPE, {}),
        "contract": (PARAMETER[0], {"value": '{"database_query_limit_ms": 30}'}),
        "database": (METRIC_ALARM[0], {"metricName": "database_latency", "threshold": 30}),
    },
    failing={
        "root": (ROOT_TYPE, {}),
        "contract": (PARAMETER[0], {"value": '{"database_query_limit_ms": 30}'}),
        "database": (METRIC_ALARM[0], {"metricName": "database_latency", "threshold": 300}),
    },
)
