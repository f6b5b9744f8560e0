"""Labels and annotations that something put on every object: a field of a kustomization says each of all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from migrator.compare import is_hook
from migrator.model import Json, KeyPath, Resource

LEAST = 3
"""Objects that lack it; a patch says it more plainly of fewer."""

_LABELS: KeyPath = ("metadata", "labels")
_ANNOTATIONS: KeyPath = ("metadata", "annotations")
_TEMPLATE: KeyPath = ("spec", "template")
_ANNOTATED: Mapping[tuple[str | None, str], tuple[KeyPath, ...]] = {
    ("", "ReplicationController"): (_TEMPLATE,),
    (None, "Deployment"): (_TEMPLATE,),
    (None, "ReplicaSet"): (_TEMPLATE,),
    (None, "DaemonSet"): (_TEMPLATE,),
    (None, "StatefulSet"): (_TEMPLATE,),
    ("batch", "Job"): (_TEMPLATE,),
    ("batch", "CronJob"): (("spec", "jobTemplate"), ("spec", "jobTemplate", "spec", "template")),
}
"""Group (None is any) and kind -> where kustomize's `commonAnnotations` go beside the object's own."""
_MATCHED: KeyPath = ("spec", "selector", "matchLabels")
_SELECTED: Mapping[tuple[str | None, str], tuple[KeyPath, ...]] = {
    ("", "Service"): (("spec", "selector"),),
    ("", "ReplicationController"): (("spec", "selector"), (*_TEMPLATE, *_LABELS)),
    (None, "Deployment"): (_MATCHED, (*_TEMPLATE, *_LABELS)),
    (None, "ReplicaSet"): (_MATCHED, (*_TEMPLATE, *_LABELS)),
    (None, "DaemonSet"): (_MATCHED, (*_TEMPLATE, *_LABELS)),
    ("apps", "StatefulSet"): (_MATCHED, (*_TEMPLATE, *_LABELS)),
    ("batch", "Job"): ((*_TEMPLATE, *_LABELS),),
    ("batch", "CronJob"): (
        ("spec", "jobTemplate", *_LABELS),
        ("spec", "jobTemplate", "spec", "template", *_LABELS),
    ),
}
"""Group and kind -> where labels go that are part of selectors; what is not listed here, a render tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedMetadata:
    """What every object has that the chart does not give it."""

    labels: Mapping[str, str] = field(default_factory=dict)
    selectors: Mapping[str, str] = field(default_factory=dict)
    """Labels that stand in templates and selectors too."""
    annotations: Mapping[str, str] = field(default_factory=dict)

    @property
    def fields(self) -> Mapping[str, Json]:
        """The fields of a kustomization that say it."""
        found: dict[str, Json] = {}
        if self.labels or self.selectors:
            found["labels"] = [
                *([{"pairs": dict(self.labels)}] if self.labels else ()),
                *([{"pairs": dict(self.selectors), "includeSelectors": True}] if self.selectors else ()),
            ]
        if self.annotations:
            found["commonAnnotations"] = dict(self.annotations)
        return found

    def applied(self, resource: Resource) -> Resource:
        """The object as kustomize makes it; a Helm hook stays, as no post-renderer sees it."""
        if is_hook(resource):
            return resource
        body = _with(resource.body, _LABELS, self.labels)
        for path in _selected(resource):
            body = _with(body, path, self.selectors)
        for path in _annotated(resource):
            body = _with(body, path, self.annotations)
        return replace(resource, body=body)

    def stripped(self, resource: Resource) -> Resource:
        """The object without that: what the chart has to make of it."""
        if is_hook(resource):
            return resource
        body = _without(resource.body, _LABELS, self.labels)
        for path in _selected(resource):
            body = _without(body, path, self.selectors)
        for path in _annotated(resource):
            body = _without(body, path, self.annotations)
        return replace(resource, body=body)


def shared_metadata(met: Sequence[tuple[Resource, Resource]], lacking: Sequence[KeyPath]) -> SharedMetadata:
    """What all objects have and most of a few lack: `met` are target and render of each, `lacking` where they differ.

    Nothing where fewer than LEAST objects are met.
    """
    met = [(target, rendered) for target, rendered in met if not is_hook(rendered)]
    if len(met) < LEAST:
        return SharedMetadata()
    targets = [target for target, _ in met]
    labels = _shared(targets, lambda _: (_LABELS,), lacking)
    # a label in no selector of the chart that all selectors of the target have was put there by one field
    asked = {key for target, rendered in met for path in _selected(target)[1:] for key in _new(target, rendered, path)}
    selectors = {key: each for key, each in _shared(targets, _selected, lacking).items() if key in asked}
    return SharedMetadata(
        labels={key: each for key, each in labels.items() if key not in selectors},
        selectors=selectors,
        annotations=_shared(targets, _annotated, lacking),
    )


def _new(target: Resource, rendered: Resource, path: KeyPath) -> set[str]:
    """The keys that the target has there and the chart does not."""
    return {str(key) for key in _at(target.body, path).keys() - _at(rendered.body, path).keys()}


def _shared(
    targets: Sequence[Resource], places: Callable[[Resource], Sequence[KeyPath]], lacking: Sequence[KeyPath]
) -> Mapping[str, str]:
    """The texts that stand at every one of the places of every object, where enough places lack them."""
    spread = {path for target in targets for path in places(target)}
    held = [_at(target.body, path) for target in targets for path in places(target)]
    return {
        key: value
        for key, value in held[0].items()
        if isinstance(value, str) and all(each.get(key) == value for each in held)
        if sum(any(_is_of(path, key, place) for place in spread) for path in lacking) >= LEAST
    }


def _is_of(path: KeyPath, key: str, place: KeyPath) -> bool:
    """Whether a difference at the path is one of that key, or of the whole that holds it."""
    return bool(path) and (*place, key)[: len(path)] == path


def _annotated(resource: Resource) -> tuple[KeyPath, ...]:
    return (_ANNOTATIONS, *((*path, *_ANNOTATIONS) for path in _listed(resource, _ANNOTATED)))


def _selected(resource: Resource) -> tuple[KeyPath, ...]:
    return (_LABELS, *_listed(resource, _SELECTED))


def _listed(resource: Resource, places: Mapping[tuple[str | None, str], Sequence[KeyPath]]) -> Iterator[KeyPath]:
    for (group, kind), paths in places.items():
        if resource.gvk.kind == kind and group in (None, resource.gvk.group):
            yield from paths


def _at(value: Json, path: KeyPath) -> Mapping[str, Json]:
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def _with(value: Json, path: KeyPath, pairs: Mapping[str, str]) -> Mapping[str, Json]:
    """The mapping with these pairs at the path, as a copy."""
    held = value if isinstance(value, Mapping) else {}
    if not path or not pairs:
        return {**held, **pairs}
    return {**held, path[0]: _with(held.get(str(path[0])), path[1:], pairs)}


def _without(value: Json, path: KeyPath, pairs: Mapping[str, str]) -> Mapping[str, Json]:
    """The mapping without these pairs at the path, as a copy; a mapping that is empty then goes too."""
    held = value if isinstance(value, Mapping) else {}
    if not path:
        return {key: each for key, each in held.items() if pairs.get(str(key)) != each}
    if path[0] not in held or not pairs:
        return held
    inner = _without(held[path[0]], path[1:], pairs)
    return {key: inner if key == path[0] else each for key, each in held.items() if inner or key != path[0]}
