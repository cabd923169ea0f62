"""What a value has to look like, in words: a pattern is no answer to somebody who mistyped an address."""

from __future__ import annotations

import re
from typing import Final

from infra.settings.base import EMAIL, HTTPS

FORMS: Final = {
    HTTPS: "an address that begins with https://, in ASCII, without a login",
    EMAIL: "a mail address, e.g. team@example.com",
    r"^[ -~]{1,256}$": "1 to 256 characters of ASCII",
    r"^[ -~]{0,500}$": "up to 500 characters of ASCII",
    r"^[A-Za-z0-9_:/.-]{1,100}$": "up to 100 letters, digits and any of _ : / . -",
    r"^[\x21\x23-\x5b\x5d-\x7e]{1,100}$": "up to 100 characters of ASCII without space, quote and backslash",
    r"^[A-Za-z0-9_+]{1,128}$": "up to 128 letters, digits and any of _ +",
    r"^[a-z0-9][a-z0-9.-]{0,126}$": "up to 127 lower-case letters, digits, dots and dashes",
    r"^[a-z0-9][a-z0-9.-]{2,252}$": "a host name in lower case, e.g. orders.example.internal",
    r"^/[A-Za-z0-9/_.-]{1,60}$": "a path of up to 60 letters, digits and any of / _ . -, e.g. /v1",
    r"^/[A-Za-z0-9/_.-]{0,99}$": "a path of up to 99 letters, digits and any of / _ . -, e.g. /v1/reports",
    r"^/[A-Za-z0-9/_.-]{0,200}$": "a path of up to 200 letters, digits and any of / _ . -, e.g. /healthz",
    r"^/[A-Za-z0-9/._-]{1,255}$": "the name of a parameter, which begins with /",
    r"^Z[A-Z0-9]{6,31}$": "the id of a hosted zone, e.g. Z0123456789ABC",
    r"^[0-9]{12}$": "12 digits",
    r"^[a-z][a-z0-9-]{0,23}$": "1 to 24 lower-case letters, digits and dashes, a letter first",
    r"^[a-z][a-z0-9-]{0,63}$": "up to 64 lower-case letters, digits and dashes, a letter first",
    r"^[a-z][a-z0-9_]{0,63}$": "up to 64 lower-case letters, digits and _, a letter first",
    r"^[a-z][a-z0-9:_-]{0,31}$": "up to 32 lower-case letters, digits and any of : _ -, a letter first",
    r"^[a-z_:][a-z0-9_:]{0,127}$": "the name of a metric in lower case, e.g. http_requests_per_second",
    r"^[a-z0-9]+g[a-z]*\.[a-z0-9]+$": "an arm64 instance type, e.g. t4g.small",
    r"^cache\.[a-z0-9]+\.[a-z0-9]+$": "a type of cache nodes, e.g. cache.t4g.micro",
    r"^[a-z0-9./_:@-]{3,300}$": "the name of an image in lower case, e.g. ghcr.io/example/api:1.4.2",
    r"^[a-z0-9./_:-]{3,300}@sha256:[0-9a-f]{64}$": "the name of an image with its digest (…@sha256:… of 64 digits)",
    r"^com\.amazonaws\.[a-z0-9.-]{3,200}$": "the name of an endpoint's service, e.g. com.amazonaws.us-east-1.rds",
    r"^([01][0-9]|2[0-3]):[0-5][0-9]$": "a time of day from 00:00 to 23:59",
    r"^[a-z]{2,6}$": "the letters of 2 to 6 zones, e.g. abc",
    r"^[a-z0-9.-]+:[0-9]{2,5}$": "a host name and a port, e.g. cache.example.internal:6379",
    r"^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$": "up to 100 letters, digits and any of _ -",
    r"^[A-Za-z0-9+/]{16,}={0,2}$": "base64, as `aws eks describe-cluster` tells it",
    r"^1\.3[0-7]$": "1.30 to 1.37",
    r"^[\w .@-]{1,64}$": "up to 64 letters, digits, spaces and any of _ . @ -",
    r"^[\w .-]{1,64}$": "up to 64 letters, digits, spaces and any of _ . -",
    r"^[A-Za-z0-9-]{1,39}(/[A-Za-z0-9._-]{1,100}|@[0-9]{1,20}/[A-Za-z0-9._-]{1,100}@[0-9]{1,20})$": (
        "a repository of GitHub, e.g. example/plant-api or example@9919/plant-api@1296269"
    ),
}
"""Pattern of a setting -> what it takes; ARNs, ids and domain names are told by what is in the pattern."""
IDENTIFIER: Final = re.compile(r"\^(\w+)-\[0-9a-f\]\{8,17\}\$")
ARN: Final = re.compile(r"\^arn:aws:([\w-]+):(\S*?)\[0-9\]\{12\}:([\w/-]+:?|\(\?:\w+\|\w+\):)")


def form_of(pattern: str) -> str:
    """What a value of `pattern` looks like."""
    if pattern in FORMS:
        return FORMS[pattern]
    if found := IDENTIFIER.fullmatch(pattern):
        return f"an id like {found[1]}-0123456789abcdef0"
    if found := ARN.match(pattern):
        kind = found[3].replace("(?:", "").replace("|", " or ").replace(")", "")
        return f"an ARN like arn:aws:{found[1]}:{'REGION' if found[2] != ':' else ''}:ACCOUNT:{kind}…"
    if pattern.endswith(r"\.)+[A-Za-z]{2,63}$"):
        return "a domain name, e.g. api.example.com"
    return f"text of the form {pattern.removeprefix('^').removesuffix('$')}"
