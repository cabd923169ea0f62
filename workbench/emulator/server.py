"""The emulated AWS as a process: moto's server on loopback, with the repairs, and a page that says who it is."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Iterable
from typing import Any

IDENTITY_PATH = "/plant-emulator"
"""Answers with the process id and the nonce of its start, so that a stale file is never taken for a live server."""


def main() -> None:
    """Serve until terminated."""
    parser = argparse.ArgumentParser(description="The emulated AWS (started by ./plant emulator start)")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--nonce", required=True)
    parser.add_argument("--platform", nargs="*", default=[], help="ids of the platform's resources (seed.py)")
    options = parser.parse_args()

    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    from workbench.emulator import repairs, seed

    repairs.apply()
    seed.plant(options.platform)
    application = DomainDispatcherApplication(create_backend_app)
    identity = json.dumps({"pid": os.getpid(), "nonce": options.nonce}).encode()

    def serve(environ: dict[str, Any], respond: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("PATH_INFO") == IDENTITY_PATH:
            respond("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(identity)))])
            return [identity]
        answer: Iterable[bytes] = application(environ, respond)
        return answer

    # One request at a time: moto's backends are plain Python objects without locks.
    make_server("127.0.0.1", options.port, serve, threaded=False).serve_forever()


if __name__ == "__main__":
    main()
