"""What resources of `sesv2` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case("aws:sesv2/emailIdentity:EmailIdentity", {}, {"Messages sent": "0.10"}),
    case("aws:sesv2/dedicatedIpAssignment:DedicatedIpAssignment", {}, {"Dedicated IP": "24.95"}),
]
