"""Step Functions: state transitions of standard workflows, requests and duration of express ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from cost.charges import ZERO, Amount, Charge, Driver, Unpriced
from cost.registry import Pricer
from cost.rollouts import durations, looks_in, looks_of_one
from cost.schedules import rule_runs
from cost.scope import Pricing, Scope, UsageKey, is_text
from cost.tracing import TRACES, traces
from cost.workflows import MOST_TRANSITIONS, Workflow, workflow_at
from deployment import tokens

STATE_MACHINE: Final = tokens.STATE_MACHINE[0]
SCHEDULE: Final = tokens.SCHEDULE[0]

TRANSITIONS: Final = UsageKey("monthly_transitions", Decimal(1000), "state transitions a month")
REQUESTS: Final = UsageKey("monthly_requests", Decimal(10_000), "express executions a month")
DURATION: Final = UsageKey("workflow_duration_ms", Decimal(500), "milliseconds of one express execution")
MEMORY: Final = UsageKey("memory_mb", Decimal(64), "megabytes of one express execution")


def is_express(scope: Scope) -> bool:
    """True for a workflow that is billed by its requests and how long they take, not by its transitions."""
    return scope.kind("type", "STANDARD", "STANDARD", "EXPRESS") == "EXPRESS"


def state_machine(scope: Scope) -> Iterator[Charge]:
    """What the executions of a month cost. Raises Unpriced where it isn't known which log group they write to."""
    yield from traces(scope, "tracingConfiguration.enabled", executions(scope))
    if is_express(scope):
        yield from express(scope)
    else:
        yield scope.use(
            "State transitions",
            ("stepfunctions", "standard_1k_transitions"),
            scope.usage(TRANSITIONS, transitions(scope)),
            Driver.EVENTS,
        )
    if (
        scope.untold("loggingConfiguration.logDestination")
        and scope.resource.get("loggingConfiguration.level") != "OFF"
    ):
        raise Unpriced("where it logs isn't known, and what it writes to a log group is billed there")


def express(scope: Scope) -> Iterator[Charge]:
    """Requests, and memory by time in GB-hours."""
    requests = scope.usage(REQUESTS)
    yield scope.use("Express requests", ("stepfunctions", "express_million_requests"), requests, Driver.EVENTS)
    gb_hours = scope.usage(MEMORY).amount.expected / 1024 * scope.usage(DURATION).amount.expected / 3_600_000
    duration = requests.amount * gb_hours
    yield scope.use("Express duration", ("stepfunctions", "express_gb_hour"), duration, Driver.EVENTS)


def executions(scope: Scope) -> Amount | None:
    """Executions a month: those that schedules start, or the rollouts that the stack declares; None when nothing
    tells."""
    if is_express(scope):
        return scope.usage(REQUESTS).amount
    runs = runs_of(scope)
    if not runs and not scope.pricing.basis.declared:
        return None
    runs = runs or scope.traffic.rollouts_per_month
    return Amount.of(0, runs, runs)


def moves(scope: Scope) -> Amount | None:
    """Steps a month that a machine of either kind takes, for what is counted by them; None when nothing tells."""
    if scope.given(TRANSITIONS) is not None:
        return scope.usage(TRANSITIONS).amount
    if not is_express(scope):
        return scope.usage(TRANSITIONS, transitions(scope)).amount  # as priced: the stated default where nothing tells
    known = transitions(scope)
    if known is not None:
        return known
    workflow = scope.made(workflow_at, "definition")
    return None if workflow is None else scope.usage(REQUESTS).amount * workflow.straight


def transitions(scope: Scope) -> Amount | None:
    """Transitions a month from the definition and what starts it; None when the graph doesn't tell.

    Raises Unpriced when the definition can't be read, or a declared stack doesn't say how long its rollouts take.
    """
    if not scope.made(is_text, "definition"):
        return None
    workflow = scope.made(workflow_at, "definition")
    if workflow is None:
        raise Unpriced("its definition isn't a state machine in JSON, so its transitions can't be counted")
    runs = runs_of(scope)
    if runs and not (workflow.is_rollout and scope.pricing.basis.declared):
        # A reaper finds something to do once a session, and otherwise that there is nothing.
        is_reaper = scope.is_the(scope.pricing.basis.reaper_urn)
        full = min(runs, scope.pricing.basis.uptime.sessions) if is_reaper else runs
        worst = full * workflow.most_transitions() + (runs - full) * workflow.straight
        return Amount.of(runs * workflow.straight, runs * workflow.straight, worst)
    if not scope.pricing.basis.declared or not workflow.is_rollout:
        return None
    rollouts = scope.traffic.rollouts_per_month
    expected = rollouts * workflow.transitions(looks_of_one(scope.pricing))
    # In a stack of sessions a schedule asks whether there is a rollout to go on with.
    asked = runs * workflow.straight
    return Amount.of(asked, asked + expected, asked + min(rollouts * MOST_TRANSITIONS, _held(scope, workflow)))


def _held(scope: Scope, workflow: Workflow) -> Decimal:
    """Transitions of rollouts that people hold, or nothing decides, for all of the uptime: one at a time looks on,
    and each has waited for its canaries as long as it may."""
    declared, uptime = durations(scope.pricing), scope.pricing.basis.uptime
    rollouts = scope.traffic.rollouts_per_month
    looks = looks_in(declared, uptime.hours)
    starts = len(declared.hold_seconds) * declared.start_looks * workflow.pass_states
    return looks * workflow.pass_states + rollouts * (workflow.most_transitions(ZERO) + starts)


ANY_MACHINE: Final = ""
"""In place of a URN: a state machine that nothing tells."""


def runs_of(scope: Scope) -> Decimal:
    """Executions a month that schedules start; of a machine without one, those whose machine nothing tells."""
    runs = scope.pricing.once(scheduled_runs)
    return scope.its(runs) or runs.get(ANY_MACHINE, Decimal(0))


def scheduled_runs(pricing: Pricing) -> Mapping[str, Decimal]:
    """Executions a month by URN of the state machine that schedules of the graph start."""
    found: dict[str, Decimal] = {}
    for one in (*pricing.graph.of_type(SCHEDULE), *pricing.graph.of_type(*tokens.EVENT_TARGET)):
        path = "target.arn" if one.type == SCHEDULE else "arn"
        machines = [machine.urn for machine in pricing.graph.referenced(one, path, STATE_MACHINE)]
        if not machines and Scope(pricing, one).untold(path):
            machines = [ANY_MACHINE]
        if not machines:  # when it starts something else is priced there
            continue
        own = one.type == SCHEDULE
        schedules = (one,) if own else Scope(pricing, one).may_name("rule", "name", *tokens.EVENT_RULE)
        runs = max(map(rule_runs, schedules), default=Decimal(0))
        for urn in machines:
            found[urn] = found.get(urn, Decimal(0)) + runs
    return found


PRICERS: Final = {
    STATE_MACHINE: Pricer(
        state_machine, twins=("aws_sfn_state_machine",), usage=(TRANSITIONS, REQUESTS, DURATION, MEMORY, TRACES)
    )
}
