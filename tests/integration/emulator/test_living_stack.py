"""Every setting of a stack that lives: changed and changed back on the embedded AWS, where nothing may be refused."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import depth
import pytest
from unit.infra.test_dead_knobs import DEV, K8S, PROD, TOGETHER

from workbench.emulator.api import READING, Api
from workbench.emulator.behaviour.answers import Answers
from workbench.emulator.deploy import Deployer, Outcome
from workbench.emulator.program import deploy_program
from workbench.emulator.readback import leftovers, read_back
from workbench.emulator.rehearsal import lifecycle_of
from workbench.emulator.seed import ids_in
from workbench.emulator.statefile import Entry
from workbench.emulator.world import embedded_aws
from workbench.preview.settings import settings_of

ELSEWHERE = {
    "data.stores": "a security group of somebody else, which the embedded AWS has not",
    "edge.certificate_arn": "a certificate of somebody else, which the embedded AWS has not",
    "tenancy.platform": "another platform has all of it, or none",
    "platform.cluster": "another cluster",
    "platform.account_id": "a stack does not move to another account",
}
"""Settings that name what is not the stack's, and why they stay."""
APART = ("uptime.parked", "uptime.schedule", "uptime.reaper_every_hours", "tenancy.network")
"""Settings that hide what others of their group change; each is changed by itself."""
NODES = {"plant:cache.node_type": "cache.t4g.micro"}
LIVES: Mapping[str, list[Mapping[str, Any]]] = {
    "nodes of the cache": [
        {**NODES, "plant:cache.node_count": 2},
        {**NODES, "plant:cache.node_count": 4},
        {**NODES, "plant:cache.node_count": 3, "plant:cache.snapshot_retention_days": 3},
        {**NODES, "plant:cache.engine_version": 7},
        NODES,
    ],
    "zones and ranges of the network": [
        {"plant:tenancy.network.zone_count": 3},
        {"plant:tenancy.network.zone_letters": "bc"},
        {"plant:tenancy.network.cidr": "10.80.0.0/23"},
        {"plant:tenancy.network.cidr": "10.81.0.0/25"},
    ],
    "who hears of alarms": [
        {"plant:platform.operator_emails": ["a@example.com", "b@example.com"]},
        {"plant:platform.operator_emails": ["b@example.com"]},
        {"plant:platform.operator_emails": ["c@example.com", "b@example.com"]},
    ],
}
"""Changes that follow each other, of what keeps identity or place."""


def changes(stack: str, table: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Name -> what is changed together: a group of settings, or one that is changed by itself."""
    found: dict[str, dict[str, Any]] = {}
    for group, values in table.items():
        for name, value in values.items():
            setting = f"{group}.{name}"
            if not setting.startswith(tuple(ELSEWHERE)):
                key = setting if setting.startswith(APART) else group
                found.setdefault(key, {})[f"plant:{setting}"] = value
    if stack == "dev":
        found |= {name: dict(values) for name, values in TOGETHER.items()}
    return dict(found)


UNREAD = ("__otherVersions", "egress", "ingress", "loadBalancerArns", "lockToken", "version")
"""Outputs that are others after nearly each change. The program is not answered them, so it reads none."""


class Registered(NamedTuple):
    """A resource that the program registered, and what it was answered."""

    item: dict[str, Any]
    inputs: dict[str, Any]
    answer: Entry


def answered(entry: Entry) -> Entry:
    """What the program is answered of a resource."""
    return replace(entry, outputs={name: value for name, value in entry.outputs.items() if name not in UNREAD})


class Life:
    """One stack on the embedded AWS, from its first deployment to its end."""

    def __init__(self, stack: str, api: Api) -> None:
        self.stack = stack
        self.deployer = Deployer(lifecycle_of(settings_of(stack, {}), api))
        self.answers = Answers(api)
        self.registered: list[Registered] = []
        self.begun: list[Registered] = []
        """What the program registers with the stack's own settings."""

    def deploy(self, overrides: Mapping[str, Any]) -> Outcome:
        """Deploy with other values of settings."""
        texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in overrides.items()}
        noted: list[Registered] = []
        settle = self.deployer.settle

        def settle_and_note(item: dict[str, Any], inputs: dict[str, Any], outcome: Outcome) -> Entry:
            answer = answered(settle(item, inputs, outcome))
            noted.append(Registered(item, inputs, answer))
            return answer

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(self.deployer, "settle", settle_and_note)
            outcome = deploy_program(self.deployer, self.stack, overrides=texts)[0]
        self.registered = noted
        return outcome

    def deploy_again(self, overrides: Mapping[str, Any]) -> Outcome:
        """Deploy once more what is deployed.

        A program that is answered as before declares what it declared before (tests/unit/workbench/preview): it runs
        only where an answer would be another one, and running it takes a quarter of a second.
        """
        return self._settle_all(self.registered) or self.deploy(overrides)

    def deploy_first(self) -> None:
        """Deploy what was deployed first."""
        if self._settle_all(self.begun) is None:
            self.deploy({})
            self.begun = self.registered

    def _settle_all(self, registered: list[Registered]) -> Outcome | None:
        """Settle what a program registered without it; None where it would be answered otherwise than it was."""
        outcome = Outcome()
        for one in registered:
            answer = answered(self.deployer.settle(one.item, one.inputs, outcome))
            if (answer.id, answer.outputs) != (one.answer.id, one.answer.outputs):
                return None
        self.deployer.prune({one.item["urn"] for one in registered}, outcome)
        return outcome

    def settle(self, overrides: Mapping[str, Any]) -> Outcome:
        """Deploy; AWS has to hold what is declared, and after a refresh there may be nothing to do."""
        outcome = self.deploy(overrides)
        calls = self.answers.api.calls
        before = len(calls)
        # Both describe each of some 150 resources, most of which this step left alone.
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(self.deployer.lifecycle, "api", self.answers)
            assert read_back(self.deployer).differences == []
            assert self.deployer.refresh() == []
        assert all(record.operation.startswith(READING) for record in calls[before:])
        assert self.deploy_again(overrides).changed == {}
        return outcome


@contextlib.contextmanager
def living(stack: str, *named: Any) -> Iterator[Life]:
    """A deployed stack in an account that has what ``named`` names; destroyed in the end, and nothing may be left."""
    settings = settings_of(stack, {})
    with embedded_aws(settings.region, ids_in([settings.model_dump(mode="json"), *named])) as api:
        life = Life(stack, api)
        before = leftovers(api)
        life.settle({})
        life.begun = life.registered
        yield life
        assert read_back(life.deployer).differences == [], "asked anew, whatever was answered from before"
        life.deployer.unprotect()
        life.deployer.destroy()
        assert leftovers(api) - before == set()


@pytest.mark.slow
@pytest.mark.parametrize(("stack", "table"), [("dev", DEV), ("prod", PROD), ("k8s", K8S)], ids=["dev", "prod", "k8s"])
def test_every_setting_is_changed_and_changed_back(stack: str, table: Any) -> None:
    with living(stack, table) as life:
        # As one group is changed, the one before it is changed back. Not so what hides others: a stack is not parked
        # in the step in which its load balancer stops being protected from deletion.
        for name, overrides in [*depth.tried(list(changes(stack, table).items())), ("changed back", {})]:
            try:
                if name.startswith(APART):
                    life.deploy_first()
                assert set(life.settle(overrides).actions) > {"same"}, "nothing changes"
            except Exception as error:
                raise AssertionError(f"{name}: {error}") from error


@pytest.mark.slow
@pytest.mark.parametrize("name", LIVES)
def test_what_keeps_its_place_is_changed_step_by_step(name: str) -> None:
    with living("dev") as life:
        for overrides in [*LIVES[name], {}]:
            life.settle(overrides)
