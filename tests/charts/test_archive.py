"""Charts in memory: what is in an archive or folder, and what is refused."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from pathlib import Path

import pytest

from migrator.charts import archive as archive_module
from migrator.charts import load_archive
from migrator.charts.archive import load_metadata
from migrator.charts.helmignore import is_ignored, parse_helmignore
from migrator.diagnostics import MigrateError
from migrator.engines import find_helm

CHART = b"apiVersion: v2\nname: web\nversion: 1.2.3\nappVersion: 1.10\n"


def _tgz(files: dict[str, bytes], extra: tuple[tarfile.TarInfo, ...] = ()) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        for info in extra:
            archive.addfile(info)
    return stream.getvalue()


def _saved(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "web-1.2.3.tgz"
    path.write_bytes(data)
    return path


def _code(path: Path) -> str:
    with pytest.raises(MigrateError) as caught:
        load_archive(path)
    assert caught.value.diagnostic.remedy
    return caught.value.diagnostic.code


def test_archive(tmp_path: Path) -> None:
    path = _saved(
        tmp_path,
        _tgz({"web/templates/a.yaml": b"a", "web/Chart.yaml": CHART, "web/values.yaml": b"\xef\xbb\xbfx: 1\n"}),
    )
    chart = load_archive(path)
    assert (chart.ref.name, chart.ref.version, chart.ref.repository) == ("web", "1.2.3", "")
    assert chart.app_version == "1.1"  # the number that helm makes of it
    assert dict(chart.files) == {"Chart.yaml": CHART, "templates/a.yaml": b"a", "values.yaml": b"x: 1\n"}
    assert chart.digest.startswith("sha256:")
    assert load_metadata(path) == dict(chart.metadata)


def test_nested_archives_share_the_key_space(tmp_path: Path) -> None:
    leaf = _tgz({"leaf/Chart.yaml": b"name: leaf\nversion: 0.1.0\n", "leaf/values.yaml": b""})
    sub = _tgz({"sub/Chart.yaml": b"name: sub\nversion: 2.0.0\n", "sub/charts/leaf-0.1.0.tgz": leaf})
    other = _tgz({"sub/Chart.yaml": b"name: sub\nversion: 3.0.0\n"})
    plain = b"name: plain\nversion: 1.0.0\n"
    chart = load_archive(
        _saved(
            tmp_path,
            _tgz(
                {
                    "web/Chart.yaml": CHART,
                    "web/charts/sub-2.0.0.tgz": sub,
                    "web/charts/sub-3.0.0.tgz": other,
                    "web/charts/plain/Chart.yaml": plain,
                    "web/charts/plain/charts/leaf-0.1.0.tgz": leaf,
                    "web/charts/_ignored.tgz": b"no archive",
                    "web/files/data.tgz": b"no archive either",
                }
            ),
        )
    )
    assert [name for name in chart.files if name.endswith("Chart.yaml")] == [
        "Chart.yaml",
        "charts/plain/Chart.yaml",
        "charts/plain/charts/leaf/Chart.yaml",
        "charts/sub-3.0.0/Chart.yaml",
        "charts/sub/Chart.yaml",
        "charts/sub/charts/leaf/Chart.yaml",
    ]
    assert "files/data.tgz" in chart.files


def test_requirements_of_old_charts(tmp_path: Path) -> None:
    old = b"apiVersion: v1\nname: web\nversion: 1.0.0\n"
    files = {"web/Chart.yaml": old, "web/requirements.yaml": b"dependencies: [{name: redis, version: ~1}]\n"}
    chart = load_archive(_saved(tmp_path, _tgz(files)))
    assert chart.metadata["dependencies"] == [{"name": "redis", "version": "~1"}]


def test_archive_that_helm_packaged(tmp_path: Path) -> None:
    """helm writes an extra field into the gzip header, on which tarfile's own stream mode breaks."""
    folder = tmp_path / "web"
    folder.mkdir()
    (folder / "Chart.yaml").write_bytes(CHART)
    environment = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    subprocess.run(
        [find_helm().path, "package", folder], cwd=tmp_path, env=environment, check=True, capture_output=True
    )
    assert load_archive(tmp_path / "web-1.2.3.tgz").ref.version == "1.2.3"


@pytest.mark.parametrize("name", ["web/../../evil", "/etc/evil", "web/..", "..\\evil\\..\\..\\x", "web/C:/evil"])
def test_path_out_of_the_chart_is_refused(tmp_path: Path, name: str) -> None:
    assert _code(_saved(tmp_path, _tgz({"web/Chart.yaml": CHART, name: b"x"}))) == "MIG413"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["web-1.2.3.tgz"]


def test_links_and_devices_are_no_files(tmp_path: Path) -> None:
    link = tarfile.TarInfo("web/values.yaml")
    link.type = tarfile.SYMTYPE
    link.linkname = "/etc/passwd"
    device = tarfile.TarInfo("web/device")
    device.type = tarfile.CHRTYPE
    chart = load_archive(_saved(tmp_path, _tgz({"web/Chart.yaml": CHART}, (link, device))))
    assert list(chart.files) == ["Chart.yaml"]


@pytest.mark.parametrize(
    "data",
    [b"", b"plain text", b"\x1f\x8b\x08\x00junkjunkjunk", _tgz({}), _tgz({"web/Chart.yaml": CHART * 50})[:-30]],
    ids=["empty", "text", "junk", "no-files", "cut-off"],
)
def test_corrupt_archive(tmp_path: Path, data: bytes) -> None:
    path = _saved(tmp_path, data)
    assert _code(path) == "MIG410"
    with pytest.raises(MigrateError) as caught:
        load_archive(path)
    assert "web-1.2.3.tgz" in caught.value.diagnostic.summary


def test_missing_archive(tmp_path: Path) -> None:
    assert _code(tmp_path / "gone.tgz") == "MIG410"


@pytest.mark.parametrize(
    "chart", [None, b"", b"a: [", b"- list", b"name: web\n", b"version: 1.0.0\n", b"name: ''\nversion: 1.0.0\n"]
)
def test_no_usable_chart_yaml(tmp_path: Path, chart: bytes | None) -> None:
    files = {"web/values.yaml": b""} if chart is None else {"web/values.yaml": b"", "web/Chart.yaml": chart}
    path = _saved(tmp_path, _tgz(files))
    assert _code(path) == "MIG411"
    with pytest.raises(MigrateError) as caught:
        load_metadata(path)
    assert caught.value.diagnostic.code == "MIG411"


def test_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _saved(tmp_path, _tgz({"web/Chart.yaml": CHART, "web/a": b"x" * 600, "web/b": b"x" * 600}))
    for name, limit in (("MAX_FILE_BYTES", 500), ("MAX_CHART_BYTES", 1000), ("MAX_FILES", 2)):
        with monkeypatch.context() as patch:
            patch.setattr(archive_module, name, limit)
            assert _code(path) == "MIG412"
    assert load_archive(path)


def test_bomb_of_nested_archives_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = _tgz({"deep/Chart.yaml": b"name: deep\nversion: 1.0.0\n"})
    for _ in range(20):
        data = _tgz({"deep/Chart.yaml": b"name: deep\nversion: 1.0.0\n", "deep/charts/deep.tgz": data})
    assert _code(_saved(tmp_path, data)) == "MIG412"


def _folder(tmp_path: Path) -> Path:
    folder = tmp_path / "web"
    (folder / "templates").mkdir(parents=True)
    (folder / "Chart.yaml").write_bytes(CHART)
    (folder / "templates" / "a.yaml").write_text("a")
    return folder


def test_folder(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    (folder / "templates" / ".hidden").write_text("")
    (folder / ".helmignore").write_text("# comment\n*.bak\n/ci/\ntests/\n")
    for name in ("x.bak", "ci/a.yaml", "sub/ci/a.yaml", "sub/tests/a.yaml"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("")
    chart = load_archive(folder)
    assert list(chart.files) == [".helmignore", "Chart.yaml", "sub/ci/a.yaml", "templates/a.yaml"]
    digest = chart.digest
    (folder / "templates" / "a.yaml").write_text("b")
    assert load_archive(folder).digest != digest


def test_folder_follows_no_link_out_of_it(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    (folder / "inside.yaml").symlink_to("Chart.yaml")
    assert load_archive(folder).files["inside.yaml"] == CHART
    (tmp_path / "outside.yaml").write_text("secret")
    (folder / "values.yaml").symlink_to("../outside.yaml")
    assert _code(folder) == "MIG413"


def test_folder_with_a_link_to_itself_ends(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    (folder / "templates" / "loop").symlink_to("..")
    assert list(load_archive(folder).files) == ["Chart.yaml", "templates/a.yaml"]


@pytest.mark.parametrize(
    ("rules", "path", "folder", "ignored"),
    [
        ("a.txt", "sub/a.txt", False, True),
        ("/a.txt", "sub/a.txt", False, False),
        ("sub/a.txt", "sub/a.txt", False, True),
        ("*.txt", "sub/a.txt", False, True),
        ("sub/*", "sub/deep/a.txt", False, False),
        ("a?c", "abc", False, True),
        ("[a-c].txt", "b.txt", False, True),
        ("[^a-c].txt", "b.txt", False, False),
        ("dir/", "dir", False, False),
        ("dir/", "dir", True, True),
        ("!*.yaml", "a.txt", False, True),
        ("!*.yaml", "a.yaml", False, False),
        ("**/a", "x/a", False, False),
        ("", "templates/.x", False, True),
        ("", "templates/_helpers.tpl", False, False),
        ("[broken", "[broken", False, False),
        (r"\*", "*", False, True),
    ],
)
def test_helmignore(rules: str, path: str, folder: bool, ignored: bool) -> None:
    assert is_ignored(parse_helmignore(rules), path, folder=folder) is ignored


@pytest.mark.corpus
def test_public_archives_load(corpus: Path) -> None:
    archives = sorted((corpus / "charts").glob("*.tgz"))[::20]
    assert archives
    for path in archives:
        chart = load_archive(path)
        assert path.name == f"{chart.ref.name}-{chart.ref.version}.tgz"
        assert not any(name.endswith(".tgz") and name.startswith("charts/") for name in chart.files)
