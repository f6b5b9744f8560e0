"""Values trees under assignments."""

from hypothesis import given
from value_trees import MAPS

from migrator.inference.assignments.values_tree import MISSING, AnyOther, Tree, combined, filled, override_for
from migrator.templates.chart import Chart, coalesced
from migrator.yamlio import same


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
