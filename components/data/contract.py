"""The API's limits, where the application reads them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

SCHEMA_VERSION = 1
"""Raised whenever a key changes its meaning or goes; new keys do not raise it."""


@dataclass(frozen=True, kw_only=True)
class ContractArgs:
    """Name and content."""

    parameter_name: str
    """Name of the parameter, with slashes."""
    limits: Mapping[str, Any]
    """Key with its unit -> limit, e.g. ``response_budget_ms``."""


class Contract(pulumi.ComponentResource):
    """One free parameter that holds the limits as versioned JSON.

    Creates: SSM parameter.
    """

    parameter_arn: pulumi.Output[str]
    """ARN of the parameter."""
    parameter_name: pulumi.Output[str]
    """Name of the parameter."""

    def __init__(self, name: str, args: ContractArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("plant:components:Contract", name, {}, opts)
        parameter = aws.ssm.Parameter(
            f"{name}-parameter",
            name=args.parameter_name,
            type="String",  # nothing in it is secret
            tier="Standard",
            description="Limits that the Plant API keeps",
            # Not `value`, which Pulumi hides as a secret: policies and reviewers read the limits.
            insecure_value=json.dumps({"schema": SCHEMA_VERSION, **args.limits}, sort_keys=True),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.parameter_arn = parameter.arn
        self.parameter_name = parameter.name
        self.register_outputs({"parameterName": self.parameter_name})
