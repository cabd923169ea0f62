"""What every scenario has, told with the file and what to write; playing them takes tests/integration/emulator."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from workbench.emulator import scenarios
from workbench.emulator.scenarios import ORDER

FOLDER = Path(scenarios.__file__).parent
FILES = sorted(path.stem for path in FOLDER.glob("[a-z]*.py"))


@pytest.mark.parametrize("file", FILES)
def test_a_scenario_has_what_every_scenario_has(file):
    module, path = importlib.import_module(f"{scenarios.__name__}.{file}"), f"workbench/emulator/scenarios/{file}.py"
    criterion = getattr(module, "CRITERION", "")
    assert criterion.endswith("."), f"{path}: say in CRITERION what the story demands, in a sentence"
    assert callable(getattr(module, "play", None)), f"{path}: write play(stage)"
    assert file.replace("_", "-") in ORDER, f"workbench/emulator/scenarios/__init__.py: add {path} to ORDER"


def test_every_name_has_its_file_once():
    assert sorted(name.replace("-", "_") for name in ORDER) == FILES, "workbench/emulator/scenarios/__init__.py: ORDER"


def test_the_reaper_is_the_last_since_it_takes_the_stack_apart():
    assert ORDER[-1] == "reaper", "workbench/emulator/scenarios/__init__.py: ORDER ends with reaper; add above it"
