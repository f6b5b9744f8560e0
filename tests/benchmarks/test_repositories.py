"""What the benchmark of repositories counts as lost, and as the span of an edit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from measuring.owned import changed, losses
from measuring.repositories import RepositoryRow, page
from measuring.spans import round_trips
from migrator.discover import Config, discover
from migrator.load import load

KEPT = b"# of all\nresources:\n# of a\n- a.yaml\n# of b\n- b.yaml\n"


def test_what_the_plan_names_may_change_and_nothing_else() -> None:
    before, after = {"a": b"1", "b": b"1", "c": b"1"}, {"a": b"2", "b": b"2", "d": b"1"}
    assert changed(before, after) == ("a", "b", "c", "d")
    assert losses(before, after, ["a", "c", "d"]).bytes == ("b",)


def test_a_comment_may_go_with_its_line_only() -> None:
    both = losses({"k": KEPT}, {"k": b"# of all\nresources:\n# of b\n- b.yaml\n"}, ["k"])
    assert both.comments == ()
    alone = losses({"k": KEPT}, {"k": b"resources:\n# of b\n- b.yaml\n"}, ["k"])
    assert alone.comments == ("k:1: # of all",)


def test_markers_encrypted_files_and_anchors_that_are_gone() -> None:
    marked = b'image: a:1 # {"$imagepolicy": "flux-system:a"}\n'
    sealed = b"kind: SealedSecret\nspec: {encryptedData: {a: b}}\n"
    before = {"m": marked, "s": sealed, "y": b"a: &one {b: &two 1}\nc: *one\n"}
    after = {"m": b"image: a:1\n", "s": sealed + b"# touched\n", "y": b"a: &two 1\nc: *one\n"}
    lost = losses(before, after, list(before))
    assert (lost.markers, lost.encrypted, lost.anchors) == (1, ("s",), ("y: *one",))
    moved = losses({"s": sealed}, {"elsewhere": sealed}, ["s", "elsewhere"])
    assert moved.encrypted == ()


def test_every_kustomization_goes_round(tree: Callable[..., Path]) -> None:
    root = tree(
        {"kustomization.yaml": "# head\nresources:   # odd\n  -   a.yaml\n  - b.yaml\nimages: []\n", "a.yaml": ""}
    )
    found = round_trips(load(discover(root, Config()))[0])
    assert (found.files, found.same, found.edits, found.spans, found.wrong) == (1, 1, 3, 3, ())


def test_the_page_counts_what_failed() -> None:
    good = RepositoryRow(name="a", layout="x", adopted=("c",), applied=("c",), again=0, saved="same")
    bad = RepositoryRow(name="b", layout="x", error="KeyError: x", adopted=("c",), lost={"bytes": ["y"], "markers": 2})
    text = page([good, bad])
    assert "| plan and apply end without exception | all | 1 of 2 |" in text
    assert "| components that the plan adopts, proved in all environments | all | 1 of 2 |" in text
    assert "| bytes, comments, markers, anchors, encrypted files lost | 0 | 3 |" in text
