"""A kept graph is the one that the program would declare now, or it is not used."""

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from forked import Forked, provider_modules

from deployment import kept as store
from workbench.preview import kept, synthesis
from workbench.preview.stackfile import REPOSITORY
from workbench.preview.synthesis import synthesize

NOW = datetime.now(UTC)
SOON = (NOW + timedelta(days=3)).strftime("%Y-%m-%dT01:00")
ONE_OFF = {"plant:maintenance.windows": json.dumps([{"name": "move", "starts_at": SOON, "duration_minutes": 90}])}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where this test's graphs are kept."""
    monkeypatch.setenv(store.FOLDER_VARIABLE, str(tmp_path / "kept"))
    return tmp_path / "kept"


@pytest.fixture
def runs(monkeypatch):
    """A list that grows each time the program runs."""
    found = []
    real = synthesis.run_program
    monkeypatch.setattr(synthesis, "run_program", lambda program: (found.append(program), real(program)))
    return found


@pytest.fixture
def clock(monkeypatch):
    """`clock(moment)`: the keeper's."""

    def at(moment):
        class Clock(datetime):
            @classmethod
            def now(cls, tz=None):
                return moment

        monkeypatch.setattr(kept, "datetime", Clock)

    return at


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the project that a test may change."""
    root = tmp_path_factory.mktemp("project") / "copy"
    root.mkdir()
    for name in ("components", "cost", "deployment", "infra", "policies", "workbench"):
        shutil.copytree(REPOSITORY / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("Pulumi.yaml", "Pulumi.dev.yaml", "requirements.lock"):
        shutil.copy(REPOSITORY / name, root)
    return root


EXPORT = (
    "import os, sys; sys.path.insert(0, os.getcwd()); from workbench.cli.main import run; status = run(sys.argv[1:]);"
    "print({module!r} in sys.modules, file=sys.stderr); sys.exit(status)"
)
"""In the folder of a copy of the project: its command, and whether it had to import `module`."""
SDK = ("pulumi", "pulumi_aws", "pulumi_kubernetes", "pydantic", "google")
LOADED_LATER = ("pulumi_aws.", "pulumi_kubernetes.")


def started(code, *arguments, cwd, environment):
    """A process that begins with nothing."""
    command = [sys.executable, "-P", "-c", code, *arguments]
    return subprocess.run(command, env=environment, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def forked():
    """A process that begins with what the program needs of others, and nothing of the project."""
    import infra.stack  # noqa: F401 - for what it imports

    # Not what is inside the providers' packages: those load themselves, and one that others load first ends half empty.
    needed = sorted(
        name
        for name in sys.modules
        if name.partition(".")[0] in SDK and not (name.startswith(LOADED_LATER) and name.count(".") > 1)
    )
    return Forked(*needed, used=provider_modules(), environment=os.environ).run


def exported(root, folder, *options, start=started, sign="pulumi"):
    """Text of the graph that a process of its own exports, and whether it ran the program."""
    environment = {**os.environ, store.FOLDER_VARIABLE: str(folder)}
    arguments = ("export", "--format", "stack", *options)
    done = start(EXPORT.format(module=sign), *arguments, cwd=root, environment=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr.split()[-1] == "True"


def edited(path, old, new):
    @contextmanager
    def change(root):
        text, times = (root / path).read_text(), (root / path).stat()
        assert old in text
        (root / path).write_text(text.replace(old, new))
        try:
            yield
        finally:
            (root / path).write_text(text)
            os.utime(root / path, ns=(times.st_atime_ns, times.st_mtime_ns))

    return change


@contextmanager
def with_prod(root):
    """Also the stack file of prod."""
    added = shutil.copy(REPOSITORY / "Pulumi.prod.yaml", root)
    try:
        yield
    finally:
        Path(added).unlink()


@pytest.fixture(scope="module")
def before(project, tmp_path_factory, forked):
    """Folder where the copy's graph is kept, and its text."""
    folder = tmp_path_factory.mktemp("before")
    content, ran = exported(project, folder, start=forked, sign="workbench.preview.recorder")
    assert ran
    return folder, content


@pytest.mark.slow
def test_the_same_bytes_come_with_and_without(project, before, forked):
    folder, content = before
    assert exported(project, folder) == (content, False)
    assert exported(project, "", start=forked, sign="workbench.preview.recorder") == (content, True)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "options"),
    [
        pytest.param(
            edited("Pulumi.dev.yaml", "plant:fleet:\n", "plant:fleet:\n    max_size: 3\n"), (), id="stack file"
        ),
        pytest.param(edited("Pulumi.yaml", "name: plant", "name: other"), (), id="project file"),
        pytest.param(edited("infra/stack/tags.py", '"plant-api"', '"other"'), (), id="program"),
        pytest.param(edited("components/data/contract.py", "Limits that", "What"), (), id="component"),
        pytest.param(edited("workbench/preview/outputs.py", "arn:aws:", "arn:aws-cn:"), (), id="synthetic outputs"),
        pytest.param(nullcontext, ("-c", "plant:fleet.max_size=3"), id="option"),
        pytest.param(with_prod, ("--stack", "prod"), id="another stack"),
    ],
)
def test_another_input_gives_another_graph(project, before, change, options, forked):
    # In the place where it was compiled: to compile a copy took as long as to declare it.
    folder, content = before
    with change(project):
        after, ran = exported(project, folder, *options, start=forked, sign="workbench.preview.recorder")
        assert ran and after != content
        again = exported(project, folder, *options, start=forked, sign="workbench.preview.recorder")
        assert again == (after, False)


@pytest.mark.slow
def test_where_the_copy_lies_is_no_input(project, before, tmp_path):
    folder, content = before
    shutil.copytree(project, tmp_path / "copy")
    assert exported(tmp_path / "copy", folder) == (content, False)


def test_what_else_is_read_has_a_part_in_the_key(monkeypatch):
    first = kept.key(REPOSITORY, "dev", {})
    assert first is not None and first == kept.key(REPOSITORY, "dev", {})
    found = {first}
    for change in (
        lambda patch: patch.setenv("AWS_ENDPOINT_URL", "http://localhost:5000"),
        lambda patch: patch.setenv("PULUMI_ENABLE_LEGACY_APPLY", "1"),
        lambda patch: patch.setattr(sys, "version", "another Python"),
        lambda patch: patch.setattr(kept, "_packages", lambda: ["pulumi-0.0.1.dist-info"]),
    ):
        with monkeypatch.context() as patch:
            change(patch)
            found.add(kept.key(REPOSITORY, "dev", {}))
    found.add(kept.key(REPOSITORY, "dev", {"plant:fleet.max_size": "3"}))
    assert len(found) == 6


def test_sources_that_are_newer_than_the_process_are_not_its_code(tmp_path, monkeypatch):
    (tmp_path / "code.py").touch()
    monkeypatch.setattr(store, "STARTED", (tmp_path / "code.py").stat().st_mtime + 1)
    digest, current = store.code(tmp_path)
    assert current
    os.utime(tmp_path / "code.py", (store.STARTED + 5, store.STARTED + 5))
    assert store.code(tmp_path) == (digest, False)
    (tmp_path / "code.py").write_text("1")
    assert store.code(tmp_path)[0] != digest
    (tmp_path / "code.py").rename(tmp_path / "other.py")
    assert store.code(tmp_path)[0] != digest


def test_code_behind_a_link_has_a_part_in_the_key_and_a_link_to_nowhere_is_not_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "STARTED", store.STARTED + 1e6)
    code, elsewhere = tmp_path / "code", tmp_path / "elsewhere"
    code.mkdir()
    elsewhere.mkdir()
    (elsewhere / "module.py").write_text("1")
    (code / "package").symlink_to(elsewhere)
    (elsewhere / "itself").symlink_to(elsewhere)
    (code / "above").symlink_to(tmp_path)
    first, current = store.code(code)
    assert current
    (elsewhere / "module.py").write_text("2")
    assert store.code(code)[0] != first
    (code / "lost.py").symlink_to(tmp_path / "nowhere")
    assert not store.code(code)[1]


def test_a_graph_holds_until_the_clock_changes_it(folder, runs, clock):
    first = synthesize("dev", overrides=ONE_OFF)
    assert synthesize("dev", overrides=ONE_OFF) == first and len(runs) == 1
    clock(NOW + timedelta(hours=12))
    assert synthesize("dev", overrides=ONE_OFF) == first and len(runs) == 1
    clock(NOW + timedelta(days=5))
    synthesize("dev", overrides=ONE_OFF)
    assert len(runs) == 2
    clock(NOW - timedelta(days=1))
    synthesize("dev", overrides=ONE_OFF)
    assert len(runs) == 3, "nor does it hold on a clock that was set back"


def test_without_a_date_the_clock_changes_nothing(folder, runs, clock):
    first = synthesize("prod")
    clock(NOW + timedelta(days=3650))
    assert synthesize("prod") == first and len(runs) == 1


def test_the_mute_rule_of_a_month_moves_on_when_its_window_is_over():
    from infra.settings.loading import load
    from infra.stack.operations import next_effect_of_the_clock, next_starts
    from workbench.preview.stackfile import read_stack

    monthly = {"name": "m", "weekday": "SUN", "time": "23:00", "week_of_month": 1, "duration_minutes": 120}
    stack_file = read_stack(REPOSITORY, "dev", {"plant:maintenance.windows": json.dumps([monthly])})
    settings = load(stack_file.config, "a test")  # in Vilnius, two hours ahead of UTC in winter
    [window] = settings.maintenance.windows
    within = datetime(2026, 12, 6, 22, 30, tzinfo=UTC)
    over = datetime(2026, 12, 6, 23, tzinfo=UTC)
    assert next_effect_of_the_clock(settings, within) == over
    before, after = (next_starts(window, settings, now) for now in (within, over))
    assert (str(before[0]), str(after[-1])) == ("2026-12-06 23:00:00", "2027-12-05 23:00:00")
    assert before[1:] == after[:-1]
    assert {start.month for start in before} == {start.month for start in after} == set(range(1, 13))


def test_the_program_declares_the_same_between_two_effects_of_the_clock():
    from infra.settings.loading import load
    from infra.stack import PlantApi, PlantApiArgs
    from infra.stack.operations import next_effect_of_the_clock
    from workbench.preview.stackfile import read_stack

    stack_file = read_stack(REPOSITORY, "dev", ONE_OFF)
    settings = load(stack_file.config, "a test")

    @cache
    def at(now):
        program = lambda: PlantApi("plant", PlantApiArgs(settings=settings, stack="dev", now=now))  # noqa: E731
        return synthesis.record(program, stack_file)

    now, effects = NOW, 0
    while (effect := next_effect_of_the_clock(settings, now)) is not None:
        assert at(now) == at(effect - timedelta(microseconds=1))
        assert at(effect) != at(now)
        now, effects = effect, effects + 1
    assert at(now) == at(now + timedelta(days=3650))
    assert effects == 4  # two notices, the third's time has passed, the start, and the end


def test_what_the_program_says_is_said_again(folder, runs, caplog):
    for _ in range(2):
        caplog.clear()
        synthesize("dev")
        assert [record.getMessage() for record in caplog.records if "AWS's examples" in record.getMessage()]
    assert len(runs) == 1


@pytest.fixture(scope="module")
def entry(tmp_path_factory):
    """Name and content of the file that keeps dev, and its graph."""
    folder = tmp_path_factory.mktemp("entry")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(store.FOLDER_VARIABLE, str(folder))
        graph = synthesize("dev")
    (file,) = folder.iterdir()
    return file.name, file.read_bytes(), graph


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda content: content[:100], id="cut off"),
        pytest.param(lambda content: b"", id="empty"),
        pytest.param(lambda content: content[:-9] + b"x" * 9, id="changed"),
        pytest.param(lambda content: b"x" * 32 + content[32:], id="of another key"),
        pytest.param(lambda content: b"\x00" * 21_000_000, id="huge"),
    ],
)
def test_a_damaged_entry_is_made_anew(entry, folder, runs, damage):
    name, whole, first = entry
    folder.mkdir()
    (folder / name).write_bytes(damage(whole))
    assert synthesize("dev") == first
    assert len(runs) == 1
    assert synthesize("dev") == first
    assert len(runs) == 1
    assert [file.name for file in folder.iterdir()] == [name]


def test_an_entry_under_another_name_is_not_taken(folder):
    store.write("one", b"its content")
    (folder / f"one{store.SUFFIX}").rename(folder / f"another{store.SUFFIX}")
    assert store.read("another") is None


@pytest.mark.parametrize("place", ["", "/proc/nowhere", "/dev/null/kept"])
def test_where_nothing_can_be_kept_the_program_runs_each_time(monkeypatch, runs, place):
    monkeypatch.setenv(store.FOLDER_VARIABLE, place)
    assert synthesize("dev") == synthesize("dev")
    assert len(runs) == 2


def test_another_projects_program_is_never_kept(folder, runs, tmp_path):
    (tmp_path / "Pulumi.yaml").write_text(f"name: plant\nmain: {REPOSITORY / 'infra'}\n")
    shutil.copy(REPOSITORY / "Pulumi.dev.yaml", tmp_path)
    for _ in range(2):
        synthesize("dev", root=tmp_path)
    assert len(runs) == 2


def test_what_was_not_used_for_longest_goes(folder, monkeypatch):
    monkeypatch.setattr(store, "MOST_ENTRIES", 3)
    for number in range(3):
        store.write(f"entry-{number}", b"content")
        os.utime(folder / f"entry-{number}{store.SUFFIX}", (number, number))
    (folder / "somebody else's").touch()
    os.utime(folder / "somebody else's", (0, 0))
    assert store.read("entry-0") == b"content"  # which makes entry-1 the oldest
    store.write("entry-3", b"content")
    assert sorted(path.stem for path in folder.iterdir()) == ["entry-0", "entry-2", "entry-3", "somebody else's"]
    monkeypatch.setattr(store, "MOST_BYTES", 10)
    store.write("entry-4", b"content")
    assert [path.name for path in folder.iterdir()] == ["somebody else's"]
    monkeypatch.setattr(store, "LARGEST_BYTES", 10)
    store.write("entry-5", b"content")
    assert store.read("entry-5") is None


def test_many_at_once_never_see_half_an_entry(folder):
    content = os.urandom(200_000)

    def once(number):
        store.write("entry", content)
        return store.read("entry")

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(once, range(40))) == {content}
    assert [path.stem for path in folder.iterdir()] == ["entry"]


STACKS = ("dev", "prod", "k8s")


@pytest.fixture(scope="module")
def from_nothing():
    """What a process of its own declares of each of STACKS, opens for it, and has imported; and its variables."""
    # One process: what all runs read, the SDK above all, the first of them does.
    script = """
import json, os, sys
from importlib.util import source_from_cache
from workbench.preview.synthesis import synthesize
opened, variables = set(), set()
sys.addaudithook(lambda event, given: opened.add(str(given[0])) if event == "open" else None)
environment = type(os.environ)
look_up = environment.__getitem__
environment.__getitem__ = lambda self, name: (variables.add(name), look_up(self, name))[1]
for stack in sys.argv[1:]:
    opened.clear()
    declared = synthesize(stack)
    # Byte code stands for the source that it is of; to compile the SDK anew would take longer than all else here.
    read = sorted(source_from_cache(name) if name.endswith(".pyc") else name for name in opened)
    print(json.dumps([declared, read, sorted(sys.modules)]))
print(json.dumps(sorted(variables)))
"""
    environment = {**os.environ, store.FOLDER_VARIABLE: ""}
    done = started(script, *STACKS, cwd=REPOSITORY, environment=environment)
    assert done.returncode == 0, done.stderr
    *stacks, variables = map(json.loads, done.stdout.splitlines())
    return stacks, variables


@pytest.mark.slow
def test_a_run_reads_nothing_that_the_key_does_not_hold(from_nothing):
    stacks, variables = from_nothing
    read = 0
    for stack, (_, opened, _) in zip(STACKS, stacks, strict=True):
        ours = [Path(name) for name in opened if name.startswith(str(REPOSITORY))]
        ours = [path for path in ours if not path.is_relative_to(sys.prefix) and "__pycache__" not in path.parts]
        files = {REPOSITORY / name for name in ("Pulumi.yaml", f"Pulumi.{stack}.yaml", "requirements.lock")}
        assert REPOSITORY / f"Pulumi.{stack}.yaml" in ours
        held = [path for path in ours if path in files or any(path.is_relative_to(one) for one in kept.CODE)]
        assert ours == held, stack
        read += len(ours)
    assert read > 50
    # The libraries' own: how they run, not what is declared.
    libraries = (
        "GRPC_",
        "HOME",
        "OTEL_",
        "PARVER_",
        "PROTOCOL_BUFFERS_",
        "PSUTIL_",
        "PYDANTIC_",
        "PYTHON",
        "TEMP",
        "TMP",
    )
    libraries = (*libraries, "TRACE", "_PYTHON", store.FOLDER_VARIABLE, "XDG_", "NO_COLOR", "TERM", "LANG", "LC_")
    assert [name for name in variables if not name.startswith((*kept.ENVIRONMENT, *libraries))] == []
    assert "AWS_ENDPOINT_URL" in variables


@pytest.mark.slow
def test_a_process_that_starts_from_nothing_declares_the_same(from_nothing, before):
    (dev, *_), *_ = from_nothing[0]
    assert dev == json.loads(before[1])


@pytest.mark.slow
def test_only_stacks_on_kubernetes_load_its_sdk(from_nothing):
    stacks, _ = from_nothing
    assert ["pulumi_kubernetes" in imported for *_, imported in stacks] == [stack == "k8s" for stack in STACKS]
