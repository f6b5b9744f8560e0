"""What the benchmark of single changes calls what."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from mutating.changes import HOW, changed, kind_of
from mutating.judge import Judge, digest_of_lock
from mutations import outcome, said_in

Tree = Callable[..., Path]
FILES = {
    "base/kustomization.yaml": "resources: [a.yaml]\n",
    "base/a.yaml": "kind: A\nspec:\n  list: [1, 2]\n",
    ".migrate/lock.yaml": "kind: Lock\nproof: {verdict: identical}\n",
}


def _chance(seed: str) -> random.Random:
    return random.Random(seed)  # noqa: S311


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        (".migrate/lock.yaml", "lock"),
        ("helm-charts/data/db/charts/db/templates/a.yaml", "vendored charts"),
        ("helm-charts/data/db/charts/db/Chart.yaml", "vendored charts"),
        ("helm-charts/data/db/Chart.yaml", "Chart.yaml"),
        ("helm-charts/data/db/values-prod.yaml", "values"),
        ("helm-charts/data/db/post-render/prod/kustomization.yaml", "kustomizations"),
        ("overlays/prod/patches/a.yaml", "patches"),
        ("platform/argocd/applications/prod/a.yaml", "GitOps objects"),
        ("base/a.yaml", "manifests"),
    ],
)
def test_files_have_kinds(file: str, kind: str) -> None:
    assert kind_of(file) == kind


def test_a_change_is_made_once_more_by_its_number(tree: Tree, tmp_path: Path) -> None:
    first, second = tree(FILES, tmp_path / "first"), tree(FILES, tmp_path / "second")
    assert [changed(first, _chance(f"1:{at}")) for at in range(20)] == [
        changed(second, _chance(f"1:{at}")) for at in range(20)
    ]
    held = [
        {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}
        for root in (first, second)
    ]
    assert held[0] == held[1]


def test_a_change_changes_one_file(tree: Tree, tmp_path: Path) -> None:
    for at in range(40):
        root = tree(FILES, tmp_path / f"tree-{at}")
        change = changed(root, _chance(str(at)))
        now = {file: (root / file).read_text(errors="replace") for file in FILES if (root / file).is_file()}
        assert [file for file in FILES if now.get(file) != FILES[file]] == (
            [] if change.how == "new file" else [change.file]
        )
        assert change.how in HOW


@pytest.mark.parametrize(
    ("kind", "truth", "is_said", "is_claim", "expected"),
    [
        ("values", "changed", False, False, "miss"),
        ("values", "broken", True, False, "noticed"),
        ("values", "same", True, False, "alarm"),
        ("values", "same", False, False, "silent"),
        ("lock", "same", False, True, "miss"),
        ("lock", "same", True, True, "claim"),
        ("configuration", "same", True, False, "opinion"),
    ],
)
def test_outcomes(kind: str, truth: str, *, is_said: bool, is_claim: bool, expected: str) -> None:
    assert outcome(kind, truth, "", is_said=is_said, is_claim=is_claim) == expected


def test_the_digest_of_chart_locks_is_that_of_helm() -> None:
    held = {"name": "tiny-db", "version": "1.4.0", "repository": "https://tiny.example.org/charts"}
    assert digest_of_lock([held], [held]) == "sha256:c0c144c7529d05b1881aa8a9a4c017cf6485a07d68cde64cc87b9355db57370e"


def test_what_cannot_be_rendered_is_said(tmp_path: Path) -> None:
    release = {"path": "gone", "release": "a", "namespace": "b", "values": [], "postRender": None}
    judge = Judge(
        recipe={"prod": {"kustomize": [], "helm": [release]}}, kustomize=["true"], helm="true", charts=tmp_path
    )
    assert "gone" in str(judge.rendered(tmp_path))


def test_what_files_say(tmp_path: Path) -> None:
    lock = tmp_path / "Chart.lock"
    lock.write_text("digest: a\ndependencies: []\ngenerated: now\n")
    assert said_in(lock) == ["a", []]
    for text in ("", "[]\n", "- a\n"):
        lock.write_text(text)
        assert said_in(lock) != ["a", []]
    assert said_in(tmp_path / "gone") is None
