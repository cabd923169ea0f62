"""`./plant` itself: the environment is made once, whole, and by one process.

A stand-in for `uv` on PATH makes the environments, or one for `python -m venv`, so that nothing is installed.
"""

import hashlib
import runpy
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

LAUNCHER = Path(__file__).resolve().parents[2] / "plant"
UV = f"""#!/bin/sh
echo "$@" >> "$PLANT_TEST_LOG"
case "$1" in
  venv) mkdir -p .venv/bin && ln -s {sys.executable} .venv/bin/python ;;
  pip) sleep "${{PLANT_TEST_SECONDS:-0}}"; if [ -n "$PLANT_TEST_FAIL" ]; then echo "no such package" >&2; exit 1; fi ;;
esac
"""


@pytest.fixture
def copy(tmp_path):
    """A working copy with the launcher, a command line that prints its arguments, and the stand-in."""
    root = tmp_path / "copy"
    (root / "workbench" / "cli").mkdir(parents=True)
    (root / "workbench" / "__init__.py").touch()
    (root / "workbench" / "cli" / "__init__.py").touch()
    (root / "workbench" / "cli" / "__main__.py").write_text("import sys\nprint('ran', *sys.argv[1:])\n")
    (root / "requirements.lock").write_text("")
    (root / "plant").write_bytes(LAUNCHER.read_bytes())
    (root / "plant").chmod(0o755)
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    (bin_ / "uv").write_text(UV)
    (bin_ / "uv").chmod(0o755)
    return root


def plant(root, *arguments, cwd=None, path=None, **environment):
    return subprocess.run(
        [sys.executable, str(root / "plant"), *arguments],
        cwd=cwd or root,
        env={
            "PATH": path or f"{root.parent / 'bin'}:/usr/bin:/bin",
            "PLANT_TEST_LOG": str(root.parent / "log"),
            "PYTHONPATH": str(root),  # stands for the editable install, which the stand-in does not make
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def installs(root):
    log = root.parent / "log"
    return log.read_text().splitlines() if log.exists() else []


def test_the_first_run_makes_the_environment_and_later_ones_do_not(copy):
    first = plant(copy, "preview", "--stack", "dev")
    assert (first.returncode, first.stdout) == (0, "ran preview --stack dev\n")
    assert "setting up .venv with uv" in first.stderr
    made = installs(copy)
    assert any("--require-hashes" in line for line in made)
    second = plant(copy)
    assert (second.stdout, second.stderr) == ("ran\n", "")
    assert installs(copy) == made


def test_it_runs_from_another_directory_and_that_directory_shadows_nothing(copy, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "sys.py").write_text("raise SystemExit('shadowed')")
    (elsewhere / "workbench.py").write_text("raise SystemExit('shadowed')")
    assert plant(copy, cwd=elsewhere).stdout == "ran\n"


def test_it_runs_through_a_symbolic_link(copy, tmp_path):
    link = tmp_path / "plant-link"
    link.symlink_to(copy / "plant")
    done = subprocess.run(
        [sys.executable, str(link)],
        env={
            "PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin",
            "PLANT_TEST_LOG": str(tmp_path / "log"),
            "PYTHONPATH": str(copy),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "ran\n"
    assert (copy / ".venv" / ".plant-ready").exists()


def test_a_half_built_environment_is_made_anew(copy):
    (copy / ".venv" / "bin").mkdir(parents=True)
    (copy / ".venv" / "leftover").touch()
    assert plant(copy).returncode == 0
    assert not (copy / ".venv" / "leftover").exists()


def test_a_changed_lock_file_makes_the_environment_anew(copy):
    plant(copy)
    (copy / "requirements.lock").write_text("# another pin\n")
    assert "setting up" in plant(copy).stderr


def test_a_failed_install_is_told_and_not_taken_for_done(copy):
    failed = plant(copy, PLANT_TEST_FAIL="1")
    assert failed.returncode == 2
    assert "no such package" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert not (copy / ".venv" / ".plant-ready").exists()
    assert plant(copy).stdout == "ran\n"


def test_processes_at_once_make_one_environment(copy):
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda number: plant(copy, str(number), PLANT_TEST_SECONDS="0.2"), range(4)))
    assert [result.stdout for result in results] == [f"ran {number}\n" for number in range(4)]
    assert sum(line.startswith("venv") for line in installs(copy)) == 1


def test_a_missing_lock_file_is_told(copy):
    (copy / "requirements.lock").unlink()
    result = plant(copy)
    assert result.returncode == 2
    assert "requirements.lock is missing" in result.stderr


def test_the_users_python_settings_do_not_reach_the_installer(copy):
    uv = copy.parent / "bin" / "uv"
    uv.write_text(uv.read_text().replace("#!/bin/sh", '#!/bin/sh\n[ -z "$PYTHONHOME$PYTHONPATH" ] || exit 9'))
    assert plant(copy).stdout == "ran\n"


def test_a_python_home_of_another_python_is_left_out(copy):
    plant(copy)
    script = (
        "import os, runpy; os.environ['PYTHONHOME'] = '/nowhere'; "
        f"runpy.run_path('{copy / 'plant'}', run_name='__main__')"
    )
    result = subprocess.run(
        [sys.executable, "-c", script],
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(copy)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stdout == "ran\n"


def test_what_is_set_up_starts_without_another_python(copy):
    plant(copy)
    tools = copy.parent / "tools"
    tools.mkdir()
    for tool in ("readlink", "cat", "cmp"):
        (tools / tool).symlink_to(shutil.which(tool))
    link = copy.parent / "link to plant"
    link.symlink_to(copy / "plant")
    result = subprocess.run(
        [str(link), "cost", "a file"],
        env={"PATH": str(tools), "PYTHONPATH": str(copy), "PYTHONHOME": "/nowhere"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.stdout, result.stderr) == ("ran cost a file\n", "")
    (copy / "requirements.lock").write_text("# another pin\n")
    result = subprocess.run([str(link)], env={"PATH": str(tools)}, capture_output=True, text=True, check=False)
    assert "python3" in result.stderr, "an environment of other pins must not be started"


@pytest.mark.parametrize("start", [[sys.executable], []], ids=["by Python", "by the shell"])
def test_byte_code_is_kept_away_from_the_sources_of_those_who_want_none_there(copy, start):
    plant(copy, PYTHONDONTWRITEBYTECODE="1")
    (copy / "workbench" / "cli" / "__main__.py").write_text("import workbench.cli.other\n")
    (copy / "workbench" / "cli" / "other.py").touch()
    result = subprocess.run(
        [*start, str(copy / "plant")],
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert not list((copy / "workbench").rglob("*.pyc"))
    assert list((copy / ".venv" / "bytecode").rglob("other.*.pyc"))


def test_a_moved_copy_that_nobody_may_write_into_runs_what_is_there(copy, tmp_path):
    plant(copy)
    moved = copy.rename(tmp_path / "moved")
    (moved / ".venv.lock").unlink()
    (moved / ".venv.lock").mkdir()  # stands for a read-only file system: it can't be opened to write, even by root
    result = plant(moved, "preview", PYTHONPATH="")
    assert (result.stdout, result.stderr) == ("ran preview\n", "")
    (moved / "requirements.lock").write_text("# another pin\n")
    refused = plant(moved, "preview")
    assert refused.returncode == 2
    assert "can't be made" in refused.stderr


@pytest.fixture
def pinned(copy):
    """Environment in which PATH has no uv, and the lock file pins the stand-in, as a wheel that pip finds."""
    # To put pip into an environment takes `python -m venv` three seconds; it looks for modules where it is run, first.
    made = copy.parent / "made"
    venv.create(made, with_pip=False)
    (site_packages,) = made.glob("lib/python*/site-packages")
    (site_packages / "pip.pth").write_text(sysconfig.get_path("purelib"))
    (copy / "venv.py").write_text(f"import os, sys\nos.rename({str(made)!r}, sys.argv[1])\n")
    wheels = copy.parent / "wheels"
    wheels.mkdir()
    wheel = wheels / "uv-9.9.9-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        program = zipfile.ZipInfo("uv-9.9.9.data/scripts/uv")
        program.external_attr = 0o100755 << 16
        archive.writestr(program, UV)
        archive.writestr("uv-9.9.9.dist-info/METADATA", "Metadata-Version: 2.1\nName: uv\nVersion: 9.9.9\n")
        archive.writestr("uv-9.9.9.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("uv-9.9.9.dist-info/RECORD", "")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    hashes = "".join(f" \\\n    --hash=sha256:{each}" for each in ("0" * 64, digest))
    (copy / "requirements.lock").write_text(f"uv==9.9.9{hashes}\n")
    return {"path": "/usr/bin:/bin", "PIP_FIND_LINKS": str(wheels), "PIP_RETRIES": "0", "PIP_CONFIG_FILE": "/dev/null"}


def test_pip_installs_the_pinned_uv_and_that_the_rest(copy, pinned):
    assert plant(copy, **pinned).stdout == "ran\n"
    locked, project = installs(copy)
    assert "--require-hashes --requirement" in locked
    assert "--editable" in project


def test_pip_installs_what_uv_can_not(copy, pinned):
    # The copy is no project that could be installed: what tries to is told.
    result = plant(copy, **pinned, PLANT_TEST_FAIL="1")
    assert result.returncode == 2
    assert "-m pip install" in result.stderr
    assert len(installs(copy)) == 1


@pytest.mark.parametrize(
    ("index", "status", "asked"),
    [
        pytest.param("https://pypi.example.invalid/simple", "0", False, id="pip has an index of its own"),
        pytest.param("", "1", True, id="none for this machine"),
        pytest.param("", "0", True, id="there is one"),
    ],
)
def test_uv_is_asked_for_where_pip_has_no_index_of_its_own(copy, pinned, monkeypatch, index, status, asked):
    launcher = runpy.run_path(str(copy / "plant"))
    (copy / ".venv" / "bin").mkdir(parents=True)
    (copy / ".venv" / "bin" / "python").symlink_to(sys.executable)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", index) if index else monkeypatch.delenv("PIP_INDEX_URL", raising=False)
    got = launcher["pinned_uv"](["sh", "-c", f'echo "$@" > {copy}/asked; exit {status}', "pip"])
    assert (got is not None) == (asked and status == "0")
    assert (copy / "asked").exists() == asked
