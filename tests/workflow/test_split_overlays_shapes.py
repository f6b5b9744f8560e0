"""Shapes of monoliths: applications in several folders, and objects that no environment has."""

from __future__ import annotations

from pathlib import Path

from divided_tree import divide, read, workload, written

from migrator.model import RepoPath
from migrator.rewrite.overlays.atoms import only_lists

ENVIRONMENTS = ("dev", "prod")
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: NAME}\nspec: {ports: [{port: 80}]}\n"
DELETE = "patches:\n- patch: |-\n    $patch: delete\n    apiVersion: v1\n    kind: Service\n    metadata: {name: web}\n"


def shop(names: tuple[str, ...], overlay: str) -> dict[str, str]:
    """A repository whose applications have a folder each for what runs and for how it is reached."""
    files = {"base/kustomization.yaml": f"resources: [{', '.join(names)}]\n"}
    for name in names:
        files[f"base/{name}/kustomization.yaml"] = "resources: [core, net]\n"
        files[f"base/{name}/core/kustomization.yaml"] = "resources: [workload.yaml]\n"
        files[f"base/{name}/core/workload.yaml"] = workload(name)
        files[f"base/{name}/net/kustomization.yaml"] = "resources: [service.yaml]\n"
        files[f"base/{name}/net/service.yaml"] = SERVICE.replace("NAME", name)
    for environment in ENVIRONMENTS:
        files[f"overlays/{environment}/kustomization.yaml"] = (
            f"resources: [../../base]\nnamespace: {environment}\n{overlay}"
        )
    return files


def test_folders_of_one_name_below_each_application_name_none(tmp_path: Path) -> None:
    outcome = divide(written(tmp_path / "repository", shop(("api", "web"), "")))
    assert {path.name for path in (outcome.root / "applications").iterdir()} == {"api", "web"}
    assert (outcome.root / "applications/web/base/net/service.yaml").is_file()
    assert not outcome.notes


def test_a_patch_that_deletes_an_object_everywhere_goes_with_its_manifest(tmp_path: Path) -> None:
    outcome = divide(written(tmp_path / "repository", shop(("api", "web"), DELETE)))
    assert "$patch: delete" in outcome.text("applications/web/overlays/prod/kustomization.yaml")
    assert "patches" not in outcome.text("applications/api/overlays/prod/kustomization.yaml")
    assert not outcome.notes


def test_a_deletion_by_target_goes_with_its_manifest_too(tmp_path: Path) -> None:
    patch = "patches:\n- target: {kind: Service, name: web}\n  patch: |-\n    $patch: delete\n    kind: Any\n    metadata: {name: any}\n"
    outcome = divide(written(tmp_path / "repository", shop(("api", "web"), patch)))
    assert "$patch: delete" in outcome.text("applications/web/overlays/prod/kustomization.yaml")
    assert "patches" not in outcome.text("applications/api/overlays/prod/kustomization.yaml")


def test_a_list_of_parts_that_is_sorted_is_divided_once(tmp_path: Path) -> None:
    files = shop(("api", "web", "pay"), "sortOptions: {order: fifo}\n")
    carry = (
        "replacements:\n- source: {kind: Service, name: api, fieldPath: metadata.name}\n  targets:\n"
        "  - {select: {kind: Deployment, name: web}, fieldPaths: [metadata.labels.peer], options: {create: true}}\n"
    )
    for environment in ENVIRONMENTS:
        files[f"overlays/{environment}/kustomization.yaml"] += carry
    root = written(tmp_path / "repository", files)
    divide(root, "enterprise")
    assert only_lists(read(root, "enterprise").kustomizations.by_path[RepoPath("environments/dev")])
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    assert divide(root, "enterprise").edits == ()
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before
