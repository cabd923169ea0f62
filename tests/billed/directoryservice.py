"""What resources of `directoryservice` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:directoryservice/directory:Directory",
        {"type": "MicrosoftAD", "edition": "Standard"},
        {"Domain controllers": "262.80", "Accounts": "105.12"},
        {"additional_domain_controllers": 4, "shared_accounts": 8},
        id="standard directory with four controllers more",
    ),
    case(
        "aws:directoryservice/directory:Directory",
        {"type": "MicrosoftAD"},
        {"Domain controllers (enterprise)": "292.00"},
        id="a directory is of the enterprise edition unless it says otherwise",
    ),
]
