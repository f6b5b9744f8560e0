"""Where to begin: release names and namespaces that the target mentions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from migrator.graph.texts import service_names
from migrator.model import Json, Resource

_RELEASE_LABELS = ("app.kubernetes.io/instance", "release", "meta.helm.sh/release-name")
MAX_RELEASES = 6
_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_LONGEST = 53
"""Helm takes no other and no longer name for a release."""


def releases(targets: Iterable[Resource], chart: str) -> tuple[str, ...]:
    """Release names to try, likeliest first: from labels, then from what the objects' names share."""
    listed = list(targets)
    votes: Counter[str] = Counter()
    for target in listed:
        for labels in _label_maps(target.body):
            for key in _RELEASE_LABELS:
                value = labels.get(key)
                if isinstance(value, str) and value:
                    votes[value] += 3 if key != "release" else 2
    for target in listed:
        name = target.id.name
        if f"-{chart}" in name:
            votes[name.split(f"-{chart}")[0]] += 1
    common = _common_prefix([target.id.name for target in listed if target.id.group != "apiextensions.k8s.io"])
    found = [name for name, _ in votes.most_common() if _is_taken_by_helm(name)][:MAX_RELEASES]
    shared = [common] if _is_taken_by_helm(common) else []
    return tuple(dict.fromkeys([*found, *shared, chart]))[:MAX_RELEASES]


def _is_taken_by_helm(name: str) -> bool:
    return len(name) <= _LONGEST and _NAME.fullmatch(name) is not None


def namespaces(targets: Iterable[Resource]) -> tuple[str, ...]:
    """Namespaces to try: those of the objects, then those that bindings, webhooks and names of Services name."""
    votes: Counter[str] = Counter()
    listed = list(targets)
    services = {target.id.name for target in listed if target.id.kind == "Service"}
    for target in listed:
        if target.id.namespace:
            votes[target.id.namespace] += 10
        for name in _named_namespaces(target.body):
            votes[name] += 1
        votes.update(namespace for name, namespace in service_names(target.body) if name in services)
    return tuple(name for name, _ in votes.most_common(3)) or ("default",)


def _label_maps(body: Mapping[str, Json]) -> Iterator[Mapping[str, Json]]:
    metadata = body.get("metadata") or {}
    for key in ("labels", "annotations"):
        found = metadata.get(key)
        if isinstance(found, Mapping):
            yield found
    selector = (body.get("spec") or {}).get("selector") if isinstance(body.get("spec"), Mapping) else None
    if isinstance(selector, Mapping):
        labels = selector.get("matchLabels", selector)
        if isinstance(labels, Mapping):
            yield labels


def _named_namespaces(value: Json) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            if key == "namespace" and isinstance(item, str) and item:
                yield item
            else:
                yield from _named_namespaces(item)
    elif isinstance(value, list):
        for item in value:
            yield from _named_namespaces(item)


def _common_prefix(names: list[str]) -> str:
    if not names:
        return ""
    first, last = min(names), max(names)
    size = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    head = first[:size]
    return head if len(names) == 1 or head == first else head.rpartition("-")[0]
