"""JSON texts whose values may be outputs."""

import asyncio
import json

import pulumi
import pytest

from components.json_text import json_text


def told(make_document):
    """(text, whether it is known, whether it is secret) of the document."""

    async def ask():
        output = json_text(make_document())
        return await output.future(), await output.is_known(), await output.is_secret()

    return asyncio.run(ask())


def unknown():
    return pulumi.Output(set(), asyncio.sleep(0), asyncio.sleep(0, False))


def test_outputs_are_filled_in_wherever_they_stand():
    def document():
        name = pulumi.Output.from_input("plant")
        deep = pulumi.Output.from_input({"a": [1, None]})
        return {"name": name, "again": [name, {"deep": deep}], "plain": True}

    filled = {"name": "plant", "again": ["plant", {"deep": {"a": [1, None]}}], "plain": True}
    assert told(document) == (json.dumps(filled), True, False)


def test_a_document_with_a_secret_is_one():
    assert told(lambda: {"token": [pulumi.Output.secret("s3")]}) == ('{"token": ["s3"]}', True, True)


def test_a_document_with_an_unknown_value_is_unknown():
    _, known, _ = told(lambda: {"arn": unknown(), "name": "plant"})
    assert not known


@pytest.mark.parametrize("wrap", [lambda value: value, pulumi.Output.from_input], ids=["at once", "in an output"])
def test_what_json_does_not_know_is_an_error(wrap):
    with pytest.raises(TypeError, match="neither JSON nor an output"):
        told(lambda: {"when": wrap(object())})


def test_a_text_that_stands_for_an_output_is_an_error():
    with pytest.raises(ValueError, match="stands for an output"):
        told(lambda: {"gap": "\0output\0", "name": pulumi.Output.from_input("plant")})
