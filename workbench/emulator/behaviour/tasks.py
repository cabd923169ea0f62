"""What a state machine's task or a schedule's target calls: any AWS API by the names of the AWS SDK."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from workbench.emulator import mapping
from workbench.emulator.api import InvalidCallError, operation_model, snake_case
from workbench.emulator.asl.machine import StateError

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.emulator.api import Api

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
    """Carries out ``arn:aws:states:::aws-sdk:service:action`` and its like.

    ``handlers`` answers what moto cannot: ``"service.operation"`` → function of the validated parameters.
    """

    def __init__(self, api: Api, handlers: dict[str, Callable[[dict[str, Any]], dict[str, Any]]]) -> None:
        self._api = api
        self._handlers = handlers

    def task(self, resource: str, parameters: Any) -> Any:
        """A state machine's task.

        Raises:
            StateError: The call failed; the name is what Step Functions would give it.
        """
        name = resource.rsplit(":::", 1)[-1]
        if name in OPTIMIZED:
            return self.call(*OPTIMIZED[name], parameters)
        parts = name.split(":")
        if parts[0] != "aws-sdk" or len(parts) != 3:
            raise StateError("States.Runtime", f"the integration {resource} is not supported")
        return self.call(SDK_NAMES.get(parts[1].lower(), parts[1].lower()), snake_case(parts[2]), parameters)

    def call(self, service: str, operation: str, parameters: Any) -> Any:
        """Call an API with the SDK's capitalised parameters; gives its answer in the same spelling."""
        from botocore.exceptions import ClientError

        try:
            model = operation_model(service, operation)
        except KeyError:
            raise StateError("States.Runtime", f"{service} has no operation {operation}") from None
        shape = model.input_shape
        try:
            params = mapping.to_api(shape, parameters, {}) if shape is not None and parameters else {}
            self._api.validate(service, operation, params)
            handler = self._handlers.get(f"{service}.{operation}")
            answer = handler(params) if handler else self._api.call(service, operation, **params)
        except ClientError as error:
            code = error.response["Error"].get("Code", "Error")
            prefix = model.service_model.service_id.replace(" ", "")
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
