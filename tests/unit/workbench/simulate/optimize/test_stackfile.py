import pytest
import yaml

from deployment.errors import InputError
from workbench.simulate.optimize.stackfile import changed

TEXT = """\
# The file's own remark.
config:
  aws:region: us-east-1
  plant:fleet:
    max_size: 2 # what the budget allows
    instance_types:
      - t4g.nano
      - t4g.micro
    min_size: 1
  plant:uptime:
    schedule: sessions
"""


def test_values_change_and_everything_else_stays():
    result = changed(TEXT, {"plant:fleet": {"max_size": 3, "instance_types": ["t4g.small"]}}, "x")
    assert "max_size: 3 # what the budget allows" in result
    assert result.startswith("# The file's own remark.\n")
    config = yaml.safe_load(result)["config"]
    assert config["plant:fleet"] == {"max_size": 3, "instance_types": ["t4g.small"], "min_size": 1}
    assert config["plant:uptime"] == {"schedule": "sessions"}


def test_a_new_key_and_a_new_group_are_added():
    result = changed(
        TEXT, {"plant:uptime": {"hours_per_session": 3}, "plant:cache": {"node_type": "cache.t4g.micro"}}, "x"
    )
    config = yaml.safe_load(result)["config"]
    assert config["plant:uptime"] == {"hours_per_session": 3, "schedule": "sessions"}
    assert config["plant:cache"] == {"node_type": "cache.t4g.micro"}


def test_none_removes_a_key():
    assert "min_size" not in changed(TEXT, {"plant:fleet": {"min_size": None}}, "x")
    assert changed(TEXT, {"plant:cache": {"node_type": None}}, "x") == TEXT


def test_nothing_to_change_is_the_same_text():
    assert changed(TEXT, {}, "x") == TEXT


@pytest.mark.parametrize(
    "text",
    ["config: {plant:fleet: {max_size: 2}}\n", "config:\n  plant:fleet: {max_size: 2}\n", "nothing: here\n"],
    ids=["all on one line", "the group on one line", "no configuration"],
)
def test_a_style_that_can_t_be_edited_is_refused_and_never_mangled(text):
    with pytest.raises(InputError, match="by hand"):
        changed(text, {"plant:fleet": {"max_size": 3}}, "Pulumi.x.yaml")
