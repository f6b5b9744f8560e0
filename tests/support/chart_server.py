"""A real HTTP server on this machine that answers as a test wants, and remembers what it was asked."""

from __future__ import annotations

import hashlib
import http.server
import io
import json
import ssl
import tarfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager


class Server(http.server.ThreadingHTTPServer):
    """`pages` are answered with an ETag, `answers` do what they like; everything else is a 404."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes] = {}
        self.answers: dict[str, Callable[[Handler], None]] = {}
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.forms: list[bytes] = []
        self.stopping = threading.Event()
        self.scheme = "http"
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.host}"

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.seen]

    def sent(self, name: str) -> list[str | None]:
        """What each request had in a header."""
        return [headers.get(name) for _, headers in self.seen]

    def publish(self, *charts: tuple[str, str], digest: str = "", folder: str = "/charts", at: str = "") -> None:
        """A chart repository with these charts; `at` is where its index says that the archives are."""
        entries: dict[str, list[dict[str, object]]] = {}
        for name, version in charts:
            data = archive(name, version)
            self.pages[f"{folder}/{name}-{version}.tgz"] = data
            entries.setdefault(name, []).append(
                {
                    "version": version,
                    "appVersion": "9.9",
                    "urls": [f"{at}{name}-{version}.tgz"],
                    "digest": digest or hashlib.sha256(data).hexdigest(),
                }
            )
        self.pages[f"{folder}/index.yaml"] = json.dumps({"apiVersion": "v1", "entries": entries}).encode()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that has gone is what many tests are about."""


class Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.seen.append((self.path, dict(self.headers)))
        answer = self.server.answers.get(self.path)
        body = self.server.pages.get(self.path)
        if answer:
            answer(self)
        elif body is None:
            self.answer(404)
        elif self.headers["If-None-Match"] == hashlib.sha256(body).hexdigest():
            self.answer(304)
        else:
            self.answer(200, body, ETag=hashlib.sha256(body).hexdigest())

    def do_POST(self) -> None:
        self.server.forms.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.do_GET()

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        """`_` in the name of a header is `-`; without Content-Length where that is said to be empty."""
        self.send_response(status)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        for name, value in {"Content-Length": str(len(body)), **given}.items():
            if value:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def drip(self, byte: bytes) -> None:
        """Sends a byte again and again until the test is over."""
        while not self.server.stopping.wait(0.02):
            self.wfile.write(byte)
            self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


def redirect(to: str, status: int = 302) -> Callable[[Handler], None]:
    return lambda handler: handler.answer(status, Location=to)


def in_turn(*answers: Callable[[Handler], None]) -> Callable[[Handler], None]:
    """The answers one after the other, the last one for good."""
    left = list(answers)

    def answer(handler: Handler) -> None:
        following = left.pop(0) if len(left) > 1 else left[0]
        following(handler)

    return answer


def archive(name: str, version: str, app_version: str = "1.0", **more: str) -> bytes:
    """A chart that is nothing but its Chart.yaml."""
    text = f'apiVersion: v2\nname: {name}\nversion: {version}\nappVersion: "{app_version}"\n'
    text += "".join(f"{key}: {value}\n" for key, value in more.items())
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as tar:
        info = tarfile.TarInfo(f"{name}/Chart.yaml")
        info.size = len(text)
        tar.addfile(info, io.BytesIO(text.encode()))
    return stream.getvalue()


def oci_pages(path: str, tag: str, data: bytes, media_type: str) -> Mapping[str, bytes]:
    """What a registry holds for a tag whose one layer is the data."""
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    manifest = {"schemaVersion": 2, "layers": [{"mediaType": media_type, "digest": digest, "size": len(data)}]}
    return {f"/v2/{path}/manifests/{tag}": json.dumps(manifest).encode(), f"/v2/{path}/blobs/{digest}": data}


@contextmanager
def running(context: ssl.SSLContext | None = None) -> Iterator[Server]:
    """A server that answers until the end of the block, over TLS where a context is given."""
    with Server() as server:
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
            server.scheme = "https"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.stopping.set()
            server.shutdown()
            thread.join()
