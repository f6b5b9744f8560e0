"""Real kustomization files: no edit changes a byte, and one removal changes nothing but its item."""

from __future__ import annotations

import tarfile
from itertools import islice

import pytest

from migrator.yamlio import Append, Dialect, Remove, YamlError, decode, edit, read_value

NAMES = {"kustomization.yaml", "kustomization.yml", "Kustomization"}


def _kustomizations(corpus):
    for archive in sorted((corpus / "repos").glob("*.tar.xz")):
        with tarfile.open(archive) as tar:
            for member in tar:
                if member.isfile() and member.name.rsplit("/", 1)[-1] in NAMES:
                    yield f"{archive.name}:{member.name}", tar.extractfile(member).read()


def _is_subsequence(shorter: list[str], longer: list[str]) -> bool:
    rest = iter(longer)
    return all(line in rest for line in shorter)


@pytest.mark.corpus
def test_real_kustomizations_survive_edits(corpus):
    unreadable, seen = [], 0
    for name, data in islice(_kustomizations(corpus), 0, None, 2):
        text = decode(data)
        try:
            value = read_value(text, dialect=Dialect.SIGS)
        except YamlError:
            unreadable.append(name)
            continue
        seen += 1
        assert edit(text, []) == text, name
        resources = value.get("resources") if isinstance(value, dict) else None
        if not isinstance(resources, list) or not resources:
            continue
        index = len(resources) // 2
        after = edit(text, [Remove(path=("resources", index))])
        left = resources[:index] + resources[index + 1 :]
        assert (read_value(after, dialect=Dialect.SIGS) or {}).get("resources", []) == left, name
        before_lines, after_lines = text.splitlines(keepends=True), after.splitlines(keepends=True)
        gone = len(before_lines) - len(after_lines)
        if "[" not in text.split("resources", 1)[1].split("\n", 1)[0]:
            assert _is_subsequence(after_lines, before_lines), name
            assert 1 <= gone <= 8, (name, gone)
        longer = edit(text, [Append(path=("resources",), value="zz/new.yaml")])
        assert read_value(longer, dialect=Dialect.SIGS)["resources"] == [*resources, "zz/new.yaml"], name
    assert seen > 1500
    assert len(unreadable) < seen // 100, unreadable
