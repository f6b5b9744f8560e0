"""Values that all environments share, and what each adds."""

from hypothesis import given
from hypothesis import strategies as st
from value_trees import MAPS

from migrator.inference.values.split import effective, split_values
from migrator.yamlio import same


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
