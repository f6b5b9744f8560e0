"""Where charts are looked for, in which order, and what is said when there is none."""

from __future__ import annotations

import hashlib
import http.server
import io
import json
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from migrator.charts import ChartLibrary, ChartRef, ChartSources
from migrator.charts import mirror as mirror_module
from migrator.charts import web as web_module
from migrator.charts.index import fetch_tags, read_index
from migrator.charts.web import get, get_cached, shown
from migrator.diagnostics import MigrateError
from migrator.engines import Cache


def _archive(name: str, version: str, app_version: str = "1.0", **more: str) -> bytes:
    text = f'apiVersion: v2\nname: {name}\nversion: {version}\nappVersion: "{app_version}"\n'
    text += "".join(f"{key}: {value}\n" for key, value in more.items())
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        info = tarfile.TarInfo(f"{name}/Chart.yaml")
        info.size = len(text)
        archive.addfile(info, io.BytesIO(text.encode()))
    return stream.getvalue()


def _put(folder: Path, name: str, version: str, app_version: str = "1.0", **more: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}-{version}.tgz"
    path.write_bytes(_archive(name, version, app_version, **more))
    return path


class _Server(http.server.ThreadingHTTPServer):
    def __init__(self) -> None:
        self.pages: dict[str, bytes] = {}
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.redirects: dict[str, str] = {}
        self.token = ""
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(http.server.BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        self.server.seen.append((self.path, dict(self.headers)))
        if self.path in self.server.redirects:
            self._answer(302, {"Location": self.server.redirects[self.path]})
        elif (
            self.server.token
            and self.path.startswith("/v2/")
            and self.headers["Authorization"] != f"Bearer {self.server.token}"
        ):
            realm = f'Bearer realm="{self.server.url}/token",service="here",scope="repository:pull"'
            self._answer(401, {"WWW-Authenticate": realm})
        elif self.path not in self.server.pages:
            self._answer(404, {})
        else:
            body = self.server.pages[self.path]
            tag = hashlib.sha256(body).hexdigest()
            if self.headers["If-None-Match"] == tag:
                self._answer(304, {})
            else:
                self._answer(
                    200,
                    {"ETag": tag, **({"Link": body.split(b"\n")[0].decode()} if b"rel=" in body else {})},
                    body.split(b"\n", 1)[-1] if b"rel=" in body else body,
                )

    def _answer(self, status: int, headers: dict[str, str], body: bytes = b"") -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[_Server]:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with _Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def _publish(server: _Server, *charts: tuple[str, str], digest: str = "") -> None:
    entries: dict[str, list[dict[str, object]]] = {}
    for name, version in charts:
        data = _archive(name, version)
        server.pages[f"/charts/{name}-{version}.tgz"] = data
        entries.setdefault(name, []).append(
            {
                "version": version,
                "appVersion": "9.9",
                "urls": [f"{name}-{version}.tgz"],
                "digest": digest or hashlib.sha256(data).hexdigest(),
            }
        )
    server.pages["/charts/index.yaml"] = json.dumps({"apiVersion": "v1", "entries": entries}).encode()


def _library(*mirrors: Path, offline: bool = False, cache: Cache | None = None, **url_mirrors: str) -> ChartLibrary:
    sources = ChartSources(mirrors=mirrors, url_mirrors=url_mirrors, offline=offline)
    return ChartLibrary(sources, cache or Cache(None))


def _error(function: object, *arguments: object) -> MigrateError:
    with pytest.raises(MigrateError) as caught:
        function(*arguments)  # type: ignore[operator]
    assert caught.value.diagnostic.remedy
    return caught.value


def test_mirror_versions_newest_first(tmp_path: Path) -> None:
    for version in ("1.9.0", "1.10.0", "1.10.0-rc.1"):
        _put(tmp_path, "web", version, f"app-{version}")
    _put(tmp_path, "web-cluster", "2.0.0")
    _put(tmp_path, "webx", "3.0.0")
    found = _library(tmp_path).versions("web", "https://charts.example")
    assert [(one.version, one.app_version) for one in found] == [
        ("1.10.0", "app-1.10.0"),
        ("1.10.0-rc.1", "app-1.10.0-rc.1"),
        ("1.9.0", "app-1.9.0"),
    ]
    assert [one.version for one in _library(tmp_path).versions("web-cluster", "")] == ["2.0.0"]


def test_name_that_ends_in_a_number(tmp_path: Path) -> None:
    _put(tmp_path, "app-7", "1.2.3")
    _put(tmp_path, "app", "1.0.0")
    library = _library(tmp_path)
    assert [one.version for one in library.versions("app", "")] == ["1.0.0"]
    assert library.fetch(ChartRef(name="app-7", version="1.2.3")).ref.name == "app-7"
    assert _error(library.fetch, ChartRef(name="app", version="7-1.2.3")).diagnostic.code == "MIG420"


def test_only_archives_of_the_chart_are_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(50):
        _put(tmp_path, f"other{number}", "1.0.0")
    _put(tmp_path, "web", "1.0.0")
    opened: list[str] = []
    load = mirror_module.load_metadata
    monkeypatch.setattr(mirror_module, "load_metadata", lambda path: opened.append(path.name) or load(path))
    cache = Cache(tmp_path / "cache")
    assert _library(tmp_path, cache=cache).versions("web", "")
    assert opened == ["web-1.0.0.tgz"]
    assert _library(tmp_path, cache=cache).versions("web", "")
    assert opened == ["web-1.0.0.tgz"]


@pytest.mark.parametrize(("stored", "asked"), [("v1.12.4", "1.12.4"), ("1.12.4", "v1.12.4"), ("v1.12.4", "v1.12.4")])
def test_leading_v_does_not_count(tmp_path: Path, stored: str, asked: str) -> None:
    path = _put(tmp_path, "cert", stored)
    chart = _library(tmp_path).fetch(ChartRef(name="cert", version=asked, repository="https://charts.example"))
    assert chart.path == path
    assert chart.ref == ChartRef(name="cert", version=stored, repository="https://charts.example")


def test_corrupt_archive_concerns_its_chart_alone(tmp_path: Path) -> None:
    _put(tmp_path, "web", "1.0.0")
    (tmp_path / "web-1.1.0.tgz").write_bytes(b"broken")
    (tmp_path / "bad-1.0.0.tgz").write_bytes(b"broken")
    library = _library(tmp_path)
    found, problems = library.offers("web", "")
    assert [one.version for one in found] == ["1.0.0"]
    assert [(one.code, "web-1.1.0.tgz" in one.summary) for one in problems] == [("MIG410", True)]
    assert library.fetch(ChartRef(name="web", version="1.0.0"))
    assert _error(library.fetch, ChartRef(name="web", version="1.1.0")).diagnostic.code == "MIG410"
    assert _error(library.versions, "bad", "").diagnostic.code == "MIG410"


def test_first_mirror_wins(tmp_path: Path) -> None:
    first = _put(tmp_path / "a", "web", "1.0.0")
    _put(tmp_path / "b", "web", "1.0.0")
    second = _put(tmp_path / "b", "web", "2.0.0")
    library = _library(tmp_path / "a", tmp_path / "b")
    assert library.fetch(ChartRef(name="web", version="1.0.0")).path == first
    assert library.fetch(ChartRef(name="web", version="2.0.0")).path == second


def test_mirror_that_is_no_folder(tmp_path: Path) -> None:
    error = _error(_library(tmp_path / "gone").fetch, ChartRef(name="web", version="1.0.0"))
    assert error.diagnostic.code == "MIG421"
    assert "gone" in error.diagnostic.summary


def test_unknown_chart_names_what_was_tried(tmp_path: Path) -> None:
    library = _library(tmp_path)
    for error in (_error(library.fetch, ChartRef(name="web", version="1.0.0")), _error(library.versions, "web", "")):
        assert error.diagnostic.code == "MIG420"
        assert str(tmp_path) in error.diagnostic.summary
        assert "--chart-mirror" in error.diagnostic.remedy


@pytest.mark.parametrize("repository", ["https://charts.example/stable", "oci://registry.example/charts"])
def test_offline_names_the_flag_that_helps(tmp_path: Path, repository: str) -> None:
    library = _library(tmp_path, offline=True)
    error = _error(library.fetch, ChartRef(name="web", version="1.0.0", repository=repository))
    assert error.diagnostic.code == "MIG421"
    assert "offline" in error.diagnostic.summary
    assert "--chart-mirror" in error.diagnostic.remedy
    assert _error(library.versions, "web", repository).diagnostic.code == "MIG421"


def test_http_repository(server: _Server, tmp_path: Path) -> None:
    _publish(server, ("web", "1.0.0"), ("web", "v1.1.0"))
    cache = Cache(tmp_path / "cache")
    library = _library(cache=cache)
    repository = f"{server.url}/charts/"
    found = library.versions("web", repository)
    assert [(one.version, one.app_version) for one in found] == [("v1.1.0", "9.9"), ("1.0.0", "9.9")]
    chart = library.fetch(ChartRef(name="web", version="1.1.0", repository=repository))
    assert chart.ref.version == "v1.1.0"
    assert f"sha256:{hashlib.sha256(chart.path.read_bytes()).hexdigest()}" == chart.digest
    assert chart.path.name == "web-1.1.0.tgz"
    asked = [path for path, _ in server.seen]
    assert asked == ["/charts/index.yaml", "/charts/web-v1.1.0.tgz"]

    again = _library(cache=cache, offline=True)
    assert again.fetch(ChartRef(name="web", version="v1.1.0", repository=repository)).digest == chart.digest
    assert again.versions("web", repository) == found
    assert [path for path, _ in server.seen] == asked

    assert _library(cache=cache).versions("web", repository) == found
    assert server.seen[-1][1]["If-None-Match"]


def test_mirror_is_asked_before_the_network(server: _Server, tmp_path: Path) -> None:
    _publish(server, ("web", "2.0.0"))
    _put(tmp_path, "web", "1.0.0")
    library = _library(tmp_path)
    assert [one.version for one in library.versions("web", f"{server.url}/charts")] == ["1.0.0"]
    assert library.fetch(ChartRef(name="web", version="1.0.0", repository=f"{server.url}/charts"))
    assert server.seen == []
    assert library.fetch(ChartRef(name="web", version="2.0.0", repository=f"{server.url}/charts"))


def test_version_that_the_repository_lacks(server: _Server) -> None:
    _publish(server, ("web", "1.0.0"))
    repository = f"{server.url}/charts"
    error = _error(_library().fetch, ChartRef(name="web", version="3.0.0", repository=repository))
    assert error.diagnostic.code == "MIG420"
    assert "newest are 1.0.0" in error.diagnostic.summary
    assert _error(_library().versions, "other", repository).diagnostic.code == "MIG420"


def test_download_that_is_not_what_was_promised(server: _Server) -> None:
    _publish(server, ("web", "1.0.0"), digest="0" * 64)
    error = _error(_library().fetch, ChartRef(name="web", version="1.0.0", repository=f"{server.url}/charts"))
    assert error.diagnostic.code == "MIG423"


def test_url_mirrors(server: _Server, tmp_path: Path) -> None:
    _publish(server, ("web", "1.0.0"))
    _put(tmp_path, "db", "1.0.0")
    mapped = {"https://charts.example/": f"{server.url}/charts", "https://db.example": str(tmp_path)}
    library = ChartLibrary(ChartSources(url_mirrors=mapped), Cache(None))
    chart = library.fetch(ChartRef(name="web", version="1.0.0", repository="https://charts.example"))
    assert chart.ref.repository == "https://charts.example"
    assert library.fetch(ChartRef(name="db", version="1.0.0", repository="https://db.example/"))
    assert _error(library.versions, "web", "https://db.example").diagnostic.code == "MIG420"


def test_unreachable_and_refusing_servers(server: _Server) -> None:
    error = _error(_library().versions, "web", f"{server.url}/nothing")
    assert error.diagnostic.code == "MIG421"
    assert "404" in error.diagnostic.summary
    server.pages["/html/index.yaml"] = b"<html>login</html>"
    assert _error(_library().versions, "web", f"{server.url}/html").diagnostic.code == "MIG422"
    gone = _Server()
    gone.server_close()
    assert _error(_library().versions, "web", gone.url).diagnostic.code == "MIG421"
    assert _error(_library().versions, "web", "file:///etc").diagnostic.code == "MIG422"


def test_index_that_points_at_a_file_is_not_followed(server: _Server, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x")
    entries = {"web": [{"version": "1.0.0", "urls": [f"file://{secret}"]}]}
    server.pages["/charts/index.yaml"] = json.dumps({"entries": entries}).encode()
    error = _error(_library().fetch, ChartRef(name="web", version="1.0.0", repository=f"{server.url}/charts"))
    assert error.diagnostic.code == "MIG422"


def test_redirect_to_another_scheme_is_not_followed(server: _Server) -> None:
    server.redirects["/a"] = "file:///etc/passwd"
    assert get(f"{server.url}/a", limit=100).status == 302
    server.redirects["/b"] = "ftp://127.0.0.1/x"
    assert _error(lambda: get(f"{server.url}/b", limit=100)).diagnostic.code == "MIG421"


def test_credentials_are_sent_once_and_never_shown(server: _Server) -> None:
    server.redirects["/a"] = "/b"
    server.pages["/b"] = b"x"
    url = server.url.replace("http://", "http://me:hunter2@")
    assert get(f"{url}/a", limit=100).body == b"x"
    assert server.seen[0][1]["Authorization"].startswith("Basic ")
    assert "Authorization" not in server.seen[1][1]
    error = _error(lambda: get_cached(f"{url}/gone?token=hunter2", Cache(None), limit=100, offline=False))
    assert "hunter2" not in str(error)
    assert shown("https://me:pw@host/x?y=z") == "https://host/x"


def test_answer_that_is_too_large(server: _Server) -> None:
    server.pages["/big"] = b"x" * 2000
    assert _error(lambda: get(f"{server.url}/big", limit=1000)).diagnostic.code == "MIG412"


def test_server_that_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    monkeypatch.setattr(web_module, "TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        assert _error(lambda: get(url, limit=10)).diagnostic.code == "MIG421"


def test_index_entries() -> None:
    text = b"""apiVersion: v1
entries:
  web:
  - {version: 1.0.0, appVersion: v2, urls: ['https://cdn.example/web-1.0.0.tgz'], digest: 'sha256:abc', deprecated: true}
  - {version: 2.0.0, urls: [web-2.0.0.tgz]}
  - {version: 3.0.0, urls: []}
  - {urls: [x.tgz]}
  empty:
"""
    index = read_index(text, "https://charts.example/stable")
    two, one = index["web"]
    assert (two.version, two.url, two.digest) == ("2.0.0", "https://charts.example/stable/web-2.0.0.tgz", "")
    assert (one.app_version, one.deprecated, one.digest) == ("v2", True, "sha256:abc")
    assert index["empty"] == ()


@pytest.mark.parametrize("data", [b"", b"[]", b"entries: 3", b"a: [", b"apiVersion: v1"])
def test_text_that_is_no_index(data: bytes) -> None:
    assert _error(read_index, data, "https://charts.example").diagnostic.code == "MIG422"


def test_tags_of_an_oci_registry(server: _Server) -> None:
    server.token = "anyone"
    server.pages["/token?service=here&scope=repository%3Apull"] = b'{"token": "anyone"}'
    first = b'</v2/charts/web/tags/list?last=x>; rel="next"\n{"tags": ["1.0.0", "latest", "1.2.0_build.1"]}'
    server.pages["/v2/charts/web/tags/list"] = first
    server.pages["/v2/charts/web/tags/list?last=x"] = b'{"tags": ["1.10.0", "sha256-abc.sig"]}'
    repository = f"oci://127.0.0.1:{server.server_port}/charts"
    found = fetch_tags(repository, "web", offline=False)
    assert [one.version for one in found] == ["1.10.0", "1.2.0+build.1", "1.0.0"]
    assert fetch_tags(repository, "nothing", offline=False) == ()


@pytest.mark.corpus
def test_public_mirror(corpus: Path) -> None:
    library = _library(corpus / "charts", offline=True)
    versions = [one.version for one in library.versions("redis", "https://charts.bitnami.com/bitnami")]
    assert versions
    assert library.fetch(ChartRef(name="redis", version=versions[0])).ref.version == versions[0]
