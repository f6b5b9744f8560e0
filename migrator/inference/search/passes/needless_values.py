"""Values that no object needs are removed, and those of a library chart are moved to the chart that uses it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from migrator.inference.assignments.values_tree import Tree, leaves, value_at
from migrator.inference.hypothesis.needed_overrides import needed_overrides
from migrator.inference.hypothesis.state import State
from migrator.inference.search.trials import Trials
from migrator.model import Json, KeyPath


def drop_needless_values(trials: Trials) -> None:
    """Remove every override, and every null in a list, without which no object is farther from its target."""
    libraries = [sub.name for sub in trials.evaluator.interpreter.chart.charts if sub.is_library]
    _change(trials, [path for path in leaves(trials.state.tree.overrides) if path[0] in libraries], _hoisted)
    exact = [document for index, document in trials.state.pairs.items() if index not in trials.state.costs]
    needed = needed_overrides(exact, trials.state.tree)
    _change(trials, [path for path in leaves(trials.state.tree.overrides) if path not in needed], Tree.without)
    overrides = trials.state.tree.overrides
    lists = [path for path in leaves(overrides) if isinstance(value_at(overrides, path), list)]
    _change(trials, [path for path in lists if _holds_null(value_at(overrides, path))], _without_nulls)


def _change(trials: Trials, paths: list[KeyPath], change: Callable[[Tree, KeyPath], Tree]) -> None:
    """Change overrides, all at once where no object gets worse, else by halves."""
    if not paths:
        return
    tree = trials.state.tree
    for path in paths:
        tree = change(tree, path)
    state = trials.evaluator.measure(tree, trials.state.setting, trials.state)
    # a value that only makes an unwanted object smaller is not worth keeping
    if state.serves_as_well_as(trials.state) and (len(paths) == 1 or not _trades(trials, state)):
        trials.adopt(state)
        return
    if len(paths) > 1:
        middle = len(paths) // 2
        _change(trials, paths[:middle], change)
        _change(trials, paths[middle:], change)


def _trades(trials: Trials, state: State) -> bool:
    """Whether an object that is no farther from its target now differs where it did not."""
    before, after = ({gap.place for gap in trials.evaluator.gaps(each)} for each in (trials.state, state))
    return not after <= before


def _holds_null(value: Json) -> bool:
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return (value is None) or any(map(_holds_null, inner))


def _without_nulls(tree: Tree, path: KeyPath) -> Tree:
    """The tree with the items of a list without their null fields, and without maps that held nothing else."""
    return tree.assign([(path, [_pruned(item) for item in value_at(tree.overrides, path)])])


def _pruned(value: Json) -> Json:
    if not isinstance(value, Mapping):
        return [_pruned(item) for item in value] if isinstance(value, list) else value
    made = {key: _pruned(item) for key, item in value.items() if item is not None}
    return {key: item for key, item in made.items() if item or not isinstance(value[key], Mapping) or not value[key]}


def _hoisted(tree: Tree, path: KeyPath) -> Tree:
    """A library chart's value as one of the chart that uses it."""
    value = value_at(tree.overrides, path)
    return tree.without(path).assign([(path[1:], value)]) if len(path) > 1 else tree
