"""What is kept of the API's answers is what the API would say again."""

from __future__ import annotations

from workbench.emulator.behaviour.answers import Answers
from workbench.emulator.world import embedded_aws


def put(api, name, value):
    api.call("ssm", "put_parameter", Name=name, Value=value, Type="String", Overwrite=True)


def value(answers, name):
    return answers.call("ssm", "get_parameter", Name=name)["Parameter"]["Value"]


def test_a_written_parameter_is_read_again_and_another_is_not():
    with embedded_aws() as api:
        answers = Answers(api)
        put(api, "/one", "1")
        put(api, "/other", "a")
        arn = answers.call("ssm", "get_parameter", Name="/one")["Parameter"]["ARN"]
        assert (value(answers, "/one"), value(answers, "/other"), value(answers, arn)) == ("1", "a", "1")
        listed = answers.call("ssm", "describe_parameters")
        put(api, "/one", "2")
        asked = len(api.calls)
        assert value(answers, "/other") == "a"
        assert len(api.calls) == asked
        assert (value(answers, "/one"), value(answers, arn)) == ("2", "2")
        assert answers.call("ssm", "describe_parameters") is not listed


def test_a_deleted_parameter_takes_all_with_it():
    with embedded_aws() as api:
        answers = Answers(api)
        put(api, "/one", "1")
        put(api, "/other", "a")
        assert value(answers, "/other") == "a"
        api.call("ssm", "delete_parameter", Name="/one")
        asked = len(api.calls)
        assert value(answers, "/other") == "a"
        assert len(api.calls) == asked + 1
