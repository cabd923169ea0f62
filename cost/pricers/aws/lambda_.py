"""Lambda: requests, memory by time, extra temporary storage, provisioned concurrency."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import ROUND_CEILING, Decimal
from typing import Final

from cost.charges import Amount, Charge, Driver, Unpriced
from cost.registry import Pricer
from cost.scaling import Limits
from cost.scope import Pricing, Scope, UsageKey
from cost.tracing import TRACES, traces
from cost.uptime import Metering
from deployment import tokens
from deployment.graph import Resource
from deployment.unknown import UNKNOWN

REQUESTS: Final = UsageKey("monthly_requests", Decimal(1_000_000), "invocations a month")
DURATION: Final = UsageKey("request_duration_ms", Decimal(100), "milliseconds of one invocation")

FREE_STORAGE_MB: Final = 512
SECONDS_PER_HOUR: Final = 3600
FUNCTION: Final = tokens.FUNCTION[0]
CONCURRENCY: Final = tokens.PROVISIONED_CONCURRENCY[0]


def function(scope: Scope) -> Iterator[Charge]:
    """Requests and GB-seconds of a function."""
    requests = scope.usage(REQUESTS)
    memory_gb = scope.number("memorySize", 128) / 1024
    milliseconds = scope.usage(DURATION).amount.expected.to_integral_value(ROUND_CEILING)
    seconds = requests.amount * (milliseconds / 1000)
    cpu = _processor(scope)
    yield scope.use("Requests", ("lambda", "million_requests"), requests)
    yield scope.charge(
        f"Duration ({cpu}, {memory_gb.normalize():f} GB, {milliseconds} ms)",
        ("lambda", f"{cpu}_gb_second"),
        seconds * memory_gb,
        Metering.USE,
        usage_based=True,
        assumed=requests.assumed,
        driver=Driver.TRAFFIC,
    )
    yield from traces(scope, "tracingConfig.mode", requests.amount)
    extra_mb = scope.number("ephemeralStorage.size", FREE_STORAGE_MB) - FREE_STORAGE_MB
    if extra_mb > 0:
        amount = seconds * (extra_mb / 1024)
        yield scope.use("Temporary storage over 512 MB", ("lambda", "ephemeral_storage_gb_second"), amount)


def provisioned(scope: Scope) -> Iterator[Charge]:
    """Provisioned concurrency: memory that is kept ready, used or not. What runs on it is billed at the function."""
    functions = scope.referenced("functionName", FUNCTION)
    if len(functions) != 1:
        raise Unpriced(
            "its function isn't in the graph, and provisioned concurrency is billed by the function's memory"
        )
    of = Scope(scope.pricing, functions[0])
    kept = scope.number("provisionedConcurrentExecutions") * of.number("memorySize", 128) / 1024
    yield scope.charge(
        "Provisioned concurrency",
        ("lambda", f"{_processor(of)}_provisioned_gb_second"),
        Amount.fixed(kept * SECONDS_PER_HOUR),
        Metering.SECONDS,
    )


def scaled_concurrency(scope: Scope, limits: Limits) -> Iterator[Charge]:
    """Provisioned concurrency that a scaling target keeps beyond what the graph declares for the same alias."""
    function, qualifier = _scaled(scope)
    of = Scope(scope.pricing, function)
    declared = sum(
        (
            Scope(scope.pricing, config).number("provisionedConcurrentExecutions")
            for config in scope.pricing.once(_index)[function.urn]
            if config.type == CONCURRENCY and (qualifier is None or config.get("qualifier") in (qualifier, UNKNOWN))
        ),
        Decimal(0),
    )
    kept = limits.beyond(declared) * (of.number("memorySize", 128) / 1024 * SECONDS_PER_HOUR)
    price = scope.price("lambda", f"{_processor(of)}_provisioned_gb_second")
    yield Charge("Provisioned concurrency by scaling", price, kept, Metering.SECONDS, driver=Driver.FLEET)


def _scaled(scope: Scope) -> tuple[Resource, str | None]:
    """The function that a scaling target means, and its alias or version where that is known. Raises Unpriced."""
    graph, identifier = scope.graph, scope.resource.get("resourceId")
    _, name, qualifier = [*str(identifier).split(":"), "", ""][:3]
    found = list(scope.referenced("resourceId", FUNCTION))
    for token in (*tokens.FUNCTION_ALIAS, CONCURRENCY):
        for one in scope.referenced("resourceId", token):
            found += graph.referenced(one, "functionName", FUNCTION)
    found += scope.pricing.once(_index)[name] if name else []
    if len({one.urn for one in found}) != 1:
        raise Unpriced("the function that it scales isn't in the graph, and its memory is billed")
    return found[0], qualifier or None


def _index(pricing: Pricing) -> Mapping[str, list[Resource]]:
    """Functions by their names, and the provisioned concurrency of each by its URN."""
    graph = pricing.graph
    found: dict[str, list[Resource]] = defaultdict(list)
    for one in graph.of_type(FUNCTION):
        for name in {str(each) for each in (one.get("name"), one.outputs.get("id")) if each}:
            found[name].append(one)
    for config in graph.of_type(CONCURRENCY):
        for one in graph.referenced(config, "functionName", FUNCTION):
            found[one.urn].append(config)
    return found


def _processor(scope: Scope) -> str:
    """``arm64`` or ``x86``, as prices name them."""
    architectures = scope.items("architectures") or ["x86_64"]
    return "arm64" if architectures[0] == "arm64" else "x86"


PRICERS: Final = {
    FUNCTION: Pricer(function, twins=("aws_lambda_function",), usage=(REQUESTS, DURATION, TRACES)),
    CONCURRENCY: Pricer(provisioned, twins=("aws_lambda_provisioned_concurrency_config",)),
}
