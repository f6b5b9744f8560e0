"""`migrate charts`: what a plan needs, against a real server on this machine."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from chart_server import Server, archive, running
from json_schemas import problems

from migrator import api
from migrator.diagnostics import MigrateError
from migrator.report.charts import show_charts

SERVICE = """\
# Source: {chart}/templates/service.yaml
apiVersion: v1
kind: Service
metadata: {{name: {chart}, namespace: shop}}
spec: {{ports: [{{port: 80}}]}}
"""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with running() as started:
        started.publish(("web", "1.0.0"), ("api", "2.0.0"))
        yield started


@pytest.fixture
def repository(tmp_path: Path, server: Server) -> Path:
    """Two applications that were rendered from charts, of which Chart.yaml says version and publisher."""
    root = tmp_path / "repository"
    for chart, version in (("web", "1.0.0"), ("api", "2.0.0")):
        folder = root / chart
        folder.mkdir(parents=True)
        (folder / "kustomization.yaml").write_text("resources: [service.yaml]\n")
        (folder / "service.yaml").write_text(SERVICE.format(chart=chart))
        dependency = f"{{name: {chart}, version: {version}, repository: {server.url}/charts}}"
        (folder / "Chart.yaml").write_text(
            f"apiVersion: v2\nname: mine\nversion: 0.1.0\ndependencies:\n- {dependency}\n"
        )
    return root


def options(tmp_path: Path, *, offline: bool = False, mirrors: tuple[Path, ...] = ()) -> api.Options:
    return api.Options(cache=tmp_path / "cache", offline=offline, chart_mirrors=mirrors)


def test_every_archive_is_listed_with_its_digest_and_who_needs_it(tmp_path: Path, repository: Path) -> None:
    found = api.charts(repository, options(tmp_path))
    assert [(one.ref.name, one.ref.version, one.components, one.is_at_hand) for one in found.charts] == [
        ("api", "2.0.0", ("api",), False),
        ("web", "1.0.0", ("web",), False),
    ]
    assert all(one.digest.startswith("sha256:") for one in found.charts)
    assert found.exit_code == 0
    document = api.document(found)
    assert problems(json.loads(json.dumps(document)), "charts") == []
    assert document["complete"] is False


def test_what_is_shown(tmp_path: Path, repository: Path, server: Server) -> None:
    (mirror := tmp_path / "mirror").mkdir()
    (mirror / "api-2.0.0.tgz").write_bytes(archive("api", "2.0.0"))
    found = api.charts(repository, options(tmp_path, offline=True, mirrors=(mirror,)))
    text, pulls = io.StringIO(), io.StringIO()
    show_charts(found, text)
    show_charts(found, pulls, "helm")
    assert "at hand  api 2.0.0" in text.getvalue()
    assert f"missing  web 1.0.0  {server.url}/charts\n         for web\n" in text.getvalue()
    assert "1 of 2 archives are at hand.\n" in text.getvalue()
    assert pulls.getvalue() == f"helm pull web --repo {server.url}/charts --version 1.0.0 --destination .  # for web\n"


def test_a_mirror_is_filled_and_what_is_there_is_not_fetched_again(
    tmp_path: Path, repository: Path, server: Server
) -> None:
    (mirror := tmp_path / "mirror").mkdir()
    (mirror / "api-2.0.0.tgz").write_bytes(server.pages["/charts/api-2.0.0.tgz"])
    found = api.charts(repository, options(tmp_path), fetch=mirror)
    assert (found.fetched, found.is_complete, found.exit_code) == (("web-1.0.0.tgz",), True, 0)
    assert sorted(path.name for path in mirror.iterdir()) == ["api-2.0.0.tgz", "web-1.0.0.tgz"]
    assert "/charts/api-2.0.0.tgz" not in server.paths
    assert api.charts(repository, options(tmp_path, offline=True), fetch=mirror).is_complete


def test_what_cannot_be_had_leaves_nothing_under_its_name_and_the_rest_is_fetched(
    tmp_path: Path, repository: Path, server: Server
) -> None:
    server.pages["/charts/web-1.0.0.tgz"] += b"more than was promised"
    found = api.charts(repository, options(tmp_path), fetch=tmp_path / "mirror")
    assert found.exit_code == 1
    assert "MIG423" in [one.code for one in found.diagnostics]
    assert [path.name for path in (tmp_path / "mirror").iterdir()] == ["api-2.0.0.tgz"]


def test_offline_fetches_nothing_and_says_what_is_missing(tmp_path: Path, repository: Path, server: Server) -> None:
    with pytest.raises(MigrateError, match=r"2 of 2 archives .*api 2.0.0, web 1.0.0.*MIG927"):
        api.charts(repository, options(tmp_path, offline=True), fetch=tmp_path / "mirror")
    assert server.paths == []


def test_an_archive_of_a_mirror_that_is_not_its_publishers_is_said_and_never_written_over(
    tmp_path: Path, repository: Path
) -> None:
    (mirror := tmp_path / "mirror").mkdir()
    other = archive("web", "1.0.0") + b"\0"
    (mirror / "web-1.0.0.tgz").write_bytes(other)
    found = api.charts(repository, options(tmp_path), fetch=mirror)
    assert [one.is_at_hand for one in found.charts] == [True, False]
    assert found.exit_code == 1
    said = next(one for one in found.diagnostics if one.code == "MIG423")
    assert f"{mirror}/web-1.0.0.tgz is not the chart web 1.0.0" in said.summary
    assert (mirror / "web-1.0.0.tgz").read_bytes() == other


def test_half_an_archive_in_the_folder_is_said_where_another_mirror_has_it_whole(
    tmp_path: Path, repository: Path
) -> None:
    (mirror := tmp_path / "mirror").mkdir()
    (other := tmp_path / "other").mkdir()
    for name, version in (("api", "2.0.0"), ("web", "1.0.0")):
        (other / f"{name}-{version}.tgz").write_bytes(archive(name, version))
    (mirror / "web-1.0.0.tgz").write_bytes(half := archive("web", "1.0.0")[:60])
    found = api.charts(repository, options(tmp_path, offline=True, mirrors=(other,)), fetch=mirror)
    assert (found.fetched, found.exit_code) == (("api-2.0.0.tgz",), 1)
    said = next(one for one in found.diagnostics if one.code == "MIG423")
    assert f"{mirror}/web-1.0.0.tgz is not the chart web 1.0.0" in said.summary
    assert (mirror / "web-1.0.0.tgz").read_bytes() == half


def test_a_mirrors_own_index_is_held_to_what_it_promises(tmp_path: Path, repository: Path) -> None:
    (mirror := tmp_path / "mirror").mkdir()
    (mirror / "web-1.0.0.tgz").write_bytes(archive("web", "1.0.0"))
    entry = {"version": "1.0.0", "urls": ["web-1.0.0.tgz"], "digest": "0" * 64}
    (mirror / "index.yaml").write_text(json.dumps({"apiVersion": "v1", "entries": {"web": [entry]}}))
    found = api.charts(repository, options(tmp_path, offline=True, mirrors=(mirror,)))
    assert [one.is_at_hand for one in found.charts] == [False, False]
    assert any("is not what its index.yaml promises" in one.summary for one in found.diagnostics)
