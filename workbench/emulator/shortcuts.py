"""What a call to moto in this process need not take, as it crosses no network: answers are the same, in half the time.

Names are those of moto 5.2.5; tests/unit/workbench/emulator/test_shortcuts.py holds each shortcut to moto's own way.
"""

from __future__ import annotations

import functools
import string
import sys
from io import BytesIO
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.awsrequest import AWSPreparedRequest, AWSResponse
    from botocore.client import BaseClient

_PLAIN_PATH = frozenset(string.ascii_letters + string.digits + "/-._")
"""Characters of a path that no encoding changes."""


@functools.cache
def apply() -> None:
    """Shorten moto's own ways, in this process, once."""
    _attributes_are_found_by_names_that_are_made_once()
    _ids_are_drawn_at_once()
    _answers_are_written_without_a_generator()


def attach(client: BaseClient) -> None:
    """Let a client of moto in this process reach it by the shorter way; by moto's own wherever that one ends."""
    from moto.core.models import botocore_stubber

    # botocore asks everybody who listens, and a call would be carried out twice.
    client.meta.events.unregister("before-send", botocore_stubber)
    client.meta.events.register("before-send", _answer)
    _endpoints_are_found_once(client)


def _endpoints_are_found_once(client: BaseClient) -> None:
    """botocore asks the rules of a service for the endpoint at each call; without a parameter in them it stays."""
    resolver = client._ruleset_resolver
    resolve, known = resolver.construct_endpoint, {}

    def construct_endpoint(operation_model: Any, call_args: Any, request_context: Any) -> Any:
        if operation_model.context_parameters or operation_model.operation_context_parameters:
            return resolve(operation_model, call_args, request_context)
        name = operation_model.name
        if name not in known:
            known[name] = resolve(operation_model, call_args, request_context)
        return known[name]

    resolver.construct_endpoint = construct_endpoint


def _answer(request: AWSPreparedRequest, **_event: Any) -> AWSResponse | None:
    """moto's answer."""
    from botocore.awsrequest import AWSResponse
    from moto.core.botocore_stubber import MockRawResponse
    from moto.core.models import botocore_stubber
    from werkzeug.exceptions import HTTPException

    url = request.url
    serve = _server_of(url.partition("?")[0]) if botocore_stubber.enabled else None
    normalized = request_of(request) if serve is not None else None
    if serve is None or normalized is None:
        return botocore_stubber("before-send", request)
    try:
        status, headers, body = serve(normalized, url, normalized.headers)
    except HTTPException as error:
        status, headers, body = error.code, error.get_headers(), error.get_body()
    return AWSResponse(url, status, headers, MockRawResponse(body))


@functools.lru_cache(maxsize=4096)
def _server_of(url: str) -> Callable[..., Any] | None:
    """What moto serves a URL with: it compares each with some 200 patterns, and lists those of the service anew."""
    import re

    from moto import backends
    from moto.backend_index import backend_url_patterns
    from moto.core.base_backend import BackendDict
    from moto.core.models import DEFAULT_ACCOUNT_ID
    from moto.core.utils import get_equivalent_url_in_aws_domain

    if get_equivalent_url_in_aws_domain(url)[1]:
        return None
    for service, pattern in backend_url_patterns:
        if pattern.match(url):
            accounts = backends.get_backend(service)  # type: ignore[call-overload]
            if not isinstance(accounts, BackendDict):
                return None
            regions = accounts[DEFAULT_ACCOUNT_ID]
            backend = regions["us-east-1" if "us-east-1" in regions else "aws"]
            for form, serve in backend.urls.items():
                if re.match(form, url):
                    return serve  # type: ignore[no-any-return]
    return None


def request_of(request: AWSPreparedRequest) -> Any:
    """The request as moto has it, from parts that are plain text; None for any other.

    moto has werkzeug's test client build it, which reads form and files that a prepared request has not.
    """
    from moto.core.request import PRESERVED_HEADER_NAMES_ENVIRON_KEY, Request

    scheme, _, rest = request.url.partition("://")
    host, slash, path = rest.partition("/")
    path, _, query = path.partition("?")
    path, body = slash + path, request.body
    if isinstance(body, str):
        body = body.encode()
    if scheme != "https" or ":" in host or not slash or path.startswith("//") or not _PLAIN_PATH.issuperset(path):
        return None
    if (
        not isinstance(body, bytes | None)
        or "%" in query
        or not query.isascii()
        or "transfer-encoding" in request.headers
    ):
        return None
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "REQUEST_URI": path,
        "RAW_URI": path,
        "SERVER_NAME": host,
        "SERVER_PORT": "443",
        "HTTP_HOST": host,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scheme,
        "wsgi.input": BytesIO(body or b""),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers.items():
        key = name.upper().replace("-", "_")
        if "_" in name:
            return None
        text = value.decode() if isinstance(value, bytes) else str(value)
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = text
    if body:
        environ["CONTENT_LENGTH"] = str(len(body))
    environ.setdefault("CONTENT_LENGTH", "0")
    environ[PRESERVED_HEADER_NAMES_ENVIRON_KEY] = {}
    return Request(environ)


def _attributes_are_found_by_names_that_are_made_once() -> None:
    """moto makes the names under which an object may hold a member of the answer at each look, of which there are some
    20 a call; they follow from the member and the object's class."""
    from moto.core import serialize
    from moto.core.constants import MISSING
    from moto.core.utils import get_value as value_of

    by_moto = serialize.ResponseSerializer.get_value

    def get_value(self: Any, value: Any, key: str, shape: Any) -> Any:
        picker = self._value_picker
        if type(picker) is not serialize.XFormedAttributePicker:
            return by_moto(self, value, key, shape)
        known = shape.__dict__.setdefault("names_by_class", {})
        kind = type(value)
        names = known.get(kind)
        if names is None:
            context = serialize.AttributePickerContext(obj=value, key=key, shape=shape)
            names = known[kind] = tuple(dict.fromkeys(picker.get_possible_keys(context)))
        found = None
        for name in names:
            one = value_of(value, name, MISSING)
            if one is not MISSING:
                found = one
                break
        if picker.response_transformers:
            path = ".".join([*self.path, key])
            for end, transform in picker.response_transformers.items():
                if path.endswith(end):
                    return transform(found)
        return found

    serialize.ResponseSerializer.get_value = get_value  # type: ignore[method-assign]


def _ids_are_drawn_at_once() -> None:
    """moto draws the 52 characters of a request's id one by one."""
    from moto.moto_api._internal.moto_random import MotoRandom

    def get_random_string(self: Any, length: int = 20, include_digits: bool = True, lower_case: bool = False) -> str:
        drawn = "".join(self.choices(string.ascii_letters + string.digits * include_digits, k=length))
        return drawn.lower() if lower_case else drawn

    MotoRandom.get_random_string = get_random_string  # type: ignore[method-assign]


def _answers_are_written_without_a_generator() -> None:
    """moto writes XML by a generator of events that looks at each name, and the names are those of the service."""
    from moto.core import serialize

    by_moto = vars(serialize)["xmltodict"]

    def unparse(body: dict[str, Any], *, full_document: bool, short_empty_elements: bool, pretty: bool = False) -> str:
        parts = ['<?xml version="1.0" encoding="utf-8"?>\n'] if full_document else []
        if (
            pretty
            or len(body) != 1
            or not all(_write(parts, name, value, short=short_empty_elements) for name, value in body.items())
        ):
            return by_moto.unparse(  # type: ignore[no-any-return]
                body, full_document=full_document, short_empty_elements=short_empty_elements, pretty=pretty
            )
        return "".join(parts)

    vars(serialize)["xmltodict"] = SimpleNamespace(unparse=unparse)


def _write(parts: list[str], name: str, value: Any, *, short: bool) -> bool:
    """Add elements to `parts`, one for each item of a list; False if they hold more than text and trees of it."""
    if not name.isidentifier():
        return False
    for item in value if type(value) is list else [value]:
        parts.append(f"<{name}")
        opened = len(parts)
        if isinstance(item, dict):
            parts.append(">")
            for key, inner in item.items():
                if key.startswith("@") and type(inner) is str and len(parts) == opened + 1:
                    parts.insert(opened, f" {key[1:]}={quoteattr(inner)}")
                    opened += 1
                elif not (type(inner) is list and not inner) and not _write(parts, key, inner, short=short):
                    return False
        elif item is None or isinstance(item, str | int | float):
            text = "" if item is None else str(item).lower() if isinstance(item, bool) else str(item)
            parts += [">", escape(text)] if text else [">"]
        else:
            return False
        if short and len(parts) == opened + 1:
            parts[opened] = "/>"
        else:
            parts.append(f"</{name}>")
    return True
