"""Data rules about lambda."""

from __future__ import annotations

from typing import Final

from deployment.tokens import FUNCTION, FUNCTION_PERMISSION, FUNCTION_URL
from policies.finding import Enforcement, Risk, Severity
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
        "functions-not-public",
        FUNCTION_PERMISSION,
        one_of("who may call", "principalOrgId", "sourceAccount", "sourceArn", "functionUrlAuthType"),
        where={"principal": ("*", "s3.amazonaws.com")},
        title="Functions are called by named callers only",
        severity=Severity.CRITICAL,
        risk=Risk.EXPOSURE,
        why="A function open to every account is code, and a bill, that everyone may run.",
        fix="Set principal to a service with sourceArn, or to an account.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/lambda-controls.html#lambda-1",
        frameworks=("checkov:CKV_AWS_301", "fsbp:Lambda.1"),
    ),
    row(
        "functions-url-authorised",
        FUNCTION_URL,
        must_be("authorizationType", "AWS_IAM"),
        title="URLs of functions ask who is there",
        severity=Severity.HIGH,
        why="A URL without a check is open to everybody, on purpose or not, and each call is billed.",
        fix="Set authorizationType to AWS_IAM; waive it for a URL that is meant for everybody.",
        source="https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html",
        frameworks=("checkov:CKV_AWS_258",),
    ),
)
