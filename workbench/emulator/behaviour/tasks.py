"""What a state machine's task or a schedule's target calls: any AWS API by the names of the AWS SDK."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from deployment.asl.machine import StateError
from workbench.emulator import mapping
from workbench.emulator.api import InvalidCallError, operation_model, snake_case

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.emulator.behaviour.answers import Answers
    from workbench.emulator.behaviour.roles import Roles

SDK_NAMES = {
    "cloudwatchlogs": "logs",
    "costexplorer": "ce",
    "elasticloadbalancingv2": "elbv2",
    "eventbridge": "events",
    "sfn": "stepfunctions",
}
"""The AWS SDK's service names (lower case) where boto3 has others."""

OPTIMIZED = {
    "sns:publish": ("sns", "publish"),
    "sqs:sendMessage": ("sqs", "send_message"),
    "events:putEvents": ("events", "put_events"),
}
"""Optimized integrations that are a plain API call."""


class SdkCaller:
    """Carries out ``arn:aws:states:::aws-sdk:service:action`` and its like, as far as the caller's role allows it.

    ``handlers`` answers what moto cannot: ``"service.operation"`` → function of the validated parameters.
    ``publish`` takes the validated parameters of SNS's Publish, and the role.
    """

    def __init__(
        self,
        answers: Answers,
        roles: Roles,
        handlers: dict[str, Callable[[dict[str, Any]], dict[str, Any]]],
        publish: Callable[[dict[str, Any], str], dict[str, Any]],
    ) -> None:
        self._answers = answers
        self._roles = roles
        self.handlers = handlers
        self._publish = publish
        self.cluster_call: Callable[[str, Any], Any] | None = None
        """What answers calls of a cluster's API, of (role, parameters); None without a cluster."""
        self.calls: Counter[str] = Counter()
        """"service.operation" → calls made."""

    def as_role(self, role_arn: str) -> Callable[[str, Any], Any]:
        """What carries out the tasks of a state machine with this role."""
        return partial(self.task, role_arn)

    def task(self, role_arn: str, resource: str, parameters: Any, assumed_by: str = "states.amazonaws.com") -> Any:
        """A state machine's task, or what another service calls in its role.

        Raises:
            StateError: The call failed; the name is what Step Functions would give it.
        """
        name = resource.rsplit(":::", 1)[-1]
        if name in OPTIMIZED:
            return self._call(role_arn, *OPTIMIZED[name], parameters, assumed_by)
        if name == "eks:call" and self.cluster_call is not None:
            self.calls[name] += 1
            return self.cluster_call(role_arn, parameters)
        parts = name.split(":")
        if parts[0] != "aws-sdk" or len(parts) != 3:
            raise StateError("States.Runtime", f"the integration {resource} is not supported")
        service = SDK_NAMES.get(parts[1].lower(), parts[1].lower())
        return self._call(role_arn, service, snake_case(parts[2]), parameters, assumed_by)

    def _call(self, role_arn: str, service: str, operation: str, parameters: Any, assumed_by: str) -> Any:
        """Call an API with the SDK's capitalised parameters; gives its answer in the same spelling."""
        from botocore.exceptions import ClientError

        try:
            model = operation_model(service, operation)
        except KeyError:
            raise StateError("States.Runtime", f"{service} has no operation {operation}") from None
        shape = model.input_shape
        prefix = model.service_model.service_id.replace(" ", "")
        try:
            params = mapping.to_api(shape, parameters, {}) if shape is not None and parameters else {}
            self._answers.api.validate(service, operation, params)
            self.calls[f"{service}.{operation}"] += 1
            if not self._roles.may_call(role_arn, service, model.name, params, assumed_by):
                raise StateError(
                    f"{prefix}.AccessDeniedException", f"{role_arn.rsplit('/', 1)[-1]} may not call {model.name}"
                )
            if (service, operation) == ("sns", "publish"):
                return _capitalised(self._publish(params, role_arn))
            handler = self.handlers.get(f"{service}.{operation}")
            answer = handler(params) if handler else self._answers.call(service, operation, **params)
        except ClientError as error:
            code = error.response["Error"].get("Code", "Error")
            raise StateError(f"{prefix}.{code.removesuffix('Exception')}Exception", str(error)) from error
        except (InvalidCallError, mapping.UnmappedPropertyError) as error:
            raise StateError("States.Runtime", str(error)) from error
        return _capitalised({key: value for key, value in answer.items() if key != "ResponseMetadata"})


def _capitalised(value: Any) -> Any:
    if isinstance(value, dict):
        return {key[:1].upper() + key[1:]: _capitalised(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_capitalised(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value
