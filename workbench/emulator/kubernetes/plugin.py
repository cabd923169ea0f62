"""The provider plugin's process for Kubernetes: what the Pulumi CLI starts as ``pulumi-resource-kubernetes``.

Like the one for AWS it refuses to serve unless `./plant emulator env` set the scene; it never looks at a kubeconfig.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from pulumi.provider.experimental import provider as rpc

from workbench.emulator.api import Api
from workbench.emulator.kubernetes.lifecycle import WithCluster
from workbench.emulator.kubernetes.provider_settings import ProviderSettings
from workbench.emulator.kubernetes.saved import SavedCluster
from workbench.emulator.plugin import endpoint_from, serve
from workbench.emulator.process import CLUSTER_FILE
from workbench.emulator.pulumi_provider import AwsProvider, plain_map, wrapped_map

VERSION = "4.34.2"
"""Version of pulumi-kubernetes whose objects this provider stands in for: the one that pyproject.toml pins."""


class ClusterProvider(AwsProvider):
    """Serves objects of any kind to a Pulumi engine."""

    def __init__(self, lifecycle: WithCluster) -> None:
        super().__init__(lifecycle)
        self._objects = lifecycle

    async def get_schema(self, request: rpc.GetSchemaRequest) -> rpc.GetSchemaResponse:
        """An empty schema: the SDK that programs use is the published one."""
        return rpc.GetSchemaResponse(f'{{"name": "kubernetes", "version": "{VERSION}"}}')

    async def configure(self, request: rpc.ConfigureRequest) -> rpc.ConfigureResponse:
        """Take no notice of the cluster that the program names: there is one, and it is here. How objects are updated
        is the program's to say."""
        self._objects.settings = ProviderSettings.of(plain_map(request.args), os.environ)
        return rpc.ConfigureResponse(supports_preview=True)

    async def create(self, request: rpc.CreateRequest) -> rpc.CreateResponse:
        """Create; before that, an object is what its inputs say."""
        if request.preview:
            return rpc.CreateResponse(None, wrapped_map(plain_map(request.properties)))
        return await super().create(request)


def main() -> None:
    """Serve the provider protocol on a free port of the loopback interface, until the engine ends it."""
    api = Api(region=os.environ.get("AWS_REGION", "us-east-1"), endpoint_url=endpoint_from(dict(os.environ)))
    lifecycle = SavedCluster.at(Path(os.environ[CLUSTER_FILE]), api)
    asyncio.run(serve(ClusterProvider(lifecycle), VERSION, sys.argv[1:]))


if __name__ == "__main__":
    main()
