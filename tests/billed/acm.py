"""What resources of `acm` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CERTIFICATE = "aws:acm/certificate:Certificate"

CASES = [
    case(CERTIFICATE, {"domainName": "example.com"}, {"Exportable": None}, id="certificate"),
    case(
        CERTIFICATE,
        {
            "domainName": "example.com",
            "subjectAlternativeNames": ["example.com", "*.example.com"],
            "options": {"export": "ENABLED"},
        },
        # 730 hours are 30.42 of the 153 days between two issues
        {"Exportable certificate (1 name)": "1.39161220", "Exportable certificate (1 wildcard": "15.70533769"},
        id="exportable certificate",
    ),
]
