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


def _flow_logs_may_go_to_a_folder() -> None:
    """CreateFlowLogs takes ``arn:aws:s3:::bucket/folder/`` (EC2 API reference); moto takes all of it for a bucket."""
    from moto.s3.models import S3Backend

    original = S3Backend.get_bucket

    def get_bucket(self: Any, bucket_name: str) -> Any:
        return original(self, bucket_name.split("/", 1)[0])

    setattr(S3Backend, "get_bucket", get_bucket)  # noqa: B010 - a type checker forbids the plain assignment


def _lock_tokens_are_uuids() -> None:
    """An IP set's LockToken is a UUID (WAFV2 model: LockToken's pattern); moto gives its first six digits."""
    import uuid

    from moto.wafv2 import models

    def set_token(self: Any, _ignored: str) -> None:
        self.__dict__["lock_token"] = str(uuid.uuid4())

    token = property(lambda self: self.__dict__["lock_token"], set_token)
    setattr(models.FakeIPSet, "lock_token", token)  # noqa: B010 - replaces what was a plain attribute
