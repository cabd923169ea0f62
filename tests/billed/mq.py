"""What resources of `mq` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:mq/broker:Broker",
        {"engineType": "RabbitMQ", "hostInstanceType": "mq.m5.xlarge", "deploymentMode": "CLUSTER_MULTI_AZ"},
        {"Broker": "1261.44", "Storage (rabbitmq)": "3.00"},
        {"storage_size_gb": 10},  # of each of three nodes
        id="rabbitmq cluster",
    ),
    case(
        "aws:mq/broker:Broker",
        {"engineType": "ActiveMQ", "hostInstanceType": "mq.m5.large", "deploymentMode": "ACTIVE_STANDBY_MULTI_AZ"},
        {"Broker": "420.48", "Storage (efs)": "3.00"},
        id="activemq with a standby",
    ),
    case(
        "aws:mq/broker:Broker",
        {"engineType": "ActiveMQ", "hostInstanceType": "mq.t2.micro", "storageType": "ebs"},
        {"Broker": "21.90", "Storage (ebs)": "0.50"},
        {"storage_size_gb": 5},
        id="activemq alone",
    ),
    case(
        "aws:mq/broker:Broker",
        {"engineType": "ActiveMQ", "hostInstanceType": "mq.t3.micro"},
        {"Broker": "19.7392", "Storage (efs)": "3.00"},
        id="activemq on the smallest type",
    ),
]
