"""SNS topics admit named principals only."""

from __future__ import annotations

from deployment.tokens import TOPIC, TOPIC_POLICY
from policies.finding import Risk, Severity
from policies.rule import Rule
from policies.rules._documents import allow, not_public

RULE = Rule(
    id="data-topic-not-public",
    title="SNS topics admit named principals only",
    severity=Severity.CRITICAL,
    risk=Risk.EXPOSURE,
    why="A public topic lets anybody read the notices, or send false ones.",
    fix="Name the principals in the topic's policy, or bind them with aws:SourceAccount or aws:SourceArn.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/sns-controls.html#sns-4",
    frameworks=("checkov:CKV_AWS_169", "checkov:CKV_AWS_385", "fsbp:SNS.4"),
    types=(*TOPIC, *TOPIC_POLICY),
    check=not_public("policy"),
    passing={"policy": (TOPIC_POLICY[0], {"policy": allow("sns:Publish", Service="cloudwatch.amazonaws.com")})},
    failing={"policy": (TOPIC_POLICY[0], {"policy": allow("sns:Publish", AWS="*")})},
)
