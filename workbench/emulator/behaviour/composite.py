"""Rules of composite alarms: ``ALARM("a") OR NOT OK(b)``.

Source: CloudWatch API reference, PutCompositeAlarm, AlarmRule (2026-11).
"""

from __future__ import annotations

import re
from collections.abc import Callable


def holds(rule: str, state: Callable[[str], str]) -> bool:
    """Whether a rule is true, given the states of the alarms that it names.

    Raises:
        ValueError: It is not understood.
    """
    text = re.sub(
        r"(ALARM|OK|INSUFFICIENT_DATA)\(\s*\"?([^\")]+?)\"?\s*\)",
        lambda match: str(state(match[2].rsplit(":", 1)[-1]) == match[1]),
        rule,
    )
    words = re.sub(r"\b(AND|OR|NOT)\b", lambda match: match[1].lower(), text)
    if re.sub(r"\b(True|False|TRUE|FALSE|and|or|not)\b|[()\s]", "", words):
        raise ValueError(f"composite alarm rule {rule!r} is not understood")
    return _boolean(re.findall(r"\w+|[()]", words))


def _boolean(tokens: list[str]) -> bool:
    """A boolean expression of True, False, and, or, not and parentheses."""

    def either() -> bool:
        result = both()
        while tokens and tokens[0] == "or":
            tokens.pop(0)
            result = both() or result
        return result

    def both() -> bool:
        result = one()
        while tokens and tokens[0] == "and":
            tokens.pop(0)
            result = one() and result
        return result

    def one() -> bool:
        token = tokens.pop(0)
        if token == "not":  # noqa: S105 - a word of the rule, not a secret
            return not one()
        if token == "(":  # noqa: S105 - likewise
            result = either()
            tokens.pop(0)
            return result
        return token.lower() == "true"

    return either()
