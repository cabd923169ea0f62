"""Data rules about lambda."""

from __future__ import annotations

from typing import Final

from deployment.tokens import FUNCTION, FUNCTION_PERMISSION
from policies.finding import Enforcement, Severity
from policies.rule import Rule
from policies.table import GIVEN, at_least, must_be, must_have, one_of, row

RULES: Final[tuple[Rule, ...]] = (
    row(
        "functions-concurrency-bounded",
        FUNCTION,
        at_least("reservedConcurrentExecutions", 1, "executions"),
        title="Functions can't run without bound",
        severity=Severity.MEDIUM,
        why="A loop that calls a function a thousand times at once is paid for until somebody looks.",
        fix="Set reservedConcurrentExecutions.",
        source="https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html",
        frameworks=("checkov:CKV_AWS_115",),
    ),
    row(
        "functions-failures-kept",
        FUNCTION,
        must_have("deadLetterConfig.targetArn", "the ARN of a queue or topic"),
        title="Events that a function failed on are kept",
        severity=Severity.LOW,
        enforcement=Enforcement.ADVISORY,
        why="Without a dead-letter queue a failed event is gone.",
        fix="Set deadLetterConfig.targetArn to a queue or topic.",
        source="https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html",
        frameworks=("checkov:CKV_AWS_116",),
    ),
    row(
        "functions-traced",
        FUNCTION,
        must_be("tracingConfig.mode", "Active", "PassThrough"),
        title="Functions are traced",
        severity=Severity.LOW,
        enforcement=Enforcement.ADVISORY,
        why="A trace shows which call was slow.",
        fix="Set tracingConfig.mode to Active.",
        source="https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html",
        frameworks=("checkov:CKV_AWS_50", "pulumi:enableTracingConfig", "pulumi:configureTracingConfig"),
    ),
    row(
        "functions-environment-encrypted",
        FUNCTION,
        must_have("kmsKeyArn", "the ARN of a key of your own"),
        where={"environment.variables": (GIVEN,)},
        title="Environment variables of functions are encrypted with a key of one's own",
        severity=Severity.LOW,
        enforcement=Enforcement.ADVISORY,
        why="With a key of one's own access can be withdrawn and is logged.",
        fix="Set kmsKeyArn to the ARN of the key.",
        source="https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html",
        frameworks=("checkov:CKV_AWS_173",),
    ),
    row(
        "functions-callers-bound",
        FUNCTION_PERMISSION,
        one_of("the ARN of what calls", "sourceArn", "sourceAccount", "principalOrgId"),
        title="Services call functions for a named resource only",
        severity=Severity.MEDIUM,
        why="A service that may call for anybody calls for somebody else's bucket or rule as well (confused deputy).",
        fix="Set sourceArn.",
        source="https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html",
        frameworks=("checkov:CKV_AWS_364", "pulumi:configureSourceArn"),
    ),
)
