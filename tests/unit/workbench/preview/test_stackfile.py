"""Reading Pulumi.yaml and Pulumi.<stack>.yaml."""

import json

import pytest

from deployment.errors import InputError
from workbench.preview.stackfile import read_stack


@pytest.fixture
def project(tmp_path):
    (tmp_path / "Pulumi.yaml").write_text("name: plant\nruntime: python\nmain: infra\n")

    def write(text, stack="dev"):
        (tmp_path / f"Pulumi.{stack}.yaml").write_text(text)
        return tmp_path

    return write


def test_objects_reach_the_program_as_json_and_scalars_as_text(project):
    root = project("config:\n  aws:region: eu-west-1\n  plant:fleet:\n    max_size: 4\n  plant:on: true\n")
    stack = read_stack(root, "dev", {})
    assert stack.config["aws:region"] == "eu-west-1"
    assert json.loads(stack.config["plant:fleet"]) == {"max_size": 4}
    assert stack.config["plant:on"] == "true"
    assert (stack.project, stack.main, stack.region) == ("plant", "infra", "eu-west-1")


def test_a_key_without_namespace_is_the_projects(project):
    assert read_stack(project("config:\n  size: 3\n"), "dev", {}).config == {"plant:size": "3"}


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        pytest.param("plant:fleet.max_size", "4", {"max_size": 4, "types": ["a", "b"]}, id="nested"),
        pytest.param("fleet.max_size", "4", {"max_size": 4, "types": ["a", "b"]}, id="project namespace"),
        pytest.param("plant:fleet.types[1]", "c", {"max_size": 1, "types": ["a", "c"]}, id="list item"),
        pytest.param(
            "plant:fleet.spot.on", "true", {"max_size": 1, "types": ["a", "b"], "spot": {"on": True}}, id="new"
        ),
    ],
)
def test_an_override_reaches_into_an_object(project, key, value, expected):
    root = project("config:\n  plant:fleet:\n    max_size: 1\n    types: [a, b]\n")
    assert json.loads(read_stack(root, "dev", {key: value}).config["plant:fleet"]) == expected


def test_an_empty_stack_file_is_an_empty_configuration(project):
    assert read_stack(project(""), "dev", {}).config == {}


def test_an_alias_is_read(project):
    root = project("config:\n  plant:a: &types [x, y]\n  plant:b: *types\n")
    assert json.loads(read_stack(root, "dev", {}).config["plant:b"]) == ["x", "y"]


READ_BY_PULUMI = """
x: &x {kind: dedicated}
config:
  plant:merged: {<<: *x, b: 1}
  plant:own: {<<: [*x, {c: d}], kind: own}
  plant:o: {a: 19:00, b: 1:30, c: 0o17, d: 017, e: 0xEA60, f: 60_000, g: yes, h: on, i: 2026-01-01, k: 019, n: ~,
            l: 2026-01-01T10:00:00Z, m: 2026-01-01T10:00:00+02:00, p: +5, q: 0b101, r: .5, s: True, t: 2026-13-45}
  plant:big: {a: 1e3}
"""


def test_scalars_and_merges_are_read_as_pulumi_reads_them(project):
    config = read_stack(project(READ_BY_PULUMI), "dev", {}).config
    assert json.loads(config["plant:merged"]) == {"kind": "dedicated", "b": 1}
    assert json.loads(config["plant:own"]) == {"kind": "own", "c": "d"}
    assert json.loads(config["plant:big"]) == {"a": 1000}
    assert json.loads(config["plant:o"]) == {
        **{"a": "19:00", "b": "1:30", "c": 15, "d": 15, "e": 60000, "f": 60000, "g": "yes", "h": "on"},
        **{"i": "2026-01-01 00:00:00 +0000 UTC", "k": 19, "l": "2026-01-01 10:00:00 +0000 UTC", "n": None},
        **{"m": "2026-01-01 10:00:00 +0200 +0200", "p": 5, "q": 5, "r": 0.5, "s": True, "t": "2026-13-45"},
    }


def test_a_key_in_quotes_may_have_dots(project):
    root = project("config:\n  plant:tags: {}\n")
    changed = read_stack(root, "dev", {'plant:tags["cost.center"]': "4", 'plant:tags["a\\"b"][0]': "x"})
    assert json.loads(changed.config["plant:tags"]) == {"cost.center": 4, 'a"b': ["x"]}


@pytest.mark.parametrize(
    ("key", "value"),
    [("plant:a" + ".b" * 3000, "1"), ("plant:a", "[" * 100_000), ("plant:a", "[" * 60 + "]" * 60)],
)
def test_an_override_that_is_nested_without_end_is_refused_or_text(project, key, value):
    root = project("config: {}\n")
    if value.endswith("["):
        assert read_stack(root, "dev", {key: value}).config == {key: value}
        return
    with pytest.raises(InputError, match="nested more than 50 deep"):
        read_stack(root, "dev", {key: value})


def test_a_namespace_that_nobody_reads_is_refused(project):
    root = project("config:\n  github:owner: acme\n")
    assert read_stack(root, "dev", {"github:owner": "b", "aws:region": "eu-west-1"}).config["github:owner"] == "b"
    with pytest.raises(InputError, match="nobody reads the namespace plnt; did you mean 'plant'"):
        read_stack(root, "dev", {"plnt:size": "3"})
    with pytest.raises(InputError, match="nobody reads the namespace Plant"):
        read_stack(project("config:\n  Plant:size: 3\n"), "dev", {})


@pytest.mark.parametrize(
    "key", ["", ":x", "plant:", "plant:list[-1]", "plant:a..b", "plant:a.", 'plant:a[""]', "plant:a['b']"]
)
def test_an_override_without_a_proper_path_is_refused(project, key):
    with pytest.raises(InputError, match="must be NAMESPACE:KEY=VALUE"):
        read_stack(project("config: {}\n"), "dev", {key: "1"})


@pytest.mark.parametrize("key", ["plant:size.max", "plant:types[7]", "plant:types.first"])
def test_an_override_that_does_not_fit_is_refused(project, key):
    root = project("config:\n  plant:size: 3\n  plant:types: [a]\n")
    with pytest.raises(InputError, match="does not fit"):
        read_stack(root, "dev", {key: "1"})


def test_encrypted_values_become_placeholders_and_stay_secret(project):
    root = project(
        "config:\n  plant:token:\n    secure: v1:abc\n  plant:web:\n    client:\n      secure: v1:def\n    port: 1\n"
    )
    stack = read_stack(root, "dev", {})
    assert stack.config["plant:token"] == "[secret]"
    assert json.loads(stack.config["plant:web"]) == {"client": "[secret]", "port": 1}
    assert stack.secret_keys == {"plant:token", "plant:web"}
    assert not any("v1:" in value for value in stack.config.values())


def test_an_unknown_stack_is_refused_with_the_ones_there_are(project):
    project("config: {}\n", "dev")
    root = project("config: {}\n", "prod")
    with pytest.raises(InputError, match="stacks here: dev, prod"):
        read_stack(root, "test", {})


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("config: [", id="not yaml"),
        pytest.param("- a\n- b\n", id="a list"),
        pytest.param("config: 3\n", id="config is a number"),
        pytest.param("config: !!python/object/apply:os.system ['true']\n", id="code"),
        pytest.param("#" * 1_000_001, id="too large"),
        pytest.param("config: " + "[" * 100_000, id="nested without end"),
        pytest.param("config: " + "{a: " * 900 + "1" + "}" * 900, id="nested deeply"),
        pytest.param("config: &a {plant:fleet: *a}", id="an anchor in itself"),
        pytest.param("a: &a [x, x]\nb: &b [*a, *a]\nconfig: {plant:c: [*b, *b]}", id="aliases of aliases"),
        pytest.param("config: {plant:fleet: {2020-01-01: x}}", id="a date as key"),
        pytest.param("config: {plant:fleet: {max_size: 2, max_size: 3}}", id="a key twice"),
        pytest.param("config: {plant:fleet: !!float x}", id="a tag that does not fit"),
        pytest.param("config: {plant:fleet: !!bool x}", id="another tag that does not fit"),
        pytest.param("config: {<<: 5}", id="a merge of a number"),
        pytest.param("config: <<", id="a merge of nothing"),
    ],
)
def test_a_bad_file_is_refused_by_name(project, text):
    with pytest.raises(InputError, match=r"Pulumi\.dev\.yaml"):
        read_stack(project(text), "dev", {})


@pytest.mark.parametrize("name", ["../dev", "a/b", "", "x" * 101])
def test_a_stack_name_is_no_path(project, name):
    with pytest.raises(InputError, match="a stack's name"):
        read_stack(project("config: {}\n"), name, {})


def test_a_file_that_is_none_is_told_in_words_of_people(tmp_path):
    (tmp_path / "Pulumi.yaml").write_text("name: p\nmain: .\n")
    file = tmp_path / "Pulumi.x.yaml"
    file.write_bytes(b"config:\n  a:b: '\xe9'\n")
    with pytest.raises(InputError, match=r"Pulumi\.x\.yaml: not readable as YAML: line 2: it is no text in UTF-8$"):
        read_stack(tmp_path, "x", {})
    file.unlink()
    file.mkdir()
    with pytest.raises(InputError, match=r"Pulumi\.x\.yaml: can't be read: Is a directory$"):
        read_stack(tmp_path, "x", {})


@pytest.mark.parametrize("name", ["Pulumi.yaml", "Pulumi.x.yaml"])
@pytest.mark.parametrize(
    ("target", "says"),
    [("{name}", "Too many levels of symbolic links"), ("none", "No such file or directory"), ("/dev/zero", "larger")],
)
def test_a_link_that_leads_nowhere_is_told_as_one(tmp_path, name, target, says):
    (tmp_path / "Pulumi.yaml").write_text("name: p\nmain: .\n")
    (tmp_path / name).unlink(missing_ok=True)
    (tmp_path / name).symlink_to(target.format(name=name))
    with pytest.raises(InputError, match=rf"{name}: .*{says}") as caught:
        read_stack(tmp_path, "x", {})
    assert "did you mean" not in str(caught.value)


def test_a_dot_behind_the_project_is_told_as_the_colon_that_it_should_be(project):
    with pytest.raises(InputError, match=r"--config plant\.fleet\.max_size: write plant:fleet\.max_size$"):
        read_stack(project("config: {}\n"), "dev", {"plant.fleet.max_size": "3"})
