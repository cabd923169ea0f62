"""The emulated AWS in this process: moto, started and stopped, as a new account looks."""

from __future__ import annotations

import contextlib
import functools
import os
from typing import TYPE_CHECKING

from workbench.emulator import api as aws
from workbench.emulator import repairs, seed
from workbench.emulator.api import Api

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@contextlib.contextmanager
def embedded_aws(region: str = "us-east-1", platform: Sequence[str] = ()) -> Iterator[Api]:
    """An AWS account in this process for the time of a ``with``; gives the API to reach it.

    It is empty but for the resources of the platform that a stack refers to (seed.references).

    moto patches botocore, so nothing of this reaches the network.
    """
    from moto import mock_aws

    _forget_earlier_session()
    repairs.apply()
    account = os.environ.get("MOTO_ACCOUNT_ID")
    with mock_aws(config={"stepfunctions": {"execute_state_machine": False}, "core": {"reset_boto3_session": False}}):
        if account:
            raise RuntimeError("MOTO_ACCOUNT_ID is set: the emulated AWS answers for 123456789012 only; unset it")
        seed.plant(list(platform), region)
        yield Api(region=region)


@functools.cache
def _forget_earlier_session() -> None:
    """A session that was made before moto came in would ask the network and not moto."""
    aws.forget_sessions()
