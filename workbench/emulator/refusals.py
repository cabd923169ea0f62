"""What AWS refuses beyond its service model: constraints that an API's documents state in words.

Each entry names its source. What depends on what the account holds (a name that is taken) is moto's to refuse, or a
repair's.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from typing import Any

from workbench.emulator.mapping import from_api

Params = Mapping[str, Any]


def problems(service: str, operation: str, params: Params) -> list[str]:
    """Everything that AWS's documents have against these parameters; an empty list means none."""
    check = _CHECKS.get((service, operation))
    return list(check(params)) if check is not None else []


def _state_machine(params: Params) -> Iterable[str]:
    """Amazon States Language specification; ValidateStateMachineDefinition, "Diagnostic codes" (DUPLICATE_STATE_NAME,
    MISSING_TRANSITION_TARGET and so on)."""
    from policies.rules.sfn.states_complete import faults_of

    return [f"definition: {fault}" for fault in faults_of(str(params.get("definition", "")))]


def _rule_group(params: Params) -> Iterable[str]:
    """WAFLimitsExceededException (AWS WAF Developer Guide, "Web ACL capacity units"). AWS may count less where rules
    share a transformation."""
    from policies.rules.wafv2.capacity_fits import capacity

    needed = capacity(from_api(None, params.get("Rules", [])))
    return [f"Capacity: {params['Capacity']} is less than the {needed} that Rules take"] * (needed > params["Capacity"])


def _group_sizes(params: Params) -> Iterable[str]:
    """ValidationError (EC2 Auto Scaling User Guide, "Set scaling limits"): what is given has to rise."""
    given = [(name, params[name]) for name in ("MinSize", "DesiredCapacity", "MaxSize") if name in params]
    return [
        f"{lower}: {least} is more than {upper}, which is {most}"
        for (lower, least), (upper, most) in pairwise(given)
        if least > most
    ]


def _launch_template(params: Params) -> Iterable[str]:
    """User data: 16 KB before it is encoded. Credits: "Valid only for T instances"; RunInstances refuses another, and
    with it the group's first launch, which no call here stands for (EC2 API reference, RequestLaunchTemplateData)."""
    data = params.get("LaunchTemplateData", {})
    size = len(b64decode(data.get("UserData", "")))
    if size > USER_DATA_BYTES:
        yield f"UserData: {size:,} bytes are more than {USER_DATA_BYTES:,}"
    kind = str(data.get("InstanceType", "t"))
    if "CreditSpecification" in data and not kind.startswith("t"):
        yield f"CreditSpecification: {kind} is no T instance"


USER_DATA_BYTES = 16 * 1024

_CHECKS: Mapping[tuple[str, str], Callable[[Params], Iterable[str]]] = {
    ("stepfunctions", "create_state_machine"): _state_machine,
    ("stepfunctions", "update_state_machine"): _state_machine,
    ("wafv2", "create_rule_group"): _rule_group,
    ("autoscaling", "create_auto_scaling_group"): _group_sizes,
    ("autoscaling", "update_auto_scaling_group"): _group_sizes,
    ("autoscaling", "put_scheduled_update_group_action"): _group_sizes,
    ("ec2", "create_launch_template"): _launch_template,
    ("ec2", "create_launch_template_version"): _launch_template,
}
