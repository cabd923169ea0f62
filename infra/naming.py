"""Physical names, where the program has to choose them.

Most resources are named by Pulumi (logical name and eight characters), so that a replacement can exist beside
what it replaces. Names that people type, that IAM scopes or that AWS has no default for are made here, and stay
within AWS's limits however long the stack's name is (Pulumi allows 100 characters).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

HASH_LENGTH = 8
"""Hex digits that stand for what was cut off: 32 bits, enough for the stacks of one account."""


def bounded(text: str, max_length: int) -> str:
    """`text`, or its beginning and a hash of it when it is longer than `max_length`.

    The same text gives the same name; different texts give different names even where their beginnings agree.
    """
    if len(text) <= max_length:
        return text
    if max_length <= HASH_LENGTH + 1:
        raise ValueError(f"a name of {max_length} characters leaves no room for a hash")
    digest = hashlib.sha256(text.encode()).hexdigest()[:HASH_LENGTH]
    return f"{text[: max_length - HASH_LENGTH - 1].rstrip('-_/')}-{digest}"


@dataclass(frozen=True, slots=True)
class Names:
    """Names of one stack."""

    project: str
    """Project, e.g. ``plant``."""
    stack: str
    """Stack; letters, digits, dashes, underscores and dots."""

    @property
    def slug(self) -> str:
        """Project and stack in lower-case letters, digits and single dashes, starting with a letter."""
        plain = re.sub(r"[^a-z0-9]+", "-", f"{self.project}-{self.stack}".lower()).strip("-")
        # Stacks that only differ in what was replaced must not share a name.
        return plain if plain == f"{self.project}-{self.stack}" else self._with_hash(plain)

    def _with_hash(self, plain: str) -> str:
        digest = hashlib.sha256(f"{self.project}/{self.stack}".encode()).hexdigest()[:HASH_LENGTH]
        return f"{plain}-{digest}"

    @property
    def cache(self) -> str:
        """Cache, cache user and user group: at most 40 characters, and single dashes (ElastiCache API)."""
        return bounded(self.slug, 40)

    @property
    def alias(self) -> str:
        """Alias of the key: at most 256 characters with ``alias/``."""
        return bounded(self.slug, 250)

    @property
    def composite_alarm(self) -> str:
        """Composite alarm: at most 255 characters."""
        return bounded(f"{self.slug}-users-affected", 255)

    @property
    def namespace(self) -> str:
        """Kubernetes namespace: a DNS label, at most 63 characters."""
        return bounded(self.slug, 63)

    @property
    def dashboard(self) -> str:
        """Dashboard: at most 255 characters."""
        return bounded(self.slug, 255)

    @property
    def metric_namespace(self) -> str:
        """Namespace of the stack's own metrics: at most 255 characters."""
        return bounded(f"PlantApi/{self.slug}", 255)

    @property
    def log_policy(self) -> str:
        """Log policy for those who write to the stack's log groups, one of ten that an account may have."""
        return bounded(f"{self.slug}-log-writers", 255)

    @property
    def role_path(self) -> str:
        """IAM path of the stack's roles; whoever deploys may make roles there only. At most 512 characters."""
        return f"/{self.project}/{bounded(self.slug, 120)}/"

    @property
    def restraint_path(self) -> str:
        """IAM path of what restrains the stack, and of the roles that deploy it: an administrator's."""
        return f"/{self.project}-restraint/{bounded(self.slug, 120)}/"

    @property
    def restraint_policy(self) -> str:
        """Policy that denies new capacity when the budget is spent: at most 128 characters."""
        return bounded(f"{self.slug}-no-new-capacity", 128)

    def log_bucket(self, account_id: str) -> str:
        """Bucket of logs: at most 63 characters; the account makes it the only one in the world."""
        return f"{bounded(self.slug, 40)}-logs-{account_id}"

    def state_bucket(self, account_id: str) -> str:
        """Bucket of the stack's Pulumi state, where it is kept in S3: the only one that its deploying role may use."""
        return f"{bounded(self.slug, 40)}-state-{account_id}"

    @property
    def schedule_group(self) -> str:
        """Group of the stack's schedules: at most 64 characters."""
        return bounded(self.slug, 64)

    def parameter(self, name: str) -> str:
        """SSM parameter: at most 1,011 characters with the ARN around it."""
        return f"/{self.project}/{bounded(self.slug, 120)}/{name}"

    def log_group(self, name: str) -> str:
        """Log group of the stack: at most 512 characters."""
        return f"/{self.project}/{bounded(self.slug, 120)}/{name}"

    def event_log_group(self, name: str) -> str:
        """Log group that EventBridge may write to; it insists on this beginning."""
        return f"/aws/events/{bounded(self.slug, 120)}/{name}"

    def event_rule(self, name: str) -> str:
        """Rule of EventBridge that a log policy names: at most 64 characters."""
        return f"{bounded(self.slug, 50)}-{name}"

    def workflow_log_group(self, name: str) -> str:
        """Log group of a state machine; this beginning keeps the account's log policy within its size."""
        return f"/aws/vendedlogs/states/{bounded(self.slug, 120)}/{name}"

    @property
    def firewall_log_group(self) -> str:
        """Log group of the firewall; WAF insists on this beginning."""
        return f"aws-waf-logs-{bounded(self.slug, 120)}"
