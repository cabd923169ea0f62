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
    *(
        case(
            "aws:directoryservice/directory:Directory",
            {"type": kind, "size": size},
            {f"{kind} ({size.lower()})": usd},
            {"additional_domain_controllers": more},
            id=f"{kind}, {size}, {more} more",
        )
        for kind, size, more, usd in (
            ("SimpleAD", "Small", 0, "73.00"),
            ("SimpleAD", "Small", 3, "182.50"),
            ("SimpleAD", "Large", 0, "219.00"),
            ("ADConnector", "Small", 0, "73.00"),
        )
    ),
]
