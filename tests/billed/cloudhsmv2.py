"""What resources of `cloudhsmv2` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [case("aws:cloudhsmv2/hsm:Hsm", {}, {"Hardware security module": "1168.00"})]
