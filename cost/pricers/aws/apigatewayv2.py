"""API Gateway, HTTP and WebSocket APIs: requests, messages and connection minutes."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_CEILING, Decimal
from typing import Final

from cost.charges import Charge
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from deployment import tokens

REQUESTS: Final = UsageKey("monthly_requests", Decimal(1_000_000), "requests a month")
REQUEST_KB: Final = UsageKey("request_size_kb", Decimal(8), "kilobytes of one request, billed in steps of 512")
MESSAGES: Final = UsageKey("monthly_messages", Decimal(1_000_000), "messages a month")
MINUTES: Final = UsageKey("monthly_connection_mins", Decimal(1_000_000), "minutes of connections a month")

STEP_KB: Final = 512


def api(scope: Scope) -> Iterator[Charge]:
    """Requests of an HTTP API, or messages and minutes of a WebSocket API."""
    if scope.text("protocolType").upper() == "WEBSOCKET":
        yield scope.use("Messages", ("apigateway", "websocket_million_messages"), scope.usage(MESSAGES))
        yield scope.use("Connection minutes", ("apigateway", "websocket_million_minutes"), scope.usage(MINUTES))
        return
    requests = scope.usage(REQUESTS)
    steps = (scope.usage(REQUEST_KB).amount.expected / STEP_KB).to_integral_value(ROUND_CEILING)
    yield scope.use(
        "Requests", ("apigateway", "http_million_requests"), type(requests)(requests.amount * steps, requests.assumed)
    )


PRICERS: Final = {
    tokens.HTTP_API[0]: Pricer(api, twins=("aws_apigatewayv2_api",), usage=(REQUESTS, REQUEST_KB, MESSAGES, MINUTES))
}
