"""Where charts are looked for, in which order, and what is said when there is none."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from chart_server import Server, archive

from migrator.charts import ChartLibrary, ChartRef, ChartSources
from migrator.charts import mirror as mirror_module
from migrator.charts.http_exchange import Patience
from migrator.charts.index import read_index
from migrator.charts.web import Web
from migrator.diagnostics import MigrateError
from migrator.engines import Cache


def _put(folder: Path, name: str, version: str, app_version: str = "1.0", **more: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}-{version}.tgz"
    path.write_bytes(archive(name, version, app_version, **more))
    return path


def _library(*mirrors: Path, offline: bool = False, cache: Cache | None = None, **url_mirrors: str) -> ChartLibrary:
    sources = ChartSources(mirrors=mirrors, url_mirrors=url_mirrors, offline=offline)
    return ChartLibrary(sources, cache or Cache(None), Web(Patience(pause=0)))


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


def test_http_repository(server: Server, tmp_path: Path) -> None:
    server.publish(("web", "1.0.0"), ("web", "v1.1.0"))
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


def test_mirror_is_asked_before_the_network(server: Server, tmp_path: Path) -> None:
    server.publish(("web", "2.0.0"))
    _put(tmp_path, "web", "1.0.0")
    library = _library(tmp_path)
    assert [one.version for one in library.versions("web", f"{server.url}/charts")] == ["1.0.0"]
    assert library.fetch(ChartRef(name="web", version="1.0.0", repository=f"{server.url}/charts"))
    assert server.seen == []
    assert library.fetch(ChartRef(name="web", version="2.0.0", repository=f"{server.url}/charts"))


def test_version_that_the_repository_lacks(server: Server) -> None:
    server.publish(("web", "1.0.0"))
    repository = f"{server.url}/charts"
    error = _error(_library().fetch, ChartRef(name="web", version="3.0.0", repository=repository))
    assert error.diagnostic.code == "MIG420"
    assert "newest are 1.0.0" in error.diagnostic.summary
    assert _error(_library().versions, "other", repository).diagnostic.code == "MIG420"


def test_download_that_is_not_what_was_promised(server: Server) -> None:
    server.publish(("web", "1.0.0"), digest="0" * 64)
    error = _error(_library().fetch, ChartRef(name="web", version="1.0.0", repository=f"{server.url}/charts"))
    assert error.diagnostic.code == "MIG423"


def test_url_mirrors(server: Server, tmp_path: Path) -> None:
    server.publish(("web", "1.0.0"))
    _put(tmp_path, "db", "1.0.0")
    mapped = {"https://charts.example/": f"{server.url}/charts", "https://db.example": str(tmp_path)}
    library = ChartLibrary(ChartSources(url_mirrors=mapped), Cache(None))
    chart = library.fetch(ChartRef(name="web", version="1.0.0", repository="https://charts.example"))
    assert chart.ref.repository == "https://charts.example"
    assert library.fetch(ChartRef(name="db", version="1.0.0", repository="https://db.example/"))
    assert _error(library.versions, "web", "https://db.example").diagnostic.code == "MIG420"


def test_unreachable_and_refusing_servers(server: Server) -> None:
    error = _error(_library().versions, "web", f"{server.url}/nothing")
    assert error.diagnostic.code == "MIG421"
    assert "404" in error.diagnostic.summary
    server.pages["/html/index.yaml"] = b"<html>login</html>"
    assert _error(_library().versions, "web", f"{server.url}/html").diagnostic.code == "MIG422"
    gone = Server()
    gone.server_close()
    assert _error(_library().versions, "web", gone.url).diagnostic.code == "MIG421"
    assert _error(_library().versions, "web", "file:///etc").diagnostic.code == "MIG422"


def test_index_that_points_at_a_file_is_not_followed(server: Server, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x")
    entries = {"web": [{"version": "1.0.0", "urls": [f"file://{secret}"]}]}
    server.pages["/charts/index.yaml"] = json.dumps({"entries": entries}).encode()
    error = _error(_library().fetch, ChartRef(name="web", version="1.0.0", repository=f"{server.url}/charts"))
    assert error.diagnostic.code == "MIG422"


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


@pytest.mark.corpus
def test_public_mirror(corpus: Path) -> None:
    library = _library(corpus / "charts", offline=True)
    versions = [one.version for one in library.versions("redis", "https://charts.bitnami.com/bitnami")]
    assert versions
    assert library.fetch(ChartRef(name="redis", version=versions[0])).ref.version == versions[0]


def test_an_archive_that_is_not_what_its_mirror_promises_is_looked_for_in_the_next(tmp_path: Path) -> None:
    good, wrong = tmp_path / "good", tmp_path / "wrong"
    right, _ = _put(good, "web", "1.0.0"), _put(wrong, "web", "1.0.0", "2.0")
    digest = "ab" * 32
    index = f"entries: {{web: [{{version: 1.0.0, digest: {digest}, urls: [web-1.0.0.tgz]}}]}}"
    (wrong / "index.yaml").write_text(f"apiVersion: v1\n{index}\n", encoding="utf-8")
    ref = ChartRef(name="web", version="1.0.0")
    assert _library(wrong, good, offline=True).fetch(ref).path == right
    error = _error(_library(wrong, offline=True).fetch, ref).diagnostic
    assert error.code == "MIG423"
    assert digest in error.summary


def test_an_archive_that_cannot_be_read_is_looked_for_in_the_next_mirror(tmp_path: Path) -> None:
    right = _put(tmp_path / "good", "web", "1.0.0")
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "web-1.0.0.tgz").write_bytes(right.read_bytes()[:40])
    ref = ChartRef(name="web", version="1.0.0")
    assert _library(tmp_path / "bad", tmp_path / "good", offline=True).fetch(ref).path == right
    assert _error(_library(tmp_path / "bad", offline=True).held, ref).diagnostic.code == "MIG410"
