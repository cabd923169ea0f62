"""Ranges of addresses that overlap are found without comparing each with each."""

from ipaddress import IPv4Network

from hypothesis import given
from hypothesis import strategies as st

from deployment.graph import Resource
from policies.rules.vpc.addresses_fit import Blocks

NETWORKS = st.builds(
    lambda address, length: IPv4Network((address, length), strict=False),
    st.integers(0, 2**32 - 1) | st.integers(10 << 24, (10 << 24) + 4096),
    st.integers(0, 32),
)


@given(st.lists(NETWORKS, max_size=20))
def test_what_overlaps_is_what_a_comparison_with_each_finds_in_the_same_order(networks):
    blocks, seen = Blocks(), {}
    for number, own in enumerate(networks):
        assert list(blocks.overlapping(own)) == [(other, one) for other, one in seen.items() if own.overlaps(other)]
        seen[own] = Resource(f"urn{number}", "t", f"subnet{number}")
        blocks.add(own, seen[own])
