"""Library charts: their values lie beneath those of the chart that the templates merge over them."""

from __future__ import annotations

from dataclasses import replace

from migrator.inference.search.trials import Trials


def learn_merges(trials: Trials) -> None:
    """Note which maps of values the templates merge over which others."""
    trials.evaluator.detailed(trials.state, trials.deadline)
    merged = trials.evaluator.with_untaken.merged
    beneath = [(upper, lower) for upper, lower in merged if lower[: len(upper)] == upper != lower]
    trials.adopt(replace(trials.state, tree=trials.state.tree.over(beneath)))
