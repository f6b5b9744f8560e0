"""Rendered streams as resources, and as the input of a post-render kustomization."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.diagnostics import MigrateError
from migrator.engines import (
    EngineError,
    Failure,
    find_kustomize,
    kustomize_post_render,
    post_render_resource,
    rendered_resources,
    split_rendered,
)

STREAM = b"""---
# Source: tiny/templates/a.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: a
data:
  text: |
    last line
---apiVersion: v1
kind: Service
metadata: {name: b}
---
# Source: tiny/templates/empty.yaml
---
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: ServiceAccount, metadata: {name: c}}
- {apiVersion: v1, kind: ServiceAccount, metadata: {name: d, namespace: x}}
"""


def _hook(event: str) -> bytes:
    return (
        "---\napiVersion: v1\nkind: Pod\nmetadata: {name: t, annotations: {helm.sh/hook: " + f'"{event}"' + "}}\n"
    ).encode()


def _config_map(name: str, data: str) -> bytes:
    return f"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata:\n{data}\n".encode()


def test_split_as_helm_does() -> None:
    pieces = split_rendered(STREAM)
    assert len(pieces) == 4
    assert pieces[1].startswith("apiVersion: v1\nkind: Service")
    assert split_rendered(b"") == split_rendered(b"\n---\n") == ()
    # the first separator takes the line break that the second would need: helm sees a document here, an empty one
    assert split_rendered(b"---\n---\n") == ("---\n",)
    assert rendered_resources(b"---\n---\n") == ()


def test_resources_in_order_with_lists_expanded() -> None:
    resources = rendered_resources(STREAM)
    assert [str(resource.id) for resource in resources] == [
        "ConfigMap a",
        "Service b",
        "ServiceAccount c",
        "ServiceAccount x/d",
    ]
    assert resources[0].body["data"]["text"] == "last line\n"


def test_text_at_the_end_of_the_stream_keeps_its_newline() -> None:
    (resource,) = rendered_resources(_config_map("a", "  k: |\n    last"))
    assert resource.body["data"]["k"] == "last\n"


@pytest.mark.parametrize("event", ["test", "test-success", "test-failure", "test-success, test-failure"])
def test_test_hooks_are_left_out(event: str) -> None:
    assert rendered_resources(_hook(event)) == ()
    assert len(rendered_resources(_hook(event), tests=True)) == 1


@pytest.mark.parametrize("event", ["pre-install", "pre-install,test", "post-upgrade"])
def test_other_hooks_are_objects_like_any_other(event: str) -> None:
    assert len(rendered_resources(_hook(event))) == 1


def test_dialect_is_that_of_kubectl() -> None:
    (resource,) = rendered_resources(_config_map("a", "  on: yes\n  d: 2024-01-02"))
    assert resource.body["data"] == {"true": True, "d": "2024-01-02"}


@pytest.mark.parametrize("document", ["a: b", "- a", "text", "kind: X"])
def test_document_that_is_no_object(document: str) -> None:
    with pytest.raises(EngineError) as caught:
        rendered_resources(f"---\n# Source: tiny/templates/x.yaml\n{document}\n".encode())
    assert caught.value.diagnostic.code == "MIG408"
    assert caught.value.cause.path == "tiny/templates/x.yaml"


PATCHES = """resources: [all.yaml]
patches:
- patch: |
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: a}
    data: {extra: "1"}
"""


def _patches(root: Path, text: str = PATCHES) -> Path:
    folder = root / "patches"
    folder.mkdir()
    (folder / "kustomization.yaml").write_text(text)
    return folder


def test_post_render_patches_the_output(tmp_path: Path) -> None:
    folder = _patches(tmp_path)
    assert post_render_resource(folder) == "all.yaml"
    patched = kustomize_post_render(find_kustomize(), STREAM, folder, "all.yaml")
    resources = {resource.id.name: resource.body for resource in rendered_resources(patched)}
    assert resources["a"]["data"] == {"text": "last line\n", "extra": "1"}
    assert sorted(resources) == ["a", "b", "c", "d"]
    assert [path.name for path in folder.iterdir()] == ["kustomization.yaml"]


def test_post_render_changes_nothing_but_what_is_patched(tmp_path: Path) -> None:
    """The two dialects read yes, on, dates and octals differently; the hand-over must keep helm's reading."""
    data = (
        '  yes: "yes"\n  date: 2024-01-02\n  quoted: "2024-01-02"\n  word: "on"\n  octal: "0777"\n  long: "'
        + "x " * 200
        + '"\n'
        '  odd: "a\\u2028c\\ufeffd\\U0001F600 \\t"\n  multi: |\n    one\n\n      two\n  null_: ~\n  empty: ""'
    )
    stream = _config_map("b", data.replace("yes:", "y2:")) + (
        b"---\napiVersion: example.org/v1\nkind: Thing\nmetadata: {name: t}\n"
        b"spec: {flag: yes, off: off, octal: 0644, float: 1.5, whole: 1.0, big: 12345678901234567, when: 2024-01-02,"
        b" list: [no, {a: on}], nothing: null, none: {}, empty: []}\n"
    )
    folder = _patches(tmp_path, "resources: [all.yaml]\n")
    before = rendered_resources(stream)
    after = rendered_resources(kustomize_post_render(find_kustomize(), stream, folder, "all.yaml"))
    assert [resource.body for resource in after] == [resource.body for resource in before]


def test_post_render_keeps_tests_and_hooks(tmp_path: Path) -> None:
    folder = _patches(tmp_path, "resources: [all.yaml]\n")
    assert b"helm.sh/hook: test" in kustomize_post_render(find_kustomize(), _hook("test"), folder, "all.yaml")


def test_post_render_duplicate_is_clear(tmp_path: Path) -> None:
    folder = _patches(tmp_path, "resources: [all.yaml]\n")
    with pytest.raises(EngineError) as caught:
        kustomize_post_render(find_kustomize(), _config_map("a", "  k: v") * 2, folder, "all.yaml")
    assert caught.value.cause.failure is Failure.DUPLICATE


@pytest.mark.parametrize("name", ["../out.yaml", "/tmp/out.yaml", "kustomization.yaml", "link/out.yaml"])  # noqa: S108
def test_post_render_never_writes_elsewhere(tmp_path: Path, name: str) -> None:
    folder = _patches(tmp_path)
    (tmp_path / "target").mkdir()
    (folder / "link").symlink_to(tmp_path / "target")
    with pytest.raises(EngineError) as caught:
        kustomize_post_render(find_kustomize(), STREAM, folder, name)
    assert caught.value.diagnostic.code == "MIG409"
    assert not list((tmp_path / "target").iterdir())


@pytest.mark.parametrize(
    ("text", "found"),
    [("resources: [a.yaml, b.yaml]", "a.yaml, b.yaml"), ("resources: [there.yaml]", "none"), ("patches: []", "none")],
)
def test_post_render_needs_exactly_one_missing_resource(tmp_path: Path, text: str, found: str) -> None:
    folder = _patches(tmp_path, text)
    (folder / "there.yaml").write_text("")
    with pytest.raises(MigrateError) as caught:
        post_render_resource(folder)
    assert caught.value.diagnostic.code == "MIG409"
    assert found in caught.value.diagnostic.summary


def test_post_render_resource_beside_files_of_the_repository(tmp_path: Path) -> None:
    folder = _patches(tmp_path, "Resources: [there.yaml, chart.yaml, 'https://example.org/x.yaml']")
    (folder / "there.yaml").write_text("")
    assert post_render_resource(folder) == "chart.yaml"
