"""What a call to moto in this process need not take, as it crosses no network: answers are the same, in half the time.

Names are those of moto 5.2.5; tests/unit/workbench/emulator/test_shortcuts.py holds each shortcut to moto's own way.
"""

from __future__ import annotations

import functools
import json
import string
import sys
import time
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlparse

from workbench.emulator import answers_without_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.awsrequest import AWSResponse
    from botocore.client import BaseClient
    from botocore.model import OperationModel

_PLAIN_PATH = frozenset(string.ascii_letters + string.digits + "/-._")
"""Characters of a path that no encoding changes."""


@functools.cache
def apply() -> None:
    """Shorten moto's own ways, in this process, once."""
    _models_are_read_once()
    answers_without_text.apply()
    _ids_are_drawn_at_once()
    _requests_are_looked_through_once()
    _tags_are_found_by_id()
    _queues_are_counted_by_plain_numbers()


def attach(client: BaseClient) -> None:
    """Let a client of moto in this process reach it by the shorter way; by moto's own wherever that one ends."""
    _endpoints_are_found_once(client)
    if client.meta.service_model.service_name != "s3":  # botocore looks at its answers once more
        _calls_are_answered_without_http(client)


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


def _calls_are_answered_without_http(client: BaseClient) -> None:
    """botocore prepares each request to be signed, sent, recorded and sent again, and asks everybody who listens.

    Of those who do, the ones are left that change parameters or what was answered.
    """
    send, service, events = client._make_api_call, client.meta.service_model, client.meta.events
    add_fields = client._endpoint._add_modeled_error_fields
    parser = client._endpoint._response_parser_factory.create_parser(service.resolved_protocol)
    listened_to = service.service_id.hyphenize()
    known: dict[tuple[str, str], tuple[dict[str, Any], dict[str, Any]]] = {}

    def requested(model: OperationModel, api_params: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """The request, and what those who listen have noted of it; of what reads, the same again and again."""
        reads = model.name.startswith(("Describe", "Get", "List"))
        asked = model.name, repr(api_params) if reads else ""
        if asked in known:
            request, context = known[asked]
            return request, {**context}
        context = {}
        params = client._emit_api_params({**api_params}, model, context)
        url, headers, _ = client._resolve_endpoint_ruleset(model, params, context)
        request = client._convert_to_request_dict(params, model, url, context, headers)
        if reads:
            known[asked] = request, {**context}
        return request, context

    def make_api_call(operation_name: str, api_params: dict[str, Any]) -> Any:
        model = service.operation_model(operation_name)
        if model.has_streaming_output or model.has_event_stream_output:
            return send(operation_name, api_params)
        request, context = requested(model, api_params)
        kept: list[dict[str, Any]] = []
        http = _answer(request, kept)
        if http is None:
            return send(operation_name, api_params)
        if kept:
            parsed = {**kept[0], "ResponseMetadata": _metadata(http)}
        else:
            answer = {"status_code": http.status_code, "headers": http.headers, "body": http.content, "context": {}}
            parsed = parser.parse(answer, model.output_shape)
            if http.status_code >= 300:
                add_fields(answer, parsed, model, parser)
            parsed["ResponseMetadata"]["RetryAttempts"] = 0
        name = f"after-call.{listened_to}.{operation_name}"
        events.emit(name, http_response=http, parsed=parsed, model=model, context=context)
        if http.status_code >= 300:
            code = context.get("error_code_override") or parsed.get("Error", {}).get("Code")
            raise client.exceptions.from_code(code)(parsed, operation_name)
        return parsed

    client._make_api_call = make_api_call


def _metadata(http: AWSResponse) -> dict[str, Any]:
    headers = {name.lower(): value for name, value in http.headers.items()}
    return {
        "RequestId": headers.get("x-amzn-requestid"),
        "HTTPStatusCode": http.status_code,
        "HTTPHeaders": headers,
        "RetryAttempts": 0,
    }


def _answer(request: dict[str, Any], kept: list[dict[str, Any]]) -> AWSResponse | None:
    """moto's answer; None if only its own way leads to one. `kept` takes what need not be written as text."""
    from botocore.awsrequest import AWSResponse
    from moto.core.botocore_stubber import MockRawResponse
    from moto.core.models import botocore_stubber
    from werkzeug.exceptions import HTTPException

    url = request["url"]
    serve = _server_of(url.partition("?")[0]) if botocore_stubber.enabled else None
    normalized = request_of(request) if serve is not None else None
    if serve is None or normalized is None:
        return None
    normalized.environ[answers_without_text.KEPT] = kept
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


def request_of(request: dict[str, Any]) -> Any:
    """A request of botocore's as moto has it, from parts that are plain text; None for any other.

    moto has werkzeug's test client build it, and then parse the form that botocore made of a dictionary.
    """
    from moto.core.request import PRESERVED_HEADER_NAMES_ENVIRON_KEY, Request
    from werkzeug.datastructures import ImmutableMultiDict

    scheme, _, rest = request["url"].partition("://")
    host, slash, path = rest.partition("/")
    path, _, query = path.partition("?")
    path, body, method = slash + path, request["body"], request["method"]
    form = {}
    if isinstance(body, dict):
        form = {key: str(value) for key, value in body.items()}
        if any(isinstance(value, list | bytes) for value in body.values()):
            return None
        body = urlencode(form)
    if isinstance(body, str):
        body = body.encode()
    if scheme != "https" or ":" in host or not slash or path.startswith("//") or not _PLAIN_PATH.issuperset(path):
        return None
    if (
        not isinstance(body, bytes | None)
        or "%" in query
        or not query.isascii()
        or "transfer-encoding" in request["headers"]
    ):
        return None
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
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
    for name, value in request["headers"].items():
        key = _environ_key(name)
        if not key:
            return None
        text = value.decode() if isinstance(value, bytes) else str(value)
        environ[key] = text
    if body:
        environ["CONTENT_LENGTH"] = str(len(body))
    environ.setdefault("CONTENT_LENGTH", "0")
    environ[PRESERVED_HEADER_NAMES_ENVIRON_KEY] = {}
    made = Request(environ)
    # What werkzeug parses when it is first asked for it.
    made.__dict__["form"] = ImmutableMultiDict(form)
    made.__dict__["files"] = ImmutableMultiDict()
    made.__dict__["stream"] = BytesIO(b"" if form else body or b"")
    return made


@functools.cache
def _environ_key(name: str) -> str:
    """Name of a header in a request's environment; empty if another header has that too."""
    key = name.upper().replace("-", "_")
    return "" if "_" in name else key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"


def _models_are_read_once() -> None:
    """botocore reads a service's model once a session, and moto makes several: that of EC2 was read five times.

    It also asks for dictionaries that keep their order, as all do, at twice the time. And moto looks at the folders of
    all services anew for each model that it wants.
    """
    from botocore.loaders import JSONFileLoader
    from moto.core import utils

    @functools.cache
    def load(path: str, opened: Callable[..., Any]) -> Any:
        if not Path(path).is_file():
            return None
        with opened(path, "rb") as file:
            return json.load(file)

    def load_file(self: Any, full_path: str, open_method: Callable[..., Any]) -> Any:
        return load(full_path, open_method)

    JSONFileLoader._load_file = load_file
    utils.create_loader = functools.cache(utils.create_loader)  # type: ignore[attr-defined]


def _ids_are_drawn_at_once() -> None:
    """moto draws the 52 characters of a request's id one by one."""
    from moto.core import responses
    from moto.moto_api._internal import mock_random
    from moto.moto_api._internal.moto_random import MotoRandom

    def request_id(headers: dict[str, Any]) -> str:
        drawn = f"{mock_random.getrandbits(208):052X}"
        headers["x-amzn-requestid"] = drawn
        return drawn

    responses.gen_amzn_requestid_long = request_id  # type: ignore[assignment,attr-defined]

    def get_random_string(self: Any, length: int = 20, include_digits: bool = True, lower_case: bool = False) -> str:
        drawn = "".join(self.choices(string.ascii_letters + string.digits * include_digits, k=length))
        return drawn.lower() if lower_case else drawn

    MotoRandom.get_random_string = get_random_string  # type: ignore[method-assign]


def _requests_are_looked_through_once() -> None:
    """moto looks for a form, a query, an action, a Region and a key in each request, some of them three times.

    In a request of ours that is a form, or JSON with its action in a header, it is known where they are.
    """
    from collections import OrderedDict

    from moto.core.models import DEFAULT_ACCOUNT_ID
    from moto.core.responses import BaseResponse
    from moto.utilities.utils import get_partition

    set_up, find_action = BaseResponse.setup_class, BaseResponse._get_action

    def setup_class(
        self: Any, request: Any, full_url: str | None = None, headers: Any = None, use_raw_body: bool | None = None
    ) -> None:
        environ, form, url = request.environ, request.form, full_url or request.raw_url
        action = form.get("Action") or environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
        if (
            answers_without_text.KEPT not in environ
            or not action
            or environ["QUERY_STRING"]
            or "HTTP_AUTHORIZATION" in environ
            or not form.keys().isdisjoint(_READ_BY_MOTO)
            or (self.use_raw_body if use_raw_body is None else use_raw_body)
            or type(self)._get_action is not find_action
        ):
            set_up(self, request, full_url, headers, use_raw_body)
            return
        self._get_action = lambda: action
        self.is_werkzeug_request = False
        self.normalized_request, self.form_data, self.uri_match = request, form, {}
        self.raw_body = request.data
        self.body = self.raw_body.decode()
        self.querystring = self.data = OrderedDict((key, [value]) for key, value in form.items())
        self.uri, self.parsed_url = url, _parsed(url)
        self.path, self.raw_path, self.method = self.parsed_url.path, environ["RAW_URI"], request.method
        self.region = regions.get((type(self), url)) or regions.setdefault(
            (type(self), url), self.get_region_from_url(request, url)
        )
        self.partition = get_partition(self.region)
        self.headers = request.headers
        self.response_headers = {"server": "amazon.com", "date": _date(int(time.time()))}
        if self.automated_parameter_parsing:
            parser = _parser(
                self.boto3_service_name, action, environ.get("CONTENT_TYPE"), self.PROTOCOL_PARSER_MAP_TYPE
            )
            self.params = parser.parse({"values": form, "body": self.raw_body})
        elif not form:
            self._get_param = _finder(self._get_param, json.loads(self.body or "{}"))
        self.access_key, self.current_account = "AKIAEXAMPLE", DEFAULT_ACCOUNT_ID

    regions: dict[tuple[type, str], str] = {}
    BaseResponse.setup_class = setup_class  # type: ignore[method-assign]


def _tags_are_found_by_id() -> None:
    """moto compares a resource's id with that of each tag of the account, as a pattern."""
    from moto.ec2.models.core import TaggedEC2Resource
    from moto.ec2.utils import EC2_PREFIX_TO_RESOURCE, get_prefix

    def get_tags(self: Any) -> list[dict[str, str]]:
        tags = self.ec2_backend.tags.get(self.id)
        kind = EC2_PREFIX_TO_RESOURCE.get(get_prefix(self.id), "") if tags else ""
        return [
            {"resource_id": self.id, "key": key, "value": value, "resource_type": kind}
            for key, value in (tags or {}).items()
        ]

    TaggedEC2Resource.get_tags = get_tags  # type: ignore[method-assign]


def _queues_are_counted_by_plain_numbers() -> None:
    """moto asks of each message in a queue twice what time it is, by way of two dates, whenever one comes or goes."""
    from moto.sqs import models

    def now(dt: Any = None) -> float:
        return time.time() * 1000

    models.unix_time_millis = now  # type: ignore[attr-defined]
    models.camelcase_to_underscores = functools.cache(  # type: ignore[attr-defined]
        models.camelcase_to_underscores  # type: ignore[attr-defined]
    )


_READ_BY_MOTO = frozenset({"AWSAccessKeyId", "key"})
"""Names in a form that mean something to moto whatever the action."""


@functools.lru_cache(maxsize=4096)
def _parsed(url: str) -> Any:
    return urlparse(url)


def _finder(find: Callable[..., Any], given: dict[str, Any]) -> Callable[..., Any]:
    """What finds a parameter in JSON: moto parses all of it for each, and may change what it then has of a list."""

    def get_param(name: str, if_none: Any = None) -> Any:
        value = given.get(name)
        return value if isinstance(value, str | int | float) else find(name, if_none)

    return get_param


@functools.lru_cache(maxsize=1)
def _date(seconds: int) -> str:
    from werkzeug.http import http_date

    return http_date(seconds)


@functools.cache
def _parser(service: str, action: str, content_type: str | None, map_type: type) -> Any:
    """What reads the parameters of an action out of a form, or JSON."""
    from moto.core.parse import PROTOCOL_PARSERS
    from moto.core.request import determine_request_protocol
    from moto.core.utils import get_service_model

    model = get_service_model(service)
    protocol = determine_request_protocol(model, content_type)
    return PROTOCOL_PARSERS[protocol](model.operation_model(action), map_type=map_type)
