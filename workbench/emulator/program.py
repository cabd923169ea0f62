"""Runs the Pulumi program against the emulated AWS: each resource is made as the program registers it.

The program therefore sees real outputs wherever it computes with them, as under the real engine: numbers, parts of
texts, values inside ``apply``. (docs/decisions/0500.)
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.emulator.deploy import PACKAGES, Deployer, DeployError, Outcome, is_emulated, opened
from workbench.emulator.lifecycle import META
from workbench.preview.outputs import NOTHING, SyntheticOutputs
from workbench.preview.stackfile import read_stack
from workbench.preview.synthesis import REPOSITORY, record, run_program

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from workbench.preview.recorder import Recorder
    from workbench.preview.stackfile import StackFile


def deploy_program(
    deployer: Deployer, stack: str, *, overrides: Mapping[str, str] | None = None, root: Path = REPOSITORY
) -> tuple[Outcome, dict[str, Any]]:
    """Deploy what the program in ``root`` declares for a stack; gives what was done, and the real deployment JSON.

    Raises:
        DeployError: A resource failed; another call goes on from there.
        deployment.errors.InputError: The stack or its settings are wrong.
    """
    stack_file = read_stack(root, stack, overrides or {})
    program = root / stack_file.main / "__main__.py"
    return deploy_callable(deployer, lambda: run_program(program), stack_file)


def deploy_callable(
    deployer: Deployer, program: Callable[[], Any], stack_file: StackFile
) -> tuple[Outcome, dict[str, Any]]:
    """Deploy what a function declares with a stack's configuration."""
    live = _LiveOutputs(stack_file.region, deployer)
    deployment = record(program, stack_file, lambda file: _recorder(live, file))
    if live.failure is not None:
        raise live.failure
    declared = {item["urn"] for item in deployment["deployment"]["resources"] if is_emulated(item)}
    deployer.prune(declared, live.outcome)
    return live.outcome, deployment


class _LiveOutputs(SyntheticOutputs):
    """Answers a registration with the outputs of the resource that it makes."""

    def __init__(self, region: str, deployer: Deployer) -> None:
        super().__init__(region)
        self.outcome = Outcome()
        self.failure: DeployError | None = None
        self.options: dict[str, Any] = {}
        self._deployer = deployer

    def of(
        self, token: str, name: str, urn: str, inputs: Mapping[str, Any], provider: Mapping[str, Any] = NOTHING
    ) -> tuple[str, dict[str, Any]]:
        """Id and outputs of the resource, made or brought up to date now."""
        if not token.startswith(PACKAGES) or self.failure is not None:
            # As the engine: nothing new after the first failure. The program is led to its end by stand-ins, because
            # an error raised here would come out of every output that waits for this one.
            return super().of(token, name, urn, inputs, provider)
        item = {"urn": urn, "type": token, **self.options}
        try:
            entry = self._deployer.settle(item, opened(dict(inputs)), self.outcome)
        except DeployError as error:
            self.failure = error
            return super().of(token, name, urn, inputs, provider)
        return entry.id, {key: value for key, value in entry.outputs.items() if key != META}


def _recorder(live: _LiveOutputs, stack_file: StackFile) -> Recorder:
    from google.protobuf.json_format import MessageToDict

    from workbench.preview.recorder import Recorder

    class LiveRecorder(Recorder):
        """A monitor that makes one resource after the other."""

        _one_at_a_time = threading.Lock()

        def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the name is the protocol's
            """Make the resource and answer with what it became."""
            with self._one_at_a_time:
                live.options = {
                    "protect": request.protect,
                    "retainOnDelete": request.retainOnDelete,
                    "deletedWith": request.deletedWith,
                    "ignoreChanges": list(request.ignoreChanges),
                    "replaceOnChanges": list(request.replaceOnChanges),
                    "deleteBeforeReplace": request.deleteBeforeReplace if request.deleteBeforeReplaceDefined else None,
                    "replaceWith": list(request.replace_with),
                    "replacementTrigger": (
                        MessageToDict(request.replacement_trigger) if request.HasField("replacement_trigger") else None
                    ),
                    "dependencies": sorted(request.dependencies),
                    "propertyDependencies": {
                        key: sorted(item.urns) for key, item in request.propertyDependencies.items()
                    },
                }
                return super().RegisterResource(request)

    return LiveRecorder(live, {"aws": {"region": stack_file.region}})
