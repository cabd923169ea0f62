"""What resources of `ses` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case("aws:ses/domainIdentity:DomainIdentity", {}, {"Messages sent": "0.10", "Attachments": None}),
    case(
        "aws:ses/emailIdentity:EmailIdentity",
        {},
        {"Messages sent": "5.00", "Attachments": "0.24"},
        {"monthly_emails": 50_000, "monthly_attachments_gb": 2},
    ),
    case(
        "aws:ses/receiptRule:ReceiptRule",
        {},
        {"Messages received": "1.00", "Data received": "0.36"},
        {"monthly_emails_received": 10_000, "monthly_received_chunks": 4_000},
    ),
]
