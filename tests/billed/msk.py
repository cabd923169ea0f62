"""What resources of `msk` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:msk/cluster:Cluster",
        {
            "numberOfBrokerNodes": 2,
            "brokerNodeGroupInfo": {
                "instanceType": "kafka.t3.small",
                "storageInfo": {"ebsStorageInfo": {"volumeSize": 500}},
            },
        },
        {"Brokers (kafka.t3.small)": "66.576", "Storage of brokers": "100.00"},  # 2 x 730 x .0456; 2 x 500 x .10
    ),
    case(
        "aws:msk/serverlessCluster:ServerlessCluster",
        {},
        {
            "Serverless cluster": "547.50",
            "Partitions": "10.95",
            "Data in": "10.00",
            "Data out": "5.00",
            "Storage": "1.00",
        },
    ),
]
