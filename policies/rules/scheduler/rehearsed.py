"""A maintenance window, run through in virtual time, opens and closes."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from deployment.tokens import STATE_MACHINE
from policies.context import ROOT_TYPE, Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._rehearsal import World, run, shape
from policies.rules._workflows import definition, tasks

SWITCHES: Final = "ssm:PutParameter"
MOVES: Final = "elasticloadbalancing:ModifyRule"
EVERYBODY: Final = (ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0"))


def check(context: Context) -> Iterator[Problem]:
    """The start shows the page to everybody and says so, the end takes it away; calls that fail are repeated."""
    if not context.is_plant_stack:
        return
    for machine in context.graph.of_type(*STATE_MACHINE):
        text, document = machine.get("definition"), definition(machine)
        actions = {task.action for task in tasks(document)} if document is not None else set()
        if isinstance(text, str) and SWITCHES in actions and MOVES not in actions:
            for problem in rehearsal(shape(text)):
                yield Problem(f"rehearsed: {problem}", "definition", machine)


@lru_cache(maxsize=64)
def rehearsal(text: str) -> tuple[str, ...]:
    """What goes wrong when a window opens, closes, or is called for neither."""
    document = json.loads(text)
    pages = any(task.action == "wafv2:UpdateIPSet" for task in tasks(document))
    found: list[str] = []
    values: dict[str, set[str]] = {}
    for phase in ("start", "end"):
        world = World(failing=lambda call, times: times < 2)
        execution = run(document, {"phase": phase, "window": "weekly", "message": "Patching"}, world)
        if execution.status != "SUCCEEDED":
            found.append(
                f"at the {phase} of a window it ends as {execution.status} ({execution.error}) though calls recover"
            )
        values[phase] = set(world.parameters.values())
        if not world.done("sns:publish"):
            found.append(f"at the {phase} of a window nobody is told")
        shown = [call.get("Addresses") for call in world.done("wafv2:updateIPSet")]
        whole = [net for addresses in shown for net in joined(addresses)]
        if pages and phase == "start" and not all(net in whole for net in EVERYBODY):
            found.append("at the start of a window the page is not shown to everybody, over IPv4 and IPv6")
        if pages and phase == "end" and (any(shown) or len(shown) < len(EVERYBODY)):
            found.append("at the end of a window the page is not taken away")
    if len(values["start"]) != 1 or len(values["end"]) != 1 or values["start"] == values["end"]:
        found.append("the parameter does not say whether a window is open")
    silent = World(failing=lambda call, times: call == "sns:publish")
    if run(document, {"phase": "end", "window": "w", "message": "m"}, silent).status != "SUCCEEDED":
        found.append("a notice that can't be sent keeps the window from closing")
    if run(document, {"phase": "other"}, World()).status != "FAILED":
        found.append("a phase that is neither start nor end is not refused")
    return tuple(found)


def joined(addresses: Any) -> list[Any]:
    """Ranges of one update, put together."""
    try:
        nets: list[Any] = [ipaddress.ip_network(one) for one in addresses or ()]
        return list(ipaddress.collapse_addresses(nets)) if nets else []
    except (TypeError, ValueError):
        return []


_BROKEN: Final[Mapping[str, Any]] = {
    "StartAt": "Set",
    "States": {"Set": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:ssm:putParameter", "End": True}},
}

RULE = Rule(
    id="maintenance-rehearsed",
    title="A maintenance window that is run through in virtual time opens and closes",
    severity=Severity.HIGH,
    why="A page that stays after the window is an outage; one that does not show is an outage without a word.",
    fix="Correct the states that the message is about.",
    source="docs/architecture.md, maintenance",
    check_stack=check,
    passing={"root": (ROOT_TYPE, {})},
    failing={"root": (ROOT_TYPE, {}), "window": (STATE_MACHINE[0], {"definition": json.dumps(_BROKEN)})},
)
