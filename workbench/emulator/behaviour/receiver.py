"""A local HTTPS endpoint that takes messages: the Health Aggregator's stand-in."""

from __future__ import annotations

import http.client
import json
import ssl
import tempfile
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any

POLL_SECONDS = 0.02
"""How often the server looks whether it is to stop; the library's half a second would be waited for each time."""
MAX_BODY_BYTES = 256 * 1024
"""SNS sends no more."""


@dataclass
class Receiver:
    """Listens on loopback with a certificate of its own; ``with`` starts and stops it."""

    host: str = "aggregator.test"
    """Name that the sender connects to, and verifies the certificate against."""
    certified_for: str = ""
    """Name in the certificate; empty: the host's."""
    statuses: list[int] = field(default_factory=list)
    """Statuses of the next answers, in order; then 200."""
    received: list[dict[str, Any]] = field(default_factory=list)
    """Bodies of the requests that were answered with 200, as JSON."""
    tls_versions: list[str] = field(default_factory=list)
    """TLS version of each connection whose certificate the sender verified."""

    def __enter__(self) -> Receiver:
        key, certificate = _certificate(self.certified_for or self.host)
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = min(int(self.headers.get("Content-Length", 0)), MAX_BODY_BYTES)
                body = json.loads(self.rfile.read(length))
                status = receiver.statuses.pop(0) if receiver.statuses else 200
                if status == 200:
                    receiver.received.append(body)
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                """Quiet."""

        class Server(HTTPServer):
            def handle_error(self, request: object, client_address: object) -> None:
                """A handshake that the sender broke off is the sender's business."""

        self._server = Server(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.TemporaryDirectory() as folder:
            files = Path(folder, "key.pem"), Path(folder, "certificate.pem")
            files[0].write_bytes(key)
            files[1].write_bytes(certificate)
            context.load_cert_chain(files[1], files[0])
        self._trust = ssl.create_default_context(cadata=certificate.decode())
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(POLL_SECONDS,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    def post(self, body: dict[str, Any]) -> int | None:
        """Send a body over TLS as SNS would; gives the status of the answer, or None without a verified connection."""
        connection = _LoopbackConnection(self.host, int(self._server.server_address[1]), self._trust)
        headers = {"Content-Type": "text/plain; charset=UTF-8", "x-amz-sns-message-type": str(body.get("Type", ""))}
        try:
            connection.request("POST", "/", json.dumps(body), headers)
            self.tls_versions.append(connection.tls_version)
            return connection.getresponse().status
        except OSError:  # refused, broken off, or a certificate that is not the host's
            return None
        finally:
            connection.close()


class _LoopbackConnection(http.client.HTTPSConnection):
    """Connects to this machine and verifies the certificate against the endpoint's name."""

    def __init__(self, host: str, port: int, trust: ssl.SSLContext) -> None:
        super().__init__(host, port, timeout=5, context=trust)
        self._trust = trust
        self.tls_version = ""

    def connect(self) -> None:
        import socket

        plain = socket.create_connection(("127.0.0.1", self.port), timeout=5)
        secure = self._trust.wrap_socket(plain, server_hostname=self.host)
        self.sock, self.tls_version = secure, secure.version() or ""


def _certificate(host: str) -> tuple[bytes, bytes]:
    """A new key and a self-signed certificate for a name, both as PEM."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(pem, *plain), certificate.public_bytes(pem)
