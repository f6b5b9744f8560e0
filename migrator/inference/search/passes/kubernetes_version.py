"""The version of Kubernetes for which a target was rendered, tried where its apiVersions are not those printed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from migrator.charts.versions import VersionError, satisfies
from migrator.inference.hypothesis.evaluator import Evaluator
from migrator.inference.hypothesis.state import EPSILON, State
from migrator.inference.search.passes.whole_objects import switch_objects
from migrator.inference.search.trials import Trials
from migrator.model import Gvk
from migrator.templates.chart import Chart

MOST_VERSIONS = 10
MOST_OPENED = 3
"""Versions under which objects are also switched on, where the version alone brings nothing."""
_MINORS = range(5, 60)
_CONSTRAINT = re.compile(r"semverCompare\s+[\"`]([^\"`]+)[\"`]|KubeVersion\.Minor[^}]*?\"?(\d+)")
_VERSION = re.compile(r"\b1\.(\d+)")


def other_versions(chart: Chart, default: str) -> tuple[str, ...]:
    """Versions on either side of those that the chart's templates compare with, the nearest to the default first."""
    texts = list(_texts(chart))
    if not any("KubeVersion" in text for text in texts):
        return ()
    found: set[int] = set()
    for text in texts:
        for constraint, minor in _CONSTRAINT.findall(text):
            named = [int(number) for number in [*_VERSION.findall(constraint), *([minor] if minor else [])]]
            found.update(number for each in named for number in (each - 1, each) if number in _MINORS)
    today = minor_of(default)
    ranked = sorted((abs(number - today), number) for number in found - {today})
    return tuple(f"1.{number}" for _, number in ranked)[:MOST_VERSIONS]


def fitting(chart: Chart, default: str) -> str:
    """The default, or the newest version that the chart's own `kubeVersion` admits where it does not admit that."""
    wanted = str(chart.metadata.get("kubeVersion") or "")
    versions = (default, *(f"1.{minor}" for minor in reversed(_MINORS)))
    try:
        return next((version for version in versions if not wanted or satisfies(f"{version}.0", wanted)), default)
    except VersionError:
        return default


def minor_of(version: str) -> int:
    """The minor number: 32 of `1.32`, `v1.32.1` and the like."""
    found = _VERSION.search(version)
    return int(found[1]) if found else 0


def _texts(chart: Chart) -> Iterator[str]:
    yield from chart.templates.values()
    for sub in chart.charts:
        yield from _texts(sub)


def dated(evaluator: Evaluator, state: State) -> frozenset[int]:
    """Targets with another apiVersion than the chart prints for their kind and name, or with a removed beta version."""
    found = {
        index
        for index, document in state.pairs.items()
        if document.resource is not None and document.resource.gvk != evaluator.targets[index].gvk
    }
    printed = {(extra.id.kind, extra.id.name) for extra in state.extra if extra.id is not None}
    for index in evaluator.missing(state):
        target = evaluator.targets[index]
        if (target.id.kind, target.id.name) in printed or _is_old(target.gvk):
            found.add(index)
    return frozenset(found)


def _is_old(gvk: Gvk) -> bool:
    """Whether it is a beta version of Kubernetes' own groups: most of those were removed."""
    own = "." not in gvk.group or gvk.group.endswith(".k8s.io")
    return bool(gvk.group) and own and "beta" in gvk.version


class KubernetesVersions:
    """Tries other versions of Kubernetes where the target's apiVersions suggest one."""

    def __init__(self, versions: tuple[str, ...]) -> None:
        self._versions = versions
        self._tried: frozenset[int] = frozenset()
        """Targets for which they have been tried."""

    def run(self, trials: Trials) -> None:
        """Go on with the version that brings the render nearest."""
        found = dated(trials.evaluator, trials.state) if self._versions and not trials.late else frozenset()
        if not found or found == self._tried:
            return
        self._tried = found
        before = trials.state
        others = [version for version in self._versions if version != before.setting.kube_version]
        settings = [replace(before.setting, kube_version=version) for version in others]
        states = [trials.evaluator.measure(before.tree, setting) for setting in settings]
        best = min([before, *states], key=lambda state: state.cost)
        if best.cost >= before.cost - EPSILON and any(index not in before.pairs for index in found):
            best = _opened(trials, states[:MOST_OPENED])
        if best is not before:
            trials.give_another_chance()
            trials.adopt(best)


def _opened(trials: Trials, states: list[State]) -> State:
    """The best of what switching objects makes of some hypotheses, or what there is now."""
    best = trials.state
    for state in states:
        there = trials.at(state, afresh=True)
        switch_objects(there)
        best = min(best, there.state, key=lambda each: each.cost)
    return best
