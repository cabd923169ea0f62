"""Small graphs of single resources, priced."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest

from cost import estimate
from cost.basis import Basis, TrafficBasis
from cost.uptime import ALWAYS_ON
from deployment.graph import Resource, ResourceGraph

DAY = datetime.date(2026, 11, 26)
"""Day that every small graph is priced on: versions leave standard support on days."""


def resource(token, inputs=None, name=None, outputs=None, **more):
    """A resource whose URN is made from its type and name."""
    name = name or token.rpartition(":")[2].lower()
    return Resource(
        urn=f"urn:pulumi:test::test::{token}::{name}",
        type=token,
        name=name,
        inputs=inputs or {},
        outputs={"id": f"{name}-id", **(outputs or {})},
        **more,
    )


def basis(uptime=ALWAYS_ON, region="us-east-1", declared=True, allowances=False, **traffic):
    """An explicit basis: nothing of it is read from the graph. Numbers of traffic may be given as text."""
    numbers = {key: Decimal(str(value)) for key, value in traffic.items()}
    return Basis(
        region=region,
        uptime=uptime,
        declared=declared,
        on=DAY,
        allowance_share=Decimal(int(allowances)),
        traffic=TrafficBasis(**numbers),
    )


@pytest.fixture
def make():
    """`make(token, inputs, name)`: a resource."""
    return resource


@pytest.fixture
def make_basis():
    """`make_basis(uptime=…, monthly_requests=…)`: a basis."""
    return basis


@pytest.fixture
def price():
    """`price(resource, …, basis=…, usage=…)`: the estimate of a graph of these resources, without allowances."""

    def priced(*resources, usage=None, **options):
        found = options.pop("basis", None) or basis(monthly_requests=0)
        graph = ResourceGraph(resources)
        numbers = {
            entry.urn: {key: Decimal(str(value)) for key, value in usage.items()} for entry in resources if usage
        }
        return estimate(graph, basis=found, usage=numbers, **options)

    return priced
