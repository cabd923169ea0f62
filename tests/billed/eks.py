"""What resources of `eks` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case("aws:eks/cluster:Cluster", {}, {"Control plane": "73.00"}),
    case(
        "aws:eks/nodeGroup:NodeGroup",
        {
            "instanceTypes": ["m5.large"],
            "scalingConfig": {"minSize": 1, "desiredSize": 3, "maxSize": 5},
            "diskSize": 20,
        },
        {"Nodes (m5.large, on demand)": "210.24", "Node volume (gp2)": "6.00"},
        id="eks nodes",
    ),
    case(
        "aws:eks/fargateProfile:FargateProfile",
        {},
        {"Fargate pods: vCPU": "29.5504", "Fargate pods: Memory": "6.4897"},
        {"vcpu": 1, "memory_gb": 2},
    ),
    case("aws:eks/cluster:Cluster", {"version": "1.29"}, {"Control plane (extended": "438.00"}, id="eks 1.29"),
    case("aws:eks/cluster:Cluster", {"version": "1.33"}, {"Control plane (extended": "438.00"}, id="eks 1.33"),
    case("aws:eks/cluster:Cluster", {"version": "1.35"}, {"Control plane (standard": "73.00"}, id="eks 1.35"),
    case(
        "aws:eks/cluster:Cluster",
        {"version": "1.29", "upgradePolicy": {"supportType": "STANDARD"}},
        {"Control plane (standard": "73.00"},
        id="eks without extended support",
    ),
    case(
        "aws:eks/cluster:Cluster",
        {"version": "1.35", "enabledClusterLogTypes": ["audit"]},
        {"Control plane logs": "5.00"},
        {"monthly_data_ingested_gb": 10},
        id="eks: logs of the control plane",
    ),
    case(
        "aws:eks/nodeGroup:NodeGroup",
        {"scalingConfig": {"minSize": 1, "desiredSize": 1, "maxSize": 6}, "instanceTypes": ["m5.large"]},
        {"Nodes": "210.24"},  # 3 x 730 x .096
        {"instances": 3},
        id="node group at another size",
    ),
    case(
        "aws:eks/nodeGroup:NodeGroup",
        {
            "scalingConfig": {"minSize": 1, "desiredSize": 1, "maxSize": 1},
            "instanceTypes": ["m5.xlarge"],
            "amiType": "WINDOWS_CORE_2025_x86_64",
        },
        {"Nodes": "274.48", "Node volume": "5.00"},  # 730 x .376; 50 GB x .10
        id="node group on Windows",
    ),
]
