"""What `--watch` sees, and what it does not."""

import pytest

from workbench.watch import state, watch


class StopError(Exception):
    pass


def runs_after(root, *changes):
    """How often the work is done when `changes` happen one after the other."""
    pending, done = list(changes), []

    def wait():
        if not pending:
            raise StopError
        pending.pop(0)()

    with pytest.raises(StopError):
        watch(root, lambda: done.append(1), wait)
    return len(done)


def test_a_changed_new_or_deleted_file_is_work(tmp_path):
    stack = tmp_path / "Pulumi.dev.yaml"
    stack.write_text("a: 1")
    changes = [
        lambda: stack.write_text("a: 12"),
        lambda: (tmp_path / "more.py").touch(),
        lambda: stack.unlink(),
    ]
    assert runs_after(tmp_path, *changes) == 4


def test_what_the_preview_does_not_rest_on_is_none(tmp_path):
    (tmp_path / ".git").mkdir()
    changes = [lambda: (tmp_path / ".git" / "index.json").touch(), lambda: (tmp_path / "notes.txt").touch()]
    assert runs_after(tmp_path, *changes) == 1


def test_a_file_in_a_folder_counts(tmp_path):
    (tmp_path / "infra").mkdir()
    before = state(tmp_path)
    (tmp_path / "infra" / "edge.py").write_text("x")
    assert state(tmp_path) != before
