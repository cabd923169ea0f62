"""Usage files in an audit: for all stacks, for one, and what of them was given for nothing."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from audited import backend, state

from deployment.errors import InputError
from workbench.audit.usages import read_usages
from workbench.cli.main import run

DAY = "2026-11-27"
QUEUE = ("aws:sqs/queue:Queue", "jobs", {"sqsManagedSseEnabled": True})
HEAD = 'version: "0.1"\n'
MILLIONS = HEAD + "resource_usage:\n  jobs:\n    monthly_requests: 11000000\n"
"""Eleven million requests, one of them always free: $4."""
PROD_ALONE = {"shop/dev": Decimal("1.20"), "shop/prod": Decimal("5.20")}
"""A key each; the other queue has the million that is assumed, and each half of the free one."""


@pytest.fixture
def plant(capsys):
    """`plant(argument, …)`: exit status, standard output, standard error of `./plant`."""

    def ran(*arguments):
        capsys.readouterr()
        status = run([*map(str, arguments), "--on", DAY])
        output = capsys.readouterr()
        return status, output.out, output.err

    return ran


@pytest.fixture
def stacks(tmp_path):
    return backend(tmp_path / "stacks", "shop/dev", "shop/prod", more=[QUEUE])


@pytest.fixture
def audited(plant):
    """`audited(source, option, …)`: dollars by stack, and what was warned of."""

    def ran(source, *options):
        status, out, err = plant("audit", source, "--workers", "1", "--format", "json", *options)
        assert status == 0, err
        return {one["name"]: Decimal(one["cost"]["expected"]) for one in json.loads(out)["stacks"]}, err

    return ran


def written(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_a_file_is_for_all_stacks_and_the_account_pays_once(stacks, audited, tmp_path):
    usage = written(tmp_path / "usage.yaml", MILLIONS)
    # 22 million together, of which the account has one million free: 21 of them at $0.40.
    found, err = audited(stacks, "--usage", usage)
    assert sum(found.values()) == 2 + Decimal("8.40") and err == ""


def test_a_folder_has_a_file_a_stack(stacks, audited, tmp_path):
    written(tmp_path / "usage" / "shop" / "prod.yaml", MILLIONS)
    found, err = audited(stacks, "--usage", tmp_path / "usage")
    assert (found, err) == (PROD_ALONE, "")


def test_an_export_has_the_file_of_its_own_name(audited, tmp_path):
    written(tmp_path / "exports" / "shop" / "prod.json", json.dumps(state("shop", "prod", more=[QUEUE])))
    written(tmp_path / "usage" / "shop" / "prod.yml", MILLIONS)
    assert audited(tmp_path / "exports", "--usage", tmp_path / "usage")[0] == {"shop/prod": 5}


def test_a_urn_names_the_resource_of_one_stack(stacks, audited, tmp_path):
    usage = written(tmp_path / "usage.yaml", MILLIONS.replace("  jobs:", '  "urn:pulumi:prod::shop::*::jobs":'))
    assert audited(stacks, "--usage", usage)[0] == PROD_ALONE


def test_one_stack_costs_what_cost_says(stacks, audited, plant, tmp_path):
    more = "  aws_data_transfer.elsewhere:\n    monthly_outbound_internet_gb: 400\n"
    usage = written(tmp_path / "usage" / "shop" / "prod.yaml", MILLIONS + more)
    alone = backend(tmp_path / "alone", "shop/prod", more=[QUEUE])
    state_file = alone / ".pulumi" / "stacks" / "shop" / "prod.json"
    cost = json.loads(plant("cost", state_file, "--usage", usage, "--format", "json")[1])["cost"]
    assert audited(alone, "--usage", tmp_path / "usage")[0] == {"shop/prod": Decimal(cost["expected"])}
    assert Decimal(cost["expected"]) > 20


def test_a_budget_is_held_against_measured_use(stacks, plant, tmp_path):
    usage = written(tmp_path / "usage.yaml", MILLIONS)
    arguments = ("audit", stacks, "--workers", "1", "--limit", "4.99", "--profile", "baseline")
    assert plant(*arguments)[0] == 0
    assert plant(*arguments, "--usage", usage)[0] == 1


def test_what_is_given_for_nothing_is_warned_of(stacks, audited, tmp_path):
    folder = tmp_path / "usage"
    written(folder / "shop" / "prod.yaml", MILLIONS + "  gone:\n    monthly_requests: 1\n")
    written(folder / "shop" / "dev.yaml", MILLIONS.replace("monthly_requests", "monthly_request"))
    written(folder / "shop" / "old.yaml", MILLIONS)
    _, err = audited(stacks, "--usage", folder)
    assert err.splitlines() == [
        f"warning: {folder}/shop/dev.yaml: resource_usage.jobs.monthly_request: "
        "no resource of that name has such a usage key",
        f"warning: {folder}/shop/old.yaml: of no stack that could be judged",
        f"warning: {folder}/shop/prod.yaml: resource_usage.gone: no such resource",
    ]


def test_kept_results_are_of_one_usage_and_wherever_it_lies(stacks, audited, tmp_path):
    first, other = written(tmp_path / "first.yaml", MILLIONS), written(tmp_path / "other.yaml", MILLIONS)
    cache = tmp_path / "cache"
    plain, _ = audited(stacks, "--cache", cache)
    used, err = audited(stacks, "--cache", cache, "--usage", first)
    assert used != plain and "note" not in err
    again, err = audited(stacks, "--cache", cache, "--usage", other)
    assert again == used and "2 of 2 stacks were in" in err
    other.write_text(MILLIONS.replace("11000000", "12000000"))
    assert audited(stacks, "--cache", cache, "--usage", other)[0] != used


def test_every_wrong_file_of_a_folder_is_told(stacks, plant, tmp_path):
    folder = tmp_path / "usage"
    written(folder / "shop" / "prod.yaml", "version: 7\n")
    written(folder / "shop" / "dev.yaml", HEAD + "resource_usages: {}\n")
    status, out, err = plant("audit", stacks, "--usage", folder)
    assert (status, out) == (2, "") and "prod.yaml: version is 7" in err and "'resource_usages' isn't a section" in err


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "holds no usage file"),
        ({"shop/prod.yaml": MILLIONS, "shop/prod.yml": MILLIONS}, "a second file of shop/prod"),
    ],
)
def test_a_folder_that_says_nothing_or_two_things_is_refused(files, said, tmp_path):
    (tmp_path / "usage").mkdir()
    for name, text in files.items():
        written(tmp_path / "usage" / name, text)
    with pytest.raises(InputError, match=said):
        read_usages(tmp_path / "usage")


def test_transfer_of_no_resource_has_to_be_some_stacks(tmp_path):
    usage = written(
        tmp_path / "usage.yaml", HEAD + "resource_usage:\n  aws_data_transfer.x: {monthly_outbound_internet_gb: 1}\n"
    )
    with pytest.raises(InputError, match="give a folder"):
        read_usages(usage)
