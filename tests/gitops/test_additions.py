"""What deployers add to the roots that they deploy."""

from __future__ import annotations

from deployers_support import Tree, application, read

from migrator.gitops.additions import additions_of
from migrator.model import RepoPath

ROOTS = frozenset({RepoPath("shop/dev"), RepoPath("shop/prod")})
ADDS = "path: shop/prod, kustomize: {images: ['web:2']}"


def test_what_one_deployer_adds_is_added(tree: Tree) -> None:
    files = {"a.yaml": application(source=ADDS), "b.yaml": application("dev", "path: shop/dev")}
    additions, notes = additions_of(read(tree, files).deployers, ROOTS)
    assert {root: each.fields for root, each in additions.items()} == {
        "shop/prod": {"images": [{"name": "web", "newTag": "2"}]}
    }
    assert notes == ()


def test_two_that_add_the_same_are_one(tree: Tree) -> None:
    files = {"a.yaml": application(source=ADDS), "b.yaml": application("again", ADDS)}
    additions, notes = additions_of(read(tree, files).deployers, ROOTS)
    assert (set(additions), notes) == ({"shop/prod"}, ())


def test_two_that_add_different_things_are_named(tree: Tree) -> None:
    files = {"a.yaml": application(source=ADDS), "b.yaml": application("plain")}
    additions, (said,) = additions_of(read(tree, files).deployers, ROOTS)
    assert additions == {}
    assert (said.code, str(said.span)) == ("MIG162", "b.yaml:1")
    assert said.evidence == ("b.yaml:1: Application plain", "a.yaml:1: Application shop")


def test_what_is_to_be_filled_in_is_not_added(tree: Tree) -> None:
    text = application(source="path: shop/prod, kustomize: {namePrefix: '${PREFIX}'}")
    assert additions_of(read(tree, {"a.yaml": text}).deployers, ROOTS) == ({}, ())
