"""The project as others install it: a wheel, in an environment that does not know this working copy."""

import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UV = [sys.executable, "-m", "uv", "--quiet", "--no-cache", "--offline"]
"""Builds and installs as pip does, in half of its time."""


def run(*command, **options):
    """Standard output of a command that has to succeed."""
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, timeout=300, check=False, **options)
    assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done.stdout


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """The wheel, built of a copy: a `build/` that somebody left here would get into it."""
    sources, folder = tmp_path_factory.mktemp("sources"), tmp_path_factory.mktemp("wheel")
    listed = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT)
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file() and not name.startswith(("docs/", "tests/")):
            (sources / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, sources / name)
    run(*UV, "build", "--wheel", "--no-build-isolation", "--python", sys.executable, "--out-dir", folder, sources)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def environment_with(tmp_path_factory):
    """`environment_with(wheel, …)`: a new virtual environment with these installed.

    What they depend on comes from this one's site-packages, named in a .pth file: that brings the distributions along,
    and not the .pth files beside them, by which this working copy would be found.
    """

    def make(*what):
        folder = tmp_path_factory.mktemp("installed") / ".venv"
        venv.create(folder, with_pip=False)
        python = folder / "bin" / "python"
        found = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
        (Path(found) / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
        run(*UV, "pip", "install", "--python", python, "--no-deps", "--no-build-isolation", "--reinstall", *what)
        return folder

    return make
