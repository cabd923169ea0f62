"""Calls to AWS's API: each one validated, counted, and open to injected faults."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbench.emulator import refusals, shortcuts, validation

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.client import BaseClient
    from botocore.model import OperationModel

ACCOUNT_ID = "123456789012"
"""The account that the offline preview declares for, and the one that moto answers as."""

READING = ("describe_", "get_", "list_")
"""How the names of operations begin that change nothing."""

_CREDENTIALS = {"aws_access_key_id": "emulator", "aws_secret_access_key": "emulator"}  # moto asks for any


class InvalidCallError(ValueError):
    """A call that AWS would refuse: it was not sent."""

    def __init__(self, service: str, operation: str, problems: list[str]) -> None:
        self.problems = problems
        super().__init__(f"{service}.{operation} would be refused: " + "; ".join(problems))


@dataclass(frozen=True)
class CallRecord:
    """One call that was sent."""

    service: str
    operation: str
    params: dict[str, Any]


@dataclass
class Api:
    """AWS's API at one endpoint (moto in this process when there is none), in one region.

    ``on_call`` runs before each call is sent, and ``on_answer`` after its answer arrived; either may raise, which
    is how faults are injected.
    """

    region: str = "us-east-1"
    endpoint_url: str | None = None
    on_call: Callable[[CallRecord], None] | None = None
    on_answer: Callable[[CallRecord], None] | None = None
    calls: list[CallRecord] = field(default_factory=list)
    _sound: set[tuple[str, str, str]] = field(default_factory=set, repr=False)
    """Service, operation and parameters of calls that were found to be allowed: a poll makes the same again and again,
    and what makes a resource is looked at before any of it is sent."""

    def call(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        """Validate a call and send it.

        Raises:
            InvalidCallError: AWS's service model forbids these parameters.
            botocore.exceptions.ClientError: The service refused.
        """
        self.validate(service, operation, params)
        record = CallRecord(service, operation, params)
        if self.on_call:
            self.on_call(record)
        self.calls.append(record)
        answer: dict[str, Any] = getattr(self.client(service), operation)(**params)
        if self.on_answer:
            self.on_answer(record)
        return answer

    def validate(self, service: str, operation: str, params: dict[str, Any]) -> None:
        """Raises InvalidCallError if AWS's service model, or its documents, forbid these parameters."""
        asked = service, operation, repr(params)
        known = asked in self._sound
        if known and operation.startswith(READING):
            return  # whether another call is allowed may depend on the time
        found = [] if known else validation.problems(operation_model(service, operation), params)
        found = found or refusals.problems(service, operation, params)
        if found:
            raise InvalidCallError(service, operation, found)
        self._sound.add(asked)

    def client(self, service: str) -> BaseClient:
        """The boto3 client of a service, made once."""
        clients: dict[str, BaseClient] = self.__dict__.setdefault("_clients", {})
        if service not in clients:
            clients[service] = (
                _session().client(
                    service, region_name=self.region, endpoint_url=self.endpoint_url, config=_config(), **_CREDENTIALS
                )
                if self.endpoint_url
                else _embedded_client(service, self.region)
            )
        return clients[service]


@functools.cache
def _session() -> Any:
    import boto3

    return boto3.session.Session()


@functools.cache
def _embedded_client(service: str, region: str) -> Any:
    """A client of moto in this process: it has no connection, and serves one account after the other.

    moto asks for no signature here; to a server it would tell the Region.
    """
    from botocore import UNSIGNED
    from botocore.config import Config

    unsigned = _config().merge(Config(signature_version=UNSIGNED))
    client = _session().client(service, region_name=region, config=unsigned)
    shortcuts.attach(client)
    return client


def forget_sessions() -> None:
    """Make sessions and clients anew."""
    _session.cache_clear()
    _embedded_client.cache_clear()


@functools.cache
def _config() -> Any:
    from botocore.config import Config

    # The caller decides about retries: a second silent attempt would hide what a fault does. The provider runs
    # against loopback only; parameters are validated above. With a name of ours botocore does not gather its own for
    # each call.
    return Config(
        retries={"total_max_attempts": 1},
        parameter_validation=False,
        max_pool_connections=4,
        user_agent="plant-emulator",
    )


@functools.cache
def service_model(service: str) -> Any:
    """botocore's model of a service."""
    from botocore.model import ServiceModel

    loader = _session()._session.get_component("data_loader")
    return ServiceModel(loader.load_service_model(service, "service-2"), service)


@functools.cache
def operation_model(service: str, operation: str) -> OperationModel:
    """botocore's model of an operation, by its Python name (``create_vpc``).

    Raises:
        KeyError: The service has no such operation.
    """
    from botocore import xform_name

    model = service_model(service)
    names = {xform_name(name): name for name in model.operation_names}
    found: OperationModel = model.operation_model(names[operation])
    return found


@functools.cache
def moto_implements(service: str, operation: str) -> bool:
    """Whether moto answers this operation; what it does not answer can only be validated."""
    import importlib

    from moto.core.responses import BaseResponse

    from workbench.emulator import additions

    additions.apply()
    module = importlib.import_module(f"moto.{_MOTO_MODULES.get(service, service.replace('-', ''))}.responses")
    classes = [
        item
        for item in vars(module).values()
        if isinstance(item, type) and issubclass(item, BaseResponse) and item.__module__ == module.__name__
    ]
    return any(hasattr(item, operation) for item in classes) or f"{service}.{operation}" in _MOTO_ELSEWHERE


_MOTO_MODULES = {"lambda": "awslambda"}
_MOTO_ELSEWHERE = frozenset({"wafv2.list_web_acls"}) | frozenset(
    f"s3.{operation}"
    for operation in (
        "create_bucket",
        "list_buckets",
        "put_bucket_policy",
        "put_public_access_block",
        "put_bucket_lifecycle_configuration",
        "get_bucket_lifecycle_configuration",
        "put_bucket_encryption",
        "put_bucket_versioning",
        "put_bucket_ownership_controls",
        "put_bucket_tagging",
        "get_bucket_tagging",
        "put_bucket_logging",
    )
)
"""Operations that moto 5.2.5 answers inside one large method, under no name of their own, or under a name that it
spells its own way (``list_web_ac_ls``)."""


def snake_case(name: str) -> str:
    """``CreateVpc`` → ``create_vpc``, for names that come from a state machine."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
