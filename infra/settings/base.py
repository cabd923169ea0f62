"""What all groups of settings have in common."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StringConstraints,
    ValidationInfo,
    field_validator,
)


class Group(BaseModel):
    """Settings that belong together: immutable, and strict about names."""

    # Numbers become text where text is wanted: `pulumi config set --path plant:platform.account_id 1234…` stores one.
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, coerce_numbers_to_str=True)

    @field_validator("*", mode="before")
    @classmethod
    def _no_truth_for_a_number(cls, value: Any, info: ValidationInfo) -> Any:
        # Python takes true for 1.
        if (
            isinstance(value, bool)
            and info.field_name
            and "bool" not in str(cls.model_fields[info.field_name].annotation)
        ):
            raise ValueError(f"{str(value).lower()} stands for yes or no, which this is not; write it as said here")
        return value

    @field_validator("*", mode="after")
    @classmethod
    def _no_control_characters(cls, value: Any) -> Any:
        if isinstance(value, str) and not value.replace("\n", "").isprintable():
            raise ValueError("holds characters that nobody sees, which garble terminals and mails; leave them out")
        return value


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name!r} is no IANA time zone; write one like Europe/Vilnius or UTC") from None
    return name


_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"

TimeZone = Annotated[str, AfterValidator(_time_zone)]
"""IANA name of a time zone, e.g. ``Europe/Vilnius``."""
TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""``HH:MM``, 00:00 to 23:59."""


def _hours(value: Any) -> Any:
    """``1:40`` as hours. Raises ValueError for hours that aren't whole minutes."""
    if isinstance(value, str) and (parts := re.fullmatch(r"(\d{1,2}):([0-5]\d)", value)):
        return Decimal(int(parts[1]) * 60 + int(parts[2])) / 60
    return value


def _whole_minutes(hours: Decimal) -> Decimal:
    minutes = hours * 60
    if abs(minutes - round(minutes)) > Decimal("1e-9"):
        raise ValueError("must be whole minutes; write them as H:MM, e.g. 1:40")
    return hours


SessionHours = Annotated[Decimal, BeforeValidator(_hours), AfterValidator(_whole_minutes)]
"""Hours in whole minutes: a number of hours, or ``H:MM``."""
HTTPS = r"^https://[A-Za-z0-9._~%:\[\]-]+(?:[/?#][!-~]*)?$"
HttpsUrl = Annotated[str, StringConstraints(pattern=HTTPS, max_length=2000)]
"""An absolute https:// address in ASCII; a login in it would stand in plain text in the stack file and its state."""
DomainName = Annotated[str, StringConstraints(pattern=rf"^(?:{_LABEL}\.)+[A-Za-z]{{2,63}}$", max_length=128)]
"""A full domain name without wildcard or trailing dot, in the 128 characters that a listener rule takes for a host
(ELB API reference, HostHeaderConditionConfig)."""
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,23}$")]
"""1 to 24 lower-case letters, digits and dashes; becomes a part of resource names."""
LogRetentionDays = Literal[365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]
"""Days that CloudWatch Logs keeps events: those of its values that are a year or more (PutRetentionPolicy)."""
EMAIL = rf"^[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]+@(?:{_LABEL}\.)+[A-Za-z]{{2,63}}$"
Email = Annotated[str, StringConstraints(pattern=EMAIL, max_length=254)]
"""A mail address, as HTML's own forms take it (https://html.spec.whatwg.org/#valid-e-mail-address)."""


def arn(service: str, resource: str, rest: str = "[!-~]{1,256}") -> str:
    """Pattern of an Amazon Resource Name of `service` whose resource begins with `resource`, and goes on with `rest`
    (patterns themselves). No name in an ARN that a setting takes is longer than 256 characters."""
    return rf"^arn:aws:{service}:[a-z0-9-]{{5,25}}:[0-9]{{12}}:{resource}{rest}$"


def minutes_of_day(time: str) -> int:
    """Minutes after midnight of ``HH:MM``."""
    hours, minutes = time.split(":")
    return int(hours) * 60 + int(minutes)
