from __future__ import annotations

from migrator.inference.assignments.values_tree import Tree
from migrator.inference.hypothesis.state import apply_edits
from migrator.model import ReleaseContext


def test_a_release_is_never_renamed_to_nothing() -> None:
    setting = ReleaseContext(release="web", namespace="apps")
    tree = Tree({}, {})
    assert apply_edits(tree, setting, [(("@Release", "Name"), "")])[1] == setting
    assert apply_edits(tree, setting, [(("@Release", "Name"), "other")])[1].release == "other"
    assert apply_edits(tree, setting, [(("@Release", "Namespace"), "other")])[1].namespace == "other"
