"""What resources of `ebs` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

EBS = "aws:ebs/volume:Volume"

CASES = [
    case(
        EBS,
        {"size": 40, "type": "gp3", "iops": 4000, "throughput": 130},
        {"Volume (gp3)": "3.20", "Volume (gp3) IOPS": "5.00", "Volume (gp3) throughput": "0.20"},
        id="gp3",
    ),
    case(EBS, {"size": 10, "type": "gp2"}, {"Volume (gp2)": "1.00"}, id="gp2"),
    case(
        EBS, {"size": 30, "type": "io1", "iops": 300}, {"Volume (io1)": "3.75", "Volume (io1) IOPS": "19.50"}, id="io1"
    ),
    case(
        EBS, {"size": 30, "type": "io2", "iops": 300}, {"Volume (io2)": "3.75", "Volume (io2) IOPS": "19.50"}, id="io2"
    ),
    case(
        EBS,
        {"size": 500, "type": "io2", "iops": 80000},
        # 32,000 x .065; 32,000 x .0455; 16,000 x .03185
        {"Volume (io2) IOPS above 32,000": "1456.00", "Volume (io2) IOPS above 64,000": "509.60"},
        id="io2: bands of IOPS",
    ),
    case(EBS, {"size": 40, "type": "st1"}, {"Volume (st1)": "1.80"}, id="st1"),
    case(EBS, {"size": 50, "type": "sc1"}, {"Volume (sc1)": "0.75"}, id="sc1"),
    case(EBS, {"size": 20, "type": "standard"}, {"Volume (standard)": "1.00"}, id="magnetic"),
    case("aws:ebs/snapshot:Snapshot", {}, {"Snapshot storage": "0.50"}, {"storage_gb": 10}),
    case(
        "aws:ebs/volume:Volume",
        {"size": 100, "type": "standard"},
        {"Volume (standard)": "5.00", "Volume (standard) requests": "0.50"},
        {"monthly_standard_io_requests": 10_000_000},
        id="magnetic volume: its requests, too",
    ),
    case(
        "aws:ebs/snapshot:Snapshot",
        {},
        {"Fast restore": "75.00", "Lists of blocks": "0.60", "Blocks read": "0.30", "Blocks written": "0.60"},
        {
            "fast_snapshot_restore_hours": 100,
            "monthly_list_block_requests": 1_000_000,
            "monthly_get_block_requests": 100_000,
            "monthly_put_block_requests": 100_000,
        },
        id="snapshot: fast restore and blocks by API",
    ),
    case("aws:ebs/snapshotCopy:SnapshotCopy", {}, {"Snapshot storage": "5.00"}, {"storage_gb": 100}),
    case("aws:ebs/fastSnapshotRestore:FastSnapshotRestore", {}, {"Fast restore": "547.50"}),
]
