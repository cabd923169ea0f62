"""What resources of `sns` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case("aws:sns/topic:Topic", {}, {"Publishes": "1.00"}, {"monthly_requests": 2_000_000}),
    case(
        "aws:sns/topicSubscription:TopicSubscription",
        {"protocol": "https"},
        {"Deliveries by https": "0.60"},
        {"monthly_requests": 1_000_000},
        id="sns https",
    ),
    case(
        "aws:sns/topicSubscription:TopicSubscription",
        {"protocol": "email"},
        {"Deliveries by email": "2.00"},
        {"monthly_requests": 100_000},
        id="sns email",
    ),
    case(
        "aws:sns/topicSubscription:TopicSubscription",
        {"protocol": "sms"},
        {"Deliveries by sms": "0.99"},
        {"monthly_requests": 100},
        id="sns sms",
    ),
    case(
        "aws:sns/topicSubscription:TopicSubscription",
        {"protocol": "sqs"},
        {"Deliveries by sqs": "0.00"},
        {"monthly_requests": 1_000_000},
        id="sns to sqs",
    ),
    case(
        "aws:sns/topic:Topic",
        {"fifoTopic": True},
        {"FIFO publishes": "3.00", "FIFO payload published": "0.68", "Publishes": None},
        {"monthly_requests": 10_000_000, "request_size_kb": 4},
        id="sns fifo",
    ),
    case(
        "aws:sns/topic:Topic",
        {},
        {"Publishes": "1.00"},
        {"monthly_requests": 1_000_000, "request_size_kb": 128},
        id="sns: messages of two chunks",
    ),
    case(
        "aws:sns/topicSubscription:TopicSubscription",
        {"protocol": "https"},
        {"Deliveries by https": "1.20"},
        {"monthly_requests": 1_000_000, "request_size_kb": 65},
        id="sns: deliveries of two chunks",
    ),
]
