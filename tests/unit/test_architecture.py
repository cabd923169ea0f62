"""The arrows of docs/architecture.md, and the traps of running a program and a pack from their own folders."""

import ast
import importlib.metadata
import re
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("components", "cost", "deployment", "infra", "policies", "workbench")
WITHOUT_SDK = ("deployment", "cost", "policies", "workbench.simulate")
"""What reads, prices, judges and simulates any file, without the start-up of the SDKs."""
ADAPTERS = ("policies.__main__", "policies.adapter", "policies.conversions")
"""What joins the pack to the engine, and so needs its SDK."""


@pytest.mark.parametrize("package", WITHOUT_SDK)
def test_reading_pricing_judging_and_simulating_import_no_sdk(package):
    """Every file of the package, since whichever is imported first must not bring the SDK along."""
    files = (ROOT / package.replace(".", "/")).rglob("*.py")
    modules = sorted({module_of(path) for path in files} - set(ADAPTERS))
    script = (
        "import importlib, sys\n"
        f"for module in {modules!r}: importlib.import_module(module)\n"
        "print(*sorted({'pulumi', 'boto3', 'botocore', 'moto'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    assert found.stdout.strip() == ""


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
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if line.lstrip().startswith(("from .", "import ."))
    ]
    assert relative == []


def test_no_file_imports_itself_by_way_of_others():
    """Imports of types and imports inside functions count, too: two files that need each other are one idea."""
    paths = {module_of(path): path for package in PACKAGES for path in (ROOT / package).rglob("*.py")}
    needs = {module: paths.keys() & {*imported(path, paths)} - {module} for module, path in paths.items()}
    TopologicalSorter(needs).prepare()  # raises an error that names the files of a circle


def module_of(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported(path, known):
    """Modules named by the import statements of a file, wherever in it they are."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            submodules = (f"{node.module}.{name.name}" for name in node.names)
            yield from (submodule if submodule in known else node.module for submodule in submodules)


TYPE_TOKEN = re.compile(r"(?:aws|kubernetes):[\w.-]+/[\w./-]+:[A-Z]\w*|kubernetes:core/v1:[A-Z]\w*")


@pytest.mark.parametrize("folder", ["policies", "deployment", "cost", "workbench"])
def test_type_tokens_have_one_place(folder):
    """A misspelt token matches nothing, and says nothing."""
    elsewhere = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {node.value}"
        for path in sorted((ROOT / folder).rglob("*.py"))
        if path != ROOT / "deployment" / "tokens.py" and TYPE_TOKEN.search(text := path.read_text(encoding="utf-8"))
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and TYPE_TOKEN.fullmatch(node.value)
    ]
    assert elsewhere == [], "name them in deployment/tokens.py"
