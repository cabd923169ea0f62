"""Where moto 5.2.5 answers differently from AWS, put right: each repair says what AWS does.

Applied both in process and in the server, before the first call.
"""

from __future__ import annotations

import functools
from typing import Any


@functools.cache
def apply() -> None:
    """Repair moto in this process, once."""
    _flow_logs_may_go_to_a_folder()
    _lock_tokens_are_uuids()
    _load_balancers_without_public_ipv4()
    _rules_validate_tokens()


def _flow_logs_may_go_to_a_folder() -> None:
    """CreateFlowLogs takes ``arn:aws:s3:::bucket/folder/`` (EC2 API reference); moto takes all of it for a bucket."""
    from moto.s3.models import S3Backend

    original = S3Backend.get_bucket

    def get_bucket(self: Any, bucket_name: str) -> Any:
        return original(self, bucket_name.split("/", 1)[0])

    _replace(S3Backend, "get_bucket", get_bucket)


def _lock_tokens_are_uuids() -> None:
    """An IP set's LockToken is a UUID (WAFV2 model: LockToken's pattern); moto gives its first six digits."""
    import uuid

    from moto.wafv2 import models

    def set_token(self: Any, _ignored: str) -> None:
        self.__dict__["lock_token"] = str(uuid.uuid4())

    token = property(lambda self: self.__dict__["lock_token"], set_token)
    _replace(models.FakeIPSet, "lock_token", token)


def _load_balancers_without_public_ipv4() -> None:
    """``dualstack-without-public-ipv4`` is an IpAddressType (ELB model); moto knows the two older ones only."""
    from moto.elbv2.models import ELBv2Backend

    newest = "dualstack-without-public-ipv4"
    create, change = ELBv2Backend.create_load_balancer, ELBv2Backend.set_ip_address_type

    @functools.wraps(create)
    def create_load_balancer(self: Any, *args: Any, **kwargs: Any) -> Any:
        wanted = kwargs.get("ip_address_type")
        if wanted == newest:
            kwargs["ip_address_type"] = "dualstack"
        balancer = create(self, *args, **kwargs)
        balancer.ip_address_type = wanted or balancer.ip_address_type
        return balancer

    @functools.wraps(change)
    def set_ip_address_type(self: Any, arn: str, ip_type: str) -> None:
        change(self, arn, "dualstack" if ip_type == newest else ip_type)
        self.load_balancers[arn].ip_address_type = ip_type

    _replace(ELBv2Backend, "create_load_balancer", create_load_balancer)
    _replace(ELBv2Backend, "set_ip_address_type", set_ip_address_type)


def _rules_validate_tokens() -> None:
    """``jwt-validation`` is an action type of listeners and rules (ELB model); moto refuses it."""
    from moto.elbv2.models import ELBv2Backend

    original = ELBv2Backend._validate_actions

    def validate(self: Any, actions: list[Any]) -> None:
        original(self, [action for action in actions if action.type != "jwt-validation"])

    _replace(ELBv2Backend, "_validate_actions", validate)


def _replace(owner: type, name: str, replacement: Any) -> None:
    setattr(owner, name, replacement)
