"""Which program renders: an override, else the wheel's, else PATH; and which version it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.diagnostics import MigrateError
from migrator.engines import find_helm, find_kustomize, find_tools, kustomize_build
from migrator.engines import tools as tools_module
from migrator.engines.tools import _parse_version


def _script(path: Path, body: str) -> Path:
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def no_wheels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools_module, "_from_wheel", lambda _distribution, _program: None)


def test_engines_of_this_installation() -> None:
    tools = find_tools()
    assert tools.kustomize.path.is_file()
    assert tools.engines["kustomize"].startswith("v5.")
    assert tools.helm is None or tools.engines["helm"] == tools.helm.version


def test_override_wins_over_the_wheel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MIGRATE_KUSTOMIZE", str(_script(tmp_path / "my-kustomize", "echo v5.0.1")))
    monkeypatch.setenv("MIGRATE_HELM", str(_script(tmp_path / "helm4", "echo v4.1.0")))
    tools = find_tools()
    assert (tools.kustomize.name, tools.kustomize.version) == ("kustomize", "v5.0.1")
    assert tools.helm is not None
    assert tools.helm.label == "helm v4.1.0"


def test_override_may_be_a_kubectl(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    script = _script(tmp_path / "kubectl-1.30", "echo 'Client Version: v1.30.2'; echo 'Kustomize Version: v5.0.4'")
    monkeypatch.setenv("MIGRATE_KUSTOMIZE", str(script))
    tool = find_kustomize()
    assert (tool.name, tool.version, tool.label) == ("kubectl", "v5.0.4", "kustomize v5.0.4 (kubectl)")


@pytest.mark.parametrize("variable", ["MIGRATE_KUSTOMIZE", "MIGRATE_HELM"])
def test_override_that_names_nothing(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(variable, "/no/such/program")
    with pytest.raises(MigrateError) as caught:
        find_tools()
    assert caught.value.diagnostic.code == "MIG401"
    assert variable in caught.value.diagnostic.summary


@pytest.mark.usefixtures("no_wheels")
def test_path_is_searched_where_there_is_no_wheel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    _script(tmp_path / "kustomize", "echo '{Version:kustomize/v4.5.7 GitCommit:56d82a8}'")
    _script(tmp_path / "helm", "echo v3.18.0")
    assert find_kustomize().version == "v4.5.7"
    assert find_helm().path == tmp_path / "helm"


@pytest.mark.usefixtures("no_wheels")
def test_nothing_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for find in (find_kustomize, find_helm, find_tools):
        with pytest.raises(MigrateError) as caught:
            find()
        assert caught.value.diagnostic.code == "MIG401"
        assert caught.value.diagnostic.remedy


def test_version_is_asked_once_until_the_program_changes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    counter = tmp_path / "counter"
    script = _script(tmp_path / "helm", f"echo x >> {counter}; echo v3.1.0")
    monkeypatch.setenv("MIGRATE_HELM", str(script))
    monkeypatch.setenv("MIGRATE_CACHE_DIR", str(tmp_path / "cache"))
    assert find_helm().version == find_helm().version == "v3.1.0"
    assert counter.read_text().count("x") == 1
    _script(script, f"echo x >> {counter}; echo v3.10.0")
    assert find_helm().version == "v3.10.0"


def test_program_without_version(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MIGRATE_HELM", str(_script(tmp_path / "helm", "echo hello; exit 0")))
    with pytest.raises(MigrateError) as caught:
        find_helm()
    assert caught.value.diagnostic.code == "MIG402"


def test_script_shim_finds_its_interpreter(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shim = tmp_path / "kustomize"
    shim.write_text("#!/usr/bin/env sh\n[ \"$1\" = version ] && echo v5.1.0 || echo 'kind: Shim'\n")
    shim.chmod(0o755)
    monkeypatch.setenv("MIGRATE_KUSTOMIZE", str(shim))
    assert kustomize_build(find_kustomize(), tmp_path, network=False) == b"kind: Shim\n"


@pytest.mark.parametrize(
    ("printed", "version"),
    [
        ("v5.8.1\n", "v5.8.1"),
        ("5.8.1", "v5.8.1"),
        ("{Version:kustomize/v3.8.1 GitCommit:0b359d0 BuildDate:2020-07-16}", "v3.8.1"),
        ("Client Version: v1.37.1\nKustomize Version: v5.8.1\n", "v5.8.1"),
        ("v3.18.0-rc.1+g5ee3fc0", "v3.18.0-rc.1"),
        ("no version", None),
        ("", None),
    ],
)
def test_version_texts(printed: str, version: str | None) -> None:
    assert _parse_version(printed) == version
