"""Builds by the real kustomize, and what is said when one fails."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from migrator.engines import EngineError, Failure, find_kustomize, kustomize_build, kustomize_cause

CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: v}\n"
SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {a: hunter2}\n"


def _write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def _failure(root: Path, directory: str = ".") -> EngineError:
    with pytest.raises(EngineError) as caught:
        kustomize_build(find_kustomize(), root / directory, network=False, root=root)
    return caught.value


def test_build(tmp_path: Path) -> None:
    _write(tmp_path, {"kustomization.yaml": "resources: [a.yaml]\nnamePrefix: x-\n", "a.yaml": CONFIG_MAP})
    assert b"name: x-a" in kustomize_build(find_kustomize(), tmp_path, network=False)


def test_missing_file_of_a_nested_base(tmp_path: Path) -> None:
    _write(
        tmp_path,
        {
            "overlays/prod/kustomization.yaml": "resources: [../../base]",
            "base/kustomization.yaml": "resources: [nope.yaml]",
        },
    )
    error = _failure(tmp_path, "overlays/prod")
    assert error.cause.failure is Failure.MISSING_FILE
    assert error.cause.subject == "base/nope.yaml"
    assert str(error.diagnostic.span) == "base/kustomization.yaml"
    assert error.diagnostic.code == "MIG210"
    assert error.diagnostic.summary == "kustomize cannot build overlays/prod: no such file or directory: base/nope.yaml"
    assert error.diagnostic.remedy


@pytest.mark.parametrize(
    ("kustomization", "subject"),
    [
        ("resources: [../gone]", "gone"),
        ("configMapGenerator: [{name: x, files: [f.txt]}]", "app/f.txt"),
        ("secretGenerator: [{name: x, envs: [f.env]}]", "app/f.env"),
        ("resources: [a.yaml]\npatches: [{path: p.yaml}]", "app/p.yaml"),
        ("components: [../gone]", "gone"),
    ],
)
def test_missing_files(tmp_path: Path, kustomization: str, subject: str) -> None:
    _write(tmp_path, {"app/kustomization.yaml": kustomization, "app/a.yaml": CONFIG_MAP})
    cause = _failure(tmp_path, "app").cause
    assert (cause.failure, cause.subject, cause.path) == (Failure.MISSING_FILE, subject, "app/kustomization.yaml")


def test_directory_without_kustomization(tmp_path: Path) -> None:
    _write(tmp_path, {"app/a.yaml": CONFIG_MAP})
    cause = _failure(tmp_path, "app").cause
    assert (cause.failure, cause.message) == (Failure.MISSING_FILE, "no kustomization file in app")


@pytest.mark.parametrize(
    "reference",
    [
        "https://github.com/foo/bar//base?ref=v1",
        "github.com/foo/bar/base?ref=v1",
        "git@github.com:foo/bar.git",
        "ssh://git@github.com/foo/bar",
        "https://github.com/foo/bar/releases/download/v1/install.yaml",
        "file:///tmp/some/repository",
    ],
)
def test_remote_base_fails_fast_and_clean(tmp_path: Path, reference: str) -> None:
    _write(
        tmp_path,
        {"base/kustomization.yaml": f"resources: ['{reference}']", "prod/kustomization.yaml": "resources: [../base]"},
    )
    started = time.monotonic()
    error = _failure(tmp_path, "prod")
    assert time.monotonic() - started < 10
    assert error.diagnostic.code == "MIG211"
    assert (error.cause.failure, error.cause.subject, error.cause.path) == (
        Failure.REMOTE,
        reference,
        "base/kustomization.yaml",
    )


def test_credentials_of_a_remote_base_are_not_shown(tmp_path: Path) -> None:
    _write(tmp_path, {"kustomization.yaml": "resources: ['https://me:hunter2@github.com/foo/bar']"})
    assert "hunter2" not in str(_failure(tmp_path))


@pytest.mark.parametrize(
    ("kustomization", "subject"),
    [
        ("generators: [gen.yaml]", "ksops"),
        ("transformers: [gen.yaml]", "ksops"),
        ("helmCharts: [{name: foo, repo: 'https://x.example', version: 1.0.0}]", "helm"),
    ],
)
def test_plugins_are_never_run(tmp_path: Path, kustomization: str, subject: str) -> None:
    generator = "apiVersion: viaduct.ai/v1\nkind: ksops\nmetadata: {name: x}\n"
    _write(tmp_path, {"kustomization.yaml": kustomization, "gen.yaml": generator})
    error = _failure(tmp_path)
    assert (error.cause.failure, error.cause.subject) == (Failure.PLUGIN, subject)
    assert error.diagnostic.code == "MIG212"


def test_exec_function_is_never_run(tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    script = tmp_path / "x.sh"
    script.write_text(f"#!/bin/sh\ntouch {marker}\n")
    script.chmod(0o755)
    function = (
        "apiVersion: v1\nkind: Gen\nmetadata:\n  name: x\n  annotations:\n"
        "    config.kubernetes.io/function: 'exec: {path: ./x.sh}'\n"
    )
    _write(tmp_path, {"kustomization.yaml": "generators: [gen.yaml]", "gen.yaml": function})
    assert _failure(tmp_path).cause.failure is Failure.PLUGIN
    assert not marker.exists()


def test_duplicate(tmp_path: Path) -> None:
    _write(tmp_path, {"kustomization.yaml": "resources: [a.yaml, b.yaml]", "a.yaml": CONFIG_MAP, "b.yaml": CONFIG_MAP})
    error = _failure(tmp_path)
    assert (error.cause.failure, error.diagnostic.code) == (Failure.DUPLICATE, "MIG213")
    assert error.cause.subject == "ConfigMap.v1.[noGrp]/a.[noNs]"


def test_broken_yaml_of_a_resource_has_file_and_line(tmp_path: Path) -> None:
    _write(
        tmp_path,
        {
            "app/kustomization.yaml": "resources: [sub/a.yaml]",
            "app/sub/a.yaml": "apiVersion: v1\nkind: X\nmetadata:\n\tname: b\n",
        },
    )
    error = _failure(tmp_path, "app")
    assert (error.cause.failure, error.diagnostic.code) == (Failure.YAML, "MIG214")
    assert str(error.diagnostic.span) == "app/sub/a.yaml:4"


def test_a_broken_kustomization_further_in_is_named_once(tmp_path: Path) -> None:
    files = {"app/kustomization.yaml": "resources: [sub/deep]", "app/sub/deep/kustomization.yaml": "vars: [{nam: x}]"}
    _write(tmp_path, files)
    assert _failure(tmp_path, "app").cause.path == "app/sub/deep/kustomization.yaml"


@pytest.mark.parametrize("text", ["resources: [a.yaml", "resourcess: [a.yaml]", "resources: {a: b}"])
def test_broken_kustomization(tmp_path: Path, text: str) -> None:
    _write(tmp_path, {"kustomization.yaml": text})
    cause = _failure(tmp_path).cause
    assert (cause.failure, cause.path) == (Failure.YAML, "kustomization.yaml")


@pytest.mark.parametrize(
    ("kustomization", "words"),
    [
        ("resources: [../app]", "cycle detected"),
        ("resources: [a.yaml, ../outside.yaml]", "not in or below"),
        ("", "empty"),
        ("components: [../other]", "expected kind 'Component'"),
        (
            "resources: [a.yaml]\npatches: [{patch: '- {op: remove, path: /data/zz}', target: {kind: ConfigMap}}]",
            "/data/zz",
        ),
    ],
)
def test_other_failures_keep_the_last_cause(tmp_path: Path, kustomization: str, words: str) -> None:
    _write(
        tmp_path,
        {
            "app/kustomization.yaml": kustomization,
            "app/a.yaml": CONFIG_MAP,
            "outside.yaml": CONFIG_MAP,
            "other/kustomization.yaml": "resources: []\nnamePrefix: x",
        },
    )
    error = _failure(tmp_path, "app")
    assert error.diagnostic.code == "MIG219"
    assert words in error.cause.message
    assert "accumulat" not in error.cause.message
    assert str(tmp_path) not in str(error)


def test_texts_where_image_volumes_may_be_are_told_with_a_way_out(tmp_path: Path) -> None:
    """kustomize 5.8 looks for image volumes in every object, and ends at a list of texts."""
    images = "images: [{name: app, newTag: '2'}]\n"
    policy = "apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nmetadata: {name: p}\nspec: {volumes: [secret]}\n"
    _write(
        tmp_path,
        {
            "all/kustomization.yaml": f"resources: [../app, psp.yaml]\n{images}",
            "apart/kustomization.yaml": "resources: [../app, psp.yaml]\n",
            "app/kustomization.yaml": f"resources: [a.yaml]\n{images}",
            "app/a.yaml": CONFIG_MAP,
            "all/psp.yaml": policy,
            "apart/psp.yaml": policy,
        },
    )
    remedy = _failure(tmp_path, "all").diagnostic.remedy
    assert remedy is not None
    assert "MIGRATE_KUSTOMIZE" in remedy
    assert b"PodSecurityPolicy" in kustomize_build(find_kustomize(), tmp_path / "apart", network=False)


@pytest.mark.parametrize(
    "kustomization",
    [
        "secretGenerator: [{name: x, literals: [hunter2, p=hunter2]}]",
        "resources: [s.yaml]\npatches: [{patch: 'hunter2: [', target: {kind: Secret}}]",
        "resources: [s.yaml]\npatchesStrategicMerge:\n- |\n  apiVersion: v1\n  kind: Secret\n  stringData: {b: hunter2}\n",
        "resources: [keys.yaml]",
        "secretGenerator: [{name: x, envs: [bad.env]}]",
    ],
)
def test_no_message_repeats_a_secret(tmp_path: Path, kustomization: str) -> None:
    _write(tmp_path, {"kustomization.yaml": kustomization, "s.yaml": SECRET})
    (tmp_path / "keys.yaml").write_text(SECRET.replace("a: hunter2", "1: hunter2, true: x"))
    (tmp_path / "bad.env").write_bytes(b"\xff\xfe=hunter2\n")
    assert "hunter2" not in str(_failure(tmp_path))


def test_klog_wrapping_is_understood(tmp_path: Path) -> None:
    stderr = 'E1122 15:34:56.810947   14757 run.go:72] "command failed" err="no matches for Id \\"x\\""\n'
    cause = kustomize_cause(stderr, roots=(tmp_path,), directory=tmp_path)
    assert cause.message == 'no matches for Id "x"'
    block = (
        'E1122 15:34:56.810947   14757 run.go:72] "command failed" err=<\n\tFound multiple kustomization files\n >\n'
    )
    assert kustomize_cause(block, roots=(tmp_path,), directory=tmp_path).message == "Found multiple kustomization files"


def test_silent_failure_still_says_something(tmp_path: Path) -> None:
    assert kustomize_cause("", roots=(tmp_path,), directory=tmp_path).message == "kustomize gave no reason"


@pytest.mark.parametrize(
    ("kustomization", "said"),
    [
        (
            "configMapGenerator:\n- {name: x, literals: [a=1]}\n- {name: x, literals: [a=2]}",
            "merging from generator: ConfigMap x exists; can not use behavior: 'unspecified', behavior must be",
        ),
        (
            "configMapGenerator: [{name: x, behavior: merge, literals: [a=1]}]",
            "merging from generator: ConfigMap x does not exist; cannot merge or replace",
        ),
        (
            "resources: [d.yaml]\nimages: [{name: '[bad', newTag: b}]",
            "kustomize itself crashed: runtime error: invalid memory address or nil pointer dereference",
        ),
        (
            "resources: [s.yaml]\nlabels: [{pairs: {a: b}, fields: [{path: list}]}]",
            "considering field 'list' of object Secret.v1.[noGrp]/s.[noNs]: wrong node kind: expected",
        ),
    ],
)
def test_a_message_holds_nothing_of_memory_or_content(tmp_path: Path, kustomization: str, said: str) -> None:
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: d}\nspec: {containers: [{name: c, image: 'x:1'}]}\n"
    secret = f"{SECRET}list: [hunter2]\n"
    _write(tmp_path, {"kustomization.yaml": kustomization, "d.yaml": pod, "s.yaml": secret})
    message = _failure(tmp_path).cause.message
    assert message.startswith(said)
    assert "0x" not in message
    assert "hunter2" not in message


def test_addresses_in_an_unknown_message_are_left_out() -> None:
    root = Path("/nowhere")
    cause = kustomize_cause("error: odd thing 0xc000123abc at &{0x1 <nil>} 0x1F\n", roots=(root,), directory=root)
    assert cause.message == "odd thing ... at 0x1F"
