"""What AWS refuses beyond its service model: constraints that an API's documents state in words.

Each entry names its source. What depends on what the account holds (a name that is taken) is moto's to refuse, or a
repair's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Params = Mapping[str, Any]


def problems(service: str, operation: str, params: Params) -> list[str]:
    """Everything that AWS's documents have against these parameters; an empty list means none."""
    check = _CHECKS.get((service, operation))
    return list(check(params)) if check is not None else []


def _state_machine(params: Params) -> Iterable[str]:
    """Amazon States Language specification; ValidateStateMachineDefinition, "Diagnostic codes" (DUPLICATE_STATE_NAME,
    MISSING_TRANSITION_TARGET and so on)."""
    from policies.rules.rollout.states_complete import faults_of

    return [f"definition: {fault}" for fault in faults_of(str(params.get("definition", "")))]


_CHECKS: Mapping[tuple[str, str], Callable[[Params], Iterable[str]]] = {
    ("stepfunctions", "create_state_machine"): _state_machine,
    ("stepfunctions", "update_state_machine"): _state_machine,
}
