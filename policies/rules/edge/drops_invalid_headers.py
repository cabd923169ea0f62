"""Load balancers drop invalid header fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from policies.checks import must_be
from policies.model import Severity
from policies.rule import Rule
from policies.rules._tokens import LOAD_BALANCER

if TYPE_CHECKING:
    from collections.abc import Mapping


def add_header_dropping(inputs: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Turns header dropping on."""
    return None if inputs.get("dropInvalidHeaderFields") is True else {**inputs, "dropInvalidHeaderFields": True}


RULE = Rule(
    id="edge-drops-invalid-headers",
    title="Load balancers drop invalid header fields",
    severity=Severity.MEDIUM,
    why=(
        "Header names that HTTP does not allow are how requests are smuggled past the load balancer to the application."
    ),
    fix="Set dropInvalidHeaderFields to true.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-4",
    frameworks=("checkov:CKV_AWS_131", "fsbp:ELB.4"),
    types=LOAD_BALANCER,
    check=must_be("dropInvalidHeaderFields", True),
    remediate=add_header_dropping,
    passing={"alb": (LOAD_BALANCER[0], {"dropInvalidHeaderFields": True})},
    failing={"alb": (LOAD_BALANCER[0], {"dropInvalidHeaderFields": False})},
)
