"""Labels and annotations that something put on every object: a field of a kustomization says each of all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

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
"""Group and kind -> where labels go that are part of selectors."""
_EACH = "*"
"""Stands for every item of a list."""
_TERM: KeyPath = ("labelSelector", "matchLabels")
_OF_PODS: tuple[KeyPath, ...] = (
    *(
        (*_TEMPLATE, "spec", "affinity", affinity, *rest, *_TERM)
        for affinity in ("podAffinity", "podAntiAffinity")
        for rest in (
            ("preferredDuringSchedulingIgnoredDuringExecution", _EACH, "podAffinityTerm"),
            ("requiredDuringSchedulingIgnoredDuringExecution", _EACH),
        )
    ),
    (*_TEMPLATE, "spec", "topologySpreadConstraints", _EACH, *_TERM),
)
_EXTENDED: Mapping[tuple[str | None, str], tuple[KeyPath, ...]] = {
    ("apps", "Deployment"): _OF_PODS,
    ("apps", "StatefulSet"): _OF_PODS,
    ("batch", "Job"): (_MATCHED,),
    ("batch", "CronJob"): (("spec", "jobTemplate", *_MATCHED),),
    ("policy", "PodDisruptionBudget"): (_MATCHED,),
    ("networking.k8s.io", "NetworkPolicy"): (
        ("spec", "podSelector", "matchLabels"),
        ("spec", "ingress", _EACH, "from", _EACH, "podSelector", "matchLabels"),
        ("spec", "egress", _EACH, "to", _EACH, "podSelector", "matchLabels"),
    ),
}
"""Group and kind -> where such labels go too if labels stand there already."""
_CLAIMS: KeyPath = ("spec", "volumeClaimTemplates", _EACH)


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
        """The object as kustomize makes it."""
        body = _with(resource.body, _LABELS, self.labels)
        for path in _selected(resource):
            body = _with(body, path, self.selectors)
        for path in _annotated(resource):
            body = _with(body, path, self.annotations)
        return replace(resource, body=body)

    def stripped(self, resource: Resource) -> Resource:
        """The object without that: what the chart has to make of it."""
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
    extended = (place for path in _listed(resource, _EXTENDED) for place in _held(resource.body, path))
    is_of_set = (resource.gvk.group, resource.gvk.kind) == ("apps", "StatefulSet")
    claims = ((*claim, *_LABELS) for claim in (_held(resource.body, _CLAIMS) if is_of_set else ()))
    return (_LABELS, *_listed(resource, _SELECTED), *extended, *claims)


def _listed(resource: Resource, places: Mapping[tuple[str | None, str], Sequence[KeyPath]]) -> Iterator[KeyPath]:
    for (group, kind), paths in places.items():
        if resource.gvk.kind == kind and group in (None, resource.gvk.group):
            yield from paths


def _held(value: Json, path: KeyPath) -> Iterator[KeyPath]:
    """The mappings at the path, each by its own."""
    if not path:
        if isinstance(value, Mapping):
            yield ()
    elif path[0] == _EACH:
        for index, item in enumerate(value if isinstance(value, list) else ()):
            yield from ((index, *rest) for rest in _held(item, path[1:]))
    elif isinstance(value, Mapping):
        yield from ((path[0], *rest) for rest in _held(value.get(str(path[0])), path[1:]))


def _at(value: Json, path: KeyPath) -> Mapping[str, Json]:
    for key in path:
        value = _child(value, key)
    return value if isinstance(value, Mapping) else {}


def _child(value: Json, key: str | int) -> Json:
    if isinstance(value, list) and isinstance(key, int):
        return value[key] if key < len(value) else None
    return value.get(str(key)) if isinstance(value, Mapping) else None


def _with(value: Json, path: KeyPath, pairs: Mapping[str, str]) -> Json:
    """The value with these pairs at the path, as a copy."""
    if isinstance(value, list) and path:
        return [_with(each, path[1:], pairs) if index == path[0] else each for index, each in enumerate(value)]
    held = value if isinstance(value, Mapping) else {}
    if not path or not pairs:
        return {**held, **pairs}
    return {**held, str(path[0]): _with(held.get(str(path[0])), path[1:], pairs)}


def _without(value: Json, path: KeyPath, pairs: Mapping[str, str]) -> Json:
    """The value without these pairs at the path, as a copy; a mapping that is empty then goes too."""
    if isinstance(value, list) and path:
        return [_without(each, path[1:], pairs) if index == path[0] else each for index, each in enumerate(value)]
    held = value if isinstance(value, Mapping) else {}
    if not path:
        return {key: each for key, each in held.items() if pairs.get(str(key)) != each}
    if path[0] not in held or not pairs:
        return held
    inner = _without(held[str(path[0])], path[1:], pairs)
    return {key: inner if key == path[0] else each for key, each in held.items() if inner or key != path[0]}
