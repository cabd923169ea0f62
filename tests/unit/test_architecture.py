"""The arrows of docs/architecture.md, and the traps of running a program and a pack from their own folders."""

import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WITHOUT_SDK = ("deployment.graph", "policies.registry", "policies.assess", "cost", "workbench.simulate")
"""What judges, prices and simulates any file, without the start-up of the SDKs."""


@pytest.mark.parametrize("module", WITHOUT_SDK)
def test_judging_pricing_and_simulating_import_no_sdk(module):
    script = f"import sys, {module}; print(*sorted({{'pulumi', 'boto3', 'botocore', 'moto'}} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.strip()
    assert found == ""


def test_imports_follow_the_arrows():
    linter = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("folder", ["infra", "policies"])
def test_no_file_shadows_a_module_that_the_program_imports(folder):
    """The engine puts `infra/` (or `policies/`) first on the path, so `infra/secrets.py` would hide the library's."""
    names = {path.stem for path in (ROOT / folder).iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    installed = importlib.metadata.packages_distributions().keys() - {"components", "infra", "policies", "workbench"}
    own = {path.name for path in ROOT.iterdir() if (path / "__init__.py").exists()}
    assert names & (sys.stdlib_module_names | installed | own) == set()


def test_imports_within_the_project_are_absolute():
    """A pack imported as `model` and as `deployment.graph` would be two modules (design: facts of the engine)."""
    relative = [
        f"{path.relative_to(ROOT)}:{number}"
        for package in ("components", "infra", "policies", "workbench")
        for path in (ROOT / package).rglob("*.py")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if line.lstrip().startswith(("from .", "import ."))
    ]
    assert relative == []
