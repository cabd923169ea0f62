"""What resources of `transfer` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:transfer/server:Server",
        {"protocols": ["SFTP", "FTPS", "FTP"]},
        {"Protocols": "657.00", "Data downloaded": "2.00", "Data uploaded": "0.40"},
        {"monthly_data_downloaded_gb": 50, "monthly_data_uploaded_gb": 10},
        id="transfer by three protocols",
    ),
    case("aws:transfer/server:Server", {}, {"Protocols (SFTP)": "219.00"}, id="transfer by the default protocol"),
]
