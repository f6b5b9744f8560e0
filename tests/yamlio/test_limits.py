from __future__ import annotations

import pytest

from migrator.diagnostics import MigrateError
from migrator.yamlio import Dialect, YamlError, read_value, reader, rules_directory, shipped_rules
from migrator.yamlio import text as text_of_files


def test_rules_lie_in_the_package_or_beside_it(tmp_path, monkeypatch):
    assert (rules_directory() / "allowances").is_dir()
    package = tmp_path / "migrator"
    (package / "yamlio").mkdir(parents=True)
    monkeypatch.setattr(shipped_rules, "__file__", str(package / "yamlio" / "shipped_rules.py"))
    with pytest.raises(MigrateError, match="MIG190"):
        rules_directory()
    (tmp_path / "rules").mkdir()
    assert rules_directory() == tmp_path / "rules"
    (package / "_rules").mkdir()
    assert rules_directory() == package / "_rules"


def test_a_file_may_not_be_larger_than_the_bound(monkeypatch):
    monkeypatch.setattr(text_of_files, "MAX_CHARACTERS", 10)
    assert read_value("a: 1", dialect=Dialect.SIGS) == {"a": 1}
    with pytest.raises(YamlError, match="larger than"):
        read_value("a: 123456789", dialect=Dialect.SIGS)


@pytest.mark.parametrize("dialect", Dialect)
def test_merges_may_not_expand_beyond_the_bound(dialect, monkeypatch):
    monkeypatch.setattr(reader, "MAX_MERGED_KEYS", 5)
    text = "a: &a {x: 1, z: 2}\nb: [{<<: *a}, {<<: *a}"
    assert read_value(text + "]", dialect=dialect)["b"] == [{"x": 1, "z": 2}] * 2
    with pytest.raises(YamlError, match="too many keys"):
        read_value(text + ", {<<: *a}]", dialect=dialect)
