"""The file of a new stack, from a few answers; the rest is the settings' defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from deployment.errors import InputError
from infra.settings import SettingsError, load
from infra.settings.tenancy import SharedPlatformSettings
from workbench.settings_schema import MODELINE

Kind = Literal["dedicated", "shared"]
HEADINGS: Final = {
    "dedicated": "Dedicated and scheduled: the whole stack, in sessions; parked in between.",
    "shared": "Shared and always on: the platform owns the VPC, the front door, the cache and the key.",
}
SPOT_LIMIT: Final = "0.003"
"""US$/h, a quarter more than a t4g.nano costs in its dearest zone (cost/prices, us-east-1): bounds the worst case."""
DEDICATED_USAGE: Final = {"monthly_requests": 60_000, "rollouts_per_month": 1}
"""Something over one a second in the hours of its sessions, which one rollout takes up."""
SHARED_USAGE: Final = {
    "monthly_requests": 100_000,
    "peak_requests_per_second": 2,
    "cache_data_gb": "0.0015",
    "rollouts_per_month": 1,
}
"""What a shared stack of $5 a month can carry all the time; `./plant optimize` finds more."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What has to be known of a new stack."""

    kind: Kind
    domain: str
    account: str
    region: str
    hosted_zone: str | None = None
    """Route 53 zone of the domain; a dedicated stack's certificate is validated there."""
    platform: Mapping[str, str] | None = None
    """What a shared stack borrows: field of SharedPlatformSettings -> value, lists with commas."""


def stack_file(answers: Answers, source: str) -> str:
    """Text of the stack file `source`. Raises InputError with everything that the settings refuse."""
    config = _config(answers)
    try:
        load(config, source)
    except SettingsError as error:
        raise InputError(*map(str, error.problems)) from error
    lines = [MODELINE, f"# {HEADINGS[answers.kind]} docs/settings.md has every setting.", "config:"]
    for key, value in config.items():
        lines += _yaml(key, value, "  ")
    return "\n".join(lines) + "\n"


def fault(answers: Answers, setting: str) -> str | None:
    """What is wrong with the answer that becomes `setting` (``plant:edge.domain_name``); None where nothing is."""
    try:
        load(_config(answers), "")
    except SettingsError as error:
        found = (one for one in error.problems if one.key == setting or one.key.startswith(f"{setting}["))
        return next((one.message for one in found), None)
    return None


def _config(answers: Answers) -> dict[str, Any]:
    edge: dict[str, Any] = {"domain_name": answers.domain}
    config: dict[str, Any] = {
        "aws:region": answers.region,
        "plant:platform": {"account_id": answers.account},
        "plant:edge": edge,
        "plant:fleet": {"on_demand_base_capacity": 0, "spot_max_usd_per_hour": SPOT_LIMIT},
    }
    if answers.kind == "dedicated":
        edge["hosted_zone_id"] = answers.hosted_zone
        config["plant:usage"] = dict(DEDICATED_USAGE)
        config["plant:tenancy"] = {"kind": "dedicated"}
        config["plant:uptime"] = {
            "schedule": "sessions",
            "session_days": ["TUE", "THU"],
            "session_start": "09:00",
            "hours_per_session": "1:15",  # with what is billed around it: two started hours
            "time_zone": "UTC",
        }
    else:
        config["plant:rollout"] = {"poll_interval_minutes": 15}
        config["plant:usage"] = dict(SHARED_USAGE)
        config["plant:tenancy"] = {"kind": "shared", "platform": _platform(answers.platform or {})}
    return config


def _platform(given: Mapping[str, str]) -> dict[str, Any]:
    """The platform's ids; what is missing is left to the settings, which name it."""
    lists = {name for name, field in SharedPlatformSettings.model_fields.items() if "tuple" in str(field.annotation)}
    return {
        name: [part.strip() for part in value.split(",")] if name in lists else value for name, value in given.items()
    }


def _yaml(key: str, value: Any, indent: str) -> list[str]:
    if isinstance(value, dict):
        return [
            f"{indent}{key}:",
            *(line for name, inner in value.items() for line in _yaml(name, inner, indent + "  ")),
        ]
    if isinstance(value, list):
        return [f"{indent}{key}: [{', '.join(value)}]"]
    # Text that YAML would take for something else (a time, a number) is quoted.
    quoted = isinstance(value, str) and (value[:1].isdigit() or not value)
    return [f'{indent}{key}: "{value}"' if quoted else f"{indent}{key}: {value}"]
