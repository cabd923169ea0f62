"""What a command says where --scheduler names no Dask scheduler, before it has worked for nothing."""

import contextlib
import signal
import socket
import threading

import pytest

from deployment.errors import InputError
from workbench import cluster
from workbench.cli.main import run
from workbench.cluster import Cluster


@pytest.fixture
def port_that():
    """`port_that(says)`: a port of this machine whose every caller is told `says`, and then nothing more."""
    held = []

    def listening(says):
        listener = socket.create_server(("127.0.0.1", 0))
        held.append(listener)

        def serve():
            while True:
                try:
                    caller, _ = listener.accept()
                except OSError:
                    return
                held.append(caller)
                caller.sendall(says)

        threading.Thread(target=serve, daemon=True).start()
        return listener.getsockname()[1]

    yield listening
    for each in held:
        each.close()


@pytest.mark.parametrize("scheme", ["", "tcp://", "tls://", "ws://"])
@pytest.mark.parametrize(
    "says", [b"", b"HTTP/1.0 400 Bad Request\r\n\r\n", bytes(64)], ids=["nothing", "http", "zeros"]
)
def test_something_else_at_the_port_is_told_and_not_waited_for(port_that, monkeypatch, scheme, says):
    monkeypatch.setattr(cluster, "ANSWER_SECONDS", 0.1)
    with pytest.raises(InputError, match="no Dask scheduler answers there"):
        Cluster(f"{scheme}127.0.0.1:{port_that(says)}").reached()


@pytest.mark.parametrize(
    "address", ["tcp://127.0.0.1:9", "tcp://nobody.invalid:8786", "tcp://[::1]:9", "127.0.0.1:99999"]
)
def test_nobody_at_the_address_is_one_line(address):
    with pytest.raises(InputError, match="no Dask scheduler answers there") as told:
        Cluster(address).reached()
    assert len(told.value.problems) == 1


def test_this_machine_is_always_reached():
    assert Cluster().reached() == Cluster()


@pytest.mark.parametrize("command", [["optimize"], ["simulate"], ["audit", "."]], ids=lambda words: words[0])
def test_it_is_told_before_anything_is_declared(command, monkeypatch, capsys):
    monkeypatch.setattr("workbench.preview.synthesis.synthesize", lambda *_, **__: pytest.fail("declared"))
    assert run([*command, "--scheduler", "tcp://127.0.0.1:9"]) == 2
    err = capsys.readouterr().err
    assert err.startswith("error: --scheduler tcp://127.0.0.1:9: no Dask scheduler answers there (")
    assert len(err.splitlines()) == 1


def test_nothing_to_do_starts_no_cluster(monkeypatch):
    monkeypatch.setattr(cluster, "_client", lambda *_: pytest.fail("a cluster is started"))
    assert list(cluster.mapped(str, iter(()), Cluster(workers=2))) == []
    with pytest.raises(pytest.fail.Exception, match="started"):
        list(cluster.mapped(str, iter([1]), Cluster(workers=2)))


def test_workers_leave_ctrl_c_to_the_command_and_no_port_is_missed(recwarn):
    before = signal.getsignal(signal.SIGINT)  # a shell's background jobs ignore it from the start
    with contextlib.suppress(OSError):  # Dask's usual port is somebody else's, here or already
        taken = socket.create_server(("127.0.0.1", 8787))
    done = list(cluster.mapped(signal.getsignal, [signal.SIGINT], Cluster(workers=2)))
    with contextlib.suppress(NameError):
        taken.close()
    assert done == [(signal.SIGINT, signal.SIG_IGN)]
    assert signal.getsignal(signal.SIGINT) is before
    assert not [str(one.message) for one in recwarn if "Port" in str(one.message)]
