"""Images whose tags automation writes have the tag in the values, be it the chart's default: a line to be written.

The lines change nothing that helm renders, and helm has judged the files with them in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from migrator.compare.images import images_of
from migrator.engines import EngineError
from migrator.inference.effects.image_tags import tag_value
from migrator.inference.effects.value_effects import Subject
from migrator.inference.types import Inference, InferenceRequest, SplitValues
from migrator.inference.verdict.judge import Judge, compared
from migrator.model import Difference, Json, KeyPath, Resource

_NOTE = "the chart's default: image automation writes here"


def with_followed_tags(judge: Judge, found: Inference) -> Inference:
    """The inference with a value for the tag of each followed image; the same where helm then renders anything else.

    Where an image is followed in some environments only, the value is theirs, so that the others keep what they have.
    Nothing is added where no single value of the chart gives the image its tag.
    """
    values, followed = _with_lines(judge.request, found)
    if found.refusals or not followed:
        return found
    if values == found.values:
        return replace(found, followed=followed)
    try:
        rendered = {name: judge.resources(values, name, found.context.within(name)) for name in found.rendered}
    except EngineError:
        return found
    told = {name: compared(judge.request, name, each, found.context) for name, each in rendered.items()}
    differences = {name: each for name, (each, _) in told.items()}
    companions = {name: each for name, (_, each) in told.items() if each}
    if companions != found.companions or _places(differences) != _places(found.differences):
        return found
    return replace(
        found,
        values=values,
        followed=followed,
        rendered=rendered,
        differences=differences,
        renders=found.renders + len(rendered),
    )


def _places(differences: Mapping[str, Iterable[Difference]]) -> Mapping[str, Iterable[object]]:
    """Where renders differ: what a chart draws anew differs each time, at the same places."""
    return {name: [(each.id, each.kind) for each in found] for name, found in differences.items()}


def _with_lines(request: InferenceRequest, found: Inference) -> tuple[SplitValues, Mapping[str, KeyPath]]:
    images = {name: _images(each, found.companions.get(name, ())) for name, each in request.targets.items()}
    values = found.values
    followed: dict[str, KeyPath] = {}
    for each in request.followed:
        held = sorted(name for name in each.environments if each.image in images.get(name, ()))
        subject = Subject(
            chart=request.chart,
            values=values,
            targets={},
            setting=found.context,
            as_dependency=request.as_dependency,
        )
        places = {tag_value(subject, name, each.image) for name in held}
        if len(places) == 1 and (place := places.pop()) is not None:
            followed[each.image] = place[0]
            is_everywhere = request.targets.keys() <= set(each.environments)
            values = _with_value(values, *place, None if is_everywhere else held)
    return values, followed


def _images(targets: Iterable[Resource], companions: Collection[object]) -> frozenset[str]:
    return frozenset(image for each in targets if each.id not in companions for image in images_of(each))


def _with_value(values: SplitValues, path: KeyPath, text: str, environments: Collection[str] | None) -> SplitValues:
    """The values with this one for all environments (None), or in the files of these, where nothing is said yet."""
    notes = values.notes if _is_said(values.common, path) else tuple({path: _NOTE, **dict(values.notes)}.items())
    if environments is None:
        return replace(values, common=_set(values.common, path, text), notes=notes)
    parts = {**values.environments}
    for name in environments:
        parts[name] = _set(parts.get(name, {}), path, text)
    return replace(values, environments=dict(sorted(parts.items())), notes=notes)


def _is_said(tree: Json, path: KeyPath) -> bool:
    for key in path:
        if not isinstance(tree, Mapping) or key not in tree:
            return False
        tree = tree[key]
    return True


def _set(tree: Mapping[str, Json], path: KeyPath, text: str) -> dict[str, Json]:
    """The tree with the text at the path, unless something is there already."""
    key, rest = str(path[0]), path[1:]
    inner = tree.get(key)
    if not rest:
        return {**tree, key: tree.get(key, text)}
    return {**tree, key: _set(inner if isinstance(inner, Mapping) else {}, rest, text)}
