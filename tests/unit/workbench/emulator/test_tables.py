"""The type tables agree with botocore's service model: a typo fails here, not in the middle of a deploy."""

from __future__ import annotations

import pytest

from workbench.emulator.api import moto_implements, operation_model
from workbench.emulator.mapping import member_for
from workbench.emulator.registry import UnknownTypeError, type_for, types
from workbench.emulator.resource_type import AwsType, Call, Read, is_template

ROWS = sorted(types().values(), key=lambda row: row.pulumi_type)


def calls(row: AwsType) -> list[Call]:
    single = [row.create, row.delete, row.tag, row.untag]
    return [call for call in [*single, *row.steps, *row.update, *row.before_delete] if call is not None]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.pulumi_type)
def test_every_call_names_an_operation_and_its_parameters(row: AwsType) -> None:
    for call in calls(row):
        shape = operation_model(call.service or row.service, call.operation).input_shape
        assert set(call.args) <= set(shape.members), call.operation
        for name in call.takes or ():
            assert member_for(shape, name, row.renames), f"{call.operation} has no parameter for {name}"
    for read in [*row.read, *([row.find] if isinstance(row.find, Read) else [])]:
        shape = operation_model(read.service or row.service, read.operation).input_shape
        assert set(read.args) <= set(shape.members), read.operation


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.pulumi_type)
def test_a_property_with_one_name_in_pulumi_has_one_row(row: AwsType) -> None:
    overlap = {name for name, to in row.renames.items() if to and "." not in name} & row.unsent
    assert not overlap


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.pulumi_type)
def test_what_a_lost_answer_leaves_behind_can_be_found(row: AwsType) -> None:
    looked_up = row.create.operation.startswith("describe_")  # made by AWS along with something else
    assert row.find is not None or is_template(row.id) or looked_up, "its id is in the answer only: give it a `find`"
    if isinstance(row.find, Read) and moto_implements(row.service, row.create.operation):
        assert moto_implements(row.find.service or row.service, row.find.operation)


def test_an_unknown_type_says_where_a_row_belongs() -> None:
    with pytest.raises(UnknownTypeError, match="workbench/emulator/services"):
        type_for("aws:quantum/ring:Ring")
