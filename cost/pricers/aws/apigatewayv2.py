"""API Gateway, HTTP and WebSocket APIs: requests, messages and connection minutes."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_CEILING, Decimal
from typing import Final

from cost.charges import Charge
from cost.registry import Pricer
from cost.scope import Scope, UsageKey, Used
from deployment import tokens

REQUESTS: Final = UsageKey("monthly_requests", Decimal(1_000_000), "requests a month")
REQUEST_KB: Final = UsageKey("request_size_kb", Decimal(8), "kilobytes of one request, billed in steps of 512")
MESSAGES: Final = UsageKey("monthly_messages", Decimal(1_000_000), "messages a month")
MESSAGE_KB: Final = UsageKey("message_size_kb", Decimal(8), "kilobytes of one message, billed in steps of 32")
MINUTES: Final = UsageKey("monthly_connection_mins", Decimal(1_000_000), "minutes of connections a month")

STEP_KB: Final = 512
MESSAGE_STEP_KB: Final = 32


def api(scope: Scope) -> Iterator[Charge]:
    """Requests of an HTTP API, or messages and minutes of a WebSocket API."""
    if scope.text("protocolType").upper() == "WEBSOCKET":
        messages = _in_steps(scope, MESSAGES, MESSAGE_KB, MESSAGE_STEP_KB)
        yield scope.use("Messages", ("apigateway", "websocket_million_messages"), messages)
        yield scope.use("Connection minutes", ("apigateway", "websocket_million_minutes"), scope.usage(MINUTES))
        return
    yield scope.use(
        "Requests", ("apigateway", "http_million_requests"), _in_steps(scope, REQUESTS, REQUEST_KB, STEP_KB)
    )


def _in_steps(scope: Scope, number: UsageKey, size: UsageKey, step_kb: int) -> Used:
    """What is billed for `number` of them, each of which counts once for every `step_kb` begun of its size."""
    used = scope.usage(number)
    steps = (scope.usage(size).amount.expected / step_kb).to_integral_value(ROUND_CEILING)
    return Used(used.amount * steps, used.assumed)


PRICERS: Final = {
    tokens.HTTP_API[0]: Pricer(
        api, twins=("aws_apigatewayv2_api",), usage=(REQUESTS, REQUEST_KB, MESSAGES, MESSAGE_KB, MINUTES)
    )
}
