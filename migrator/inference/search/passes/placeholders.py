"""What only counts as true, where the chart wants a text: it opened a branch, and nobody would write them.

`existingSecret: "true"` keeps a chart from printing a Secret, and lets the pod read one of that name. A name that the
target reads takes the place of such a text; where it reads none, the value is left out, whatever the chart then prints.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from migrator.graph.texts import texts_of
from migrator.inference.assignments.values_tree import leaves, value_at
from migrator.inference.candidates.failures import PLACEHOLDER
from migrator.inference.hypothesis.state import EPSILON, State
from migrator.inference.search.passes.render_errors import INNER
from migrator.inference.search.passes.stuck.backtracking import printing
from migrator.inference.search.passes.whole_objects import switch_objects
from migrator.inference.search.trials import Trials
from migrator.model import Json, KeyPath, Resource
from migrator.templates.provenance.value import Value

_TRUE = "true"
MOST_NAMES = 4
_REFERENCES = {
    "secret": ("secretKeyRef", "secretRef", "secret", "secretName", "imagePullSecrets"),
    "config": ("configMapKeyRef", "configMapRef", "configMap"),
    "claim": ("persistentVolumeClaim", "claimName"),
    "pvc": ("persistentVolumeClaim", "claimName"),
    "account": ("serviceAccountName",),
}
"""Part of a value's name -> the fields of a pod that name such an object."""


def drop_placeholders(trials: Trials) -> None:
    """Replace what only counts as true by a name that the target reads, or look for another way without it."""
    printed = _printed(trials.state)
    paths = [path for path in leaves(trials.state.tree.overrides) if _is_placeholder(trials, path, printed)]
    if not paths:
        return
    wrong = _printed_wrong(trials, trials.state)
    other = trials
    for path in paths:
        if _touches(path, printed) and not _touches(path, wrong):
            continue
        if (named := _named(other, path)) is not None:
            other.adopt(named)
            continue
        without = other.without(path)
        if len(without.state.errors) <= len(other.state.errors):
            other = without
    if other is not trials:
        switch_objects(other)
        trials.adopt(other.state)


def _is_placeholder(trials: Trials, path: KeyPath, printed: set[KeyPath]) -> bool:
    value = value_at(trials.state.tree.overrides, path)
    words = {*map(str, path), *(text for _, text in texts_of(value))}
    if PLACEHOLDER in words or any(word.startswith(INNER) for word in words):
        return True
    default = trials.state.tree.default(path)
    if value is True:  # no switch where the chart prints it as the name of something
        names = any(part in str(path[-1]).lower() for part in ("name", *_REFERENCES))
        return names and not isinstance(default, bool) and _touches(path, printed)
    return value == _TRUE and isinstance(value, str) and default not in ("true", "false")


def _printed_wrong(trials: Trials, state: State) -> set[KeyPath]:
    """The values that something is printed from which the target lacks, or has otherwise."""
    found: set[KeyPath] = set()
    for gap in trials.evaluator.gaps(state):
        if gap.kind != "missing":
            found |= printing(gap)
    return found


def _printed(state: State) -> set[KeyPath]:
    """The values that are printed in objects of the target."""
    return {
        each
        for document in state.pairs.values()
        for piece in document.real
        if piece.source is not None
        for each in _told(piece.source)
    }


def _told(value: Value) -> Iterator[KeyPath]:
    """The places of what a value prints, be it encoded."""
    yield from value.direct
    inner = value.args[0] if value.op == "b64enc" and value.args else None
    for piece in (inner.pieces or ()) if isinstance(inner, Value) else ():
        if piece.source is not None:
            yield from _told(piece.source)


def _touches(path: KeyPath, places: Iterable[KeyPath]) -> bool:
    return any(place[: len(path)] == path for place in places)


def _named(trials: Trials, path: KeyPath) -> State | None:
    """The hypothesis with a name that the target reads instead, where that serves better than nothing."""
    if value_at(trials.state.tree.overrides, path) not in (_TRUE, True, PLACEHOLDER):
        return None
    without = trials.evaluator.measure(trials.state.tree.without(path), trials.state.setting, trials.state)
    best = without
    for name in _names(trials.evaluator.targets, str(path[-1]).lower()):
        state = trials.measured(((path, name),))
        if state.cost < best.cost - EPSILON:
            best = state
    if best is not without:
        return best
    # what the chart would call its own object: nothing but that object goes
    own = {document.id.name: None for document in without.extra if document.id is not None}
    named = (trials.measured(((path, name),)) for name in list(own)[:MOST_NAMES])
    fitting = (s for s in named if s.cost < best.cost - EPSILON and not _touches(path, _printed_wrong(trials, s)))
    return next(fitting, None)


def _names(targets: Iterable[Resource], key: str) -> list[str]:
    """Names of the kind that a value's own name speaks of, as the target's pods read them."""
    fields = {field for part, fields in _REFERENCES.items() if part in key for field in fields}
    return list(dict.fromkeys(name for target in targets for name in _read(target.body, fields)))


def _read(value: Json, fields: set[str]) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            if key in fields:
                yield from _names_in(item)
            yield from _read(item, fields)
    elif isinstance(value, list):
        for item in value:
            yield from _read(item, fields)


def _names_in(value: Json) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, str):
            yield item
        elif isinstance(item, Mapping):
            for key in ("name", "secretName", "claimName"):
                if isinstance(item.get(key), str):
                    yield item[key]
