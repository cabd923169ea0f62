"""What looks like a credential that somebody wrote into a program."""

from __future__ import annotations

import re
from typing import Any, Final

from deployment.unknown import SECRET, UNKNOWN, meet

KEYS: Final = re.compile(
    r"(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])"
    r"|-----BEGIN (?:RSA |EC |DSA |OPENSSH |ENCRYPTED )?PRIVATE KEY-----"
    r"|\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{40,}|glpat-[\w-]{20,}|npm_[A-Za-z0-9]{36}"
    r"|[sr]k_live_[A-Za-z0-9]{10,}|xox[abprs]-[\w-]{10,}|AIza[\w-]{35})\b"
    r"|\b[a-z][a-z0-9+.-]*://[^\s:/@]+:(?![$%{<*])[^\s:/@]{3,}@"
)
"""Access keys of AWS, private keys, and tokens of GitHub, GitLab, npm, Stripe, Slack and Google, as their makers write
them (https://docs.github.com/en/code-security/secret-scanning, read 2026-11-26); and addresses that hold a password."""
NAME: Final = re.compile(
    r"(?i)(?:^|[a-z0-9]_|_|(?<=[a-z0-9])(?=[A-Z]))"
    r"(?:password|passwd|pwd|secret_?(?:access_?)?key|private_?key|api_?key"
    r"|(?:api|auth|access|bearer|deploy|bot|npm|github|gitlab|slack|vault)_?token"
    r"|(?:client|jwt|session|cookie|webhook|signing)_?secret)$"
)
"""Names of variables that hold a credential, and not where one is kept."""
VALUE: Final = re.compile(r"(?!arn:|/|\$|\{\{|https?:|<|%)\S{6,}")
"""Values of them that are not a reference: an ARN, a path or a name in curly brackets."""


def is_credential(name: Any, value: Any) -> bool:
    """True when a variable called `name` with `value` hands out a credential.

    What another resource will give nobody wrote into the program, so an unknown value counts only by its name.
    """
    if not isinstance(name, str):
        return False
    if value is SECRET or (value is UNKNOWN and NAME.search(name)):
        meet(value)
    return isinstance(value, str) and bool(KEYS.search(value) or (NAME.search(name) and VALUE.fullmatch(value)))
