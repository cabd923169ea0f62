"""The calls of a resource's life: their parameters, and whether the emulator carries them out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.emulator import mapping
from workbench.emulator.api import InvalidCallError, moto_implements, operation_model
from workbench.emulator.errors import is_gone
from workbench.emulator.resource_type import AwsType, Call, Context, resolve

if TYPE_CHECKING:
    from workbench.emulator.api import Api


def emulated(row: AwsType, call: Call | None = None) -> bool:
    """Whether the emulator carries out a call; without one, whether it can make resources of the type at all."""
    call = call or row.create
    return moto_implements(call.service or row.service, call.operation)


def params_of(row: AwsType, call: Call, context: Context) -> dict[str, Any]:
    """The parameters of a call.

    Raises:
        InvalidCallError: A property has no counterpart in the service model.
    """
    service = call.service or row.service
    shape = operation_model(service, call.operation).input_shape
    params = {name: resolve(arg, context) for name, arg in call.args.items()}
    wanted = context.properties if call.takes is None else {n: context.properties.get(n) for n in call.takes}
    try:
        for name, value in wanted.items():
            member = mapping.member_for(shape, name, row.renames) if shape is not None else None
            if member and member not in params and value is not None and name not in row.never_sent:
                params[member] = mapping.to_api(shape.members[member], value, row.renames, name)
    except mapping.UnmappedPropertyError as error:
        raise InvalidCallError(service, call.operation, [str(error)]) from error
    return {name: value for name, value in params.items() if value is not None}


def every_params(row: AwsType, call: Call, context: Context) -> list[dict[str, Any]]:
    """The parameters of each time that a call is to be sent.

    Raises:
        InvalidCallError: A property has no counterpart in the service model.
    """
    params = params_of(row, call, context)
    if call.needs and not params.get(call.needs):
        return []
    return [params] if call.each is None else [{**params, **further} for further in call.each(context)]


def validate(api: Api, row: AwsType, call: Call, context: Context) -> None:
    """Check a call without sending it.

    Raises:
        InvalidCallError: AWS's service model forbids it.
    """
    for params in every_params(row, call, context):
        api.validate(call.service or row.service, call.operation, params)


def send(api: Api, row: AwsType, call: Call, context: Context) -> dict[str, Any]:
    """Send a call; gives the (last) answer. What it takes away may be gone: then an interrupted run was here before.

    Raises:
        InvalidCallError: AWS's service model forbids it.
        botocore.exceptions.ClientError: The API refused.
    """
    answer: dict[str, Any] = {}
    for params in every_params(row, call, context):
        try:
            answer = _whole(call.operation, api.call(call.service or row.service, call.operation, **params))
        except Exception as error:
            if not (call.removes and is_gone(error)):
                raise
    return answer


def _whole(operation: str, answer: dict[str, Any]) -> dict[str, Any]:
    """`answer`, unless it lists what was not done though the call succeeded: the provider takes that for a failure (EC2
    reference, CreateFlowLogs and DeleteVpcEndpoints; EventBridge reference, PutTargets and RemoveTargets).

    Raises:
        botocore.exceptions.ClientError: Something was not done.
    """
    from botocore.exceptions import ClientError

    not_done = [item["Error"] for item in answer.get("Unsuccessful") or ()]
    not_done += [
        {"Code": item["ErrorCode"], "Message": item["ErrorMessage"]} for item in answer.get("FailedEntries") or ()
    ]
    for error in not_done:
        raise ClientError({"Error": error, "ResponseMetadata": {"HTTPStatusCode": 400}}, operation)
    return answer


def send_or_note(api: Api, row: AwsType, call: Call, context: Context, skipped: list[str]) -> None:
    """Send a call, or validate it and note its name where the emulator cannot carry it out."""
    if emulated(row, call):
        send(api, row, call, context)
    else:
        validate(api, row, call, context)
        skipped.append(f"{call.service or row.service}.{call.operation}")
