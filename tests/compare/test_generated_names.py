"""The hash in a name is computed as kustomize computes it, and a name that only looks so is none."""

from __future__ import annotations

from pathlib import Path

from small_repository import seen

from migrator.compare.generated_names import name_without_hash
from migrator.model import Origin, RepoPath, resource_of

KUSTOMIZATION = """\
namePrefix: eu-
resources: [plain.yaml]
configMapGenerator:
- {name: settings, literals: ["a=1 <b> & é", "n=5", "t=true"]}
- {name: empty}
- {name: picture, files: [picture.bin]}
- {name: fixed, literals: [a=1], options: {disableNameSuffixHash: true}}
- {name: words-parameters, literals: [a=1], options: {disableNameSuffixHash: true}}
secretGenerator:
- {name: login, literals: [user=me], type: example.org/login}
"""
PLAIN = "{apiVersion: v1, kind: ConfigMap, metadata: {name: like-bcdfghkm24}, data: {a: b}}\n"


def test_names_of_generators(tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text(KUSTOMIZATION)
    (tmp_path / "plain.yaml").write_text(PLAIN)
    (tmp_path / "picture.bin").write_bytes(b"\xff\xfe\x00\x01")
    build = seen(tmp_path).builds[0]
    assert build.is_built, build.reason
    # without what kustomize says of their origin: by the content alone
    found = {name_without_hash(resource_of(each.body)) for each in build.resources}
    assert found == {"", "eu-settings", "eu-empty", "eu-login", "eu-picture"}
    bare = {each.id.name for each in build.resources if not name_without_hash(each)}
    assert bare == {"eu-like-bcdfghkm24", "eu-fixed", "eu-words-parameters"}


def test_content_that_was_changed_after_the_hash() -> None:
    body = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "login-bcdfghkm24"}, "data": {"a": "Yg=="}}
    assert name_without_hash(resource_of(body)) == ""
    made = resource_of(body, Origin(path=RepoPath("kustomization.yaml"), generated=True))
    assert name_without_hash(made) == "login"
