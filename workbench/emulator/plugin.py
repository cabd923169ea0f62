"""The provider plugin's process: what the Pulumi CLI starts under the name ``pulumi-resource-aws``.

It refuses to serve unless `./plant emulator env` set the scene, and only talks to an endpoint on this machine: a
program can never reach an account through it, and it can never stand in for the real provider unnoticed.
"""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Any
from urllib.parse import urlsplit

from workbench.emulator.api import Api
from workbench.emulator.lifecycle import Lifecycle

VERSION = "7.51.1"
"""Version of pulumi-aws whose resources this provider stands in for: the one that pyproject.toml pins."""

ENVIRONMENT = "PLANT_EMULATOR_ENDPOINT"
"""Environment variable with the emulator's endpoint; set by `./plant emulator env` and by nothing else."""

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def endpoint_from(environment: dict[str, str]) -> str:
    """The emulator's endpoint.

    Raises:
        SystemExit: The variable is missing, or names anything but this machine.
    """
    endpoint = environment.get(ENVIRONMENT, "")
    if not endpoint:
        raise SystemExit(
            "pulumi-resource-aws: this is the emulator's provider, not AWS's. Run "
            '`./plant emulator start` and `eval "$(./plant emulator env)"`, or take its folder off PATH.'
        )
    if urlsplit(endpoint).hostname not in LOOPBACK:
        raise SystemExit(f"pulumi-resource-aws: {ENVIRONMENT}={endpoint} is not on this machine; refusing.")
    return endpoint


def main() -> None:
    """Serve the provider protocol on a free port of the loopback interface, until the engine ends it."""
    lifecycle = Lifecycle(
        Api(region=os.environ.get("AWS_REGION", "us-east-1"), endpoint_url=endpoint_from(dict(os.environ)))
    )
    from workbench.emulator.pulumi_provider import AwsProvider

    asyncio.run(serve(AwsProvider(lifecycle), VERSION, sys.argv[1:]))


async def serve(provider: Any, version: str, arguments: list[str]) -> None:
    """Run the gRPC server that an engine talks to; prints its port, as the plugin protocol asks."""
    import grpc  # type: ignore[import-untyped]  # no type information
    from pulumi.provider.experimental.server import ProviderServicer
    from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS
    from pulumi.runtime.proto import provider_pb2_grpc

    class Servicer(ProviderServicer):
        """Reports an AWS error as the sentence that it is: the SDK's server would send a traceback."""

    for method in ("Create", "Read", "Update", "Delete", "Check", "Diff", "Invoke"):
        setattr(Servicer, method, _with_plain_errors(getattr(ProviderServicer, method)))
    server = grpc.aio.server(options=_GRPC_CHANNEL_OPTIONS)
    engine_address = next((word for word in arguments if not word.startswith("-")), "")
    servicer = Servicer(arguments, version, provider, engine_address=engine_address)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    await server.wait_for_termination()


def _with_plain_errors(method: Any) -> Any:
    import grpc

    async def call(self: Any, request: Any, context: Any) -> Any:
        try:
            return await method(self, request, context)
        except Exception as error:
            cause = error.__context__ or error  # the SDK wraps the error in its traceback
            await context.abort(grpc.StatusCode.UNKNOWN, str(cause) or type(cause).__name__)

    return call


if __name__ == "__main__":
    main()
