"""The emulated listener answers as the load balancer's documents say."""

import pytest

from workbench.emulator.behaviour.listener import Listener
from workbench.emulator.behaviour.waf import Request


def rule(priority, status, *conditions):
    action = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": str(status), "MessageBody": "{}"}}
    return {"Priority": str(priority), "RuleArn": f"arn:{status}", "Conditions": conditions, "Actions": [action]}


def condition(field, **config):
    [(name, values)] = config.items()
    return {"Field": field, name: {"Values": values}}


HOST = condition("host-header", HostHeaderConfig=["*.example.com"])


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (Request("/v1/x", headers={"host": "API.example.com:443"}, query={"Page_Size": "6A"}), 400),
        (Request("/v1/x", headers={"host": "api.example.com"}, query={"page_size": "50"}), 405),
        (Request("/V1/x", headers={"host": "api.example.com"}), 200),
        (Request("/v1/x", method="POST", headers={"host": "api.example.com"}), 200),
        (Request("/v1/x", headers={"host": "api.example.org"}), 200),
        (Request("/v1/x", ip="192.0.2.7", headers={"host": "api.example.com"}, query={"page_size": "60"}), 503),
        (Request("/v1/x", ip="2001:db8::1", headers={"host": "api.example.com"}), 405),
    ],
)
def test_the_first_rule_whose_conditions_all_hold_answers(request_, status):
    listener = Listener(
        [
            rule(1, 503, HOST, condition("source-ip", SourceIpConfig=["192.0.2.0/24"])),
            rule(2, 400, HOST, condition("query-string", QueryStringConfig=[{"Key": "page_size", "Value": "6?"}])),
            rule(
                3,
                405,
                HOST,
                condition("path-pattern", PathPatternConfig=["/v1/*"]),
                condition("http-request-method", HttpRequestMethodConfig=["GET"]),
            ),
        ]
    )
    if status == 503:
        assert Listener(listener.rules[1:]).answer(request_).status == 400
    assert listener.answer(request_).status == status


def test_a_condition_that_is_not_covered_is_refused():
    with pytest.raises(ValueError, match="http-header is not covered"):
        Listener([rule(1, 400, {"Field": "http-header"})]).answer(Request())
