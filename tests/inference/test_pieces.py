"""Texts of one line read backwards through the pieces that print them."""

import pytest

from migrator.inference.inversion.inverter import invert_text
from migrator.templates.provenance.value import MARK, PathCondition, Piece, Region, Value


def leaf(v, *path):
    return Value(v, (path,))


def test_one_variable_of_a_text_changes_before_all_do():
    pieces = [Piece("repo", leaf("repo", "image", "repository"), None, None), Piece(":", None, None, None)]
    pieces.append(Piece("v1", leaf("v1", "image", "tag"), None, None))
    assert next(invert_text(pieces, "repo:v2")) == ((("image", "tag"), "v2"),)
    found = next(invert_text(pieces, "other:v2"))
    assert dict(found) == {("image", "repository"): "other", ("image", "tag"): "v2"}


def test_a_text_that_the_fixed_pieces_contradict_has_no_candidate():
    pieces = [Piece("name-", None, None, None), Piece("x", leaf("x", "suffix"), None, None)]
    assert list(invert_text(pieces, "other-x")) == []


@pytest.mark.parametrize("before", ["", "disk-"])
def test_a_branch_within_a_branch_is_read_however_little_it_prints(before):
    enabled = leaf(False, "enabled")
    other = PathCondition(None, "if", enabled, wanted=False, taken=True)
    outer = Region(PathCondition(None, "if", enabled, wanted=True, taken=False), None)
    inner = Region(PathCondition(outer.path_condition, "if", leaf(None, "claim"), wanted=True, taken=False), outer)
    pieces = [Piece("other", Value("other"), other, None)]
    pieces += [Piece(before, None, inner.path_condition, inner)] if before else []
    pieces += [Piece(MARK, leaf(None, "claim"), inner.path_condition, inner)]
    found = [dict(edits) for edits in invert_text(pieces, f"{before}mine")]
    assert {("claim",): "mine", ("enabled",): True} in found


def test_a_port_in_an_address_is_no_tag():
    pieces = [Piece("ghcr.io/app", leaf("ghcr.io/app", "image", "repository"), None, None)]
    pieces += [Piece(":", None, None, None), Piece("v1.1", leaf("v1.1", "image", "tag"), None, None)]
    found = next(invert_text(pieces, "mirror.example.net:5000/ghcr.io/app:v1.2"))
    assert dict(found) == {("image", "repository"): "mirror.example.net:5000/ghcr.io/app", ("image", "tag"): "v1.2"}
