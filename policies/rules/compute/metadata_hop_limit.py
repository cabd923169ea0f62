"""Instance metadata does not leave the instance."""

from __future__ import annotations

from policies.checks import must_be
from policies.finding import Severity
from policies.remediation import set_to
from policies.rule import Rule
from policies.rules._tokens import LAUNCH_TEMPLATE

RULE = Rule(
    id="compute-metadata-hop-limit",
    title="Instance metadata does not leave the instance",
    severity=Severity.MEDIUM,
    why=("With a hop limit above 1 a container, or a proxy on the instance, reaches the instance role's credentials."),
    fix="Set metadataOptions.httpPutResponseHopLimit to 1.",
    source="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-options.html",
    frameworks=("checkov:CKV_AWS_341",),
    types=LAUNCH_TEMPLATE,
    check=must_be("metadataOptions.httpPutResponseHopLimit", 1, None),
    remediate=set_to("metadataOptions.httpPutResponseHopLimit", 1),
    passing={"template": (LAUNCH_TEMPLATE[0], {"metadataOptions": {"httpPutResponseHopLimit": 1}})},
    failing={"template": (LAUNCH_TEMPLATE[0], {"metadataOptions": {"httpPutResponseHopLimit": 2}})},
)
