"""What resources of `redshift` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:redshift/cluster:Cluster",
        {"nodeType": "ra3.4xlarge", "numberOfNodes": 6},
        {"Nodes (ra3.4xlarge)": "14278.80", "Managed storage": "24.00", "Data scanned by Spectrum": "2.50"},
        {"managed_storage_gb": 1000, "spectrum_data_scanned_tb": "0.5"},
        id="redshift: RA3 nodes with managed storage and scans",
    ),
    case(
        "aws:redshift/cluster:Cluster",
        {"nodeType": "dc2.large", "numberOfNodes": 4, "publiclyAccessible": True},
        {
            "Nodes (dc2.large)": "730.00",
            "Snapshots": "13466.40",
            "Managed storage": None,
            "Public IPv4 address": "3.65",
        },
        {"backup_storage_gb": 612_000},  # 51,200 x .023 + 512,000 x .022 + 48,800 x .021
        id="redshift: dense compute, snapshots in three bands",
    ),
]
