"""What resources of `servicediscovery` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    *(
        case(f"aws:servicediscovery/{kind[0].lower()}{kind[1:]}:{kind}", {}, {"Hosted zone": "0.50"})
        for kind in ("PrivateDnsNamespace", "PublicDnsNamespace")
    ),
]
