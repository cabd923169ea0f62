"""What the settings allow at their ends, AWS takes: the longest names, the most items, the smallest numbers."""

from __future__ import annotations

import re

import pytest
import yaml

from infra.settings.edge import AuthenticationSettings, EdgeSettings
from infra.settings.loading import GROUPS
from workbench.emulator import calls
from workbench.emulator.api import Api, InvalidCallError
from workbench.emulator.deploy import is_emulated, opened
from workbench.emulator.lifecycle import Lifecycle
from workbench.emulator.registry import type_for
from workbench.emulator.resource_type import Context
from workbench.preview.stackfile import read_stack
from workbench.preview.synthesis import REPOSITORY, record, run_program

from .extremes import extreme, longest
from .places import places
from .settings_values import bounds
from .test_settings_fuzz import base, settled

LONGEST_STACK = "Feature_.-".ljust(100, "x")
GROUPED = tuple(group for group in GROUPS if group not in ("usage", "pods"))
TOGETHER = (("fleet", "data", "edge", "cache"), ("maintenance", "rollout", "slo", "budget"))
"""Groups whose values meet in one text: user data, a policy, a state machine."""
OTHERS = tuple(group for group in GROUPED if group not in (*TOGETHER[0], *TOGETHER[1]))
"""Beside what the stacks say of the groups above."""


def declared(config, folder):
    (folder / "Pulumi.yaml").write_text(yaml.safe_dump({"name": "plant", "main": str(REPOSITORY / "infra")}))
    (folder / f"Pulumi.{LONGEST_STACK}.yaml").write_text(yaml.safe_dump({"config": config}), encoding="utf-8")
    stack_file = read_stack(folder, LONGEST_STACK, {})
    return record(lambda: run_program(REPOSITORY / "infra" / "__main__.py"), stack_file)


def refused_by_aws(deployment):
    """What AWS's models and documents have against the calls that would make the resources."""
    lifecycle = Lifecycle(Api())
    for item in deployment["deployment"]["resources"]:
        if not is_emulated(item) or not item["type"].startswith("aws:"):
            continue
        row = type_for(item["type"])
        inputs = lifecycle.check(item["type"], item["urn"], opened(item["inputs"]))
        context = Context(item["urn"], inputs, "us-east-1", id=item["id"], uid="0" * 16, mark="0" * 16)
        context.state = item["outputs"]
        for call in (row.create, *row.steps):
            if not call.when or set(inputs) & set(call.when):
                try:
                    calls.validate(lifecycle.api, row, call, context)
                except InvalidCallError as error:
                    yield str(error)


@pytest.mark.slow
@pytest.mark.parametrize("stack", ["dev", "parked", "prod", "k8s"])
@pytest.mark.parametrize("largest", [True, False], ids=["largest", "smallest"])
def test_aws_takes_what_the_settings_allow_at_their_ends(stack, largest, tmp_path, deployable):
    kept = set()
    # A group alone has nothing that it has not beside all others, but for what is refused beside them.
    for groups in (GROUPED, *TOGETHER, OTHERS, *((group,) for group in GROUPED)):
        drawn = {group: extreme(GROUPS[group], largest) for group in groups}
        config = settled({**base(stack), "aws:region": "us-east-1"}, drawn, [])
        if len(groups) > 1 or not kept.issuperset(places(drawn)):
            kept |= set(places(drawn))
            assert list(refused_by_aws(deployable(declared(config, tmp_path)))) == [], groups
    assert len({group for group, *within in kept if within}) > 10  # most of it is accepted, or this test sees nothing


@pytest.mark.parametrize(
    ("model", "field", "characters"),
    [
        (EdgeSettings, "domain_name", 128),
        (AuthenticationSettings, "issuer", 256),
        (AuthenticationSettings, "jwks_url", 256),
    ],
)
def test_the_longest_text_is_one_that_its_pattern_matches(model, field, characters):
    bound = bounds(tuple(model.model_fields[field].metadata))
    text = longest(bound["pattern"], bound["max_length"])
    assert len(text) == characters
    assert re.fullmatch(bound["pattern"], text)
