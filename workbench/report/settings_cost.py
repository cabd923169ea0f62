"""What single settings do to the bill: the stack is declared and priced with each of them changed."""

from __future__ import annotations

from typing import Final

from deployment.errors import InputError
from workbench.report.money import change_in_dollars, dollars

STACK: Final = "dev"
TRIED: Final = (
    ("plant:fleet.max_size", "4"),
    ("plant:fleet.instance_types", '["t4g.micro", "t4g.small"]'),
    ("plant:fleet.on_demand_base_capacity", "1"),
    ("plant:fleet.root_volume_gib", "8"),
    ("plant:cache.node_type", "cache.t4g.micro"),
    ("plant:uptime.hours_per_session", "3"),
    ("plant:uptime.schedule", "always-on"),
    ("plant:usage.monthly_requests", "400000"),
    ("plant:usage.peak_requests_per_second", "6"),
)
"""Setting and value: those that engineers ask about; `./plant preview --base HEAD -c KEY=VALUE` answers for any."""


def cost_of_settings() -> str:
    """A table in markdown: the setting, the value, and by how much the two figures change."""
    from cost import estimate
    from deployment.reader import graph_from_json
    from workbench.preview.synthesis import synthesize

    now = estimate(graph_from_json(synthesize(STACK), STACK))
    lines = [
        f"`{STACK}` is expected to cost {dollars(now.expected_usd)} a month, {dollars(now.worst_case_usd)} in the worst"
        " case. With one setting changed, priced as ever:",
        "",
        "| setting | value | expected | worst case |",
        "|---|---|---:|---:|",
    ]
    for key, value in TRIED:
        try:
            then = estimate(graph_from_json(synthesize(STACK, overrides={key: value}), STACK))
        except InputError as error:
            reason = error.problems[0].rpartition(": ")[2].replace("|", "\\|")
            lines.append(f"| `{key}` | `{value}` | refused | {reason} |")
        else:
            expected = change_in_dollars(then.expected_usd - now.expected_usd)
            worst = change_in_dollars(then.worst_case_usd - now.worst_case_usd)
            lines.append(f"| `{key}` | `{value}` | {expected} | {worst} |")
    return "\n".join(lines) + "\n"
