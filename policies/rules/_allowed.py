"""How the table of `_allowed_values` says what AWS takes for a property."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from deployment.unknown import Sentinel
from policies.checks import number


@dataclass(frozen=True, slots=True)
class Allowed:
    """What one property may be."""

    text: str
    """As a message says it."""
    values: frozenset[str] = frozenset()
    least: Decimal | None = None
    most: Decimal | None = None
    step: int = 0
    """Above 0: the number is a multiple of it, or one of `values`."""
    form: re.Pattern[str] | None = None

    def takes(self, value: Any) -> bool:
        """True for a value that AWS takes, and for one that can't be read yet."""
        if value is None or isinstance(value, Sentinel):
            return True
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if text in self.values:
            return True
        if self.least is not None and self.most is not None:
            given = number(value)
            fits = given is not None and self.least <= given <= self.most
            return fits and (not self.step or given is None or given % self.step == 0)
        return self.form is not None and isinstance(value, str) and self.form.fullmatch(value) is not None


def one_of(*values: str) -> Allowed:
    """One of these words."""
    return Allowed(", ".join(values), values=frozenset(values))


def between(least: float, most: float) -> Allowed:
    """A number from `least` to `most`."""
    return Allowed(f"{least} to {most}", least=Decimal(str(least)), most=Decimal(str(most)))


def like(form: str, text: str) -> Allowed:
    """Text of this form."""
    return Allowed(text, form=re.compile(form))


def arn(service: str, resource: str, what: str) -> Allowed:
    """The ARN of something of `service`; what follows the account begins with `resource`."""
    return like(rf"arn:aws[a-z-]*:{service}:[^:]*:[^:]*:{resource}.+", f"the ARN of {what}")


FLAG: Final = one_of("true", "false")
ROLE: Final = arn("iam", "role/", "a role")
POLICY: Final = arn("iam", "policy/", "a policy")
TOPIC: Final = arn("sns", "", "a topic")
BALANCER: Final = arn("elasticloadbalancing", "loadbalancer/", "a load balancer")
LISTENER: Final = arn("elasticloadbalancing", "listener/", "a listener")
TARGETS: Final = arn("elasticloadbalancing", "targetgroup/", "a target group")
CERTIFICATE: Final = arn("(?:acm|iam)", "(?:server-)?certificate/", "a certificate")
KEY: Final = like(r"(?:arn:aws[a-z-]*:kms:.+:)?(?:key/|alias/)?[\w/-]+", "a KMS key's ARN, id or alias")
VPC: Final = like(r"vpc-[0-9a-z]+", "the id of a VPC (vpc-…)")
SUBNET: Final = like(r"subnet-[0-9a-z]+", "the id of a subnet (subnet-…)")
GROUP: Final = like(r"sg-[0-9a-z]+", "the id of a security group (sg-…)")
TABLE: Final = like(r"rtb-[0-9a-z]+", "the id of a route table (rtb-…)")
CIDR4: Final = like(r"\d+\.\d+\.\d+\.\d+/\d+", "an IPv4 range (10.0.0.0/16)")
CIDR6: Final = like(r"[0-9a-fA-F:.]*:[0-9a-fA-F:.]*/\d+", "an IPv6 range (::/0)")
TIMEZONE: Final = like(r"UTC|GMT|[A-Z][A-Za-z]+/[A-Za-z0-9_+/-]+", "an IANA time zone (Europe/Berlin)")
NAME: Final = like(r"[\w+=,.@/#: -]+", "a name")
