"""AWS CodePipeline: pipelines of type V1 by the month, those of type V2 by the minutes of their actions."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import ONE, Charge
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from cost.uptime import Metering
from deployment import tokens

MINUTES: Final = UsageKey("monthly_action_minutes", Decimal(500), "minutes a month that actions of the pipeline run")


def pipeline(scope: Scope) -> Iterator[Charge]:
    """A pipeline that something runs through in the month."""
    if scope.kind("pipelineType", "V1", "V1", "V2") == "V1":
        yield scope.charge("Active pipeline", ("codepipeline", "v1_pipeline_month"), ONE, Metering.STANDING)
    else:
        yield scope.use("Minutes of actions", ("codepipeline", "v2_minute"), scope.usage(MINUTES))


PRICERS: Final = {tokens.PIPELINE[0]: Pricer(pipeline, twins=("aws_codepipeline",), usage=(MINUTES,))}
