"""The bytes of values files."""

from __future__ import annotations

import re

import pytest
from commented_chart import commented_chart, section
from hypothesis import given
from hypothesis import strategies as st

from migrator.charts.types import ChartArchive
from migrator.inference.types import SplitValues
from migrator.inference.values.chart_outline import arranged
from migrator.inference.values.files import WIDTH, values_files, values_texts
from migrator.yamlio import Dialect, read_value, same


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> ChartArchive:
    return commented_chart(tmp_path_factory.mktemp("charts"))


LEAVES = st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab\n #:", max_size=8)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b2", "b10", "name"]), inner),
    max_leaves=12,
)


@given(tree=st.dictionaries(st.sampled_from(["image", "service", "x", "cache", "global"]), TREES))
def test_no_value_changes_by_being_written(tree: dict, archive: ChartArchive) -> None:
    values = SplitValues(common=arranged(tree, section(archive)), notes=tuple(((key,), "why") for key in tree))
    (bare,) = values_files(values, "dev", ("app", "1.0.0"))
    assert same(read_value(bare, dialect=Dialect.SIGS), tree)
    (nested,) = values_files(values, "dev", ("app", "1.0.0"), below="app")
    read = read_value(nested, dialect=Dialect.SIGS)
    shared = {"global": read["global"]} if "global" in read else {}
    assert same({**read.get("app", {}), **shared}, tree)


def test_an_environment_explains_only_what_the_common_file_does_not_hold() -> None:
    values = SplitValues(
        common={"a": {"b": 1}},
        environments={"prod": {"a": {"c": None}}},
        notes=((("a",), "about a"), (("a", "c"), "about c")),
    )
    common, own = values_files(values, "prod", ("app", "1.0.0"), below="app")
    assert common == "# Values of app 1.0.0 in every environment.\napp:\n  # about a\n  a:\n    b: 1\n"
    assert own == (
        "# What prod adds to values.yaml; lists replace, they do not add.\napp:\n  a:\n    # about c\n    c: null\n"
    )
    assert values_files(values, "dev", ("app", "1.0.0"), below="app") == (common,)
    assert list(values_texts(values)) == ["", "prod"]


def test_comments_stay_within_the_width() -> None:
    deep = ("one", "two", "three")
    values = SplitValues(common={"one": {"two": {"three": 1}}}, notes=((deep, "word " * 40),))
    (text,) = values_files(values, "dev", ("app", "1.0.0"), below="app")
    (comment,) = re.findall(r"^ +#.*$", text, re.MULTILINE)
    assert WIDTH - 8 < len(comment) <= WIDTH
    assert comment.endswith("...")


def test_global_comes_to_the_top_unless_some_environment_deletes_in_it() -> None:
    values = SplitValues(common={"global": {"a": 1}, "b": 2}, environments={"prod": {"global": {"c": 3}}})
    common, own = values_files(values, "prod", ("app", "1.0.0"), below="app")
    assert read_value(common, dialect=Dialect.SIGS) == {"global": {"a": 1}, "app": {"b": 2}}
    assert read_value(own, dialect=Dialect.SIGS) == {"global": {"c": 3}}
    deleting = SplitValues(common=values.common, environments={"prod": {"global": {"a": None}}})
    common, own = values_files(deleting, "prod", ("app", "1.0.0"), below="app")
    assert read_value(common, dialect=Dialect.SIGS) == {"app": {"global": {"a": 1}, "b": 2}}
    assert read_value(own, dialect=Dialect.SIGS) == {"app": {"global": {"a": None}}}
