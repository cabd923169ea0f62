"""Data rules about file transfer."""

from __future__ import annotations

from typing import Final

from deployment.tokens import TRANSFER_SERVER
from policies.finding import Risk, Severity
from policies.rule import Rule
from policies.table import must_not_be, row

RULES: Final[tuple[Rule, ...]] = (
    row(
        "data-file-transfer-encrypted",
        TRANSFER_SERVER,
        must_not_be("protocols[*]", "FTP", use="take SFTP or FTPS"),
        title="Files are not transferred by FTP",
        severity=Severity.MEDIUM,
        risk=Risk.LEAK,
        why="FTP sends files, and the password, in plain text.",
        fix="Take FTP out of protocols; SFTP, FTPS and AS2 are encrypted.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/transfer-controls.html#transfer-2",
        frameworks=("fsbp:Transfer.2",),
    ),
)
