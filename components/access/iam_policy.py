"""IAM policy documents from plain parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from components.json_text import json_text

Statement = Mapping[str, Any]
"""One statement of a policy document; its values may be outputs."""


def allow(
    actions: Sequence[str],
    resources: Sequence[pulumi.Input[str]] | str,
    condition: Mapping[str, Mapping[str, Any]] | None = None,
) -> Statement:
    """Statement that lets an identity do `actions` on `resources`."""
    return _statement("Allow", actions, resources, condition)


def deny(
    actions: Sequence[str],
    resources: Sequence[pulumi.Input[str]] | str,
    condition: Mapping[str, Mapping[str, Any]] | None = None,
) -> Statement:
    """Statement that forbids an identity `actions` on `resources`, whatever else allows them."""
    return _statement("Deny", actions, resources, condition)


def document(*statements: Statement) -> pulumi.Output[str]:
    """Policy document with `statements`, as JSON."""
    return json_text({"Version": "2012-10-17", "Statement": list(statements)})


def service_trust(service: str, account_id: str) -> pulumi.Output[str]:
    """Trust policy for an AWS service that acts for this account only (no confused deputy)."""
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    if service != "ec2.amazonaws.com":  # EC2 sends no source account when it assumes an instance role
        statement |= {"Condition": {"StringEquals": {"aws:SourceAccount": account_id}}}
    return document(statement)


def use_key(key_arn: pulumi.Input[str]) -> Statement:
    """Statement that lets an identity use an encryption key for what it writes and reads."""
    return allow(["kms:Decrypt", "kms:GenerateDataKey"], [key_arn])


APPLICATION_ID_LENGTHS = range(4, 8)
"""Characters of an AppConfig application's id (API reference, GetApplication)."""


def application_arns(region: str, account_id: str) -> list[str]:
    """Patterns of the ARNs of AppConfig's applications, and of nothing within one: that has no tag of its own, or not
    yet, and each call on it is one on its application, too."""
    own = f"arn:aws:appconfig:{region}:{account_id}:application/"
    return [own + "?" * length for length in APPLICATION_ID_LENGTHS]


def _statement(
    effect: str,
    actions: Sequence[str],
    resources: Sequence[pulumi.Input[str]] | str,
    condition: Mapping[str, Mapping[str, Any]] | None,
) -> Statement:
    statement: dict[str, Any] = {"Effect": effect, "Action": list(actions), "Resource": resources}
    if condition:
        statement["Condition"] = condition
    return statement
