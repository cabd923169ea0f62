"""What a deployed stack replaces when single settings change: declared with each of them changed, and compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from deployment import tokens

if TYPE_CHECKING:
    from deployment.graph import ResourceGraph

STACK: Final = "dev"
TRIED: Final[Sequence[tuple[str, str]]] = (
    ("plant:edge.domain_name", "api.other.example.com"),
    ("plant:edge.hosted_zone_id", "Z0OTHERZONE"),
    ("plant:edge.authentication.issuer", "https://other.example.com"),
    ("plant:fleet.service_port", "9443"),
    ("plant:cache.engine_version", "7"),
    ("plant:rollout.flag_name", "other_enabled"),
    ("plant:tenancy.network.cidr", "10.65.0.0/22"),
    ("plant:tenancy.network.zone_count", "3"),
    ("plant:tenancy.network.zone_letters", "bc"),
    ("plant:uptime.parked", "true"),
)
"""Setting and value. A test holds that each setting that replaces something is here, or follows one that is."""
ALIKE: Final = ("plant:edge.authentication.", "plant:edge.authentication.issuer")
"""Beginning of the settings that replace what one of them does, and that one."""
MEANWHILE: Final = {
    tokens.SERVERLESS_CACHE[0]: "what is cached is lost",
    tokens.REPLICATION_GROUP[0]: "what is cached is lost",
    tokens.LISTENER_RULE[0]: "for seconds no rule takes requests (404), and a rollout begins again",
    tokens.TARGET_GROUP[0]: "no target is healthy until the instances are renewed",
    tokens.LOAD_BALANCER[0]: "names lead to the old load balancer until DNS has the new one",
}
"""Type -> what its replacement means for those who use the stack."""


def replacements() -> str:
    """A table in markdown: the setting, what is replaced, and what that means meanwhile."""
    lines = [
        f"Of a deployed `{STACK}`, besides what changes in place. The other settings replace nothing, but for those of"
        " `authentication`, which do what `issuer` does, and `account_id`: a stack does not move to another account."
        " An older `engine_version` replaces the cache, a newer one does not.",
        "",
        "| setting | value | replaced | meanwhile |",
        "|---|---|---|---|",
    ]
    for key, value in TRIED:
        types = replaced_by(STACK, {key: value})
        named = ", ".join(f"{count} {token.rpartition(':')[2]}" for token, count in sorted(types.items()))
        means = "; ".join(dict.fromkeys(MEANWHILE[token] for token in sorted(types) if token in MEANWHILE))
        lines.append(f"| `{key}` | `{value}` | {named} | {means} |")
    return "\n".join(lines) + "\n"


def replaced_by(stack: str, overrides: dict[str, str]) -> Counter[str]:
    """Types of the resources that these values of settings replace in the deployed stack, and how many."""
    from workbench.preview.synthesis import synthesize

    return replaced_in(stack, synthesize(stack, overrides=overrides))


def replaced_in(stack: str, declared: dict[str, Any]) -> Counter[str]:
    """Types of the resources that `declared` would replace in the deployed stack, and how many."""
    from deployment.reader import graph_from_json
    from workbench.preview.changes import Operation, compare

    changes = compare(_deployed(stack), graph_from_json(declared, stack))
    return Counter(change.resource.type for change in changes if change.operation is Operation.REPLACE)


@cache
def _deployed(stack: str) -> ResourceGraph:
    from deployment.reader import graph_from_json
    from workbench.preview.synthesis import synthesize

    return graph_from_json(synthesize(stack), stack)
