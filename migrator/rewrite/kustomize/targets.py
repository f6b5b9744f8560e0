"""What the entries of a kustomization touch: patches, images, replicas and generators, object by object.

Kustomize tries every identity an object had on the way. Where we cannot know which of several names was meant we say
that the entry touches the object: an entry that may touch something kept then stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from migrator.load import ChartEntry, Generator, Image, Kustomization, Replica, Selector, makers_of
from migrator.model import Gvk, Json, resource_of
from migrator.rewrite.kustomize.ownership import Placed
from migrator.rewrite.kustomize.repository_view import RepositoryView

_SCALED = frozenset({"Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"})
_HASHED = re.compile(r"(?P<name>.+)-[a-z0-9]{10}")


def in_scope(held: Kustomization, objects: Iterable[Placed], view: RepositoryView) -> tuple[Placed, ...]:
    """The objects that pass through a kustomization."""
    files = view.scope(held)
    return tuple(
        each
        for each in objects
        if held.path in view.directories(each.root) and (each.file is None or each.file in files)
    )


def selects(selector: Selector, placed: Placed) -> bool:
    """Whether a patch's target may mean the object under one of its names."""
    gvk = placed.resource.gvk
    if not all(
        anchored(wanted, found)
        for wanted, found in ((selector.group, gvk.group), (selector.version, gvk.version), (selector.kind, gvk.kind))
    ):
        return False
    if not any(anchored(selector.name, name) for name in placed.names):
        return False
    if not any(anchored(selector.namespace, name) for each in placed.namespaces for name in (each, each or "default")):
        return False
    return _selects_labels(selector, placed)


def _selects_labels(selector: Selector, placed: Placed) -> bool:
    """By the labels and annotations at the end, or those in the manifest."""
    if not selector.labels and not selector.annotations:
        return True
    only = Selector(labels=selector.labels, annotations=selector.annotations)
    if only.matches(placed.resource):
        return True
    if placed.written is None:
        return False
    return only.matches(resource_of(placed.written.body))


def is_subject(document: Mapping[str, Json], placed: Placed) -> bool:
    """Whether a strategic merge patch names the object."""
    gvk = Gvk.of(str(document.get("apiVersion") or ""), str(document.get("kind") or ""))
    found = placed.resource.gvk
    metadata = document.get("metadata")
    held = metadata if isinstance(metadata, Mapping) else {}
    namespace = str(held.get("namespace") or "")
    return (
        (gvk.group, gvk.kind) == (found.group, found.kind)
        and str(held.get("name") or "") in placed.names
        and (not namespace or namespace in placed.namespaces)
    )


def scales(entry: Replica, placed: Placed) -> bool:
    """Whether an entry of `replicas` sets the object's."""
    return placed.resource.gvk.kind in _SCALED and entry.name in placed.names


def generates(entry: Generator, placed: Placed, *, may_rename: bool) -> bool:
    """Whether an entry makes the object, or adds to what another one makes."""
    origin = placed.resource.origin
    if origin is None or placed.resource.gvk.kind != entry.kind or not entry.name:
        return False
    if not origin.generated and entry.behavior not in ("merge", "replace"):
        return False
    if entry.namespace and entry.namespace not in placed.namespaces:
        return False
    final = placed.resource.id.name
    hashed = _HASHED.fullmatch(final)
    bare = {final, hashed["name"]} if hashed else {final}
    return any(entry.name in name for name in bare) if may_rename else entry.name in bare


def inflates(entry: ChartEntry, placed: Placed, held: Kustomization) -> bool:
    """Whether an entry of `helmCharts` makes the object, or may make it where nothing tells it from another entry's."""
    origin = placed.resource.origin
    if origin is None or not origin.inflated or origin.remote or origin.path != held.file:
        return False
    return entry in makers_of(placed.resource, held.helm_charts)


def retags(entry: Image, placed: Placed, renamed: Iterable[Image]) -> bool:
    """Whether an entry of `images` sets an image of the object; `renamed` are all entries on its way."""
    if placed.resource.gvk.kind == "CustomResourceDefinition":  # kustomize leaves definitions alone
        return False
    names = {entry.name}
    # an entry further out names what one further in has made of the image
    names |= {other.name for other in renamed if other.new_name == entry.name}
    names |= {entry.new_name} if entry.new_name else set()
    bodies = [placed.resource.body, *([placed.written.body] if placed.written is not None else [])]
    return any(_image_name(text) in names for body in bodies for text in _images(body))


def _images(value: Json) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, child in value.items():
            if key == "image" and isinstance(child, str):
                yield child
            else:
                yield from _images(child)
    elif isinstance(value, list | tuple):
        for child in value:
            yield from _images(child)


def _image_name(text: str) -> str:
    """`registry:5000/a/b` of `registry:5000/a/b:1.2@sha256:...`."""
    bare = text.partition("@")[0]
    head, colon, tag = bare.rpartition(":")
    return head if colon and "/" not in tag else bare


def anchored(pattern: str, text: str) -> bool:
    """Whether a pattern of a selector is the whole of a text; an empty one is any."""
    if not pattern:
        return True
    try:
        return re.fullmatch(pattern, text) is not None
    except re.error:
        return pattern == text
