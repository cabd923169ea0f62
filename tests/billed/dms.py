"""What resources of `dms` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:dms/replicationInstance:ReplicationInstance",
        {
            "replicationInstanceClass": "dms.t2.micro",
            "multiAz": True,
            "allocatedStorage": 70,
            "publiclyAccessible": False,
        },
        {"Replication instance": "26.28", "Storage": "4.60", "Public IPv4": None},
        id="dms with a standby, 20 GB beyond what is included",
    ),
    case(
        "aws:dms/replicationInstance:ReplicationInstance",
        {"replicationInstanceClass": "dms.t2.micro", "allocatedStorage": 20},
        {"Replication instance": "13.14", "Storage": None, "Public IPv4": "3.65"},
        id="dms alone, public unless it says otherwise",
    ),
]
