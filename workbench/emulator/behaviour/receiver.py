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


@dataclass
class Receiver:
    """Listens on loopback with a certificate of its own; ``with`` starts and stops it."""

    host: str = "aggregator.test"
    """Name in the certificate, which the sender verifies."""
    received: list[dict[str, Any]] = field(default_factory=list)
    """Bodies of the requests, as JSON."""

    def __enter__(self) -> Receiver:
        key, certificate = _certificate(self.host)
        received = self.received

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = min(int(self.headers.get("Content-Length", 0)), 256 * 1024)
                received.append(json.loads(self.rfile.read(length)))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                """Quiet."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.TemporaryDirectory() as folder:
            files = Path(folder, "key.pem"), Path(folder, "certificate.pem")
            files[0].write_bytes(key)
            files[1].write_bytes(certificate)
            context.load_cert_chain(files[1], files[0])
        self._trust = ssl.create_default_context(cadata=certificate.decode())
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    def post(self, body: dict[str, Any]) -> int:
        """Send a body over TLS as SNS or an API destination would; gives the status of the answer."""
        port = self._server.server_address[1]
        connection = _LoopbackConnection(self.host, int(port), self._trust)
        try:
            connection.request("POST", "/", json.dumps(body), {"Content-Type": "application/json"})
            return connection.getresponse().status
        finally:
            connection.close()


class _LoopbackConnection(http.client.HTTPSConnection):
    """Connects to this machine and verifies the certificate against the endpoint's name."""

    def __init__(self, host: str, port: int, trust: ssl.SSLContext) -> None:
        super().__init__(host, port, timeout=5, context=trust)
        self._trust = trust

    def connect(self) -> None:
        import socket

        plain = socket.create_connection(("127.0.0.1", self.port), timeout=5)
        self.sock = self._trust.wrap_socket(plain, server_hostname=self.host)


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
