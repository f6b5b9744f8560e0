"""Values trees under assignments."""

from hypothesis import given
from hypothesis import strategies as st

from migrator.inference.assignments.values_tree import MISSING, AnyOther, Tree, combined, filled, override_for
from migrator.inference.values.split import effective, split_values
from migrator.templates.chart import Chart, coalesced
from migrator.yamlio import same

SCALARS = st.one_of(st.booleans(), st.integers(-5, 5), st.sampled_from(["", "a", "b"]))
TREES = st.recursive(
    SCALARS | st.lists(SCALARS, max_size=2),
    lambda inner: st.dictionaries(st.sampled_from("abcd"), inner, max_size=3),
    max_leaves=8,
)
MAPS = st.dictionaries(st.sampled_from("abcd"), TREES, max_size=4)


def _chart(values):
    return Chart(name="x", metadata={}, values=values, templates={}, files={}, crds={}, declared=())


def test_what_equals_the_default_is_not_kept():
    tree = Tree({"a": {"b": 1}}, {})
    assert tree.assign(((("a", "b"), 1),)).overrides == {}
    assert tree.assign(((("a", "b"), 2),)).overrides == {"a": {"b": 2}}
    assert tree.assign(((("a", "b"), 2),)).assign(((("a", "b"), 1),)).overrides == {}


def test_a_list_is_set_whole_when_one_element_changes():
    tree = Tree({"l": [{"n": 1}, {"n": 2}]}, {}).assign(((("l", 1, "n"), 5),))
    assert tree.overrides == {"l": [{"n": 1}, {"n": 5}]}


def test_null_deletes_a_default_and_is_nothing_where_there_is_none():
    assert Tree({"a": 1}, {}).assign(((("a",), None),)).overrides == {"a": None}
    assert Tree({}, {"a": 1}).assign(((("a",), None),)).overrides == {}


@given(MAPS, MAPS)
def test_an_override_gives_the_wanted_value_when_helm_merges_it(wanted, default):
    needed = override_for(wanted, default)
    merged = coalesced(_chart(default), {} if not isinstance(needed, dict) else needed)
    assert same(merged, wanted)


@given(st.dictionaries(st.sampled_from(["dev", "prod", "test"]), MAPS, min_size=1))
def test_the_split_gives_every_environment_its_values_back(values):
    split = split_values(values)
    for name, tree in values.items():
        assert same(effective(split, name), tree)


@given(st.dictionaries(st.sampled_from(["dev", "prod"]), MAPS, min_size=2, max_size=2))
def test_no_value_is_written_twice(values):
    split = split_values(values)
    if same(values["dev"], values["prod"]):
        assert split.environments == {}

    def check(tree, common):
        for key, value in tree.items():
            if key in common:
                assert isinstance(value, dict)
                check(value, common[key])

    for tree in split.environments.values():
        check(tree, split.common)


def test_contradicting_assignments_do_not_combine():
    assert combined(((("a",), 1),), ((("a",), 2),)) is None
    assert combined(((("a",), 1),), ((("b",), 2),)) == ((("a",), 1), (("b",), 2))


def test_another_word_is_one_that_the_templates_know():
    edits = ((("mode",), AnyOther("replication")),)
    assert filled(edits, {("mode",): ["standalone", "replication"]})[0] == ((("mode",), "standalone"),)


def test_what_templates_merge_beneath_is_seen_through_maps_alone():
    tree = Tree({"lib": {"a": {"x": 1}, "l": [{"n": 1}]}}, {"a": {"y": 2}, "l": [{}]}).over([((), ("lib",))])
    assert tree.effective(("a",)) == {"x": 1, "y": 2}
    assert tree.effective(("lib", "a", "x")) == 1
    assert tree.effective(("l", 0, "n")) is MISSING
    assert tree.default(("a", "x")) == 1
