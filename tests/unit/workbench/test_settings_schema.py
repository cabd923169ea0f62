"""The schema that editors use says what the program says."""

import jsonschema
import pytest
import yaml

from infra.settings.loading import GROUPS
from workbench.preview.stackfile import stacks
from workbench.preview.synthesis import REPOSITORY
from workbench.settings_schema import MODELINE, settings_page, stack_file_schema

SCHEMA = stack_file_schema()


def problems(config):
    return list(jsonschema.Draft202012Validator(SCHEMA).iter_errors({"config": config}))


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("stack", stacks(REPOSITORY))
def test_our_stack_files_name_it_and_satisfy_it(stack):
    text = (REPOSITORY / f"Pulumi.{stack}.yaml").read_text()
    assert text.startswith(MODELINE)
    assert problems(yaml.safe_load(text)["config"]) == []


@pytest.mark.parametrize(
    "config",
    [
        pytest.param({"plant:fleeet": {}}, id="a group that is not there"),
        pytest.param({"plant:fleet": {"max_sice": 2}}, id="a setting that is not there"),
        pytest.param({"plant:fleet": {"max_size": 0}}, id="out of bounds"),
        pytest.param({"plant:fleet": {"max_size": "many"}}, id="of another type"),
        pytest.param({"plant:uptime": {"schedule": "never"}}, id="no such choice"),
        pytest.param({"aws:region": "Mars"}, id="no region"),
    ],
)
def test_what_the_program_refuses_an_editor_marks(config):
    assert problems(config)


def test_keys_of_other_packages_are_not_ours_to_judge():
    assert problems({"aws:allowedAccountIds": ["123456789012"], "datadog:apiKey": {"secure": "v1:x"}}) == []


def leaves(model, prefix=""):
    for name, field in model.model_fields.items():
        yield name, field.description


def test_the_page_has_every_setting_with_its_meaning():
    page = settings_page()
    for group, model in GROUPS.items():
        section = page.partition(f"## plant:{group}\n")[2].partition("\n## ")[0]
        for name, meaning in leaves(model):
            row = next(line for line in section.splitlines() if line.startswith(f"| `{name}` |"))
            assert meaning.split(".")[0][:40].replace("|", "\\|") in row
