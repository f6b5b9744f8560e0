"""kustomize 5.8 ends at volumes that are texts; in a copy they have another key while it builds."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from migrator.engines import EngineError, build_copy, find_kustomize, is_set_aside

POLICY = """\
apiVersion: policy/v1beta1
kind: PodSecurityPolicy
metadata: {name: small}
spec:
  privileged: false
  volumes: [secret, configMap]
  runAsUser: {rule: RunAsAny}
"""
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: small}
spec:
  containers: [{name: small, image: "small:1"}]
  volumes: [{name: data, image: {reference: "data:1"}}]
"""
IMAGES = "images: [{name: small, newTag: '2'}, {name: data, newTag: '3'}]\n"


def built(folder: Path, **files: str) -> list[dict[str, object]]:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)
    return list(yaml.safe_load_all(build_copy(find_kustomize(), folder, folder, network=False)))


def test_they_come_out_as_they_are_and_images_are_set_beside_them(tmp_path: Path) -> None:
    roots = f"resources: [all.yaml]\n{IMAGES}"
    pod, policy = sorted(
        built(tmp_path, kustomization=roots, all=f"{POLICY}---\n{POD}"), key=lambda each: str(each["kind"])
    )
    assert policy == yaml.safe_load(POLICY)
    expected = yaml.safe_load(POD.replace("small:1", "small:2").replace("data:1", "data:3"))
    assert pod == expected
    assert is_set_aside(tmp_path)


def test_a_patch_of_them_is_one_as_before(tmp_path: Path) -> None:
    patch = "{apiVersion: policy/v1beta1, kind: PodSecurityPolicy, metadata: {name: small}, spec: {volumes: [nfs]}}\n"
    roots = f"resources: [all.yaml]\npatches: [{{path: patch.yaml}}]\n{IMAGES}"
    (policy,) = built(tmp_path, kustomization=roots, all=POLICY, patch=patch)
    assert policy["spec"] == {**yaml.safe_load(POLICY)["spec"], "volumes": ["nfs"]}


@pytest.mark.parametrize(
    "patch",
    [
        "- {op: add, path: /spec/volumes/-, value: nfs}\n",
        "- {op: add, path: /spec/volumes, value: [nfs]}\n",
    ],
)
def test_where_something_else_is_about_them_it_does_not_build(tmp_path: Path, patch: str) -> None:
    target = "{kind: PodSecurityPolicy}"
    roots = f"resources: [all.yaml]\npatches: [{{target: {target}, path: patch.yaml}}]\n{IMAGES}"
    with pytest.raises(EngineError) as raised:
        built(tmp_path, kustomization=roots, all=POLICY, patch=patch)
    assert "MIGRATE_KUSTOMIZE" in str(raised.value.diagnostic.remedy)


def test_nothing_is_changed_where_it_builds(tmp_path: Path) -> None:
    (policy,) = built(tmp_path, kustomization="resources: [all.yaml]\n", all=POLICY)
    assert policy == yaml.safe_load(POLICY)
    assert not is_set_aside(tmp_path)
    assert (tmp_path / "all.yaml").read_text() == POLICY


def test_another_failure_is_told_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(EngineError) as raised:
        built(tmp_path, kustomization=f"resources: [all.yaml, gone.yaml]\n{IMAGES}", all=POLICY)
    assert raised.value.diagnostic.code == "MIG210"
