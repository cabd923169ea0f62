"""The yardstick of `test_preview.py`: the program under Pulumi's own mocks, and nothing else.

Run as a script: it declares the dev stack and prints how many resources were registered.
"""

import asyncio
import json
import runpy
import sys
from pathlib import Path

import pulumi
import yaml
from pulumi.runtime.settings import ROOT
from pulumi.runtime.stack import run_in_stack

REPOSITORY = Path(__file__).resolve().parents[2]


class Echo(pulumi.runtime.Mocks):
    """Answers each registration with its own inputs."""

    registered = 0

    def new_resource(self, args):
        """Count the resource and echo its inputs."""
        Echo.registered += 1
        return f"{args.name}-id", {**args.inputs, "arn": f"arn:aws:x:us-east-1:123456789012:{args.name}"}

    def call(self, args):
        """Refuse look-ups, as the preview does."""
        raise AssertionError(args.token)


def main():
    """Declare the dev stack once."""
    config = yaml.safe_load((REPOSITORY / "Pulumi.dev.yaml").read_text())["config"]
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}
    ROOT.set(object())
    pulumi.runtime.set_mocks(Echo(), project="plant", stack="dev", preview=True)
    ROOT.set(None)
    pulumi.runtime.config.set_all_config(texts)
    sys.path.insert(0, str(REPOSITORY / "infra"))
    program = REPOSITORY / "infra" / "__main__.py"
    asyncio.run(run_in_stack(lambda: runpy.run_path(str(program), run_name="__main__")))
    print(Echo.registered)


if __name__ == "__main__":
    main()
