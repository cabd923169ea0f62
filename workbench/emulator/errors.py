"""What an error of AWS's API says about what happened."""

from __future__ import annotations

from workbench.emulator.api import InvalidCallError

_GONE = ("NotFound", "NoSuch", "NonExist", "DoesNotExist", "Nonexistent", "NotExist", "NotAttached")
_GONE_TEXTS = ("not found", "not exist", "not part of")


def is_gone(error: Exception) -> bool:
    """Whether an API error says that the object does not exist."""
    response = getattr(error, "response", None)
    if not isinstance(response, dict):
        return False
    code = str(response.get("Error", {}).get("Code", ""))
    message = str(response.get("Error", {}).get("Message", "")).lower()
    return any(word in code for word in _GONE) or (
        code in ("ValidationError", "ValidationException", "InvalidChangeBatch", "InvalidTarget", "404")
        and any(text in message for text in _GONE_TEXTS)
    )


def had_no_effect(error: Exception) -> bool:
    """Whether a call that failed so changed nothing: it was not sent, or AWS refused it (a 4xx answer).

    After a timeout, a broken connection or an error of AWS's own (5xx) nobody knows.
    """
    if isinstance(error, InvalidCallError):
        return True
    response = getattr(error, "response", None)
    if not isinstance(response, dict):
        return False
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
    return 400 <= int(status) < 500
