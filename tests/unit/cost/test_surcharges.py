"""Properties that switch on a charge without a price: each makes its resource unpriced, and says which it was."""

from __future__ import annotations

import importlib.util
import re
from decimal import Decimal
from pathlib import Path

import pytest

from cost.catalogue import ROOT, read_toml
from cost.registry import free_reason, free_types, pricer_of
from deployment.unknown import SECRET, UNKNOWN
from workbench.schema.sdk import TOKEN

ROWS = [
    pytest.param(row, token, id=f"{token.rpartition(':')[2]} {row['property']} {(row.get('is') or [''])[0]}")
    for row in read_toml(ROOT.parent / "surcharges.toml")["surcharge"]
    for token in row["types"]
]


def nested(path, value):
    """``a.b[*].c`` and a value as properties."""
    for step in reversed(path.split(".")):
        value = {step.removesuffix("[*]"): [value] if step.endswith("[*]") else value}
    return value


def costing(row):
    """A value that the row holds for, and what else it asks for."""
    value = row["is"][0] if "is" in row else row["above"] + 1 if "above" in row else "x"
    return nested(row["property"], value) | {path: words[0] for path, words in row.get("where", {}).items()}


def reasons(found, row):
    return [entry.reason for entry in found.unpriced if row["costs"] in entry.reason]


@pytest.mark.parametrize(("row", "token"), ROWS)
def test_a_property_that_costs_extra_has_no_price(row, token, make, price):
    assert reasons(price(make(token, costing(row))), row)


@pytest.mark.parametrize(("row", "token"), ROWS)
def test_without_it_nothing_is_said(row, token, make, price):
    assert not reasons(price(make(token, {"name": "x"})), row)
    for free in (*row.get("unless", ()), False):
        assert not reasons(price(make(token, nested(row["property"], free))), row)


@pytest.mark.parametrize(("value", "said"), [(UNKNOWN, "isn't known during preview"), (SECRET, "is secret")])
@pytest.mark.parametrize(("row", "token"), ROWS)
def test_what_cannot_be_read_may_cost(row, token, value, said, make, price):
    found = price(make(token, costing(row) | nested(row["property"], value)))
    assert said in reasons(found, row)[0]


def test_what_aws_filled_in_is_no_declaration(make, price):
    vpc = make("aws:ec2/vpc:Vpc", {"cidrBlock": "10.0.0.0/16"}, outputs={"instanceTenancy": UNKNOWN})
    assert not price(vpc).unpriced


def test_the_other_charges_of_the_resource_still_count(make, price):
    found = price(make("aws:ebs/volume:Volume", {"size": 100, "type": "gp3", "volumeInitializationRate": 200}))
    assert found.expected_usd == Decimal("8") and len(found.unpriced) == 1


def sdk_module(token):
    """The SDK's module and the name in it for a type token of AWS."""
    module, _, rest = token.removeprefix("aws:").partition("/")
    return importlib.import_module(f"pulumi_aws.{module.replace('lambda', 'lambda_')}"), rest.rpartition(":")[2]


def test_every_free_type_exists():
    # Read, for importing the modules of all of them took 17 s.
    [folder] = importlib.util.find_spec("pulumi_aws").submodule_search_locations
    files = (file for file in Path(folder).glob("*/*.py") if not file.name.startswith(("_", "get_", "outputs")))
    known = {token for file in files for _, token in TOKEN.findall(file.read_text(encoding="utf-8"))}
    assert [token for token in free_types() if token.startswith("aws:") and token not in known] == []


@pytest.mark.parametrize(("row", "token"), ROWS)
def test_each_row_names_an_input_of_a_type_that_has_a_price_or_is_free(row, token):
    assert pricer_of(token) is not None or free_reason(token) is not None
    module, name = sdk_module(token)
    arguments = getattr(module, f"{name}Args")
    first = re.sub(
        r"(?<=[a-z0-9])([A-Z])", lambda found: "_" + found[1].lower(), re.split(r"[.\[]", row["property"])[0]
    )
    assert hasattr(arguments, first), first


def test_every_row_has_a_source_with_a_date():
    assert all(re.search(r"20\d\d$", row.values[0]["source"]) for row in ROWS)


def test_properties_of_another_provider_are_not_taken_for_known(make, price):
    (entry,) = price(make("aws-native:ecs:Cluster", {})).unpriced
    assert "known by the names that aws:ecs/cluster:Cluster has for them" in entry.reason
