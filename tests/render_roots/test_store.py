"""Builds come back from the cache as they were, with their origins, or not at all."""

from __future__ import annotations

import pytest

from migrator.model import LeftOut, Origin, RepoPath, resource_of
from migrator.render_roots.store import decode, encode

BODY = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"é": "1", "n": None, "f": 1.0}}
ORIGIN = Origin(path=RepoPath("caf\udce9.yaml"), remote="r@v1", transformed_in=(RepoPath("k.yaml"),))
RESOURCES = (resource_of(BODY, ORIGIN), resource_of(BODY), resource_of({**BODY, "x": 10**30}, ORIGIN))


def test_a_build_comes_back_as_it_was() -> None:
    left_out = LeftOut(remotes=("https://example.org/x.yaml",), folders=(RepoPath("base"),))
    assert decode(encode(RESOURCES)) == (RESOURCES, LeftOut())
    assert decode(encode((), left_out)) == ((), left_out)


def test_an_origin_is_written_once() -> None:
    assert encode(RESOURCES).count(b"k.yaml") == 1


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        encode(RESOURCES)[:-5],
        b'{"origins": [], "resources": [[0, {}]]}',
        b'{"origins": [null], "resources": [[0, []]]}',
        b'{"origins": [null], "resources": [[0]]}',
        b'{"origins": [{"path": 1}], "resources": []}',
        b'{"origins": [[]], "resources": []}',
    ],
)
def test_what_is_not_a_build_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says, the root is built
        decode(data)
