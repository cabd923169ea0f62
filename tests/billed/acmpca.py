"""What resources of `acmpca` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:acmpca/certificateAuthority:CertificateAuthority",
        {},
        {"Private certificate authority": "400.00", "Certificates issued": "3910.001"},  # 750 + 3,150 + 10.001
        {"monthly_requests": 20_001},
        id="private authority",
    ),
    case(
        "aws:acmpca/certificateAuthority:CertificateAuthority",
        {"usageMode": "SHORT_LIVED_CERTIFICATE"},
        {"Private certificate authority": "50.00", "Certificates issued": "1160.058"},
        {"monthly_requests": 20_001},
        id="private authority of short-lived certificates",
    ),
]
