"""What resources of `kms` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:kms/key:Key",
        {"enableKeyRotation": True},
        {"Customer managed key": "1.00", "Requests": "0.03"},
        {"monthly_requests": 10_000},
    ),
    case("aws:kms/replicaKey:ReplicaKey", {}, {"Customer managed key": "1.00"}),
    case(
        "aws:kms/key:Key",
        {"customerMasterKeySpec": "RSA_2048", "keyUsage": "SIGN_VERIFY"},
        {"Requests": "0.03"},
        {"monthly_requests": 10_000},
        id="rsa 2048",
    ),
    case(
        "aws:kms/key:Key",
        {"customerMasterKeySpec": "ECC_NIST_P256"},
        {"Requests": "0.15"},
        {"monthly_requests": 10_000},
        id="elliptic curve",
    ),
    case("aws:kms/externalKey:ExternalKey", {}, {"Customer managed key": "1.00"}),
    case("aws:kms/replicaExternalKey:ReplicaExternalKey", {}, {"Customer managed key": "1.00"}),
    case(
        "aws:kms/key:Key",
        {"customerMasterKeySpec": "HMAC_256", "keyUsage": "GENERATE_VERIFY_MAC"},
        {"Requests": "3.00"},
        {"monthly_requests": 1_000_000},
        id="hmac: a symmetric key",
    ),
]
