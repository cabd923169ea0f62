"""Hypothesis strategies for a stack's whole configuration, made from the settings models themselves.

A setting that is added later is drawn without a word here: its values follow from its type and bounds. The tables name
only what a type can't say: fields of which one depends on another, and text that means something to AWS.
"""

from __future__ import annotations

import copy
import re
import types
import zoneinfo
from datetime import datetime
from decimal import Decimal
from functools import cache
from ipaddress import IPv4Network
from typing import Any, Literal, Union, get_args, get_origin

from hypothesis import strategies as st
from pydantic import BaseModel, IPvAnyNetwork

from infra.settings.base import DomainName, HttpsUrl, TimeZone
from infra.settings.cache import CacheSettings
from infra.settings.edge import BrowserSettings, EdgeSettings
from infra.settings.errors import SettingsError
from infra.settings.fleet import FleetSettings
from infra.settings.loading import GROUPS
from infra.settings.rollout import RolloutSettings
from infra.settings.tenancy import NetworkSettings
from infra.settings.uptime import UptimeSettings

from .patterns import matching

Configuration = dict[str, Any]
"""Full key (``plant:fleet``) -> value, as a stack's file has them."""

CIDRS = [
    "10.0.0.0/16",
    "10.64.0.0/22",
    "172.16.0.0/20",
    "192.168.0.0/24",
    "192.168.7.0/25",
    "10.9.8.0/28",
    "8.8.8.0/24",
]
DOMAINS = ["api.example.com", "a.b", "plant.co.uk", "x--y.example.org", "xn--bcher-kva.example"]
URLS = ["https://login.example.com", "https://a.b/c?d=e#f", "https://[2001:db8::1]:8443/x", "https://user@host/%7B%22"]
DAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")


@cache
def numbers(low: float, high: float, default: Any) -> st.SearchStrategy[int]:
    """Whole numbers within the bounds: more often the bounds, the default and what is near them."""
    near = [value for value in {low, high, default, low + 1} if isinstance(value, int) and low <= value <= high]
    return st.sampled_from(sorted(near)) | st.integers(low, min(high, 4 * low + 50)) | st.integers(low, high)


def rising(low: int, high: int, most: int) -> st.SearchStrategy[list[int]]:
    return st.lists(st.integers(low, high), min_size=1, max_size=most, unique=True).map(sorted)


SHARES = st.lists(st.integers(1, 99), max_size=4, unique=True).map(sorted)
HOURS = st.sampled_from([0.25, 1, 6, 12, 24]) | st.floats(0.01, 168)
UP_TO_THREE = st.integers(0, 3)
EITHER = st.booleans()
WEEKDAYS = st.sampled_from(DAYS)
# Strategies are made here, once: making them as they were drawn from was a tenth of drawing.


@st.composite
def steps(draw: Any) -> list[dict[str, Any]]:
    """Rising shares that end with all, as a rollout needs them."""
    return [*({"percent": share, "hold_hours": draw(HOURS)} for share in draw(SHARES)), {"percent": 100}]


@st.composite
def windows(draw: Any) -> list[dict[str, Any]]:
    """Weekly and one-off windows, each with a name of its own; some overlap."""
    found = []
    for number in range(draw(UP_TO_THREE)):
        window: dict[str, Any] = {"name": f"window-{number}", "duration_minutes": draw(numbers(5, 1_440, 30))}
        if draw(EITHER):
            window |= {"weekday": draw(WEEKDAYS), "time": draw(times())}
        else:
            window["starts_at"] = draw(starts())
        found.append({**window, **draw(reasons())})
    return found


@cache
def reasons() -> st.SearchStrategy[dict[str, str]]:
    return st.fixed_dictionaries({}, optional={"reason": words(1, 200)})


@cache
def times() -> st.SearchStrategy[str]:
    return st.builds("{:02d}:{:02d}".format, st.integers(0, 23), st.sampled_from([0, 0, 30, 59]))


@cache
def starts() -> st.SearchStrategy[str]:
    local = st.datetimes(datetime(2026, 1, 1), datetime(2031, 12, 31))  # noqa: DTZ001 - the settings' zone applies
    return local.map(lambda at: at.isoformat(timespec="minutes"))


def words(shortest: int, longest: int | None) -> st.SearchStrategy[str]:
    """Text that people write, and text that would break out of JSON, a shell or a template."""
    longest = longest if longest is not None else 60
    awkward = [
        '"quoted"',
        "${HOME} $(id) `id`",
        "{{x}} %s {0}",
        "$.path States.Format('{}')",
        "ąčę ✓",
        "a\nb",
        "-",
        "*",
    ]
    fitting = [text for text in awkward if shortest <= len(text) <= longest]
    return st.sampled_from(fitting or ["x" * shortest]) | st.text(min_size=shortest, max_size=min(longest, 24))


@st.composite
def scheduled_sizes(draw: Any) -> list[dict[str, Any]]:
    """A few changes of a fleet's bounds, most of them in order."""
    found = []
    for number in range(draw(UP_TO_THREE)):
        low, high = draw(SIZES)
        found.append({"name": f"size-{number}", "cron": draw(CRON), "min_size": low, "max_size": high})
    return found


CRON = st.sampled_from(["0 6 * * *", "*/5 0-7,23 1 JAN MON-FRI", "0 6 * * 1-5", "x x x x x", "61 25 32 13 8"])
SIZES = st.lists(st.integers(0, 3), min_size=2, max_size=2).map(sorted) | st.tuples(*[numbers(0, 50, 1)] * 2)


def subscribers() -> st.SearchStrategy[list[dict[str, str]]]:
    """People and services that get notices; one address is of another protocol."""
    known = [("email", "users@example.com"), ("sms", "+37060000000"), ("https", "https://a.b/c?d=e"), ("sms", "x@y.zz")]
    letters = st.characters(exclude_categories=("Z", "Cs"), exclude_characters="@\t\n\v\f\r\x1c\x1d\x1e\x1f\x85")
    part = st.text(letters, min_size=1, max_size=9)
    found = st.sampled_from(known) | st.tuples(st.just("email"), st.builds("{}@{}.com".format, part, part))
    return st.lists(found.map(lambda pair: {"protocol": pair[0], "endpoint": pair[1]}), max_size=4)


SPECIAL: dict[tuple[type[BaseModel], str], st.SearchStrategy[Any]] = {
    (RolloutSettings, "steps"): steps(),
    (GROUPS["maintenance"], "windows"): windows(),
    (GROUPS["maintenance"], "notice_hours"): rising(1, 168, 5),
    (GROUPS["budget"], "notice_percents"): rising(1, 100, 4),
    (UptimeSettings, "session_days"): st.lists(st.sampled_from(DAYS), min_size=1, unique=True),
    (UptimeSettings, "hours_per_session"): st.integers(1, 6) | st.integers(1, 24),
    (FleetSettings, "min_size"): st.integers(0, 3) | numbers(0, 50, 1),
    (FleetSettings, "desired_capacity"): st.integers(0, 3) | numbers(0, 50, 1),
    (FleetSettings, "max_size"): st.integers(2, 8) | numbers(1, 50, 2),
    (FleetSettings, "instance_types"): st.lists(
        st.sampled_from(["t4g.nano", "t4g.micro", "t4g.small", "c7g.large", "m6gd.metal", "x9g.huge"]), min_size=1
    ),
    (FleetSettings, "container_image"): st.sampled_from(
        ["ecr-public.aws.com/a/b:1", "ghcr.io/a/b:1", "123456789012.dkr.ecr.us-east-1.amazonaws.com/a@sha256:0", "a/b"]
    ),
    (RolloutSettings, "candidate_image"): st.none() | st.sampled_from(["ecr-public.aws.com/a/b:2", "a/b:2"]),
    (FleetSettings, "scheduled_sizes"): scheduled_sizes(),
    (CacheSettings, "node_type"): st.none() | st.sampled_from(["cache.t4g.micro", "cache.r7g.large", "cache.x1.huge"]),
    (EdgeSettings, "path_prefix"): st.sampled_from(["/v1", "/v2/plants", "/a.b_c-d"])
    | matching(r"/[A-Za-z0-9/_.-]{1,60}"),
    (NetworkSettings, "reserved_cidrs"): st.lists(st.sampled_from(CIDRS), max_size=3),
    (GROUPS["maintenance"], "subscribers"): subscribers(),
    (BrowserSettings, "path_prefix"): st.sampled_from(["/app", "/", "/v1/app", "/ui"]),
}
"""Fields whose values a type can't say."""

ANNOTATED: dict[Any, st.SearchStrategy[Any]] = {
    DomainName: st.sampled_from(DOMAINS),
    HttpsUrl: st.sampled_from(URLS),
    TimeZone: st.sampled_from(["UTC", "Europe/Vilnius", "America/St_Johns", "Asia/Kathmandu", "Pacific/Chatham"])
    | st.sampled_from(sorted(zoneinfo.available_timezones())),
}


def values(annotation: Any, metadata: tuple[Any, ...], default: Any) -> st.SearchStrategy[Any]:
    """Values of one type within the bounds in `metadata`, as JSON has them."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    for known, strategy in ANNOTATED.items():
        if arguments_match(known, annotation, metadata):
            return strategy
    bound = bounds(metadata)
    low, high = bound.get("ge", bound.get("gt")), bound.get("le", bound.get("lt"))
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin in (Union, types.UnionType):
        [inner] = [one for one in arguments if one is not type(None)]
        return st.none() | values(inner, metadata, default)
    if origin is dict:
        return st.dictionaries(*(values(one, (), None) for one in arguments), max_size=3)
    if origin is tuple:
        return st.lists(
            values(arguments[0], (), None),
            min_size=bound.get("min_length", 0),
            max_size=min(bound.get("max_length", 4), 4),
        )
    if hasattr(annotation, "__metadata__"):
        return values(annotation.__origin__, annotation.__metadata__, default)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return objects(annotation)
    if annotation is bool:
        return st.booleans()
    if annotation is int:
        return numbers(low if low is not None else -5, high if high is not None else 10**6, default)
    if annotation in (float, Decimal):
        return decimals(float(low or 0), float(high), bound, default)
    if annotation is IPv4Network:
        return st.sampled_from(CIDRS)
    if annotation is IPvAnyNetwork:
        return st.sampled_from([*CIDRS, "2001:db8::/32", "2600:1f18::/36", "::/0", "2001:db8::1/32"])
    if annotation is datetime:
        return starts()
    if annotation is str:
        pattern = bound.get("pattern")
        return matching(pattern) if pattern else words(bound.get("min_length", 0), bound.get("max_length"))
    raise TypeError(f"no strategy for {annotation!r}: add one")


def arguments_match(known: Any, annotation: Any, metadata: tuple[Any, ...]) -> bool:
    """True for the annotated type `known`; a model's field has taken it apart into its type and metadata."""
    return annotation == known or (annotation is known.__origin__ and set(known.__metadata__) <= set(metadata))


def bounds(metadata: tuple[Any, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in metadata:
        for name in ("ge", "gt", "le", "lt", "min_length", "max_length", "pattern", "decimal_places"):
            value = getattr(one, name, None)
            if value is not None:
                found[name] = value
    return found


def decimals(low: float, high: float, bound: dict[str, Any], default: Any) -> st.SearchStrategy[float]:
    exclusive = "gt" in bound
    places = bound.get("decimal_places", 4)
    smallest = low + 10**-places if exclusive else low
    usual = [float(default)] if default is not None else []
    some = st.floats(smallest, min(high, 4 * low + 20)) | st.floats(smallest, high)
    return st.sampled_from([*usual, smallest, high]) | some.map(lambda value: round(value, places)).filter(
        lambda value: smallest <= value <= high
    )


@cache
def fields(model: type[BaseModel]) -> dict[str, st.SearchStrategy[Any]]:
    """Strategy of each field."""
    return {
        name: SPECIAL[model, name]
        if (model, name) in SPECIAL
        else values(field.annotation, tuple(field.metadata), None if field.is_required() else field.default)
        for name, field in model.model_fields.items()
    }


@cache
def objects(model: type[BaseModel], whole: bool = False) -> st.SearchStrategy[dict[str, Any]]:
    """An object of `model`: what is required, and any of the rest (all of it when `whole`)."""
    found = fields(model)
    required = [name for name, field in model.model_fields.items() if whole or field.is_required()]
    optional = [name for name in found if name not in required]
    every = 2 ** len(optional) - 1
    which = st.integers(0, every)
    further = st.just(every) | which

    @st.composite
    def drawn(draw: Any) -> dict[str, Any]:
        # Two numbers say which, about half or a quarter: st.fixed_dictionaries draws two for each, and one for its
        # place, half of all time.
        bits = draw(which) & draw(further)
        return {
            name: draw(found[name])
            for name in [*required, *(name for place, name in enumerate(optional) if bits >> place & 1)]
        }

    return drawn()


HOW_MANY = st.sampled_from(["few", "some", "some", "all"])
FEW = st.lists(st.sampled_from(sorted(GROUPS)), min_size=1, max_size=3, unique=True)
REFUSED_KEY = re.compile(r"(plant|aws):[a-z_.\[\]0-9]+")


@st.composite
def drawn_groups(draw: Any) -> dict[str, dict[str, Any]]:
    """Values for a few settings, for some of each group, or for every setting there is."""
    how_many = draw(HOW_MANY)
    chosen = draw(FEW) if how_many == "few" else sorted(GROUPS)
    return {group: draw(objects(GROUPS[group], how_many == "all")) for group in chosen}


def overlaid(base: Configuration, drawn: dict[str, dict[str, Any]]) -> Configuration:
    """`base` with the drawn values over its own."""
    config = copy.deepcopy(base)
    for group, found in drawn.items():
        config[f"plant:{group}"] = {**config.get(f"plant:{group}", {}), **copy.deepcopy(found)}
    return config


def take_out(drawn: dict[str, dict[str, Any]], error: SettingsError) -> None:
    """Takes the values out of `drawn` that `error` names, and failing that, a group: the rest may then be accepted."""
    before = copy.deepcopy(drawn)
    for problem in sorted(error.problems, key=lambda problem: problem.key, reverse=True):
        _drop(drawn, problem.key)
    if drawn == before:
        for problem in error.problems:
            for name in REFUSED_KEY.finditer(problem.message):
                _drop(drawn, name[0])
    if drawn == before:
        named = {problem.key.partition(":")[2].partition(".")[0] for problem in error.problems}
        drawn.pop(next((group for group in drawn if group in named), next(iter(drawn))))


def _drop(drawn: dict[str, dict[str, Any]], key: str) -> None:
    """Takes out what is at `key`; where nothing is there, what would hold it."""
    steps = re.findall(r"[^.\[\]]+", key.partition(":")[2])
    holder: Any = drawn
    above: list[tuple[Any, Any]] = []
    for step in steps:
        index = int(step) if isinstance(holder, list) else step
        if (isinstance(holder, dict) and index not in holder) or (isinstance(holder, list) and index >= len(holder)):
            break
        above.append((holder, index))
        holder = holder[index]
    if len(above) > 1:  # not a whole group
        container, index = above[-1]
        del container[index]
